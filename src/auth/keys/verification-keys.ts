import type { AccessTokenHeader } from '../token/claims.js';
import type { SigningKey } from './key-set.js';

/** What a token says of itself that decides about its key. */
export interface KeyRequest extends Pick<AccessTokenHeader, 'alg' | 'kid'> {
  /** The token's `iat`, not verified yet. */
  iat: unknown;
}

/** What an operator wants to know of an issuer's keys; for a health check or metrics. */
export interface KeysStatus {
  /** Its identifier, as it spells itself. */
  issuer: string;
  /** Age of the set, in seconds; undefined before the first, and where nothing is fetched. */
  ageSec?: number;
  lastSuccess?: Date;
  /** The reason of the last failure, also after it is over. */
  lastError?: string;
  /** Whether the last attempt failed. */
  isOut: boolean;
  keys: { kid?: string; algorithms: readonly string[] }[];
}

/** What the tokens of one issuer are verified with. */
export interface VerificationKeys {
  /** Issuer identifier that `iss` must equal; the configured one until a discovery document has spelled it. */
  readonly issuer: string;

  /** Begins whatever has to be done beforehand, and waits for none of it. */
  start(): void;

  /** Ends what goes on in the background. */
  stop(): void;

  /** Whether a token with this `iss` is to be verified with these keys. */
  mayHaveIssued(iss: unknown): boolean;

  /**
   * The key to verify a token with; a promise only where it has to be waited for.
   *
   * @throws InvalidTokenError `key_unknown`, or `algorithm_not_allowed` when the key is known and for another algorithm.
   * @throws TemporarilyUnavailableError `keys_unavailable` when the issuer cannot be asked.
   */
  find(request: KeyRequest): SigningKey | Promise<SigningKey>;

  /** Whether a token that this key has verified before may pass again without a look at its signature. */
  vouchesFor(key: SigningKey): boolean;

  status(): KeysStatus;
}
