import type { AccessTokenVerifier, VerifyOptions } from './access-token.verifier.js';
import { attachAuth, type RequestAuth } from './request-auth.js';
import { bearerToken } from './token/bearer-token.js';

const JUDGED = Symbol('judged access token');

interface JudgedRequest {
  [JUDGED]?: { audience: string | undefined; judgement: Promise<RequestAuth | undefined> };
  upgrade?: boolean;
}

/** What judges the token of a request. A test may replace where the token comes from. */
type RequestVerifier = Pick<AccessTokenVerifier, 'verify'> & {
  /** @default from the `Authorization` header, and from nowhere else */
  tokenOf?(request: object): string | undefined;
};

/**
 * Verifies the bearer token of an HTTP request, and sets `request.auth` and `request.user`. A
 * request is judged once, however often this is called: a guard that needs to know the
 * caller before `AccessTokenGuard` runs, such as a rate limit, costs no second verification,
 * as long as the audience is the same. It does not refuse the request.
 *
 * @param options what the token must be for: `AccessRules.of(controller, handler).resource`.
 * @returns undefined when the request has no credentials, or has another scheme.
 * @throws AuthError as `AccessTokenVerifier.verify`, and when the header is malformed.
 */
export function authenticateRequest(
  request: object,
  verifier: RequestVerifier,
  options: VerifyOptions = {},
): Promise<RequestAuth | undefined> {
  const judged = request as JudgedRequest;
  // Node sets it on the request that opened a WebSocket, which lives as long as the connection: its
  // token expires.
  if (judged.upgrade === true) return judge(request, verifier, options);
  const { audience } = options;
  const known = judged[JUDGED];
  if (known && known.audience === audience) return known.judgement;
  const judgement = judge(request, verifier, options);
  judged[JUDGED] = { audience, judgement };
  return judgement;
}

async function judge(
  request: object,
  verifier: RequestVerifier,
  options: VerifyOptions,
): Promise<RequestAuth | undefined> {
  const token = verifier.tokenOf?.(request) ?? bearerToken(request);
  if (token === undefined) return undefined;
  const auth = await verifier.verify(token, options);
  attachAuth(request, auth);
  return auth;
}
