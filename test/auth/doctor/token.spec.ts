import { AUTH_ERROR_CODES, type AuthErrorCode } from '../../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { Examination, outputOf, stepOf } from './support/examination.js';

const given = new Examination({ algorithms: ['RS256', 'ES256'] });
const mint: TestIssuer['mint'] = (...args) => given.issuer.mint(...args);

const SECRET = 'a secret that has at least 32 bytes';
const now = () => Math.floor(Date.now() / 1000);
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token whose subject was changed after it was signed. */
function changed(): string {
  const [header, payload, signature] = mint().split('.') as [string, string, string];
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  return [header, part({ ...claims, sub: 'somebody else' }), signature].join('.');
}

interface Refused {
  code: AuthErrorCode;
  step: string;
  token: () => string;
  options?: () => object;
  advice: RegExp;
}

const REFUSED: [string, Refused][] = [
  [
    'is opaque',
    {
      code: 'token_malformed',
      step: 'form',
      token: () => 'vJ3cXo2rVbQ8m1nT',
      advice: /opaque.*Request one with audience=https:\/\/api\.example\.com\./,
    },
  ],
  [
    'is encrypted, as Auth0 does without an audience',
    {
      code: 'token_malformed',
      step: 'form',
      token: () => `${part({ alg: 'dir', enc: 'A256GCM', iss: 'x' })}..aXY.Y2lwaGVy.dGFn`,
      advice: /encrypted token \(JWE\), as Auth0 .* audience=https:\/\/api\.example\.com\./,
    },
  ],
  [
    'is encrypted for this API',
    {
      code: 'token_malformed',
      step: 'form',
      token: () => `${part({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a2V5.aXY.Y2lwaGVy.dGFn`,
      advice: /Turn off the encryption/,
    },
  ],
  [
    'is not copied whole',
    {
      code: 'token_malformed',
      step: 'form',
      token: () => mint().split('.').slice(0, 2).join('.'),
      advice: /Copy the token whole/,
    },
  ],
  [
    'has a critical header',
    {
      code: 'critical_header',
      step: 'form',
      token: () => mint({}, { crit: ['exp'] }),
      advice: /without crit and b64/,
    },
  ],
  [
    'has the type of another token',
    {
      code: 'type_not_allowed',
      step: 'type',
      token: () => mint({}, { typ: 'logout+jwt' }),
      advice: /^Send the access token/,
    },
  ],
  [
    'has no profile',
    {
      code: 'type_not_allowed',
      step: 'type',
      token: () => mint(),
      options: () => ({ profile: 'rfc9068' }),
      advice: /^Turn on the RFC 9068 profile/,
    },
  ],
  [
    'has expired',
    {
      code: 'token_expired',
      step: 'expiry',
      token: () => mint({ exp: now() - 7200 }),
      advice: /^Request a new access token/,
    },
  ],
  [
    'is older than the application allows',
    {
      code: 'token_expired',
      step: 'time',
      token: () => mint({ iat: now() - 7200 }),
      options: () => ({ maxTokenAgeSec: 60 }),
      advice: /The option maxTokenAgeSec limits its age/,
    },
  ],
  [
    'is from another issuer',
    {
      code: 'issuer_mismatch',
      step: 'issuer',
      token: () => mint({ iss: 'https://other.example.com/' }),
      advice: /^The token is from https:\/\/other\.example\.com\/\. Request it from http/,
    },
  ],
  [
    'spells the issuer without the slash',
    {
      code: 'issuer_mismatch',
      step: 'issuer',
      token: () => mint({ iss: given.issuer.url.slice(0, -1) }),
      options: () => ({ jwksUri: given.issuer.jwksUri }),
      advice: /^Only the final slash differs: write http:\/\/127\.0\.0\.1:\d+ as the option issuer/,
    },
  ],
  [
    'is not signed',
    {
      code: 'algorithm_not_allowed',
      step: 'algorithm',
      token: () => `${part({ alg: 'none' })}.${part({ iss: given.issuer.url })}.c2ln`,
      advice: /^The token is not signed/,
    },
  ],
  [
    'is signed with HS256',
    {
      code: 'algorithm_not_allowed',
      step: 'algorithm',
      token: () => `${part({ alg: 'HS256' })}.${part({ iss: given.issuer.url })}.c2ln`,
      advice: /^Set the API to RS256 at the issuer, or write its secret as the option secret/,
    },
  ],
  [
    'is signed with a key, where a secret is configured',
    {
      code: 'algorithm_not_allowed',
      step: 'algorithm',
      token: () => mint(),
      options: () => ({ secret: SECRET }),
      advice: /^Remove the option secret/,
    },
  ],
  [
    'is signed with an algorithm that is not on the list',
    {
      code: 'algorithm_not_allowed',
      step: 'algorithm',
      token: () => mint({}, { alg: 'ES256' }),
      advice: /add ES256 to the option algorithms\.$/,
    },
  ],
  [
    'names the key of another algorithm',
    {
      code: 'algorithm_not_allowed',
      step: 'algorithm',
      token: () => mint({}, { alg: 'ES256', kid: given.issuer.key.kid }),
      options: () => ({ algorithms: ['RS256', 'ES256'] }),
      advice: /^Let the issuer sign with an allowed algorithm/,
    },
  ],
  [
    'names a key that the issuer does not publish',
    {
      code: 'key_unknown',
      step: 'key',
      token: () => mint({}, { kid: 'gone' }),
      advice: /^The issuer does not publish this key/,
    },
  ],
  [
    'is from an issuer that is down',
    {
      code: 'keys_unavailable',
      step: 'key',
      token: () => {
        given.issuer.fail('down');
        return mint();
      },
      advice: /503.*See the keys of the issuer above/,
    },
  ],
  [
    'was changed',
    {
      code: 'signature_invalid',
      step: 'signature',
      token: changed,
      advice: /^The token was changed or cut, or signed by somebody else/,
    },
  ],
  [
    'is signed with another secret',
    {
      code: 'signature_invalid',
      step: 'signature',
      token: () => `${part({ alg: 'HS256' })}.${part({ iss: given.issuer.url })}.c2ln`,
      options: () => ({ secret: SECRET }),
      advice: /the option secret is not the secret of this API\.$/,
    },
  ],
  [
    'is bound to a key',
    {
      code: 'token_bound',
      step: 'binding',
      token: () => mint({ cnf: { jkt: 'x' } }),
      advice: /that this API does not check\. Turn that on, or request a bearer token\.$/,
    },
  ],
  [
    'is not bound to a key, where DPoP is required',
    {
      code: 'token_bound',
      step: 'binding',
      token: () => mint(),
      options: () => ({ publicUrl: 'https://api.example.com', dpop: { mode: 'required' } }),
      advice: /^This API requires DPoP: request the token with a proof/,
    },
  ],
  [
    'is bound to a certificate without a usable thumbprint',
    {
      code: 'certificate_mismatch',
      step: 'binding',
      token: () => mint({ cnf: { 'x5t#S256': 7 } }),
      options: () => ({ mtls: { certificate: () => undefined } }),
      advice: /^Let the issuer write the SHA-256 of the client certificate/,
    },
  ],
  [
    'has a nonce',
    {
      code: 'id_token_used',
      step: 'kind',
      token: () => mint({ nonce: 'n' }),
      advice: /^Send the access token.* set nonceInAccessToken\.$/,
    },
  ],
  [
    'is an ID token',
    {
      code: 'id_token_used',
      step: 'kind',
      token: () => mint({ nonce: 'n', at_hash: 'h' }),
      advice: /^Send the access token: .* not `id_token`\.$/,
    },
  ],
  [
    'is for another audience',
    {
      code: 'audience_mismatch',
      step: 'audience',
      token: () => mint({ aud: 'https://other' }),
      advice:
        /^The token is for https:\/\/other: add it to the option audience, or request a token/,
    },
  ],
  [
    'is only for /userinfo',
    {
      code: 'audience_mismatch',
      step: 'audience',
      token: () => mint({ aud: [`${given.issuer.url}userinfo`] }),
      advice: /^The token is only for \/userinfo: request a token with audience=https/,
    },
  ],
  [
    'is for a client',
    {
      code: 'audience_mismatch',
      step: 'audience',
      token: () => mint({ aud: 'aBcDeFgHiJkLmNoPqRsTuVwXyZ012345' }),
      advice: /^The token is for a client, so it is probably an ID token\. Send the access token/,
    },
  ],
  [
    'has no audience',
    {
      code: 'audience_mismatch',
      step: 'audience',
      token: () => mint({ aud: undefined }),
      advice: /^The token has no audience/,
    },
  ],
  [
    'has no exp',
    {
      code: 'claim_invalid',
      step: 'time',
      token: () => mint({ exp: undefined }),
      advice: /^Let the issuer put a valid exp into its access tokens\.$/,
    },
  ],
  [
    'has an empty subject',
    {
      code: 'claim_invalid',
      step: 'claims',
      token: () => mint({ sub: '' }),
      advice: /valid sub/,
    },
  ],
  [
    'is not valid yet',
    {
      code: 'token_not_active',
      step: 'time',
      token: () => mint({ nbf: now() + 7200 }),
      advice: /^Compare the clocks/,
    },
  ],
  [
    'is issued in the future',
    {
      code: 'token_not_active',
      step: 'time',
      token: () => mint({ iat: now() + 7200 }),
      options: () => ({ maxTokenAgeSec: 60 }),
      advice: /^Compare the clocks/,
    },
  ],
  [
    'has been revoked',
    {
      code: 'token_revoked',
      step: 'revocation',
      token: () => mint(),
      options: () => ({ isRevoked: () => true }),
      advice: /^The application has revoked it/,
    },
  ],
  [
    'cannot be judged, because isRevoked fails',
    {
      code: 'revocation_unavailable',
      step: 'revocation',
      token: () => mint(),
      options: () => ({
        isRevoked: () => {
          throw new Error('The database is unreachable.');
        },
      }),
      advice: /503: the function isRevoked of the application has thrown\.$/,
    },
  ],
];

