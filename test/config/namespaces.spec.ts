import { looksLikeClientId } from '../../src/auth/doctor/client-id.js';
import { authConfig } from '../../src/config/auth.config.js';
import { browserConfig } from '../../src/config/browser.config.js';
import { databaseConfig, describeDatabase } from '../../src/config/database.config.js';
import { ConfigError, useSampleIssuer, type Variables } from '../../src/config/environment.js';
import { limitsConfig } from '../../src/config/limits.config.js';
import { loggingConfig } from '../../src/config/logging.config.js';
import { metricsConfig } from '../../src/config/metrics.config.js';
import { revocationConfig } from '../../src/config/revocation.config.js';
import { serverConfig } from '../../src/config/server.config.js';
import { withEnvironment } from '../support/environment.js';

const GOOD = {
  AUTH0_DOMAIN: 'dev-abc123.us.auth0.com',
  AUTH0_AUDIENCE: 'https://api.example.com',
};

describe('The namespaces', () => {
  it('have these defaults', async () => {
    const namespaces = await withEnvironment(GOOD, () => ({
      auth: authConfig(),
      browser: browserConfig(),
      database: databaseConfig(),
      limits: limitsConfig(),
      logging: loggingConfig(),
      metrics: metricsConfig(),
      revocation: revocationConfig(),
      server: serverConfig(),
    }));
    expect(namespaces).toEqual({
      auth: {
        issuer: 'https://dev-abc123.us.auth0.com/',
        jwksUri: 'https://dev-abc123.us.auth0.com/.well-known/jwks.json',
        audience: ['https://api.example.com'],
        grantClaims: ['scope', 'scp'],
        impliedScopes: {},
        stepUpClaims: {},
        resourceMetadata: { resource_name: 'Messages' },
        rawRoutes: expect.objectContaining({ 'GET /': 'browser page' }),
      },
      browser: { client: true, docs: true, isAuth0: true },
      database: {
        dataDir: './data',
        poolSize: 10,
        connectTimeoutMs: 3000,
        statementTimeoutMs: 4000,
        migrate: true,
      },
      limits: {},
      logging: { logLevel: 'info', logFormat: 'text' },
      metrics: {},
      revocation: { tokenLifeSec: 2_678_400 },
      server: { port: 3001, trustedProxies: [], corsOrigins: [], shutdownDelaySec: 0 },
    });
  });

  it.each([
    authConfig,
    browserConfig,
    databaseConfig,
    limitsConfig,
    loggingConfig,
    metricsConfig,
    revocationConfig,
    serverConfig,
  ])('%# refuses an environment in which any variable is wrong', async (namespace) => {
    for (const wrong of [{ AUTH0_DOMAIN: 'x' }, { DATABASE_URL: 'x' }, { DOCS: 'x' }]) {
      const read = withEnvironment({ ...GOOD, ...wrong }, () => namespace());
      await expect(read).rejects.toThrow(ConfigError);
    }
  });
});

