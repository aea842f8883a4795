import type { ResolvedAuthOptions } from '../auth.options.js';
import type { AccessTokenVerifier } from '../access-token.verifier.js';
import { reasonOf } from '../keys/jwks-source.js';
import { AuthError } from '../refusals/auth.errors.js';
import type { RequestAuth } from '../request-auth.js';
import { claimOf } from '../token/claim-path.js';
import { boundKeys, readUnverified, type Unverified } from './claimed-token.js';
import type { Settings, Step } from './diagnosis.js';
import { printable, printableMoment } from './printable.js';
import { adviceFor, type TokenCode } from './token-advice.js';

/** What the verifier checks, in its order. */
const STEPS = [
  'form',
  'type',
  'expiry',
  'issuer',
  'algorithm',
  'key',
  'signature',
  'kind',
  'claims',
  'audience',
  'time',
  'binding',
  'revocation',
] as const;

type TokenStep = (typeof STEPS)[number];

/** The step that refuses with each code. */
const STEP_OF: Record<TokenCode, TokenStep> = {
  token_malformed: 'form',
  critical_header: 'form',
  type_not_allowed: 'type',
  token_expired: 'expiry',
  issuer_mismatch: 'issuer',
  algorithm_not_allowed: 'algorithm',
  key_unknown: 'key',
  keys_unavailable: 'key',
  signature_invalid: 'signature',
  token_bound: 'binding',
  certificate_mismatch: 'binding',
  id_token_used: 'kind',
  audience_mismatch: 'audience',
  claim_invalid: 'claims',
  token_not_active: 'time',
  token_revoked: 'revocation',
  revocation_unavailable: 'revocation',
};

/** What an application thinks of a token. */
export interface ExaminedToken {
  readonly steps: readonly Step[];
  /** Undefined when the token is not accepted. */
  readonly auth?: RequestAuth;
  readonly refusal?: AuthError;
}

/** Lets the verifier judge a token, and says which of its steps has refused it. */
export async function examineToken(
  token: string,
  {
    verifier,
    audience,
    options,
    settings,
  }: {
    verifier: Pick<AccessTokenVerifier, 'verify'>;
    /** The one that the route alone accepts. */
    audience: string | undefined;
    options: ResolvedAuthOptions;
    settings: Settings;
  },
): Promise<ExaminedToken> {
  const unverified = readUnverified(token);
  const context = { options, settings };
  try {
    // As if the request proved what the token asks for: that can only be judged with a request.
    const auth = await verifier.verify(token, { audience, proven: boundKeys(unverified) });
    const steps = STEPS.map((name) => passed(name, unverified, context));
    return { auth, steps };
  } catch (refusal) {
    if (!(refusal instanceof AuthError)) throw refusal;
    const failed = failure(refusal, { ...unverified, ...context });
    const index = STEPS.indexOf(failed.name as TokenStep);
    const steps = [
      ...STEPS.slice(0, index).map((name) => passed(name, unverified, context)),
      failed,
      ...STEPS.slice(index + 1).map(notReached),
    ];
    return { refusal, steps };
  }
}

/** What a client must send besides the token. */
function bindingOf(token: Unverified): string {
  const { jkt, 'x5t#S256': certificate } = boundKeys(token);
  const bindings = [
    jkt === undefined ? [] : `the key ${printable(jkt)}: every request needs a DPoP proof`,
    certificate === undefined ? [] : `the client certificate ${printable(certificate)}`,
  ].flat();
  return bindings.length === 0 ? 'a bearer token' : `bound to ${bindings.join(', and to ')}`;
}

const isEmpty = (list: unknown) => !Array.isArray(list) || list.length === 0;

function notReached(name: TokenStep): Step {
  return { section: 'token', name, status: 'skipped', actual: 'not reached' };
}