describe('A token that', () => {
  it.each(REFUSED)('%s fails at one step, with advice', async (_, { options, ...refused }) => {
    const token = refused.token();
    const { ok, verdict, steps } = await given.diagnose(options?.(), { token });
    const judged = steps.filter(({ section }) => section === 'token');
    const failed = judged.findIndex(({ status }) => status === 'failed');
    expect(judged[failed]).toMatchObject({
      name: refused.step,
      code: refused.code,
      advice: expect.stringMatching(refused.advice),
    });
    expect(judged.slice(0, failed).every(({ status }) => status === 'ok')).toBe(true);
    for (const { status, actual } of judged.slice(failed + 1)) {
      expect({ status, actual }).toEqual({ status: 'skipped', actual: 'not reached' });
    }
    expect(ok).toBe(false);
    expect(verdict).toContain(refused.code);
  });

  it('is refused with any code of the module has a case above', () => {
    const ofRequests = [
      'credentials_repeated',
      'insufficient_scope',
      'claim_requirement',
      'authentication_insufficient',
      'dpop_proof_invalid',
      'dpop_nonce_required',
      'replay_memory_unavailable',
    ];
    const ofTokens = Object.values(AUTH_ERROR_CODES)
      .flat()
      .filter((code) => !ofRequests.includes(code));
    const tried = REFUSED.map(([, { code }]) => code);
    expect([...new Set(tried)].toSorted()).toEqual(ofTokens.toSorted());
  });
});

