import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import {
  ConfigError,
  type Environment,
  loadConfig,
  loadDatabaseConfig,
  loadDocumentConfig,
} from '../../src/config/config.js';
import { VARIABLES } from '../../src/config/environment.js';

const GOOD = {
  AUTH0_DOMAIN: 'dev-abc123.us.auth0.com',
  AUTH0_AUDIENCE: 'https://api.example.com',
};

/** What is printed about an environment; nothing when it is good. */
function linesFor(
  environment: Environment,
  load: (environment: Environment) => unknown = loadConfig,
) {
  try {
    load(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.lines;
    throw error;
  }
}

describe('A good environment', () => {
  it('needs a tenant and an audience, and has defaults for the rest', () => {
    expect(loadConfig(GOOD)).toEqual({
      auth: {
        issuer: 'https://dev-abc123.us.auth0.com/',
        jwksUri: 'https://dev-abc123.us.auth0.com/.well-known/jwks.json',
        audience: ['https://api.example.com'],
        grantClaims: ['scope', 'scp'],
      },
      database: { url: undefined, dataDir: './data' },
      clientId: undefined,
      isAuth0: true,
      port: 3001,
      host: undefined,
      corsOrigins: [],
      logLevel: 'info',
      logFormat: 'text',
      docs: true,
      warnings: [],
    });
  });

  it('may say everything', () => {
    expect(
      loadConfig({
        ISSUER_BASE_URL: 'https://issuer.example.com/realms/main',
        AUTH0_AUDIENCE: 'https://api.example.com, https://api2.example.com,https://api.example.com',
        AUTH0_CLIENT_ID: 'abcdefghijklmnopqrstuvwxyz012345',
        PORT: '8080',
        HOST: '::1',
        GRANT_CLAIMS: 'scope,permissions',
        CORS_ORIGINS: 'https://app.example.com,http://localhost:5173',
        DATABASE_URL: 'postgresql://api:secret@db.example.com:5432/api',
        DATA_DIR: '/var/lib/api',
        LOG_LEVEL: 'warn',
        NODE_ENV: 'production',
        DOCS: 'on',
      }),
    ).toEqual({
      auth: {
        issuer: 'https://issuer.example.com/realms/main',
        audience: ['https://api.example.com', 'https://api2.example.com'],
        grantClaims: ['scope', 'permissions'],
      },
      database: { url: 'postgresql://api:secret@db.example.com:5432/api', dataDir: '/var/lib/api' },
      clientId: 'abcdefghijklmnopqrstuvwxyz012345',
      isAuth0: false,
      port: 8080,
      host: '::1',
      corsOrigins: ['https://app.example.com', 'http://localhost:5173'],
      logLevel: 'warn',
      logFormat: 'json',
      docs: true,
      warnings: [],
    });
  });

  it('may leave variables empty, which is as good as unset', () => {
    const empty = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, '']));
    expect(loadConfig({ ...empty, ...GOOD })).toEqual(loadConfig(GOOD));
  });

  it('may have variables of others', () => {
    expect(loadConfig({ ...GOOD, AUTH0_SCOPE: 'x', issuer: 'x', PATH: '/bin' })).toEqual(
      loadConfig(GOOD),
    );
  });

  it.each([
    'http://localhost:4010/',
    'http://127.0.0.1:4010',
    'http://127.8.9.1/',
    'http://[::1]:4010/',
  ])('may name an issuer on this machine over http: %s', (issuer) => {
    const { auth } = loadConfig({ AUTH0_AUDIENCE: 'a', ISSUER_BASE_URL: issuer });
    expect(auth).toMatchObject({ issuer });
  });

  it.each([
    [true, {}],
    [true, { NODE_ENV: 'development' }],
    [false, { NODE_ENV: 'production' }],
    [true, { NODE_ENV: 'production', DOCS: 'on' }],
    [false, { DOCS: 'off' }],
  ])('serves the docs (%s) with %j', (docs, environment) => {
    expect(loadConfig({ ...GOOD, ...environment })).toMatchObject({ docs });
  });

  it('warns of an audience that looks like a client id', () => {
    const { warnings } = loadConfig({
      ...GOOD,
      AUTH0_AUDIENCE: 'abcdefghijklmnopqrstuvwxyz012345',
    });
    expect(warnings).toEqual([
      'AUTH0_AUDIENCE has abcdefghijklmnopqrstuvwxyz012345, which looks like the client id of an application; ' +
        'access tokens are for the identifier of an API',
    ]);
  });
});

