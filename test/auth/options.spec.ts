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
    ...wrong('jwksUri', ['http://dev.us.auth0.com/jwks']),
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
    ...wrong('grantClaims', [[], 'scope']),
    ...wrong('claimFailure', ['forbidden']),
    ...wrong('clockToleranceSec', [-1, 5000, Number.NaN]),
    ...wrong('jwksTimeoutMs', [0, '5000']),
    ...wrong('jwksMaxAgeSec', [Number.POSITIVE_INFINITY]),
    ...wrong('jwksMaxStaleSec', [60]),
    ...wrong('isRevoked', [true]),
    ...wrong('nonceInAccessToken', ['yes']),
    ...wrong('profile', ['RFC9068', null]),
    ...wrong('maxTokenAgeSec', [0, '600', Number.NaN]),
    ...wrong('tokenCache', [true, null]),
    ['tokenCache.maxEntries', { tokenCache: { maxEntries: 0 } }],
    ['tokenCache.maxBytes', { tokenCache: { maxBytes: Number.NaN } }],
    ['tokenCache.maxAgeSec', { tokenCache: { maxAgeSec: '60' } }],
    ...wrong('secret', ['x'.repeat(31), '', 42]),
    ['jwksUri', { secret: SECRET, jwksUri: 'https://issuer.test/jwks' }],
    ['algorithms', { secret: SECRET, algorithms: ['RS256'] }],
    ['algorithms', { secret: SECRET, algorithms: ['HS256'] }],
  ])('and names it: %s in %j', async (option, options) => {
    const message = await messageOf({ ...VALID, ...options });
    expect(message.startsWith(`AuthModule: the option ${option} `)).toBe(true);
    expect(message).not.toContain('x'.repeat(31));
  });

  it('and says how to configure HMAC', async () => {
    expect(await messageOf({ ...VALID, algorithms: ['HS256'] })).toContain('the option secret');
  });

  it.each([undefined, null, 7, 'https://issuer.example/'])(
    'and says what it needs when the options are %j',
    async (options) => {
      expect(await messageOf(options)).toBe(
        'AuthModule: give it options: at least an issuer and an audience.',
      );
    },
  );
});