describe('A token that is bound to a key', () => {
  const jkt = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
  const publicUrl = 'https://api.example.com';

  it.each(['allowed', 'required'])(
    'is accepted with DPoP that is %s, with a proof',
    async (mode) => {
      const token = mint({ cnf: { jkt } });
      const diagnosis = await given.diagnose({ publicUrl, dpop: { mode } }, { token });
      expect(diagnosis.ok).toBe(true);
      expect(stepOf(diagnosis, 'token', 'binding')).toMatchObject({
        status: 'ok',
        actual: `bound to the key ${jkt}: every request needs a DPoP proof`,
      });
    },
  );

  it('says what is not checked', async () => {
    const token = mint({ cnf: { jkt, 'x5t#S256': 'x' } });
    const diagnosis = await given.diagnose({ publicUrl, dpop: { mode: 'allowed' } }, { token });
    expect(stepOf(diagnosis, 'token', 'binding')).toMatchObject({
      status: 'failed',
      expected: 'cnf with jkt',
      actual: 'cnf with jkt, x5t#S256',
    });
  });
});

describe('What was expected and what came', () => {
  it.each<[string, object, object, object]>([
    [
      'audience',
      { aud: ['https://one', 'https://two'] },
      {},
      { expected: 'https://api.example.com', actual: 'https://one, https://two' },
    ],
    [
      'expiry',
      { exp: 0 },
      {},
      {
        expected: 'exp in the future',
        actual: expect.stringMatching(/^exp 1970-01-01T00:00:00Z, \d+ days ago$/),
      },
    ],
    ['time', { exp: 'soon' }, {}, { actual: 'exp: soon' }],
    ['time', { nbf: 'soon' }, {}, { actual: 'nbf: soon' }],
    ['kind', { nonce: 'n', c_hash: 'c' }, {}, { actual: 'marked by nonce, c_hash' }],
    ['form', {}, { crit: ['exp'] }, { actual: 'crit exp' }],
    ['claims', { sub: { a: 1 } }, {}, { actual: 'sub: {"a":1}' }],
    ['claims', { sub: '' }, {}, { actual: 'sub: an empty string' }],
    ['issuer', { iss: [] }, {}, { actual: 'an empty array' }],
    ['issuer', { iss: 'x'.repeat(201) }, {}, { actual: `${'x'.repeat(200)}…` }],
  ])('is in the step %s for %j', async (name, claims, header, expected) => {
    const token = given.issuer.mint({ ...claims }, { ...header });
    const diagnosis = await given.diagnose({}, { token });
    expect(stepOf(diagnosis, 'token', name)).toMatchObject({ status: 'failed', ...expected });
  });
});