describe('A bad environment', () => {
  const domain = 'dev-abc123.us.auth0.com';
  const notADomain =
    `is no domain name; write the domain of your tenant, such as ${domain}, ` +
    'or an issuer that is no Auth0 tenant into ISSUER_BASE_URL';
  const notAPort =
    'is no port; write a whole number from 1 to 65535, such as 3001, or 0 for any free port';
  const notAnAddress =
    'is no address to listen on; write one, such as 127.0.0.1, or nothing for all interfaces';
  const notPostgres =
    'is no PostgreSQL URL; write postgresql://USER:PASSWORD@HOST:5432/DATABASE, ' +
    'special characters of the password percent-encoded';
  const noOrigin =
    'has an entry that is no origin; write scheme, host and port, such as https://app.example.com';
  const inexactOrigin =
    'has an entry that is not exactly an origin, which is scheme, host and port; write';

  it.each([
    ['AUTH0_DOMAIN', `https://${domain}`, `has a scheme; write ${domain}`],
    ['AUTH0_DOMAIN', `${domain}/`, `has a trailing slash; write ${domain}`],
    ['AUTH0_DOMAIN', `${domain}/oauth/token`, `has a path; write ${domain}`],
    ['AUTH0_DOMAIN', `https://${domain}/`, `has a scheme and a trailing slash; write ${domain}`],
    ['AUTH0_DOMAIN', 'Dev-abc123.us.auth0.com', `has capital letters; write ${domain}`],
    ['AUTH0_DOMAIN', 'localhost:4010', notADomain],
    ['AUTH0_DOMAIN', '127.0.0.1', notADomain],
    ['AUTH0_DOMAIN', '{yourDomain}', notADomain],
    ['AUTH0_DOMAIN', `"${domain}"`, `has quotes around its value; write ${domain}`],
    ['AUTH0_DOMAIN', ` ${domain}\r`, `has spaces around its value; write ${domain}`],
    [
      'AUTH0_AUDIENCE',
      "'https://a.example.com'",
      'has quotes around its value; write https://a.example.com',
    ],
    ['AUTH0_AUDIENCE', '""', 'has quotes around its value; write nothing, or a value'],
    ['AUTH0_AUDIENCE', 'https://a,,https://b', 'has an empty entry; write https://a,https://b'],
    [
      'AUTH0_AUDIENCE',
      'https://a https://b',
      'has spaces inside an entry; write https://a,https://b',
    ],
    ['PORT', '65536', notAPort],
    ['PORT', '3001/tcp', notAPort],
    ['PORT', '-1', notAPort],
    ['PORT', '80.5', notAPort],
    ['HOST', 'http://localhost', 'is more than an address; write localhost'],
    ['HOST', 'localhost:3001', 'is more than an address; write localhost'],
    ['HOST', '[::1]', 'is more than an address; write ::1'],
    ['HOST', '*', notAnAddress],
    ['GRANT_CLAIMS', 'scope scp', 'has spaces inside an entry; write scope,scp'],
    [
      'CORS_ORIGINS',
      '*',
      'has *, which lets every site in; write exact origins, such as https://app.example.com',
    ],
    ['CORS_ORIGINS', 'https://app.example.com/', `${inexactOrigin} https://app.example.com`],
    [
      'CORS_ORIGINS',
      'http://a.example.com,https://b.example.com:443',
      `${inexactOrigin} https://b.example.com`,
    ],
    ['CORS_ORIGINS', 'app.example.com', noOrigin],
    ['CORS_ORIGINS', 'null', noOrigin],
    ['DATABASE_URL', 'mysql://api:secret@db.example.com/api', notPostgres],
    ['DATABASE_URL', 'postgres://api:sec#ret/@db.example.com/api', notPostgres],
    [
      'DATABASE_URL',
      '"postgres://api:secret@db/api"',
      'has quotes around its value; write it without them',
    ],
    ['DATA_DIR', './data ', 'has spaces around its value; write ./data'],
    ['LOG_LEVEL', 'verbose', 'is no level; write one of fatal, error, warn, info, debug'],
    ['LOG_LEVEL', 'INFO', 'is no level; write one of fatal, error, warn, info, debug'],
    ['DOCS', 'true', 'is no switch; write on or off'],
  ])('%s=%s %s', (name, value, fault) => {
    expect(linesFor({ ...GOOD, [name]: value })).toEqual([`${name} ${fault}`]);
  });

  it.each([
    [
      'http://issuer.example.com/',
      'is http: to another machine, where its keys could be replaced on the way; write https://issuer.example.com/',
    ],
    [
      'http://localhost.example.com/',
      'is http: to another machine, where its keys could be replaced on the way; write https://localhost.example.com/',
    ],
    ['issuer.example.com/', 'has no scheme; write https://issuer.example.com/'],
    ['localhost:4010/', 'has no scheme; write http://localhost:4010/'],
    [
      'ftp://issuer.example.com/',
      `is no https URL; write the issuer's identifier, such as https://${domain}/`,
    ],
    ['https://', `is no https URL; write the issuer's identifier, such as https://${domain}/`],
    ['https://me:secret@issuer.example.com/', 'has a user in it; write it without'],
    [
      'https://issuer.example.com/?a=b',
      'has a query or a fragment; write https://issuer.example.com/',
    ],
    [
      'https://issuer.example.com/.well-known/openid-configuration',
      'is the address of the discovery document; write https://issuer.example.com/',
    ],
  ])('ISSUER_BASE_URL=%s %s', (issuer, fault) => {
    expect(linesFor({ AUTH0_AUDIENCE: 'a', ISSUER_BASE_URL: issuer })).toEqual([
      `ISSUER_BASE_URL ${fault}`,
    ]);
  });

  it('has neither of the issuer variables, and no audience', () => {
    expect(linesFor({})).toEqual([
      `AUTH0_DOMAIN is missing, and so is ISSUER_BASE_URL; write the domain of your tenant, such as ${domain}`,
      'AUTH0_AUDIENCE is missing; write the identifier of this API, such as https://api.example.com',
    ]);
  });

  it('has both of the issuer variables', () => {
    expect(linesFor({ ...GOOD, ISSUER_BASE_URL: 'https://issuer.example.com/' })).toEqual([
      'ISSUER_BASE_URL stands beside AUTH0_DOMAIN, and there is one issuer; remove one of the two',
    ]);
  });

  it('has the client id of an application for an audience', () => {
    const id = 'abcdefghijklmnopqrstuvwxyz012345';
    const environment = { ...GOOD, AUTH0_CLIENT_ID: id, AUTH0_AUDIENCE: `https://api.test,${id}` };
    expect(linesFor(environment)).toEqual([
      'AUTH0_AUDIENCE is AUTH0_CLIENT_ID, and access tokens are for an API, not for an application; ' +
        'write the identifier of the API, such as https://api.example.com',
    ]);
  });

  it('has a name in the wrong case, which is then not called missing as well', () => {
    const { AUTH0_DOMAIN, AUTH0_AUDIENCE } = GOOD;
    expect(linesFor({ auth0_domain: AUTH0_DOMAIN, AUTH0_AUDIENCE, Port: '80' })).toEqual([
      'auth0_domain is not read, its name is in the wrong case; write AUTH0_DOMAIN',
      'Port is not read, its name is in the wrong case; write PORT',
    ]);
  });

  it('may have a name in the wrong case beside the right one', () => {
    expect(linesFor({ ...GOOD, auth0_domain: 'x' })).toEqual([]);
  });

  it('is told all of its faults at once, a line for each variable', () => {
    const environment = { AUTH0_DOMAIN: 'x', PORT: 'x', LOG_LEVEL: 'x', CORS_ORIGINS: '*,x' };
    expect(linesFor(environment).map((line) => line.split(' ')[0])).toEqual([
      'AUTH0_DOMAIN',
      'AUTH0_AUDIENCE',
      'PORT',
      'CORS_ORIGINS',
      'LOG_LEVEL',
    ]);
  });

  it.each(['mysql://api:hunter2@db/api', ' postgres://api:hunter2@db/api', 'hunter2'])(
    'is not told the secret in DATABASE_URL: %s',
    (url) => {
      const [line] = linesFor({ ...GOOD, DATABASE_URL: url });
      expect(line).toMatch(/^DATABASE_URL /);
      expect(line).not.toContain('hunter2');
    },
  );
});

