import type { Answer } from './http.js';

export interface ExpectedRefusal {
  status: number;
  /** Stable code of the body; none for a request without credentials. */
  code?: string;
  error?: string;
  description?: string;
  /** The scopes that the challenge names. */
  scope?: string;
}

const ERROR_OF: Readonly<Record<string, string>> = {
  credentials_repeated: 'invalid_request',
  insufficient_scope: 'insufficient_scope',
  keys_unavailable: 'temporarily_unavailable',
  revocation_unavailable: 'temporarily_unavailable',
};

/** Asserts a whole refusal: status, challenge, the other headers, body. */
export function expectRefusal(answer: Answer, expected: ExpectedRefusal): void {
  const { status, code, scope } = expected;
  const { description: sent } = { description: answer.json?.error_description, ...expected };
  const description = sent as string;
  const error = code && (expected.error ?? ERROR_OF[code] ?? 'invalid_token');
  const challenge =
    code === undefined
      ? 'Bearer'
      : `Bearer error="${error}", error_description="${description}"` +
        (scope === undefined ? '' : `, scope="${scope}"`);
  expect({
    status: answer.status,
    challenge: answer.headers['www-authenticate'],
    cacheControl: answer.headers['cache-control'],
    body: code === undefined ? answer.body : answer.json,
  }).toEqual({
    status,
    challenge: status === 503 ? undefined : challenge,
    cacheControl: 'no-store',
    body: code === undefined ? '' : { error, error_description: description, code },
  });
  if (code !== undefined) expect(description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  if (status === 503) expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/);
}
