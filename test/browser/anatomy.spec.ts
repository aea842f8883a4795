import { anatomyOf } from '../../public/anatomy.js';
import { tamperedToken } from '../../public/broken-tokens.js';
import { AUTH_ERROR_CODES } from '../../src/auth/refusals/auth.errors.js';

type Answer = Parameters<typeof anatomyOf>[0];
type Access = NonNullable<Parameters<typeof anatomyOf>[1]>;

const TOKEN: Access = { access: 'token', scopes: [], claims: [], stepUp: [] };
const ROUTE: Access = {
  access: 'token',
  scopes: [{ scopes: ['read:feed', 'read:admin'], match: 'any' }],
  claims: [{ claim: 'isAdmin', equals: true }],
  stepUp: [{ maxAgeSec: 300, from: { authTime: 'auth_time', acr: 'acr', amr: 'amr' } }],
};

const answer = (given: Partial<Answer>): Answer => ({
  status: 200,
  withToken: true,
  challenge: null,
  json: {},
  ...given,
});

const refusal = (code: string, status = 401, challenge: string | null = 'Bearer error="…"') =>
  answer({ status, challenge, json: { code, error_description: `Because of ${code}.` } });

/** The names of the steps in one state. */
const steps = (given: Answer, state: string, access = ROUTE) =>
  anatomyOf(given, access)
    .steps.filter((step) => step.state === state)
    .map(({ name }) => name);

