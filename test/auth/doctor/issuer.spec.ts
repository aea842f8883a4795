import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { resolveAuthOptions } from '../../../src/auth/check-options.js';
import { diagnose } from '../../../src/auth/doctor/diagnose.js';
import { reportOf } from '../../../src/auth/doctor/report.js';
import type { Fault } from '../../../src/auth/testing/index.js';
import { Examination, stepOf } from './support/examination.js';

const given = new Examination();

/** Answers as the issuer does, with other headers and another name. */
function answer({ name = given.issuer.url, headers = {} }): RequestListener {
  const { jwksUri, published } = given.issuer;
  return (request, response) => {
    const isKeys = request.url === '/.well-known/jwks.json';
    const document = isKeys ? { keys: published } : { issuer: name, jwks_uri: jwksUri };
    response.writeHead(200, headers).end(JSON.stringify(document));
  };
}

describe('The configuration', () => {
  it('is shown when it is good', async () => {
    const { steps, verdict, ok } = given.plain(await given.diagnose());
    expect({ ok, verdict }).toEqual({ ok: true, verdict: 'The API can verify access tokens.' });
    expect(steps).toEqual([
      { section: 'configuration', name: 'options', status: 'ok', actual: 'I/ with RS256' },
      {
        section: 'configuration',
        name: 'audience',
        status: 'ok',
        actual: 'https://api.example.com',
      },
      {
        section: 'issuer',
        issuer: 'I/',
        name: 'discovery',
        status: 'ok',
        actual: 'I/.well-known/openid-configuration',
      },
      {
        section: 'issuer',
        issuer: 'I/',
        name: 'keys',
        status: 'ok',
        actual: `usable: ${given.issuer.key.kid} (RS256)`,
        details: [],
      },
      {
        section: 'issuer',
        issuer: 'I/',
        name: 'clock',
        status: 'ok',
        actual: 'the same as that of the issuer',
      },
    ]);
  });

  it('has every problem on a line of its own when it is wrong', async () => {
    const diagnosis = await diagnose({
      options: () => {
        throw new Error('ONE is missing\nTWO must be a number');
      },
      token: 'token',
      route: 'GET /',
    });
    expect(diagnosis).toEqual({
      ok: false,
      verdict: 'The API does not start with this configuration.',
      steps: [
        {
          section: 'configuration',
          name: 'options',
          status: 'failed',
          details: ['ONE is missing', 'TWO must be a number'],
        },
      ],
    });
  });

  it.each<[object, string]>([
    [{ audience: '' }, 'AuthModule: the option audience must be a non-empty array'],
    [{ issuer: 'example.com' }, 'AuthModule: the option issuer must be an https URL'],
    [{ clockToleranceSec: -1 }, 'AuthModule: the option clockToleranceSec must be a number'],
  ])('names the option that is wrong: %j', async (options, message) => {
    const { steps } = await given.diagnose(options);
    expect(steps[0]!.details).toEqual([expect.stringContaining(message)]);
  });

  it('has a warning when the audience looks like the client id of an application', async () => {
    const audience = ['https://api.example.com', 'aBcDeFgHiJkLmNoPqRsTuVwXyZ012345'];
    const diagnosis = await given.diagnose({ audience });
    expect(diagnosis.ok).toBe(true);
    expect(stepOf(diagnosis, 'configuration', 'audience')).toMatchObject({
      status: 'warning',
      actual: audience.join(', '),
      advice:
        'aBcDeFgHiJkLmNoPqRsTuVwXyZ012345 looks like the client id of an application. Write the ' +
        'identifier of the API as the option audience.',
    });
  });

  it('has nothing to fetch with a shared secret, which is not shown', async () => {
    const secret = 'a secret that has at least 32 bytes';
    const diagnosis = await given.diagnose({ secret });
    const issuer = diagnosis.steps.filter(({ section }) => section === 'issuer');
    expect(issuer.map(({ name, status }) => [name, status])).toEqual([
      ['discovery', 'skipped'],
      ['keys', 'ok'],
      ['clock', 'skipped'],
    ]);
    expect(JSON.stringify(diagnosis)).not.toContain(secret);
  });
});

