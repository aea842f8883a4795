import { hash } from 'node:crypto';
import type { ResolvedAuthOptions, ResolvedDpop } from '../auth.options.js';
import type { Clock } from '../clock.js';
import {
  DpopNonceError,
  DpopProofError,
  TemporarilyUnavailableError,
} from '../refusals/auth.errors.js';
import { nodeRequestOf } from '../node-request.js';
import type { Scheme } from '../refusals/challenge.js';
import { headerValues, schemesOf } from '../token/credentials.js';
import { type DpopProof, refuseAge, verifyProof } from './dpop-proof.js';
import { ProofKeys } from './proof-keys.js';
import { MemoryReplayStore, type ReplayStore } from './replay-store.js';
import { urlOf } from './request-url.js';
import { ServerNonces } from './server-nonces.js';

/** Value of `Retry-After` when the replay memory does not answer, in seconds. */
const REPLAY_RETRY_SEC = 5;

/** The proof of a request, verified. */
export class RequestProof {
  private remembered?: Promise<void>;

  constructor(
    /** Thumbprint of its key, for `cnf`. */
    readonly jkt: string,
    /** Value of `DPoP-Nonce` for the answer: the proof had the nonce of the last period. */
    readonly freshNonce: string | undefined,
    private readonly remember: () => Promise<void>,
  ) {}

  /**
   * Rules out a replay. Call it when everything else holds, as often as you like: a request uses
   * its proof once.
   *
   * @throws DpopProofError when another request has used the proof.
   * @throws TemporarilyUnavailableError when that cannot be known now.
   */
  use(): Promise<void> {
    return (this.remembered ??= this.remember());
  }
}

/** Verifies the proofs of requests (RFC 9449). */
export class Dpop {
  /** Schemes of `Authorization` that are accepted. */
  readonly schemes: readonly Scheme[];
  private readonly keys = new ProofKeys();
  private readonly replays: ReplayStore;
  private readonly nonces?: ServerNonces;
  private readonly publicUrl: string;

  constructor(
    private readonly options: ResolvedDpop,
    { publicUrl }: Pick<ResolvedAuthOptions, 'publicUrl'>,
    private readonly clock: Clock,
  ) {
    const { replays, nonceSecret } = options;
    this.schemes = schemesOf(options);
    // The options are checked: with DPoP there is one.
    this.publicUrl = publicUrl!;
    this.replays = replays ?? new MemoryReplayStore({ clock });
    if (nonceSecret !== undefined) this.nonces = new ServerNonces(nonceSecret, clock);
  }

  /** The nonce that proofs need now. Undefined without the option `nonceSecret`. */
  get nonce(): string | undefined {
    return this.nonces?.current;
  }

  /**
   * Verifies the proof of a request with this token (RFC 9449 §4.3).
   *
   * @throws DpopProofError
   * @throws DpopNonceError when it lacks the nonce of the server.
   */
  async verify(request: object, token: string): Promise<RequestProof> {
    const { nonces, clock, keys } = this;
    const url = urlOf(request, this.publicUrl);
    let hasOldNonce = false;
    const proof = await verifyProof(
      onlyProofOf(request),
      { method: nodeRequestOf(request).method ?? '', url, token },
      {
        keys,
        now: clock.now(),
        maxAgeSec: this.options.maxAgeSec,
        requireNonce: nonces && ((nonce) => (hasOldNonce = requireNonce(nonce, nonces))),
      },
    );
    const freshNonce = hasOldNonce ? nonces!.current : undefined;
    return new RequestProof(proof.jkt, freshNonce, () => this.remember(proof, url!));
  }

  private async remember({ jkt, jti, iat }: DpopProof, url: string): Promise<void> {
    const key = hash('sha256', JSON.stringify([jkt, url, jti]), 'base64url');
    // As long as the proof would pass: one that is dated ahead lives longer than the window.
    const endsAt = (iat + this.options.maxAgeSec) * 1000;
    const ttlMs = Math.max(1, Math.ceil(endsAt - this.clock.now()));
    let isNew: unknown;
    try {
      isNew = await this.replays.remember(key, ttlMs);
    } catch (cause) {
      throw new TemporarilyUnavailableError('replay_memory_unavailable', REPLAY_RETRY_SEC, {
        cause,
      });
    }
    if (isNew !== true) {
      throw new DpopProofError('The DPoP proof has been used before.', { detail: { jti } });
    }
    // The request may have waited until the memory had forgotten the proof.
    if (this.clock.now() > endsAt) refuseAge(iat, this.clock.now() / 1000, this.options);
  }
}

/** Node joins repeated headers of this name into one value: only `rawHeaders` shows them. */
function onlyProofOf(request: object): string {
  const proofs = headerValues(request, 'dpop');
  if (proofs.length === 0) throw new DpopProofError('The request has no DPoP proof.');
  if (proofs.length > 1) throw new DpopProofError('The request has more than one DPoP proof.');
  return proofs[0]!;
}

/** Whether the nonce is that of the last period. */
function requireNonce(nonce: unknown, nonces: ServerNonces): boolean {
  if (nonce === nonces.current) return false;
  if (nonce === nonces.previous) return true;
  const reason = nonce === undefined ? 'no nonce' : 'unknown or expired nonce';
  throw new DpopNonceError(nonces.current, { detail: { reason } });
}
