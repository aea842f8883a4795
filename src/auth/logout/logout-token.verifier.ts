import { Injectable } from '@nestjs/common';
import { compactVerify } from 'jose';
import { ResolvedAuthOptions } from '../auth.options.js';
import { Clock } from '../clock.js';
import type { SigningKey } from '../keys/key-set.js';
import { TrustedIssuers } from '../keys/trusted-issuers.js';
import { InvalidTokenError } from '../refusals/auth.errors.js';
import { claimOf } from '../token/claim-path.js';
import { isNumericDate } from '../token/claim-rules.js';
import { type CompactJws, readCompactJws } from '../token/compact-jws.js';
import { LogoutTokenError } from './logout-token.error.js';

/** Values of `typ` (OpenID Connect Back-Channel Logout 1.0 §2.4), and what was usual before. */
const TYPES = ['jwt', 'logout+jwt'];

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Who has logged out: the claims of a verified logout token. */
export interface LogoutToken {
  iss: string;
  /** With `sid` alone, the session names the subject. One of the two is present. */
  sub?: string;
  sid?: string;
  /** Accept it once. */
  jti: string;
  /** When it was issued and when it expires, in seconds since 1970. */
  iat: number;
  exp: number;
}

/**
 * Verifies logout tokens by which an issuer says that somebody has logged out (OpenID Connect
 * Back-Channel Logout 1.0), with the keys and the algorithms of access tokens.
 */
@Injectable()
export class LogoutTokenVerifier {
  /** @internal Created by Nest. */
  constructor(
    private readonly issuers: TrustedIssuers,
    private readonly options: ResolvedAuthOptions,
    private readonly clock: Clock,
  ) {}

  /**
   * Verifies a logout token as §2.6 says, encryption left out. The signature is checked last,
   * because it is the expensive step. Whether `jti` was used before is not checked here.
   *
   * @param options.clientId the client at the issuer that receives the logouts: the `aud`.
   * @throws LogoutTokenError when the token is refused.
   * @throws TemporarilyUnavailableError when the issuer's keys cannot be fetched.
   */
  async verify(token: string, { clientId }: { clientId: string }): Promise<LogoutToken> {
    try {
      const jws = readCompactJws(token, TYPES);
      const claims = this.validate(jws.payload, clientId);
      await this.verifySignature(token, jws);
      return claims;
    } catch (error) {
      if (!(error instanceof InvalidTokenError)) throw error;
      const description = error.message.replace('access token', 'logout token');
      throw new LogoutTokenError(description, { cause: error.cause, detail: error.detail });
    }
  }

  private validate(payload: CompactJws['payload'], clientId: string): LogoutToken {
    const claim = (name: string) => claimOf(payload, name);
    const aud = [claim('aud')].flat();
    if (!aud.includes(clientId)) {
      refuse('The logout token is for another client.', { expected: clientId, actual: aud });
    }
    const [iat, exp] = ['iat', 'exp'].map((name) => numericDate(payload, name));
    const now = this.clock.now() / 1000;
    const { clockToleranceSec } = this.options;
    if (exp! + clockToleranceSec <= now) refuse('The logout token has expired.', { exp, now });
    const start = Object.hasOwn(payload, 'nbf') ? numericDate(payload, 'nbf') : iat!;
    if (Math.max(start, iat!) - clockToleranceSec > now) {
      refuse('The logout token is not active yet.', { iat, now });
    }
    const events = claim('events');
    if (!isObject(events) || !isObject(claimOf(events, EVENT))) {
      refuse('The logout token has no event of a back-channel logout.', { events });
    }
    if (Object.hasOwn(payload, 'nonce')) refuse('A logout token must not have a nonce.');
    const [sub, sid, jti] = ['sub', 'sid', 'jti'].map((name) => optionalString(payload, name));
    if (jti === undefined) refuse('The logout token has no jti.');
    if (sub === undefined && sid === undefined) {
      refuse('The logout token names neither a subject nor a session.');
    }
    return { iss: claim('iss') as string, sub, sid, jti, iat: iat!, exp: exp! };
  }

  /** Under the issuer's key, or under the one that has replaced it. */
  private async verifySignature(token: string, jws: CompactJws): Promise<void> {
    const { issuer, key } = await this.issuers.keyOf(jws);
    const { alg } = jws.header;
    const { iss } = jws.payload;
    if (iss !== issuer.keys.issuer) {
      throw new InvalidTokenError('issuer_mismatch', {
        detail: { expected: issuer.keys.issuer, actual: iss },
      });
    }
    if (await isSigned(token, alg, key)) return;
    const replacement = await issuer.keys.findReplacement(jws, key);
    if (replacement && (await isSigned(token, alg, replacement))) return;
    throw new InvalidTokenError('signature_invalid', { detail: { kid: key.kid } });
  }
}

/** @param alg an allowed algorithm that the key is for. */
async function isSigned(token: string, alg: string, { key }: SigningKey): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] });
    return true;
  } catch {
    return false;
  }
}

function numericDate(payload: object, claim: string): number {
  const actual = claimOf(payload, claim);
  if (isNumericDate(actual)) return actual;
  return refuse(`The ${claim} of the logout token is missing or not a number.`, { actual });
}

function optionalString(payload: object, claim: string): string | undefined {
  const actual = claimOf(payload, claim);
  if (actual === undefined || (typeof actual === 'string' && actual !== '')) return actual;
  return refuse(`The ${claim} of the logout token is not a non-empty string.`, { actual });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(description: string, detail?: Record<string, unknown>): never {
  throw new LogoutTokenError(description, { detail });
}
