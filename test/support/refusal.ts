import type { Answer } from './http.js';

export interface ExpectedRefusal {
  status: number;
  /** The stable code of the body. Absent for a request without credentials. */
  code?: string;
  /** `error` of the body. By default it follows from the code. */
  error?: string;
  /** `error_description` of the body. Without it, any is accepted. */
  description?: string;
  /** The scopes that the challenge names. */
  scope?: string;
  /** Further parameters of the challenge, each after a comma. */
  parameters?: string;
  /** URL of the metadata that the challenge names, with `PUBLIC_URL`. */
  metadata?: string;
  /** Whether it answers HEAD, so that it has no body (RFC 9110 §9.3.2). */
  isHead?: boolean;
}

const ERROR_OF: Readonly<Record<string, string>> = {
  credentials_repeated: 'invalid_request',
  insufficient_scope: 'insufficient_scope',
  keys_unavailable: 'temporarily_unavailable',
  revocation_unavailable: 'temporarily_unavailable',
  replay_memory_unavailable: 'temporarily_unavailable',
  dpop_proof_invalid: 'invalid_dpop_proof',
  dpop_nonce_required: 'use_dpop_nonce',
};

/** Asserts a whole refusal: status, challenge, other headers and body. */
export function expectRefusal(answer: Answer, expected: ExpectedRefusal): void {
  const { status, code, isHead = false } = expected;
  const message = code === undefined ? 'Unauthorized' : descriptionOf(answer, expected);
  expect({
    status: answer.status,
    challenge: answer.headers['www-authenticate'],
    cacheControl: answer.headers['cache-control'],
    body: isHead ? answer.body : answer.json,
  }).toEqual({
    status,
    challenge: challengeOf(expected, message),
    cacheControl: 'no-store',
    body: isHead
      ? ''
      : {
          statusCode: status,
          message,
          ...(code && { error: errorOf(expected), error_description: message, code }),
        },
  });
  if (status === 503) expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
}

/** The challenge of a refusal (RFC 6750 §3). A 503 has none. */
export function challengeOf(expected: ExpectedRefusal, description: string): string | undefined {
  const challenge = ownChallengeOf(expected, description);
  if (challenge === undefined || expected.metadata === undefined) return challenge;
  const separator = challenge === 'Bearer' ? ' ' : ', ';
  return `${challenge}${separator}resource_metadata="${expected.metadata}"`;
}

function ownChallengeOf(expected: ExpectedRefusal, description: string): string | undefined {
  const { status, code, scope, parameters = '' } = expected;
  if (status === 503) return undefined;
  if (code === undefined) return scope === undefined ? 'Bearer' : `Bearer scope="${scope}"`;
  const challenge = `Bearer error="${errorOf(expected)}", error_description="${description}"`;
  return challenge + (scope === undefined ? '' : `, scope="${scope}"`) + parameters;
}

function errorOf({ code, error }: ExpectedRefusal): string {
  return error ?? ERROR_OF[code!] ?? 'invalid_token';
}

/** The expected description, or any that RFC 6750 §3 allows. */
function descriptionOf({ json }: Answer, { description }: ExpectedRefusal): string {
  if (description !== undefined) return description;
  const sent = (json as { error_description?: unknown } | undefined)?.error_description;
  expect(sent).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  return sent as string;
}