describe('The anatomy of an answer', () => {
  it('passes every step of a success, and says which are not needed', () => {
    expect(steps(answer({}), 'passed')).toEqual([
      'Token found',
      'Form',
      'Key',
      'Signature',
      'Issuer',
      'Kind',
      'Audience',
      'Time',
      'Scopes',
      'Claims',
      'Login',
    ]);
    expect(steps(answer({}), 'unneeded', TOKEN)).toEqual(['Scopes', 'Claims', 'Login']);
    expect(steps(answer({}), 'passed', { ...TOKEN, access: 'public' })).toEqual([]);
    expect(steps(answer({ withToken: false }), 'passed', { ...TOKEN, access: 'optional' })).toEqual(
      [],
    );
    expect(anatomyOf(answer({}), ROUTE)).toMatchObject({ needed: '', next: '' });
  });

  it('names the missing token', () => {
    const missing = answer({ status: 401, withToken: false, challenge: 'Bearer' });
    expect(steps(missing, 'failed')).toEqual(['Token found']);
    expect(steps(missing, 'passed')).toEqual([]);
    expect(anatomyOf(missing, ROUTE).next).toContain('Log in');
  });

  it('says that the API does not read bearer tokens, when it did not read one', () => {
    const unread = answer({ status: 401, scheme: 'Bearer', challenge: 'DPoP algs="ES256"' });
    expect(steps(unread, 'failed')).toEqual(['Token found']);
    expect(anatomyOf(unread, ROUTE).next).toContain('with the scheme DPoP and a proof');
  });

  const FORM = ['Token found'];
  const AFTER_FORM = [...FORM, 'Form'];
  const KIND = [...AFTER_FORM, 'Key', 'Signature', 'Issuer'];
  const AUDIENCE = [...KIND, 'Kind'];
  const TIME = [...AUDIENCE, 'Audience'];

  it.each<[string, string, string[]]>([
    ['credentials_repeated', 'Token found', []],
    ['token_malformed', 'Form', FORM],
    ['algorithm_not_allowed', 'Form', FORM],
    ['type_not_allowed', 'Form', FORM],
    ['critical_header', 'Form', FORM],
    ['key_unknown', 'Key', [...AFTER_FORM, 'Issuer']],
    ['keys_unavailable', 'Key', [...AFTER_FORM, 'Issuer']],
    ['signature_invalid', 'Signature', [...AFTER_FORM, 'Key', 'Issuer']],
    ['issuer_mismatch', 'Issuer', AFTER_FORM],
    ['id_token_used', 'Kind', KIND],
    ['token_bound', 'Kind', KIND],
    ['certificate_mismatch', 'Kind', KIND],
    // The token comes first. Whether it is revoked is asked after the proof.
    ['dpop_proof_invalid', 'Kind', [...KIND, 'Audience']],
    ['dpop_nonce_required', 'Kind', [...KIND, 'Audience']],
    ['replay_memory_unavailable', 'Time', TIME],
    ['audience_mismatch', 'Audience', AUDIENCE],
    // A token that says that it has expired is refused before its key is looked up.
    ['token_expired', 'Time', AFTER_FORM],
    ['token_not_active', 'Time', TIME],
    ['claim_invalid', 'Time', TIME],
    ['token_revoked', 'Time', TIME],
    ['revocation_unavailable', 'Time', TIME],
    ['insufficient_scope', 'Scopes', [...TIME, 'Time']],
    ['claim_requirement', 'Claims', [...TIME, 'Time', 'Scopes']],
    ['authentication_insufficient', 'Login', [...TIME, 'Time', 'Scopes', 'Claims']],
  ])('finds the step that failed with %s: %s', (code, failed, passed) => {
    const given = refusal(code);
    expect(steps(given, 'failed')).toEqual([failed]);
    expect(steps(given, 'passed')).toEqual(passed);
    const anatomy = anatomyOf(given, ROUTE);
    expect(anatomy.steps.find(({ name }) => name === failed)?.text).toBe(`Because of ${code}.`);
    expect(anatomy.needed).not.toBe('');
    expect(anatomy.next).not.toBe('');
  });

  it('knows every code that the module answers with', () => {
    for (const code of Object.values(AUTH_ERROR_CODES).flat()) {
      expect([code, steps(refusal(code), 'failed').length]).toEqual([code, 1]);
    }
  });

  it.each([
    ['Bearer error="…", scope="read:feed read:admin"', 'The scope read:feed or read:admin.'],
    ['Bearer error="…", scope="a b"', 'The scopes a and b.'],
    ['Bearer error="…", scope="a"', 'The scope a.'],
  ])('says which scope is needed: %s', (challenge, needed) => {
    expect(anatomyOf(refusal('insufficient_scope', 403, challenge), ROUTE).needed).toBe(needed);
  });

  it.each([
    [403, { message: 'Only its author may change a message' }],
    [404, { message: 'No such message' }],
    [400, { message: ['text must be a string'] }],
  ])('blames the route, not the token, for %d without a challenge', (status, json) => {
    const given = answer({ status, json });
    expect(steps(given, 'failed')).toEqual(['The route itself']);
    expect(steps(given, 'passed')).toContain('Claims');
    expect(anatomyOf(given, ROUTE).steps.at(-1)?.text).toBe(String(json.message));
  });

  it.each([413, 415, 500, 503])('does not know what was checked before %d', (status) => {
    expect(steps(answer({ status }), 'passed')).toEqual([]);
  });

  it('offers the login that the challenge asks for (RFC 9470 §4)', () => {
    const challenge = 'Bearer error="…", acr_values="gold silver", max_age="300"';
    const given = refusal('authentication_insufficient', 401, challenge);
    expect(anatomyOf(given, ROUTE)).toMatchObject({
      needed: 'A token of a login at most 300 seconds old.',
      login: { acr_values: 'gold silver', max_age: '300' },
    });
    expect(anatomyOf(refusal('token_revoked'), ROUTE).login).toEqual({});
    expect(anatomyOf(refusal('token_expired'), ROUTE).login).toBeUndefined();
  });

  it('has no steps when nothing was sent', () => {
    expect(anatomyOf(answer({ status: 0 }), ROUTE)).toEqual({ steps: [], needed: '', next: '' });
  });

  it('works without the API reference', () => {
    const { steps: found, needed } = anatomyOf(
      refusal('insufficient_scope', 403, 'Bearer error="…", scope="a"'),
    );
    expect(found.filter(({ state }) => state === 'failed').map(({ name }) => name)).toEqual([
      'Scopes',
    ]);
    expect(needed).toBe('The scope a.');
  });
});

describe('A tampered token', () => {
  it('has another subject under the same signature', () => {
    const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const token = `${encode({ alg: 'RS256' })}.${encode({ sub: 'a', name: 'Zoë 🙂' })}.c2ln`;
    const [header, payload = '', signature] = tamperedToken(token).split('.');
    expect([header, signature]).toEqual([token.split('.')[0], 'c2ln']);
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toEqual({
      sub: 'somebody-else',
      name: 'Zoë 🙂',
    });
  });
});
