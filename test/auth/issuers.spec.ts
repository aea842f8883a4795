import { type AuthOptions, InvalidTokenError } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { load, type LoadedProject } from '../docs/load.js';
import { startVerifier, type VerifierFixture } from './support/fixture.js';

/** What an issuer puts into its access tokens, beyond `iss`, `iat` and `exp`. */
interface Shape {
  header?: object;
  claims: Record<string, unknown>;
}

const KEYCLOAK: Shape = {
  header: { typ: 'JWT' },
  claims: {
    jti: 'onrtac:0ea1a7b0',
    aud: ['cats-api', 'account'],
    sub: '6c0cbf71-3d4f-4f7b-8f4f-3a0c4b6d8f11',
    typ: 'Bearer',
    azp: 'cats-web',
    sid: 'b1f6f5a4',
    acr: '1',
    'allowed-origins': ['https://cats.example.com'],
    realm_access: { roles: ['offline_access', 'cat-owner'] },
    resource_access: { 'cats-api': { roles: ['vet'] }, account: { roles: ['manage-account'] } },
    scope: 'openid profile read:cats',
  },
};

const OKTA: Shape = {
  header: { typ: undefined },
  claims: {
    ver: 1,
    jti: 'AT.0mP4JKAZX1iACIT4vbEDF7LpvDVjxypPMf0D7uX39RE',
    aud: 'api://default',
    cid: '0oa2example',
    uid: '00u4example',
    scp: ['openid', 'read:cats'],
    auth_time: 1_700_000_000,
    sub: 'ann@example.com',
  },
};

const ENTRA: Shape = {
  header: { typ: 'JWT' },
  claims: {
    aud: '66666666-7777-8888-9999-000000000000',
    nbf: 1_700_000_000,
    aio: 'AXQAi/8TAAAA',
    azp: '99999999-0000-1111-2222-333333333333',
    azpacr: '0',
    oid: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
    rh: '0.AAAA',
    scp: 'Cats.Read Cats.Write',
    sub: 'AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ',
    tid: '11111111-2222-3333-4444-555555555555',
    uti: 'AAAA',
    ver: '2.0',
  },
};

const ENTRA_V1: Shape = {
  header: { typ: 'JWT', x5t: 'nOo3ZDrODXEK1jKWhXslHR_KXEg' },
  claims: {
    ...ENTRA.claims,
    aud: 'api://66666666-7777-8888-9999-000000000000',
    appid: '99999999-0000-1111-2222-333333333333',
    azp: undefined,
    idp: 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/',
    ver: '1.0',
  },
};

/** Of an application that acts for itself. */
const ENTRA_DAEMON: Shape = {
  ...ENTRA,
  claims: { ...ENTRA.claims, scp: undefined, roles: ['Cats.Read.All'], idtyp: 'app' },
};

const COGNITO: Shape = {
  header: { typ: undefined },
  claims: {
    sub: 'aaaaaaaa-bbbb-cccc-dddd-example',
    aud: 'https://api.example.com',
    'cognito:groups': ['admins'],
    version: 2,
    client_id: '1example23456789',
    origin_jti: 'aaaaaaaa-1111',
    event_id: 'bbbbbbbb-2222',
    token_use: 'access',
    scope: 'openid https://api.example.com/cats.read',
    auth_time: 1_700_000_000,
    jti: 'cccccccc-3333',
    username: 'ann',
  },
};

const AUTH0: Shape = {
  header: { typ: 'JWT' },
  claims: {
    sub: 'auth0|123456',
    aud: ['https://api.example.com', 'https://dev-abc123.us.auth0.com/userinfo'],
    scope: 'openid profile read:cats',
    azp: 'my_client_id',
    permissions: ['read:cats'],
  },
};