describe('AUTH0_SIGNING_SECRET', () => {
  const secret = 'hunter2'.repeat(5);

  it.each([
    ['a tenant', { AUTH0_DOMAIN: 'dev-abc123.us.auth0.com' }, 'https://dev-abc123.us.auth0.com/'],
    ['another issuer', { ISSUER_BASE_URL: 'https://id.example.com' }, 'https://id.example.com'],
  ])('leaves of %s the identifier alone: no keys are fetched', (_, issuer, identifier) => {
    const environment = { ...issuer, AUTH0_AUDIENCE: 'a', AUTH0_SIGNING_SECRET: secret };
    expect(loadConfig(environment).auth).toEqual({
      issuer: identifier,
      secret,
      audience: ['a'],
      grantClaims: ['scope', 'scp'],
    });
  });

  it.each([
    ['hunter2', /^AUTH0_SIGNING_SECRET has 7 bytes, and HS256 needs at least 32; write a longer/],
    [`"${secret}"`, /^AUTH0_SIGNING_SECRET has quotes around its value; write it without them$/],
  ])('that is no good is not repeated: %s', (value, fault) => {
    const [line] = linesFor({ ...GOOD, AUTH0_SIGNING_SECRET: value });
    expect(line).toMatch(fault);
    expect(line).not.toContain('hunter2');
  });
});

