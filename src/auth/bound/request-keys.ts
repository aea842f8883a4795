import type { MtlsOptions } from '../auth.options.js';
import { nodeRequestOf } from '../node-request.js';
import { InvalidTokenError } from '../refusals/auth.errors.js';
import type { Credentials } from '../token/credentials.js';
import { certificateThumbprint } from './client-certificate.js';
import { isBoundTo, type KeyProver, type ProvenKeys } from './confirmation.js';
import type { Dpop, RequestProof } from './dpop.js';

const PROOF = Symbol('DPoP proof');
const FRESH_NONCE = Symbol('DPoP nonce');

/**
 * On Node's request. A proof is verified once for it, because it may be used once: the request may
 * be judged for two audiences, or by middleware, which gets no Fastify request.
 */
interface ProofCarrier {
  [PROOF]?: Promise<RequestProof>;
  [FRESH_NONCE]?: string | undefined;
}

/** The methods that the application has turned on. */
export interface BindingMethods {
  /** @internal Verifies the DPoP proofs of requests. Undefined when the option `dpop` is off. */
  readonly dpop?: Dpop;
  /** @internal Finds the certificate of a client. Undefined without the option `mtls`. */
  readonly mtls?: MtlsOptions;
}

/** What a request proves to hold: the key of its DPoP proof, its client certificate, or nothing. */
export class RequestKeys {
  private proof?: RequestProof;

  private constructor(
    private readonly request: object,
    private readonly methods: BindingMethods,
    private readonly credentials: Credentials,
  ) {}

  /** Undefined when the request cannot prove anything: most tokens are bearer tokens. */
  static of(
    request: object,
    methods: BindingMethods,
    credentials: Credentials,
  ): RequestKeys | undefined {
    const canProve = credentials.scheme === 'DPoP' || methods.mtls !== undefined;
    return canProve ? new RequestKeys(request, methods, credentials) : undefined;
  }

  /** For `AccessTokenVerifier.verify()`. */
  readonly prover: KeyProver = (claims) => this.prove(claims);

  /**
   * Rules out a replay of the proof. Call it after `verify()`: a request whose token is
   * refused does not use its proof.
   */
  async useProof(): Promise<void> {
    await this.proof?.use();
  }

  private async prove(claims: object): Promise<ProvenKeys> {
    const { mtls } = this.methods;
    if (this.credentials.scheme === 'DPoP') this.proof = await this.verifyProof();
    const isRead = mtls && isBoundTo(claims, 'x5t#S256');
    const thumbprint = isRead ? certificateThumbprint(this.request, mtls) : undefined;
    return { jkt: this.proof?.jkt, 'x5t#S256': thumbprint };
  }

  private async verifyProof(): Promise<RequestProof> {
    const node = nodeRequestOf(this.request);
    if (node.upgrade === true) {
      const reason = 'a WebSocket cannot send a proof with every message';
      throw new InvalidTokenError('token_bound', { detail: { reason } });
    }
    const carrier = node as ProofCarrier;
    carrier[PROOF] ??= this.methods.dpop!.verify(this.request, this.credentials.token);
    const proof = await carrier[PROOF];
    carrier[FRESH_NONCE] = proof.freshNonce;
    return proof;
  }
}

/** The nonce to send with the answer: the proof of the request had that of the last period. */
export function freshNonceOf(request: object): string | undefined {
  return (nodeRequestOf(request) as ProofCarrier)[FRESH_NONCE];
}