describe('The issuer', () => {
  it.each<[Fault, RegExp]>([
    ['down', /other side closed|fetch failed/],
    ['error', /answered with status 500$/],
    ['html', /did not answer with JSON$/],
    ['redirect', /answered with status 302$/],
    ['hang', /due to timeout$/],
    ['empty', /names another issuer: undefined$/],
  ])('fails at discovery when it answers with the fault %s', async (fault, reason) => {
    given.issuer.fail(fault);
    const diagnosis = await given.diagnose({ jwksTimeoutMs: 300 });
    expect(diagnosis).toMatchObject({
      ok: false,
      verdict: 'The API cannot verify access tokens: it answers 503.',
    });
    expect(stepOf(diagnosis, 'issuer', 'discovery')).toMatchObject({
      status: 'failed',
      actual: expect.stringMatching(reason),
      advice: expect.any(String),
    });
    expect(stepOf(diagnosis, 'issuer', 'keys')).toMatchObject({
      status: 'skipped',
      actual: 'not reached',
    });
  });

  it('fails at the keys when only they are missing', async () => {
    const { jwksUri } = given.issuer;
    const diagnosis = await given.diagnose({ jwksUri: `${jwksUri}x?token=secret` });
    expect(stepOf(diagnosis, 'issuer', 'keys')).toMatchObject({
      status: 'failed',
      expected: `a key set at ${jwksUri}x`,
      actual: `${jwksUri}x answered with status 404`,
    });
    expect(JSON.stringify(diagnosis)).not.toContain('secret');
  });

  it('names another issuer in its document', async () => {
    given.issuer.fail(answer({ name: 'https://other.example.com/' }));
    const discovered = await given.diagnose();
    expect(given.plain(stepOf(discovered, 'issuer', 'discovery'))).toMatchObject({
      status: 'failed',
      expected: 'I/',
      actual:
        "I/.well-known/openid-configuration names another issuer: 'https://other.example.com/'",
      advice:
        'Write the issuer as its document names it (https://other.example.com/) as the option ' +
        'issuer, if it is the right one.',
    });
    // The API does not read the document then.
    const known = await given.diagnose({ jwksUri: given.issuer.jwksUri });
    expect(known.ok).toBe(true);
    expect(stepOf(known, 'issuer', 'discovery').status).toBe('warning');
  });

  it('may spell its name without the slash', async () => {
    const name = given.issuer.url.slice(0, -1);
    given.issuer.fail(answer({ name }));
    for (const jwksUri of [undefined, given.issuer.jwksUri]) {
      const diagnosis = await given.diagnose({ jwksUri });
      expect(stepOf(diagnosis, 'issuer', 'discovery')).toMatchObject({
        status: 'warning',
        expected: `${name}/`,
        actual: name,
        advice: expect.stringMatching(/^Only the final slash differs\. Write http/),
      });
    }
  });

  it('needs no discovery document when the address of its keys is configured', async () => {
    const { jwksUri, published } = given.issuer;
    given.issuer.fail((request, response) => {
      const isKeys = request.url === '/.well-known/jwks.json';
      response.writeHead(isKeys ? 200 : 404).end(JSON.stringify({ keys: published }));
    });
    const diagnosis = await given.diagnose({ jwksUri });
    expect(diagnosis.ok).toBe(true);
    expect(stepOf(diagnosis, 'issuer', 'discovery')).toMatchObject({
      status: 'skipped',
      actual: expect.stringMatching(/^not needed, .* answered with status 404\)$/),
    });
  });
});

describe('The keys', () => {
  const rsa = (bits: number, publicExponent?: number) =>
    generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({
      format: 'jwk',
    });
  let usable: JsonWebKey[];

  beforeAll(() => {
    usable = given.issuer.published;
  });
  afterEach(() => {
    given.issuer.published = usable;
  });

  it('that are not usable have a reason each', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const [own] = usable;
    given.issuer.published = [
      null,
      { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' },
      { ...own, kid: 'enc', use: 'enc' },
      { ...own, kid: 'ops', key_ops: ['sign'] },
      { ...privateKey.export({ format: 'jwk' }), kid: 'private' },
      { ...rsa(1024), kid: 'short' },
      { ...rsa(2048, 3), kid: 'exponent' },
      { ...own, kid: 'oaep', alg: 'RSA-OAEP' },
      { ...own, kid: 'es', alg: 'ES256' },
      { ...own, kid: 'long', e: 'AQABAQABAQAB' },
      { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'malformed' },
      { kty: 'EC', crv: 'secp256k1', kid: 'curve' },
      { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'okp' },
      { ...own, kid: '' },
      { ...publicKey.export({ format: 'jwk' }), kid: 'p-256' },
      own,
    ] as JsonWebKey[];
    const diagnosis = await given.diagnose();
    expect(stepOf(diagnosis, 'issuer', 'keys')).toMatchObject({
      status: 'ok',
      actual: `usable: ${own!.kid as string} (RS256)`,
      details: [
        'ignored: a key without kid: not a JSON object',
        'ignored: oct: symmetric',
        "ignored: enc: not for signatures: use is 'enc'",
        'ignored: ops: not for verifying signatures: key_ops',
        'ignored: private: private, or symmetric',
        'ignored: short: too short: 1024 bits, at least 2048 are required',
        'ignored: exponent: unusable public exponent: 3',
        "ignored: oaep: unsupported algorithm for RSA: 'RSA-OAEP'",
        "ignored: es: unsupported algorithm for RSA: 'ES256'",
        'ignored: long: modulus or exponent malformed or too long',
        'ignored: malformed: malformed',
        "ignored: curve: unsupported type or curve: 'EC', 'secp256k1'",
        "ignored: okp: unsupported type or curve: 'OKP', 'Ed25519'",
        'ignored: an empty string: its kid is not a non-empty string',
        'ignored: p-256: ES256 is not among the allowed algorithms',
      ],
    });
  });

  it('without a kid or an algorithm are shown by the algorithms that are allowed', async () => {
    given.issuer.published = [{ ...usable[0], kid: undefined, alg: undefined }];
    const diagnosis = await given.diagnose({ algorithms: ['RS256', 'PS256'] });
    expect(stepOf(diagnosis, 'issuer', 'keys').actual).toBe('usable: without kid (RS256 PS256)');
  });

  it.each<[string, () => JsonWebKey[], string]>([
    ['is empty', () => [], 'an empty key set'],
    ['has no usable key', () => [{ kty: 'oct', kid: 'x' }], 'none of the keys is usable'],
  ])('fail when their set %s', async (_, published, actual) => {
    given.issuer.published = published();
    const diagnosis = await given.diagnose();
    expect(diagnosis.ok).toBe(false);
    expect(stepOf(diagnosis, 'issuer', 'keys')).toMatchObject({
      status: 'failed',
      expected: 'a key for RS256',
      actual,
      advice: 'Let the issuer publish a key for RS256, or change the option algorithms.',
    });
  });
});