describe('The configuration of the database alone', () => {
  it('needs no issuer', () => {
    expect(loadDatabaseConfig({ DATA_DIR: '/srv' })).toEqual({ url: undefined, dataDir: '/srv' });
  });

  it('is checked all the same', () => {
    expect(linesFor({ DATABASE_URL: 'x', data_dir: 'x', PORT: 'x' }, loadDatabaseConfig)).toEqual([
      expect.stringMatching(/^DATABASE_URL is no PostgreSQL URL/),
      'data_dir is not read, its name is in the wrong case; write DATA_DIR',
    ]);
  });
});

describe('The configuration of the document alone', () => {
  it('has a tenant and an API of nobody where none are given', () => {
    expect(loadDocumentConfig({ AUTH0_DOMAIN: '', GRANT_CLAIMS: 'permissions' }).auth).toEqual({
      ...loadConfig(GOOD).auth,
      grantClaims: ['permissions'],
    });
  });

  it('has those that are given', () => {
    const given = { ISSUER_BASE_URL: 'https://issuer.example.com/', AUTH0_AUDIENCE: 'mine' };
    expect(loadDocumentConfig(given)).toEqual(loadConfig(given));
    const tenant = { ...GOOD, AUTH0_DOMAIN: 'tenant.example.com' };
    expect(loadDocumentConfig(tenant)).toEqual(loadConfig(tenant));
  });

  it('is checked all the same', () => {
    expect(linesFor({ PORT: 'x' }, loadDocumentConfig)).toEqual([
      expect.stringMatching(/^PORT is no port/),
    ]);
  });
});

describe('.env.example', () => {
  const file = readFileSync(new URL('../.env.example', import.meta.url), 'utf8');
  const entries = [...file.matchAll(/((?:^# .*\n)+?)(# )?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
    ([, comment = '', commentedOut, name = '', value = '']) => ({
      comment,
      commentedOut,
      name,
      value,
    }),
  );

  it('holds every variable once, in the order of the schema, and no other', () => {
    expect(entries.map(({ name }) => name)).toEqual(Object.keys(VARIABLES));
  });

  it('is a good environment as it stands', () => {
    expect(loadConfig(parseEnv(file))).toMatchObject({
      auth: { audience: ['https://api.example.com'] },
    });
  });

  it.each(entries)(
    'says whether $name is required, or its default',
    ({ name, comment, commentedOut }) => {
      const required = !VARIABLES[name as keyof typeof VARIABLES].safeParse(undefined).success;
      expect(comment).toMatch(required ? /Required/ : /Required|[Dd]efault/);
      expect(required && commentedOut !== undefined).toBe(false);
    },
  );

  it.each(entries.filter(({ comment }) => comment.endsWith('Default:\n')))(
    'gives the default that $name really has',
    ({ name, value }) => {
      expect(loadConfig({ ...GOOD, [name]: value })).toEqual(loadConfig(GOOD));
    },
  );

  it.each(entries.filter(({ comment }) => /[Ee]xample[^\n]*:\n$/.test(comment)))(
    'gives an example for $name that is accepted, and no default where there is none',
    ({ name, value }) => {
      const variable = VARIABLES[name as keyof typeof VARIABLES];
      expect(variable.safeParse(value).success).toBe(true);
      expect([undefined, []]).toContainEqual(variable.safeParse(undefined).data);
    },
  );
});
