import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { knownEndpoints, LoginDiscovery, loginScheme } from '../../src/openapi/login.js';
import { authConfig } from '../../src/config/auth.config.js';
import { withEnvironment } from '../support/environment.js';
import { captureLog } from '../support/log.js';

const AUDIENCE = { audience: ['https://api.example.com'], grantClaims: ['scope'] };

const ENDPOINTS = {
  authorization_endpoint: 'https://login.example.com/authorize',
  token_endpoint: 'https://login.example.com/token',
};

describe('The way to log in', () => {
  let issuer: TestIssuer;

  beforeEach(async () => {
    issuer = await createTestIssuer();
  });

  afterEach(() => issuer.close());

  const discovery = () =>
    new LoginDiscovery({ auth: { ...AUDIENCE, issuer: issuer.url }, isAuth0: false });

  /** Answers as an issuer whose discovery document has these members; counts how often it was asked. */
  const tell = (members: Record<string, unknown>) => {
    const asked: (string | undefined)[] = [];
    issuer.fail((request, response) => {
      asked.push(request.url);
      response.end(JSON.stringify(members));
    });
    return asked;
  };

  it.each([
    ['keys', {}],
    ['a signing secret', { AUTH0_SIGNING_SECRET: 'x'.repeat(32) }],
  ])('of an Auth0 tenant with %s is known, and nobody is asked', async (_, environment) => {
    const variables = {
      AUTH0_DOMAIN: 'tenant.example.com',
      AUTH0_AUDIENCE: 'https://api.example.com',
      ...environment,
    };
    const config = { auth: await withEnvironment(variables, authConfig), isAuth0: true };
    const endpoints = {
      authorizationUrl: 'https://tenant.example.com/authorize',
      tokenUrl: 'https://tenant.example.com/oauth/token',
    };
    expect(knownEndpoints(config)).toEqual(endpoints);
    expect(await new LoginDiscovery(config).find()).toEqual(endpoints);
  });

  it('of another issuer is asked for once, however many want to know', async () => {
    const asked = tell(ENDPOINTS);
    const login = discovery();
    const [first] = await Promise.all([login.find(), login.find()]);
    expect(first).toEqual({
      authorizationUrl: ENDPOINTS.authorization_endpoint,
      tokenUrl: ENDPOINTS.token_endpoint,
    });
    expect(await login.find()).toEqual(first);
    expect(asked).toEqual(['/.well-known/openid-configuration']);
  });

  it.each([undefined, 7, 'authorize', 'javascript:alert(1)'])(
    'is not where no page may be led: %p',
    async (authorization_endpoint) => {
      const log = captureLog();
      const asked = tell({ ...ENDPOINTS, authorization_endpoint });
      const login = discovery();
      expect(await login.find()).toBeUndefined();
      expect(await login.find()).toBeUndefined();
      expect(asked).toHaveLength(1);
      expect(log.map(({ message }) => message)).toEqual([
        `${issuer.url} does not tell where people log in: its discovery document has no authorization_endpoint`,
      ]);
    },
  );

  it('is left to the discovery of the client where it is not known', () => {
    expect(loginScheme('https://issuer.example.com/', { a: '' }, undefined)).toEqual({
      type: 'openIdConnect',
      description:
        'Access tokens of https://issuer.example.com/: authorization code flow with PKCE.',
      openIdConnectUrl: 'https://issuer.example.com/.well-known/openid-configuration',
    });
  });
});
