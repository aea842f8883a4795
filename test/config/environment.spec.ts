import {
  ConfigError,
  readDatabaseVariables,
  readEnvironment,
  type Variables,
} from '../../src/config/environment.js';
import { VARIABLE_NAMES } from '../support/environment.js';

const DOMAIN = 'dev-abc123.us.auth0.com';
const CLIENT_ID = 'abcdefghijklmnopqrstuvwxyz012345';

const GOOD = { AUTH0_DOMAIN: DOMAIN, AUTH0_AUDIENCE: 'https://api.example.com' };

/** The lines that are printed about an environment; none when it is good. */
function linesFor(variables: Variables, read: (from: Variables) => unknown = readEnvironment) {
  try {
    read(variables);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

describe('A good environment', () => {
  it('needs a tenant and an audience; everything else has a default or is optional', () => {
    expect(readEnvironment(GOOD)).toEqual({
      AUTH0_DOMAIN: DOMAIN,
      AUTH0_AUDIENCE: ['https://api.example.com'],
      PORT: 3001,
      TRUSTED_PROXIES: [],
      SHUTDOWN_DELAY_SEC: 0,
      GRANT_CLAIMS: ['scope', 'scp'],
      IMPLIED_SCOPES: {},
      STEP_UP_CLAIMS: {},
      MCP: false,
      DPOP: 'off',
      BACKCHANNEL_LOGOUT: false,
      CORS_ORIGINS: [],
      DATA_DIR: './data',
      DATABASE_POOL_SIZE: 10,
      DATABASE_CONNECT_TIMEOUT_MS: 3000,
      DATABASE_STATEMENT_TIMEOUT_MS: 4000,
      MIGRATE: true,
      LOG_LEVEL: 'info',
    });
  });

  it('can set every variable', () => {
    const secret = 'x'.repeat(32);
    expect(
      readEnvironment({
        ISSUER_BASE_URL: 'https://issuer.example.com/realms/main',
        AUTH0_AUDIENCE: 'https://api.example.com, https://api2.example.com',
        AUTH0_SIGNING_SECRET: secret,
        AUTH0_CLIENT_ID: CLIENT_ID,
        AUTH0_CLIENT_SCOPES: 'read:messages, write:messages  read:admin',
        PORT: '8080',
        HOST: '::1',
        PUBLIC_URL: 'https://api.example.com',
        TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,fd00::/8',
        SHUTDOWN_DELAY_SEC: '10',
        GRANT_CLAIMS: 'scope,permissions',
        IMPLIED_SCOPES: 'write:a=read:a, write:a=list:a,admin=write:a',
        STEP_UP_CLAIMS: 'auth_time=https://api.example.com/auth_time?x=1,amr=methods',
        MCP: 'on',
        TOKEN_PROFILE: 'rfc9068',
        TOKEN_MAX_AGE_SEC: '86400',
        DPOP: 'allowed',
        DPOP_NONCE_SECRET: secret,
        MTLS_CERT_HEADER: 'Client-Cert',
        BACKCHANNEL_LOGOUT: 'on',
        CORS_ORIGINS: 'https://app.example.com,http://localhost:5173',
        DATABASE_URL: 'postgresql://api:secret@db.example.com:5432/api',
        DATA_DIR: '/var/lib/api',
        DATABASE_POOL_SIZE: '20',
        DATABASE_CONNECT_TIMEOUT_MS: '1000',
        DATABASE_STATEMENT_TIMEOUT_MS: '2000',
        MIGRATE: 'off',
        REDIS_URL: 'rediss://api:secret@redis.example.com:6380/1',
        RATE_LIMIT: '600',
        METRICS_PORT: '9464',
        SECURITY_CONTACT: 'security@example.com',
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
        CLIENT: 'off',
        DOCS: 'on',
      }),
    ).toEqual({
      ISSUER_BASE_URL: 'https://issuer.example.com/realms/main',
      AUTH0_AUDIENCE: ['https://api.example.com', 'https://api2.example.com'],
      AUTH0_SIGNING_SECRET: secret,
      AUTH0_CLIENT_ID: CLIENT_ID,
      AUTH0_CLIENT_SCOPES: ['read:messages', 'write:messages', 'read:admin'],
      PORT: 8080,
      HOST: '::1',
      PUBLIC_URL: 'https://api.example.com',
      TRUSTED_PROXIES: ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'],
      SHUTDOWN_DELAY_SEC: 10,
      GRANT_CLAIMS: ['scope', 'permissions'],
      IMPLIED_SCOPES: { 'write:a': ['read:a', 'list:a'], admin: ['write:a'] },
      STEP_UP_CLAIMS: { auth_time: 'https://api.example.com/auth_time?x=1', amr: 'methods' },
      MCP: true,
      TOKEN_PROFILE: 'rfc9068',
      TOKEN_MAX_AGE_SEC: 86_400,
      DPOP: 'allowed',
      DPOP_NONCE_SECRET: secret,
      MTLS_CERT_HEADER: 'Client-Cert',
      BACKCHANNEL_LOGOUT: true,
      CORS_ORIGINS: ['https://app.example.com', 'http://localhost:5173'],
      DATABASE_URL: 'postgresql://api:secret@db.example.com:5432/api',
      DATA_DIR: '/var/lib/api',
      DATABASE_POOL_SIZE: 20,
      DATABASE_CONNECT_TIMEOUT_MS: 1000,
      DATABASE_STATEMENT_TIMEOUT_MS: 2000,
      MIGRATE: false,
      REDIS_URL: 'rediss://api:secret@redis.example.com:6380/1',
      RATE_LIMIT: 600,
      METRICS_PORT: 9464,
      SECURITY_CONTACT: 'mailto:security@example.com',
      LOG_LEVEL: 'warn',
      NODE_ENV: 'production',
      CLIENT: false,
      DOCS: true,
    });
  });

  it('treats an empty value as unset', () => {
    const empty = Object.fromEntries(VARIABLE_NAMES.map((name) => [name, '']));
    expect(readEnvironment({ ...empty, ...GOOD })).toEqual(readEnvironment(GOOD));
  });

  it('ignores unknown variables', () => {
    const others = { AUTH0_SCOPE: 'x', auth0_domain: 'x', port: 'x', PATH: '/bin' };
    expect(readEnvironment({ ...GOOD, ...others })).toEqual(readEnvironment(GOOD));
  });

  it.each([
    ['ISSUER_BASE_URL', 'http://localhost:4010/'],
    ['ISSUER_BASE_URL', 'http://127.0.0.1:4010'],
    ['ISSUER_BASE_URL', 'http://127.8.9.1/'],
    ['ISSUER_BASE_URL', 'http://[::1]:4010/'],
    ['ISSUER_BASE_URL', 'https://issuer.example.com/@tenant'],
    ['HOST', 'localhost'],
    ['HOST', '0.0.0.0'],
    ['HOST', '::'],
    ['PORT', '0'],
    ['PORT', '65535'],
    ['PUBLIC_URL', 'http://127.0.0.1:3001'],
    ['TRUSTED_PROXIES', '::1'],
    ['SECURITY_CONTACT', 'https://example.com/report?from=api'],
    ['SECURITY_CONTACT', 'tel:+1-201-555-0123'],
    ['REDIS_URL', 'redis://localhost'],
    ['METRICS_PORT', '0'],
    ['DATABASE_URL', 'postgres://localhost/api'],
    ['DATABASE_URL', 'postgresql:///api?host=/var/run/postgresql'],
    ['TOKEN_ALGORITHMS', 'RS256, ES256'],
    ['DPOP', 'off'],
  ])('accepts %s=%s', (name, value) => {
    expect(
      linesFor({ AUTH0_AUDIENCE: 'a', ISSUER_BASE_URL: 'https://a.test', [name]: value }),
    ).toEqual([]);
  });
});

describe('A wrong environment', () => {
  const domain =
    `must be a domain in lower case, without https:// and without a slash, such as ${DOMAIN}; ` +
    'for an issuer other than Auth0, set ISSUER_BASE_URL instead';
  const audience =
    'must be identifiers separated by commas, without spaces, such as https://api.example.com';
  const port = 'must be an integer from 0 to 65535, such as 3001';
  const host =
    'must be an IP address or a host name, without a scheme and a port, such as 127.0.0.1';
  const claims =
    'must be claim names separated by commas, without spaces, such as scope,permissions';
  const implied =
    'must be pairs of scopes separated by commas, the broader one first, ' +
    'such as write:messages=read:messages';
  const stepUp =
    'must be pairs separated by commas, each auth_time, acr or amr and the name of a claim, ' +
    'such as auth_time=https://api.example.com/auth_time';
  const origins =
    'must be exact origins (scheme, host and port) separated by commas, ' +
    'such as https://app.example.com; * is not allowed';
  const postgres =
    'must be a PostgreSQL URL, such as postgresql://USER:PASSWORD@HOST:5432/DATABASE, ' +
    'with the special characters of the password percent-encoded';

  const publicUrl =
    'must be an https origin without a path and a final slash, such as ' +
    'https://api.example.com (http only for a loopback host)';
  const proxies =
    'must be IP addresses or CIDR ranges separated by commas, such as 127.0.0.1,10.0.0.0/8; ' +
    'a range is at most an /8, or a /7 of IPv6';
  const contact =
    'must be an e-mail address or an https, mailto or tel URI, such as security@example.com';
  const delay = 'must be a whole number of seconds from 0 to 3600, such as 10';
  const rate = 'must be a whole number of requests per minute, at least 1, such as 600';
  const timeout = 'must be a whole number of milliseconds from 1 to 600000, such as 4000';
  const pool = 'must be a whole number of connections from 1 to 1000, such as 10';
  const redis =
    'must be a Redis URL, such as redis://USER:PASSWORD@HOST:6379/0, or rediss:// for a ' +
    'connection over TLS, with the special characters of the password percent-encoded';

  it.each([
    ['PUBLIC_URL', 'http://api.example.com', publicUrl],
    ['PUBLIC_URL', 'https://api.example.com/', publicUrl],
    ['PUBLIC_URL', 'https://api.example.com/v1', publicUrl],
    ['PUBLIC_URL', 'api.example.com', publicUrl],
    ['TRUSTED_PROXIES', 'proxy.example.com', proxies],
    ['TRUSTED_PROXIES', '10.0.0.0/33', proxies],
    ['TRUSTED_PROXIES', '0.0.0.0/0', proxies],
    ['TRUSTED_PROXIES', '::/0', proxies],
    ['TRUSTED_PROXIES', '0.0.0.0/1,128.0.0.0/1', proxies],
    ['TRUSTED_PROXIES', '::ffff:0:0/96', proxies],
    ['TRUSTED_PROXIES', '::/8', proxies],
    ['TRUSTED_PROXIES', '127.0.0.1,', proxies],
    ['SECURITY_CONTACT', 'security', contact],
    ['SECURITY_CONTACT', 'http://example.com/', contact],
    ['SECURITY_CONTACT', 'https://example.com/\nExpires: 1', contact],
    ['SECURITY_CONTACT', 'mailto:a@b.test\nExpires: 1', contact],
    ['SHUTDOWN_DELAY_SEC', '-1', delay],
    ['SHUTDOWN_DELAY_SEC', '3601', delay],
    ['RATE_LIMIT', '0', rate],
    ['RATE_LIMIT', '1.5', rate],
    ['DATABASE_POOL_SIZE', '0', pool],
    ['DATABASE_CONNECT_TIMEOUT_MS', '0', timeout],
    ['DATABASE_STATEMENT_TIMEOUT_MS', '3s', timeout],
    ['MIGRATE', 'true', 'must be on or off'],
    ['REDIS_URL', 'localhost:6379', redis],
    ['REDIS_URL', 'redis:127.0.0.1', redis],
    ['REDIS_URL', 'redis:///tmp/redis', redis],
    ['REDIS_URL', 'redis://localhost/cache', redis],
    ['REDIS_URL', 'redis://:%ff@localhost', redis],
    ['REDIS_URL', 'redis://localhost?db=1', redis],
    ['REDIS_URL', 'redis://api:100%@localhost', redis],
    ['METRICS_PORT', '65536', 'must be an integer from 0 to 65535, such as 9464'],
    [
      'METRICS_PORT',
      '3001',
      'must differ from PORT: metrics are never served to the clients of the API',
    ],
    ['AUTH0_DOMAIN', `https://${DOMAIN}`, domain],
    ['AUTH0_DOMAIN', `${DOMAIN}/`, domain],
    ['AUTH0_DOMAIN', 'Dev-abc123.us.auth0.com', domain],
    ['AUTH0_DOMAIN', 'localhost:4010', domain],
    ['AUTH0_DOMAIN', '127.0.0.1', domain],
    ['AUTH0_DOMAIN', '{yourDomain}', domain],
    ['AUTH0_DOMAIN', `"${DOMAIN}"`, domain],
    ['AUTH0_DOMAIN', ` ${DOMAIN}`, domain],
    ['AUTH0_AUDIENCE', 'https://a,,https://b', audience],
    ['AUTH0_AUDIENCE', 'https://a https://b', audience],
    ['AUTH0_CLIENT_ID', 'my app', 'must not contain spaces'],
    [
      'AUTH0_CLIENT_SCOPES',
      'read:"messages"',
      'must be scopes separated by spaces or commas, such as read:messages write:messages',
    ],
    ['PORT', '65536', port],
    ['PORT', '3001/tcp', port],
    ['PORT', '-1', port],
    ['PORT', '80.5', port],
    ['PORT', '0x50', port],
    ['PORT', ' ', port],
    ['HOST', 'http://localhost', host],
    ['HOST', 'localhost:3001', host],
    ['HOST', '[::1]', host],
    ['HOST', '*', host],
    ['GRANT_CLAIMS', 'scope scp', claims],
    ['IMPLIED_SCOPES', 'write:messages', implied],
    ['IMPLIED_SCOPES', 'write:messages=', implied],
    ['IMPLIED_SCOPES', '=read:messages', implied],
    ['IMPLIED_SCOPES', 'a=b,c', implied],
    ['IMPLIED_SCOPES', 'a=b c', implied],
    ['IMPLIED_SCOPES', 'a"b=c', implied],
    ['IMPLIED_SCOPES', 'a=b,b=c,c=a', 'has a circle: a implies b implies c implies a'],
    ['STEP_UP_CLAIMS', 'auth_time', stepUp],
    ['STEP_UP_CLAIMS', 'authTime=at', stepUp],
    ['STEP_UP_CLAIMS', 'acr=', stepUp],
    ['CORS_ORIGINS', '*', origins],
    ['CORS_ORIGINS', 'https://app.example.com/', origins],
    ['CORS_ORIGINS', 'http://a.example.com,https://b.example.com:443', origins],
    ['CORS_ORIGINS', 'app.example.com', origins],
    ['CORS_ORIGINS', 'ftp://app.example.com', origins],
    ['CORS_ORIGINS', 'null', origins],
    ['DATABASE_URL', 'mysql://api:secret@db.example.com/api', postgres],
    ['DATABASE_URL', 'postgres://api:sec#ret/@db.example.com/api', postgres],
    ['LOG_LEVEL', 'verbose', 'must be one of fatal, error, warn, info, debug'],
    ['LOG_LEVEL', 'INFO', 'must be one of fatal, error, warn, info, debug'],
    ['CLIENT', 'true', 'must be on or off'],
    ['DOCS', 'ON', 'must be on or off'],
  ])('%s=%s: it %s', (name, value, fault) => {
    expect(linesFor({ ...GOOD, [name]: value })).toEqual([`${name} ${fault}`]);
  });

  const https =
    'must be an https URL, such as https://issuer.example.com/ (http only for a loopback host)';
  const parts = 'must not contain a user name, a query, a fragment, spaces or /.well-known/';

  it.each([
    ['http://issuer.example.com/', https],
    ['http://localhost.example.com/', https],
    ['http://127.0.0.1.example.com/', https],
    ['issuer.example.com/', https],
    ['localhost:4010/', https],
    ['ftp://issuer.example.com/', https],
    ['https://', https],
    ['https://me:secret@issuer.example.com/', parts],
    ['https://issuer.example.com/?a=b', parts],
    ['https://issuer.example.com/#a', parts],
    ['https://issuer.example.com/a b', parts],
    ['https://issuer.example.com/.well-known/openid-configuration', parts],
  ])('ISSUER_BASE_URL=%s: it %s', (issuer, fault) => {
    expect(linesFor({ AUTH0_AUDIENCE: 'a', ISSUER_BASE_URL: issuer })).toEqual([
      `ISSUER_BASE_URL ${fault}`,
    ]);
  });

  it('sets neither AUTH0_DOMAIN nor ISSUER_BASE_URL, and no audience', () => {
    expect(linesFor({})).toEqual([
      'AUTH0_AUDIENCE is missing; write the identifier of this API, such as https://api.example.com',
      `AUTH0_DOMAIN is missing; write your tenant's domain, such as ${DOMAIN}, or set ISSUER_BASE_URL`,
    ]);
  });

  it('sets both AUTH0_DOMAIN and ISSUER_BASE_URL', () => {
    expect(linesFor({ ...GOOD, ISSUER_BASE_URL: 'https://issuer.example.com/' })).toEqual([
      'ISSUER_BASE_URL cannot be combined with AUTH0_DOMAIN; remove one of them',
    ]);
  });

  it('has the client id of an application as an audience', () => {
    const AUTH0_AUDIENCE = `https://api.test,${CLIENT_ID}`;
    expect(linesFor({ ...GOOD, AUTH0_CLIENT_ID: CLIENT_ID, AUTH0_AUDIENCE })).toEqual([
      'AUTH0_AUDIENCE must not contain AUTH0_CLIENT_ID, which is not an API; ' +
        'write the identifier of this API, such as https://api.example.com',
    ]);
  });

  const HTTPS = { ...GOOD, PUBLIC_URL: 'https://api.example.com' };

  it.each([
    [
      { ...GOOD, TOKEN_ALGORITHMS: 'RS256', AUTH0_SIGNING_SECRET: 'x'.repeat(32) },
      'TOKEN_ALGORITHMS cannot be combined with AUTH0_SIGNING_SECRET',
    ],
    [{ ...GOOD, TOKEN_ALGORITHMS: 'HS256' }, 'TOKEN_ALGORITHMS must be algorithms'],
    [{ ...GOOD, TOKEN_PROFILE: 'jwt' }, 'TOKEN_PROFILE must be rfc9068'],
    [{ ...GOOD, TOKEN_MAX_AGE_SEC: '0' }, 'TOKEN_MAX_AGE_SEC must be a whole number of seconds'],
    [{ ...GOOD, MCP: 'on' }, 'MCP needs PUBLIC_URL'],
    [
      { ...HTTPS, MCP: 'on', AUTH0_AUDIENCE: 'https://api.example.com/mcp' },
      'AUTH0_AUDIENCE must not contain the URL of the MCP server',
    ],
    [{ ...GOOD, DPOP: 'allowed' }, 'DPOP needs PUBLIC_URL'],
    [{ ...HTTPS, DPOP: 'on' }, 'DPOP must be off, allowed or required'],
    [{ ...HTTPS, DPOP_NONCE_SECRET: 'short' }, 'DPOP_NONCE_SECRET must have at least 32 bytes'],
    [{ ...GOOD, MTLS_CERT_HEADER: 'Client-Cert' }, 'MTLS_CERT_HEADER needs TRUSTED_PROXIES'],
    [{ ...GOOD, MTLS_CERT_HEADER: 'a b' }, 'MTLS_CERT_HEADER must be the name of a header'],
    [{ ...GOOD, BACKCHANNEL_LOGOUT: 'on' }, 'BACKCHANNEL_LOGOUT needs AUTH0_CLIENT_ID'],
  ])('combines variables wrongly: %j', (variables, line) => {
    expect(linesFor(variables)).toEqual([expect.stringContaining(line)]);
  });

  it('gets all of its faults reported at once, one line per variable', () => {
    const variables = {
      ISSUER_BASE_URL: 'x',
      PORT: 'x',
      LOG_LEVEL: 'x',
      CORS_ORIGINS: '*,x',
      AUTH0_DOMAIN: 'x',
    };
    expect(linesFor(variables).map((line) => line.split(' ')[0])).toEqual([
      'AUTH0_DOMAIN',
      'ISSUER_BASE_URL',
      'AUTH0_AUDIENCE',
      'PORT',
      'CORS_ORIGINS',
      'LOG_LEVEL',
    ]);
  });

  it.each([
    ['DATABASE_URL', 'mysql://api:hunter2@db/api'],
    ['DATABASE_URL', '"postgres://api:hunter2@db/api"'],
    ['DATABASE_URL', 'hunter2'],
    ['AUTH0_SIGNING_SECRET', 'hunter2'],
  ])('does not have its secret printed: %s=%s', (name, value) => {
    const lines = linesFor({ ...GOOD, [name]: value });
    expect(lines).toEqual([expect.stringMatching(new RegExp(`^${name} must `))]);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('has a signing secret that is shorter than the hash of HS256 (RFC 7518 §3.2)', () => {
    const secret = (length: number) => ({ ...GOOD, AUTH0_SIGNING_SECRET: 'x'.repeat(length) });
    expect(linesFor(secret(32))).toEqual([]);
    expect(linesFor(secret(31))).toEqual([
      'AUTH0_SIGNING_SECRET must have at least 32 bytes for HS256',
    ]);
  });
});

describe('The variables of the database alone', () => {
  it('need no issuer and no audience', () => {
    expect(readDatabaseVariables({ DATA_DIR: '/srv' })).toMatchObject({ DATA_DIR: '/srv' });
  });

  it('are validated, and the others are not', () => {
    expect(linesFor({ DATABASE_URL: 'x', PORT: 'x' }, readDatabaseVariables)).toEqual([
      expect.stringMatching(/^DATABASE_URL must be a PostgreSQL URL/),
    ]);
  });
});
