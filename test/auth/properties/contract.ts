import type { Answer } from '../../support/http.js';
import { expectRefusal } from '../../support/refusal.js';
import type { Fixture } from '../support/fixture.js';

/** The refusals of the contract, with their status. */
const STATUS_OF: Readonly<Record<string, number>> = {
  credentials_repeated: 400,
  token_malformed: 401,
  algorithm_not_allowed: 401,
  type_not_allowed: 401,
  critical_header: 401,
  key_unknown: 401,
  signature_invalid: 401,
  issuer_mismatch: 401,
  audience_mismatch: 401,
  token_expired: 401,
  token_not_active: 401,
  claim_invalid: 401,
  id_token_used: 401,
  token_bound: 401,
  insufficient_scope: 403,
  keys_unavailable: 503,
};

/** The scope that `/routes/scope` requires. */
const NEEDED_SCOPE = 'read:messages';

/** Values that must not appear in an answer or in the log. */
export interface Secrets {
  /** Configured values, which no answer may contain. */
  configured: readonly string[];
  /** Parts of the credentials, which neither answer nor log may contain. */
  credentials: readonly string[];
}

/**
 * Asserts what holds for every answer: the request is accepted, refused as the contract says, or
 * rejected by the server as broken HTTP. Returns whether it is accepted.
 */
export function expectContract(answer: Answer, { log }: Fixture, secrets: Secrets): boolean {
  for (const [name, value] of Object.entries(answer.headers)) {
    expect(name).toMatch(/^[a-z0-9-]+$/);
    expect(value).toMatch(/^[\t\x20-\x7E]*$/);
  }
  const logged = log.text();
  for (const secret of secrets.credentials) expect(logged).not.toContain(secret);
  if (answer.status === 200) return true;

  const sent = [answer.body, ...Object.values(answer.headers)].join('\n');
  for (const secret of [...secrets.configured, ...secrets.credentials]) {
    expect(sent).not.toContain(secret);
  }
  const code = answer.json?.code as string | undefined;
  const isOfServer = [400, 431].includes(answer.status) && code === undefined;
  if (isOfServer) {
    expect(answer.headers).not.toHaveProperty('www-authenticate');
  } else {
    const status = code === undefined ? 401 : STATUS_OF[code]!;
    const scope = code === 'insufficient_scope' ? NEEDED_SCOPE : undefined;
    expectRefusal(answer, { status, code, scope });
  }
  return false;
}