describe('An accepted token', () => {
  it('passes every step', async () => {
    const diagnosis = await given.diagnose({ isRevoked: () => false }, { token: mint() });
    expect(diagnosis).toMatchObject({ ok: true, verdict: 'The API accepts this token.' });
    expect(diagnosis.steps.map(({ status }) => status)).toEqual(diagnosis.steps.map(() => 'ok'));
  });

  it('may be bound to a certificate, which it names', async () => {
    const mtls = { certificate: () => undefined };
    const token = mint({ cnf: { 'x5t#S256': 'thumbprint' } });
    const diagnosis = await given.diagnose({ mtls }, { token });
    expect(stepOf(diagnosis, 'token', 'binding')).toMatchObject({
      status: 'ok',
      actual: 'bound to the client certificate thumbprint',
    });
  });

  it('is shown in brief, without its subject', async () => {
    const token = mint({ scope: 'read:a read:b', azp: 'client', exp: 4_102_444_800 });
    const { token: claimed } = given.plain(await given.diagnose({}, { token }));
    expect(claimed).toEqual({
      alg: 'RS256',
      typ: 'JWT',
      kid: given.issuer.key.kid,
      iss: 'I/',
      aud: 'https://api.example.com',
      exp: '2100-01-01T00:00:00Z',
      azp: 'client',
      scopes: 'read:a, read:b',
    });
  });
});

describe('The doctor', () => {
  it.each(REFUSED)('does not show the token that %s', async (_, { options, token: make }) => {
    const token = make();
    const output = outputOf(await given.diagnose(options?.(), { token }));
    const [, payload, signature] = token.split('.');
    for (const secret of [token, payload, signature].filter(Boolean)) {
      expect(output).not.toContain(secret);
    }
    expect(output).not.toContain(SECRET);
  });

  it('shows what a token contains as one line, without control characters', async () => {
    const token = mint({ aud: 'a\u001b[2J\nb\u202e', iss: given.issuer.url });
    const diagnosis = await given.diagnose({}, { token });
    expect(stepOf(diagnosis, 'token', 'audience').actual).toBe(String.raw`a\u001b[2J\u000ab\u202e`);
  });

  it('judges a token of the second of two issuers', async () => {
    const other = await createTestIssuer({ algorithms: ['ES256'] });
    const issuers = [given.issuer, other].map(({ url, audience }) => ({
      issuer: url,
      audience,
      algorithms: ['RS256', 'ES256'],
    }));
    const several = { issuer: undefined, audience: undefined, issuers };
    const { ok, steps } = await given.diagnose(several, { token: other.mint() });
    const urls = [given.issuer.url, other.url];
    await other.close();
    expect(ok).toBe(true);
    expect(steps.filter(({ name }) => name === 'keys').map(({ issuer }) => issuer)).toEqual(urls);
  });
});