describe('The options of package/docs/issuers.md', () => {
  let issuer: TestIssuer;
  let page: LoadedProject;
  let fixture: VerifierFixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    // Entra ID publishes keys without an algorithm.
    issuer.published = issuer.published.map((jwk) => ({ ...jwk, alg: undefined }));
    page = await load('package/docs/issuers.md');
  });

  afterEach(() => fixture?.close());

  afterAll(async () => {
    await page.remove();
    await issuer.close();
  });

  /** Verifies a token that the issuer of these options could have issued. */
  async function verify(
    name: string,
    { header, claims }: Shape,
    changes: Record<string, unknown> = {},
    options: Partial<AuthOptions> = {},
  ) {
    const documented = page.exported[name] as AuthOptions & { issuer: string };
    const { jwksUri } = issuer;
    const given = { ...documented, ...options, jwksUri } as Partial<AuthOptions>;
    fixture = await startVerifier({ issuer, options: given });
    const token = issuer.mint({ iss: documented.issuer, ...claims, ...changes }, { ...header });
    return fixture.verifier.verify(token).catch((error: InvalidTokenError) => error.code);
  }

  it.each<[string, Shape, string[]]>([
    ['auth0', AUTH0, ['openid', 'profile', 'read:cats']],
    [
      'keycloak',
      KEYCLOAK,
      ['openid', 'profile', 'read:cats', 'offline_access', 'cat-owner', 'vet'],
    ],
    ['okta', OKTA, ['openid', 'read:cats']],
    ['entra', ENTRA, ['Cats.Read', 'Cats.Write']],
    ['entra', ENTRA_DAEMON, ['Cats.Read.All']],
    ['entraV1', ENTRA_V1, ['Cats.Read', 'Cats.Write']],
    ['cognito', COGNITO, ['openid', 'https://api.example.com/cats.read']],
  ])('accept its access tokens, and read its scopes: %s', async (name, shape, scopes) => {
    expect(await verify(name, shape)).toMatchObject({ scopes });
  });

  it.each<[string, string, Shape, Record<string, unknown>, string]>([
    ['for Keycloak itself', 'keycloak', KEYCLOAK, { aud: 'account' }, 'audience_mismatch'],
    ['that is an ID token', 'keycloak', KEYCLOAK, { typ: 'ID' }, 'id_token_used'],
    ['that is a refresh token', 'keycloak', KEYCLOAK, { typ: 'Refresh' }, 'id_token_used'],
    ['with a nonce, before version 25', 'keycloak', KEYCLOAK, { nonce: 'n' }, 'id_token_used'],
    ['of the org server', 'okta', OKTA, { iss: 'https://dev-123456.okta.com' }, 'issuer_mismatch'],
    ['that is an ID token', 'okta', OKTA, { aud: '0oa2example' }, 'audience_mismatch'],
    ['of version 1', 'entra', ENTRA_V1, { iss: 'https://sts.windows.net/t/' }, 'issuer_mismatch'],
    [
      'of another tenant',
      'entra',
      ENTRA,
      { iss: 'https://login.microsoftonline.com/other/v2.0' },
      'issuer_mismatch',
    ],
    ['that is an ID token', 'entra', ENTRA, { nonce: 'n' }, 'id_token_used'],
    ['without an audience', 'cognito', COGNITO, { aud: undefined }, 'audience_mismatch'],
    ['that is an ID token', 'cognito', COGNITO, { token_use: 'id' }, 'id_token_used'],
  ])('refuse a token %s: %s', async (_, name, shape, changes, code) => {
    expect(await verify(name, shape, changes)).toBe(code);
  });

  it('accept a nonce where the page says so: keycloak', async () => {
    const options = { nonceInAccessToken: true };
    expect(await verify('keycloak', KEYCLOAK, { nonce: 'n' }, options)).toHaveProperty('scopes');
    await fixture.close();
    expect(await verify('keycloak', KEYCLOAK, { typ: 'ID' }, options)).toBe('id_token_used');
  });

  it('accept the IDs of clients as audiences: cognitoClients', async () => {
    const aud = '1example23456789';
    expect(await verify('cognitoClients', COGNITO, { aud })).toHaveProperty('scopes');
    await fixture.close();
    const foreign = await verify('cognitoClients', COGNITO, { aud: 'another-client' });
    expect(foreign).toBe('audience_mismatch');
  });

  it('grant nothing for a nested claim that is missing: keycloak', async () => {
    const changes = { realm_access: undefined, resource_access: { 'cats-api': 'vet' } };
    const scopes = ['openid', 'profile', 'read:cats'];
    expect(await verify('keycloak', KEYCLOAK, changes)).toMatchObject({ scopes });
  });
});
