import { Test } from '@nestjs/testing';
import { AuthModule, type AuthOptions } from '../../src/auth/index.js';

const VALID = { issuer: 'https://dev.us.auth0.com/', audience: 'api' };
const SECRET = 'a secret of more than thirty-two bytes';

type Options = Record<string, unknown>;

const compile = (options: unknown) =>
  Test.createTestingModule({
    imports: [AuthModule.forRootAsync({ useFactory: () => options as AuthOptions })],
  }).compile();

async function messageOf(options: unknown): Promise<string> {
  const error = await compile(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TypeError);
  return (error as TypeError).message;
}

/** Cases of one option with the values that it must not have. */
const wrong = (option: string, values: unknown[]): [string, Options][] =>
  values.map((value) => [option, { [option]: value }]);

describe('AuthModule does not start with a wrong option', () => {
  it.each<[string, Options]>([
    ...wrong('issuer', [
      undefined,
      'dev.us.auth0.com',
      'http://dev.us.auth0.com/',
      'https://dev.us.auth0.com/?x',
      'HTTPS://dev.us.auth0.com/',
      ' https://dev.us.auth0.com/',
      'https://user:secret@dev.us.auth0.com/',
      'https://dev.us.auth0.com:port/',
    ]),
    ...wrong('audience', [undefined, '', [], ['a', '']]),
    // The log and the doctor print it.
    ...wrong('jwksUri', ['http://dev.us.auth0.com/jwks', 'https://dev.us.auth0.com/\u001B[2J']),
    ...wrong('algorithms', [['none'], ['HS256'], []]),
    ...wrong('issuers', [[], [{ issuer: 'https://a.test/', audience: 'a' }]]),
    ['issuers', { issuer: undefined, issuers: [] }],
    ['issuers', { issuer: undefined, issuers: { issuer: 'https://a.test/', audience: 'a' } }],
    [
      'issuers[1].issuer',
      { issuer: undefined, issuers: [{ issuer: 'https://a.test/', audience: 'a' }, undefined] },
    ],
    ['issuers[0].audience', { issuer: undefined, issuers: [{ issuer: 'https://a.test/' }] }],
    [
      'issuers',
      {
        issuer: undefined,
        issuers: ['', '/'].map((end) => ({ issuer: `https://a.test${end}`, audience: 'a' })),
      },
    ],
    ...wrong('dpop', ['allowed', null, { mode: 'allowed' }, { mode: 'required' }]),
    ['dpop.mode', { dpop: { mode: 'on' } }],
    ['dpop.maxAgeSec', { dpop: { maxAgeSec: 0 } }],
    ['dpop.maxAgeSec', { dpop: { maxAgeSec: 301 } }],
    ['dpop.replays', { dpop: { replays: {} } }],
    ['dpop.replays', { dpop: { replays: null } }],
    ['dpop.nonceSecret', { dpop: { nonceSecret: 'short' } }],
    ['dpop.nonceSecret', { dpop: { nonceSecret: 7 } }],
    ['dpop.nonces', { dpop: { nonces: true } }],
    ...wrong('impliedScopes', [{ a: ['a'] }, { a: ['b'], b: ['c'], c: ['a'] }]),
    ['impliedScopes["a"]', { impliedScopes: { a: 'b' } }],
    ['impliedScopes["a"]', { impliedScopes: { a: ['b c'] } }],
    ['impliedScopes["a b"]', { impliedScopes: { 'a b': ['c'] } }],
    ...wrong('mtls', [null, 'Client-Cert', () => undefined]),
    ['mtls.certificate', { mtls: {} }],
    ['mtls.certificate', { mtls: { certificate: 'Client-Cert' } }],
    ['mtls.header', { mtls: { certificate: () => undefined, header: 'Client-Cert' } }],
    ['stepUpClaims.acrs', { stepUpClaims: { acrs: 'acr' } }],
    ['stepUpClaims.amr', { stepUpClaims: { amr: [] } }],
    ['stepUpClaims.authTime', { stepUpClaims: { authTime: 7 } }],
    ...wrong('grantClaims', [[], 'scope', [''], [[]], [['roles', 7]]]),
    ...wrong('publicUrl', [
      'api.example.com',
      'http://api.example.com',
      'https://api.example.com/',
      'https://api.example.com/v1',
      'https://user:secret@api.example.com',
    ]),
    ...wrong('unmarkedRoutes', ['public', true]),
    ...wrong('claimFailure', ['forbidden']),
    ...wrong('clockToleranceSec', [-1, 5000, Number.NaN]),
    ...wrong('jwksTimeoutMs', [0, '5000']),
    ...wrong('jwksMaxAgeSec', [Number.POSITIVE_INFINITY]),
    ...wrong('jwksMaxStaleSec', [60]),
    ...wrong('isRevoked', [true]),
    ...wrong('getToken', ['authorization']),
    ...wrong('nonceInAccessToken', ['yes']),
    ...wrong('profile', ['RFC9068', null]),
    ...wrong('maxTokenAgeSec', [0, '600', Number.NaN]),
    ...wrong('rawRoutes', [null, 'GET /docs', ['GET /docs'], { '/docs': 'A reason' }]),
    ...wrong('rawRoutes', [{ 'get /docs': 'A reason' }, { 'GET docs': 'A reason' }]),
    ["rawRoutes['GET /docs']", { rawRoutes: { 'GET /docs': ' ' } }],
    ["rawRoutes['GET /docs']", { rawRoutes: { 'GET /docs': true } }],
    ...wrong('tokenCache', [true, null]),
    ['tokenCache.maxEntries', { tokenCache: { maxEntries: 0 } }],
    ['tokenCache.maxEntries', { tokenCache: { maxEntries: 1.5 } }],
    ['tokenCache.maxBytes', { tokenCache: { maxBytes: Number.NaN } }],
    ['tokenCache.maxEntrys', { tokenCache: { maxEntrys: 1 } }],
    ...wrong('secret', ['x'.repeat(31), '', 42]),
    ['secret', { secret: SECRET, jwksUri: 'https://issuer.test/jwks' }],
    ['secret', { secret: SECRET, algorithms: ['RS256'] }],
    ['secret', { secret: SECRET, algorithms: ['HS256'] }],
  ])('and names it: %s in %j', async (option, options) => {
    const message = await messageOf({ ...VALID, ...options });
    expect(message.startsWith(`AuthModule: the option ${option} `)).toBe(true);
    expect(message).not.toContain('x'.repeat(31));
  });

  // A misspelt option would silently leave out a check.
  it.each<[string, Options]>([
    ['isrevoked', { ...VALID, isrevoked: () => true }],
    ['globalGuards', { ...VALID, globalGuards: false }],
    ['isrevoked', { issuers: [VALID], isrevoked: () => true }],
    ['issuers[0].audiences', { issuers: [{ ...VALID, audiences: 'a' }] }],
  ])('and says that %s is unknown in %j', async (option, options) => {
    expect(await messageOf(options)).toBe(`AuthModule: the option ${option} is unknown.`);
  });

  it('and counts the bytes of a secret, not its characters', async () => {
    await (await compile({ ...VALID, secret: 'ü'.repeat(16) })).close();
    expect(await messageOf({ ...VALID, secret: 'ü'.repeat(15) })).toContain('at least 32 bytes');
  });

  it('and says how to configure HS256', async () => {
    expect(await messageOf({ ...VALID, algorithms: ['HS256'] })).toContain('the option secret');
  });

  it.each(['EdDSA', 'Ed25519'])('and says that %s is not supported', async (algorithm) => {
    const message = await messageOf({ ...VALID, algorithms: ['RS256', algorithm] });
    expect(message).toContain(`the option algorithms has "${algorithm}"; jsonwebtoken`);
    expect(message).toContain('supports RS256, ');
  });

  it.each([undefined, null, 7, 'https://issuer.example/'])(
    'and says what it needs when the options are %j',
    async (options) => {
      expect(await messageOf(options)).toMatch(/^AuthModule: .*forRoot\(/);
    },
  );
});
