import type { AccessTokenVerifier, VerifyOptions } from './access-token.verifier.js';
import type { MtlsOptions } from './auth.options.js';
import { certificateThumbprint } from './bound/client-certificate.js';
import { isBoundTo, type KeyProver } from './bound/confirmation.js';
import type { Dpop, RequestProof } from './bound/dpop.js';
import { InvalidTokenError } from './refusals/auth.errors.js';
import { attachAuth, type RequestAuth } from './request-auth.js';
import { type Credentials, credentialsOf } from './token/credentials.js';

const JUDGED = Symbol('judged access token');
const PROOF = Symbol('DPoP proof');
const FRESH_NONCE = Symbol('DPoP nonce');

interface JudgedRequest {
  [JUDGED]?: { audience: string | undefined; judgement: Promise<RequestAuth | undefined> };
}

/**
 * Node's request. A proof is verified once for it, because it may be used once: the request may be
 * judged for two audiences, or by middleware, which gets no Fastify request.
 */
interface NodeRequest {
  [PROOF]?: Promise<RequestProof>;
  [FRESH_NONCE]?: string | undefined;
  /** Whether it opened a WebSocket. */
  upgrade?: boolean;
}

/** What judges the token of a request. A test may replace where the token comes from. */
type RequestVerifier = Pick<AccessTokenVerifier, 'verify'> & {
  /** @internal */
  readonly dpop?: Dpop;
  /** @internal */
  readonly mtls?: MtlsOptions;
  /** @default from the `Authorization` header, and from nowhere else */
  tokenOf?(request: object): string | undefined;
};

/**
 * Verifies the access token of an HTTP request, with the option `dpop` also its proof, and sets
 * `request.auth` and `request.user`. A request is judged once, however often this is called: a
 * guard that needs to know the caller before `AccessTokenGuard` runs, such as a rate limit, costs
 * no second verification, as long as the audience is the same. It does not refuse the request.
 *
 * @param options what the token must be for: `AccessRules.of(controller, handler).resource`.
 * @returns undefined when the request has no credentials, or has another scheme.
 * @throws AuthError as `AccessTokenVerifier.verify`, and when header or proof are malformed.
 */
export function authenticateRequest(
  request: object,
  verifier: RequestVerifier,
  options: Pick<VerifyOptions, 'audience'> = {},
): Promise<RequestAuth | undefined> {
  const judged = request as JudgedRequest;
  // The request that opened a WebSocket lives as long as the connection: its token expires.
  if (nodeRequestOf(request).upgrade === true) return judge(request, verifier, options);
  const { audience } = options;
  const known = judged[JUDGED];
  if (known && known.audience === audience) return known.judgement;
  const judgement = judge(request, verifier, options);
  judged[JUDGED] = { audience, judgement };
  return judgement;
}

/** The nonce to send with the answer: the proof of the request had that of the last period. */
export function freshNonceOf(request: object): string | undefined {
  return nodeRequestOf(request)[FRESH_NONCE];
}

async function judge(
  request: object,
  verifier: RequestVerifier,
  { audience }: Pick<VerifyOptions, 'audience'>,
): Promise<RequestAuth | undefined> {
  const credentials = findCredentials(request, verifier);
  if (!credentials) return undefined;
  const { scheme, token } = credentials;
  const { mtls } = verifier;
  let proof: RequestProof | undefined;
  const prove: KeyProver = async (claims) => {
    if (scheme === 'DPoP') proof = await proofOf(request, verifier, token);
    const isRead = mtls && isBoundTo(claims, 'x5t#S256');
    const thumbprint = isRead ? certificateThumbprint(request, mtls) : undefined;
    return { jkt: proof?.jkt, 'x5t#S256': thumbprint };
  };
  const isProven = scheme === 'DPoP' || mtls !== undefined;
  const auth = await verifier.verify(token, { audience, proven: isProven ? prove : undefined });
  // Last, so that a request that is refused for another reason does not use its proof.
  await proof?.use();
  attachAuth(request, auth);
  return auth;
}

function findCredentials(request: object, verifier: RequestVerifier): Credentials | undefined {
  const token = verifier.tokenOf?.(request);
  if (token !== undefined) return { scheme: 'Bearer', token };
  return credentialsOf(request, verifier.dpop?.schemes);
}

async function proofOf(
  request: object,
  { dpop }: RequestVerifier,
  token: string,
): Promise<RequestProof> {
  const carrier = nodeRequestOf(request);
  if (carrier.upgrade === true) {
    const reason = 'a WebSocket cannot send a proof with every message';
    throw new InvalidTokenError('token_bound', { detail: { reason } });
  }
  const proof = await (carrier[PROOF] ??= dpop!.verify(request, token));
  carrier[FRESH_NONCE] = proof.freshNonce;
  return proof;
}

/** On Fastify it is a part of the request. */
function nodeRequestOf(request: object): NodeRequest {
  return (request as { raw?: NodeRequest }).raw ?? request;
}