function passed(
  name: TokenStep,
  token: Unverified,
  { options, settings }: { options: ResolvedAuthOptions; settings: Settings },
): Step {
  const { header, payload } = token;
  const exp = claimOf(payload, 'exp');
  const actual: Record<TokenStep, string> = {
    form: 'a signed JWT',
    type: `typ ${printable(claimOf(header, 'typ'))}`,
    expiry: typeof exp === 'number' ? printableMoment(exp) : 'not expired',
    issuer: printable(claimOf(payload, 'iss')),
    algorithm: printable(claimOf(header, 'alg')),
    key: `kid ${printable(claimOf(header, 'kid'))}`,
    signature: 'valid',
    binding: bindingOf(token),
    kind: 'an access token',
    audience: printable(claimOf(payload, 'aud')),
    claims: 'valid',
    time: 'valid now',
    revocation: options.isRevoked
      ? 'not revoked'
      : `not checked: ${settings.revocation ?? 'no option isRevoked'}`,
  };
  const isSkipped = name === 'revocation' && !options.isRevoked;
  return { section: 'token', name, status: isSkipped ? 'skipped' : 'ok', actual: actual[name] };
}

function failure(
  { code: errorCode, detail, cause }: AuthError,
  refused: Unverified & { options: ResolvedAuthOptions; settings: Settings },
): Step {
  const code = errorCode as TokenCode;
  return {
    section: 'token',
    name: stepOf(code, detail, refused.options),
    status: 'failed',
    code,
    ...comparison(code, detail, cause),
    advice: adviceFor(code, { ...refused, detail }),
  };
}

function stepOf(
  code: TokenCode,
  detail: AuthError['detail'],
  { profile }: ResolvedAuthOptions,
): TokenStep {
  if (code === 'token_expired' && 'maxTokenAgeSec' in detail) return 'time';
  // A claim of the time is read when it is judged. The profile requires `iat` before that.
  const times = profile === 'rfc9068' ? ['exp', 'nbf'] : ['exp', 'nbf', 'iat'];
  if (code === 'claim_invalid' && times.includes(String(detail.claim))) return 'time';
  return STEP_OF[code];
}

/** What was expected and what came. */
function comparison(
  code: TokenCode,
  detail: AuthError['detail'],
  cause: unknown,
): Pick<Step, 'expected' | 'actual'> {
  const time = (name: string) => `${name} ${printableMoment(detail[name])}`;
  switch (code) {
    case 'token_malformed':
      return { expected: 'a signed JWT of three parts', actual: printable(detail.reason) };
    case 'critical_header':
      return {
        expected: 'a header without crit and b64',
        actual: `crit ${printable(detail.crit)}`,
      };
    case 'token_expired':
      return 'maxTokenAgeSec' in detail
        ? { expected: `at most ${printable(detail.maxTokenAgeSec)} s old`, actual: time('iat') }
        : { expected: 'exp in the future', actual: time('exp') };
    case 'token_not_active':
      return { expected: 'in the past', actual: time('nbf' in detail ? 'nbf' : 'iat') };
    case 'key_unknown':
      return { expected: printable(detail.expected), actual: `kid ${printable(detail.kid)}` };
    case 'claim_invalid':
      return { actual: `${printable(detail.claim)}: ${printable(detail.actual)}` };
    case 'id_token_used':
      return { expected: 'an access token', actual: `marked by ${printable(detail.claims)}` };
    case 'token_bound':
      return {
        expected: isEmpty(detail.expected) ? 'no cnf' : `cnf with ${printable(detail.expected)}`,
        actual: isEmpty(detail.actual) ? 'no such member' : `cnf with ${printable(detail.actual)}`,
      };
    case 'certificate_mismatch':
      return { expected: 'x5t#S256, a string', actual: printable(detail.expected) };
    case 'keys_unavailable':
    case 'revocation_unavailable':
      return { actual: cause instanceof Error ? printable(reasonOf(cause)) : undefined };
    case 'signature_invalid':
    case 'token_revoked':
      return {};
    default:
      return { expected: printable(detail.expected), actual: printable(detail.actual) };
  }
}