describe('The options of AuthModule', () => {
  const secret = 'x'.repeat(32);
  const tenant = { AUTH0_DOMAIN: 'tenant.example.com' };
  const other = { ISSUER_BASE_URL: 'https://issuer.example.com/realms/main' };

  it.each([
    ['discover the keys of an issuer other than Auth0', other, {}],
    ['have no address of keys with a secret', tenant, { AUTH0_SIGNING_SECRET: secret }],
    ['have the secret of another issuer', other, { AUTH0_SIGNING_SECRET: secret }],
  ])('%s', async (_, issuer, variables) => {
    const pages = { CLIENT: 'off', DOCS: 'off' };
    const environment = { AUTH0_AUDIENCE: 'a', ...pages, ...issuer, ...variables };
    expect(await withEnvironment(environment, () => authConfig())).toEqual({
      issuer: 'AUTH0_DOMAIN' in issuer ? 'https://tenant.example.com/' : other.ISSUER_BASE_URL,
      secret: 'AUTH0_SIGNING_SECRET' in variables ? secret : undefined,
      audience: ['a'],
      grantClaims: ['scope', 'scp'],
      impliedScopes: {},
      stepUpClaims: {},
      resourceMetadata: { resource_name: 'Messages' },
      rawRoutes: {},
    });
  });

  it('have the scopes and claims of IMPLIED_SCOPES and STEP_UP_CLAIMS', async () => {
    const environment = { ...GOOD, IMPLIED_SCOPES: 'a=b,a=c', STEP_UP_CLAIMS: 'auth_time=at' };
    expect(await withEnvironment(environment, () => authConfig())).toMatchObject({
      impliedScopes: { a: ['b', 'c'] },
      stepUpClaims: { authTime: 'at' },
    });
  });

  it('have the mode and the secret of DPOP and DPOP_NONCE_SECRET', async () => {
    const variables = { PUBLIC_URL: 'https://api.example.com', DPOP_NONCE_SECRET: secret };
    const dpopOf = async (mode: string) =>
      (await withEnvironment({ ...GOOD, ...variables, DPOP: mode }, () => authConfig())).dpop;
    expect(await dpopOf('required')).toEqual({ mode: 'required', nonceSecret: secret });
    expect(await dpopOf('off')).toBeUndefined();
  });

  it('name only those raw routes that are served', async () => {
    const named = async (variables: Variables) =>
      Object.keys((await withEnvironment({ ...GOOD, ...variables }, () => authConfig())).rawRoutes);
    expect(await named({ CLIENT: 'off' })).toEqual([
      'GET /docs/*',
      'GET /docs-json',
      'GET /docs-yaml',
    ]);
    expect(await named({ DOCS: 'off' })).toContain('GET /vendor/*');
    expect(await named({ DOCS: 'off' })).not.toContain('GET /docs/*');
  });
});

describe('The browser pages and the API reference', () => {
  it.each([
    [true, true, {}],
    [true, true, { NODE_ENV: 'development' }],
    [false, false, { NODE_ENV: 'production' }],
    [true, false, { NODE_ENV: 'production', CLIENT: 'on' }],
    [false, true, { NODE_ENV: 'production', DOCS: 'on' }],
    [false, true, { CLIENT: 'off' }],
    [true, false, { DOCS: 'off' }],
  ])('are on or off (%s, %s) with %j', async (client, docs, variables) => {
    const config = await withEnvironment({ ...GOOD, ...variables }, () => browserConfig());
    expect(config).toMatchObject({ client, docs });
  });
});

describe('An audience', () => {
  it.each([
    [true, 'abcdefghijklmnopqrstuvwxyz012345'],
    [false, 'abcdefghijklmnopqrstuvwxyz01234'],
    [false, 'https://api.example.com'],
  ])('looks like a client id (%s): %s', (looks, audience) => {
    expect(looksLikeClientId(audience)).toBe(looks);
  });
});

describe('The description of the database', () => {
  it.each([
    ['PostgreSQL at db.test:5432/api', 'postgres://api:hunter2@db.test:5432/api?sslpassword=x'],
    ['embedded in ./data', undefined],
  ])('is %s', (description, url) => {
    expect(describeDatabase({ url, dataDir: './data' })).toBe(description);
  });
});

describe('The sample issuer', () => {
  const issuerWith = (variables: Record<string, string>) =>
    withEnvironment({ AUTH0_DOMAIN: '', AUTH0_AUDIENCE: '', ...variables }, () => {
      useSampleIssuer();
      const { issuer, audience } = authConfig();
      return { issuer, audience };
    });

  it('is used where no issuer and no audience are set', async () => {
    expect(await issuerWith({})).toEqual({
      issuer: 'https://dev-abc123.us.auth0.com/',
      audience: ['https://api.example.com'],
    });
  });

  it.each([
    ['https://tenant.example.com/', { AUTH0_DOMAIN: 'tenant.example.com' }],
    ['https://issuer.example.com', { ISSUER_BASE_URL: 'https://issuer.example.com' }],
  ])('does not replace %s', async (issuer, variables) => {
    expect(await issuerWith({ ...variables, AUTH0_AUDIENCE: 'mine' })).toEqual({
      issuer,
      audience: ['mine'],
    });
  });
});
