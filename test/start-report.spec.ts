import { authConfig } from '../src/config/auth.config.js';
import { browserConfig } from '../src/config/browser.config.js';
import { databaseConfig } from '../src/config/database.config.js';
import type { Variables } from '../src/config/environment.js';
import { limitsConfig } from '../src/config/limits.config.js';
import { mcpConfig } from '../src/config/mcp.config.js';
import { revocationConfig } from '../src/config/revocation.config.js';
import { serverConfig } from '../src/config/server.config.js';
import { reportStart } from '../src/start-report.js';
import { withEnvironment } from './support/environment.js';
import { captureLog } from './support/log.js';

const NAMESPACES = [
  authConfig,
  browserConfig,
  databaseConfig,
  limitsConfig,
  mcpConfig,
  revocationConfig,
  serverConfig,
];

/** What an application logs that has started with these variables. */
async function report(variables: Variables, address = 'http://127.0.0.1:3001') {
  const log = captureLog();
  const values = await withEnvironment(
    {
      ISSUER_BASE_URL: 'https://issuer.example.com/',
      AUTH0_AUDIENCE: 'https://api.example.com',
      ...variables,
    },
    () => new Map<unknown, unknown>(NAMESPACES.map((each) => [each.KEY, each()])),
  );
  await reportStart({ get: (key: unknown) => values.get(key), getUrl: async () => address } as App);
  return {
    lines: log.filter(({ level }) => level === 'log').map(({ message }) => message),
    warnings: log.filter(({ level }) => level === 'warn').map(({ message }) => message),
  };
}

type App = Parameters<typeof reportStart>[0];

describe('The log of a start', () => {
  it('says where the application listens, whose tokens it accepts, and what it serves', async () => {
    expect(await report({ HOST: '127.0.0.1' })).toEqual({
      lines: [
        'Listening on http://127.0.0.1:3001',
        'Access tokens: issuer https://issuer.example.com/, audience https://api.example.com',
        'Browser pages: http://127.0.0.1:3001/',
        'API reference: http://127.0.0.1:3001/docs',
      ],
      warnings: [],
    });
  });

  it.each([
    ['http://localhost:3001', undefined, 'http://[::]:3001'],
    ['http://localhost:3001', 'localhost', 'http://127.0.0.1:3001'],
    ['http://api.test:3001', 'api.test', 'http://10.0.0.7:3001'],
    ['http://[::1]:3001', '::1', 'http://[::1]:3001'],
  ])('names %s with HOST=%s', async (origin, HOST, address) => {
    const { lines } = await report({ HOST }, address);
    expect(lines[0]).toBe(`Listening on ${origin}`);
  });

  it('names the variables that turn on what is off', async () => {
    const { lines } = await report({ CLIENT: 'off', DOCS: 'off' });
    expect(lines.slice(2)).toEqual([
      'Browser pages: off, CLIENT=on serves them',
      'API reference: off, DOCS=on serves it',
    ]);
  });

  it('warns of an audience that clients will not request', async () => {
    const { warnings } = await report({ PUBLIC_URL: 'https://public.example.com' });
    expect(warnings).toEqual([
      'AUTH0_AUDIENCE does not contain https://public.example.com: clients that read the metadata of ' +
        'this API request tokens for that audience.',
    ]);
  });

  it('names the public URL, the trusted proxies and the rate limit where they are set', async () => {
    const variables = {
      NODE_ENV: 'production',
      DATABASE_URL: 'postgresql://api:secret@db.test/api',
      PUBLIC_URL: 'https://api.example.com',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
      RATE_LIMIT: '600',
      REDIS_URL: 'redis://api:hunter2@redis.test:6380/1',
    };
    const { lines, warnings } = await report(variables);
    expect(lines.slice(4)).toEqual([
      'Public URL: https://api.example.com',
      'Trusted proxies: 10.0.0.0/8, ::1',
      'Rate limit: 600 requests per minute and client, counted in Redis at redis.test:6380',
    ]);
    expect(warnings).toEqual([]);
  });

  it('warns about a rate limit without trusted proxies, and about Redis without a limit', async () => {
    const DATABASE_URL = 'postgresql://api:secret@db.test/api';
    const limited = await report({ NODE_ENV: 'production', DATABASE_URL, RATE_LIMIT: '60' });
    expect(limited.lines.at(-1)).toBe(
      'Rate limit: 60 requests per minute and client, counted by this instance',
    );
    expect(limited.warnings).toEqual([
      'RATE_LIMIT is set and TRUSTED_PROXIES is not: behind a proxy, all clients without an ' +
        'accepted token share one limit.',
    ]);
    const { warnings } = await report({ REDIS_URL: 'redis://redis.test' });
    expect(warnings).toEqual(['REDIS_URL is not used: set RATE_LIMIT or DPOP as well.']);
  });

  it('says whether DPoP is accepted, and where proofs are remembered', async () => {
    const variables = { PUBLIC_URL: 'https://api.example.com', DPOP: 'required' };
    const alone = await report(variables);
    expect(alone.lines.at(-1)).toBe('DPoP: required, proofs remembered by this instance');
    const { lines, warnings } = await report({ ...variables, REDIS_URL: 'redis://redis.test' });
    expect(lines.at(-1)).toBe('DPoP: required, proofs remembered in Redis at redis.test');
    expect(warnings).toEqual([]);
  });

  it('says where the MCP server is, and where the issuer reports logouts', async () => {
    const { lines } = await report({
      PUBLIC_URL: 'https://api.example.com',
      MCP: 'on',
      BACKCHANNEL_LOGOUT: 'on',
      AUTH0_CLIENT_ID: 'browser',
    });
    expect(lines.slice(4, 6)).toEqual([
      'MCP server: https://api.example.com/mcp',
      'Logout tokens: https://api.example.com/backchannel-logout, for the client browser',
    ]);
  });

  it('says in which header client certificates come', async () => {
    const variables = { TRUSTED_PROXIES: '10.0.0.1', MTLS_CERT_HEADER: 'X-SSL-Client-Cert' };
    const { lines } = await report(variables);
    expect(lines.at(-1)).toBe(
      'Client certificates: in the header X-SSL-Client-Cert of the trusted proxies',
    );
  });

  it('warns that NODE_ENV=prod is not production', async () => {
    expect((await report({ NODE_ENV: 'prod' })).warnings).toEqual([
      'NODE_ENV is prod, which changes nothing. Did you mean production?',
    ]);
  });

  it.each(['', 'development', 'test'])('does not warn about NODE_ENV=%s', async (mode) => {
    expect((await report({ NODE_ENV: mode })).warnings).toEqual([]);
  });

  it('warns in production that embedded data does not survive a power loss', async () => {
    const embedded = await report({ NODE_ENV: 'production', DATA_DIR: '/var/api' });
    const DATABASE_URL = 'postgresql://api:secret@db.test/api';
    const postgres = await report({ NODE_ENV: 'production', DATABASE_URL });
    expect(embedded.warnings).toEqual([
      'The database is embedded, in /var/api. Its data does not survive a power loss, ' +
        'and only one instance can use it. In production, set DATABASE_URL to use PostgreSQL.',
    ]);
    expect(postgres.warnings).toEqual([]);
  });

  it('warns about an audience that looks like a client id', async () => {
    const audience = 'abcdefghijklmnopqrstuvwxyz012345';
    expect((await report({ AUTH0_AUDIENCE: audience })).warnings).toEqual([
      `AUTH0_AUDIENCE contains ${audience}, which looks like the client id of an application. ` +
        'Write the identifier of the API.',
    ]);
  });
});
