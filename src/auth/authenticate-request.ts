import type { AccessTokenVerifier, VerifyOptions } from './access-token.verifier.js';
import { type BindingMethods, RequestKeys } from './bound/request-keys.js';
import { nodeRequestOf } from './node-request.js';
import { attachAuth, type RequestAuth } from './request-auth.js';
import { type Credentials, credentialsOf } from './token/credentials.js';

const JUDGED = Symbol('judged access token');

interface JudgedRequest {
  /** One per audience: the fields of one GraphQL request may be for several, in any order. */
  [JUDGED]?: { audience: string | undefined; judgement: Promise<RequestAuth | undefined> }[];
}

/** What judges the token of a request. A test may replace where the token comes from. */
type RequestVerifier = Pick<AccessTokenVerifier, 'verify'> &
  BindingMethods & {
    /** @default from the `Authorization` header, and from nowhere else */
    tokenOf?(request: object): string | undefined;
  };

/**
 * Verifies the access token of an HTTP request, with the option `dpop` also its proof, and sets
 * `request.auth` and `request.user`. A request is judged once for each audience, however often this
 * is called: a guard that needs to know the caller before `AccessTokenGuard` runs, such as a rate
 * limit, costs no second verification. The request that opened a WebSocket is judged at every call.
 * It sets no header and logs nothing.
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
  if (nodeRequestOf(request).upgrade === true) {
    // The request that opened a WebSocket lives as long as the connection: its token expires.
    const judgement = judge(request, verifier, options);
    // A gateway keeps the promise until a message arrives. Its rejection must not end the process.
    judgement.catch(() => {});
    return judgement;
  }
  const { audience } = options;
  const judgements = (judged[JUDGED] ??= []);
  const known = judgements.find((each) => each.audience === audience);
  if (known) return known.judgement;
  const judgement = judge(request, verifier, options);
  judgements.push({ audience, judgement });
  return judgement;
}

async function judge(
  request: object,
  verifier: RequestVerifier,
  { audience }: Pick<VerifyOptions, 'audience'>,
): Promise<RequestAuth | undefined> {
  const credentials = findCredentials(request, verifier);
  if (!credentials) return undefined;
  const keys = RequestKeys.of(request, verifier, credentials);
  const auth = await verifier.verify(credentials.token, { audience, proven: keys?.prover });
  if (keys) await keys.useProof();
  attachAuth(request, auth);
  return auth;
}

function findCredentials(request: object, verifier: RequestVerifier): Credentials | undefined {
  const token = verifier.tokenOf?.(request);
  if (token !== undefined) return { scheme: 'Bearer', token };
  return credentialsOf(request, verifier.dpop?.schemes);
}
