import { inspect } from 'node:util';
import { toAuthInfo } from '../../../src/auth/mcp/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { startVerifier, type VerifierFixture } from '../support/fixture.js';

let issuer: TestIssuer;
let fixture: VerifierFixture;

beforeAll(async () => {
  issuer = await createTestIssuer();
  const options = { impliedScopes: { 'write:cats': ['read:cats'] } };
  fixture = await startVerifier({ issuer, options });
});

afterAll(async () => {
  await fixture.close();
  await issuer.close();
});

const infoOf = async (claims: Record<string, unknown>, resource?: string) =>
  toAuthInfo(await fixture.verifier.verify(issuer.mint(claims)), { resource });

/** What a handler has. */
type AuthOfRequest = Express.Request['auth'];

describe('toAuthInfo()', () => {
  it('has the claims, the granted and the implied scopes, and when the token expires', async () => {
    const token = issuer.mint({ sub: 'ann', scope: 'write:cats', client_id: 'agent' });
    const auth = await fixture.verifier.verify(token);
    const { expiresAt, extra, ...info } = toAuthInfo(auth);
    expect(info).toEqual({ clientId: 'agent', scopes: ['write:cats', 'read:cats'] });
    expect(expiresAt).toBe(auth.payload.exp);
    expect(extra).toEqual(auth.payload);
  });

  it('has the token, and does not show it in a log', async () => {
    const token = issuer.mint();
    const info = toAuthInfo(await fixture.verifier.verify(token));
    expect(info.token).toBe(token);
    expect(JSON.stringify(info) + inspect(info, { depth: null })).not.toContain(token);
  });

  it.each([
    ['client_id (RFC 9068 §2.2)', { client_id: 'a', azp: 'b' }, 'a'],
    ['azp (Auth0, Keycloak)', { azp: 'b' }, 'b'],
    ['nothing, if the issuer sends neither', {}, ''],
    ['nothing, if it is not a string', { client_id: { evil: true } }, ''],
  ])('takes the client from %s', async (_, claims, clientId) => {
    expect((await infoOf(claims)).clientId).toBe(clientId);
  });

  it('is undefined where the request has no token', () => {
    expect(toAuthInfo(undefined as AuthOfRequest)).toBeUndefined();
  });

  it.each([
    ['https://api.example.com/mcp', new URL('https://api.example.com/mcp')],
    ['my-mcp-server', undefined],
    [undefined, undefined],
  ])('has the resource if it is a URL: %s', async (resource, expected) => {
    expect((await infoOf({}, resource)).resource).toEqual(expected);
  });
});