describe('The clock', () => {
  const inDate = (offsetSec: number) => new Date(Date.now() + offsetSec * 1000).toUTCString();

  it.each([
    [-3600, 'warning', /^60 minutes ahead of the issuer$/, /tokens expire too early\.$/],
    [3600, 'warning', /^60 minutes behind the issuer$/, /new tokens are not valid yet/],
    [-30, 'warning', /^(29|30) seconds ahead of the issuer$/, /NTP/],
  ])(
    'is compared with a Date that is %i seconds off',
    async (offsetSec, status, actual, advice) => {
      given.issuer.fail(answer({ headers: { date: inDate(offsetSec) } }));
      const diagnosis = await given.diagnose();
      expect(diagnosis.ok).toBe(true);
      expect(stepOf(diagnosis, 'issuer', 'clock')).toMatchObject({
        status,
        expected: 'at most 5 s off',
        actual: expect.stringMatching(actual),
        advice: expect.stringMatching(advice),
      });
    },
  );

  it('may be off within the tolerance', async () => {
    given.issuer.fail(answer({ headers: { date: inDate(-60) } }));
    const diagnosis = await given.diagnose({ clockToleranceSec: 90 });
    expect(stepOf(diagnosis, 'issuer', 'clock')).toMatchObject({
      status: 'ok',
      actual: expect.stringMatching(/^(59|60) s off$/),
    });
  });

  it('is compared with a cached answer by its age (RFC 9111 §4.2.3)', async () => {
    given.issuer.fail(answer({ headers: { date: inDate(-3600), age: '3600' } }));
    const diagnosis = await given.diagnose();
    expect(stepOf(diagnosis, 'issuer', 'clock').status).toBe('ok');
  });

  it.each<[string, () => RequestListener | Fault, string]>([
    [
      'sends no usable Date',
      () => answer({ headers: { date: 'today' } }),
      'the issuer sends no Date',
    ],
    ['does not answer', () => 'down', 'the issuer did not answer'],
  ])('is not known when the issuer %s', async (_, fault, reason) => {
    given.issuer.fail(fault());
    const diagnosis = await given.diagnose();
    expect(stepOf(diagnosis, 'issuer', 'clock')).toMatchObject({
      status: 'skipped',
      actual: `not known: ${reason}`,
    });
  });
});

describe('The report', () => {
  it('has a line for each step, and colours only where they are wanted', async () => {
    const { url, audience } = given.issuer;
    const options = () => resolveAuthOptions({ issuer: url, audience });
    const diagnosis = given.plain(await diagnose({ options }));
    const plain = reportOf(diagnosis, false);
    expect(plain).toBe(
      `Configuration
  ✓ options    I/ with RS256
  ✓ audience   https://api.example.com

Issuer I/
  ✓ discovery  I/.well-known/openid-configuration
  ✓ keys       usable: ${given.issuer.key.kid} (RS256)
  ✓ clock      the same as that of the issuer

The API can verify access tokens.
`,
    );
    const colored = reportOf(diagnosis, true);
    expect(colored).toContain('\u001b[32m✓ keys      \u001b[39m');
    // oxlint-disable-next-line no-control-regex -- these are the colours
    expect(colored.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
  });
});
