// Re-exported whole, so that applications can augment `AccessTokenClaims`.
export * from './token/claims.js';
export { accessMap, accessWarnings } from './access-map/access-map.js';
export {
  type AccessMapFormat,
  type ClaimDescription,
  describeClaim,
  formatAccessMap,
} from './access-map/format-access-map.js';
export type { RouteAccess } from './access-map/route-access.js';
export {
  AccessRules,
  type AccessRule,
  type ProtectedResource,
  type RouteHandler,
} from './access-rules.js';
export {
  AccessTokenVerifier,
  type VerifierStatus,
  type VerifyOptions,
} from './access-token.verifier.js';
export { authenticateRequest } from './authenticate-request.js';
export { AuthModule } from './auth.module.js';
export {
  type AuthOptions,
  type DpopOptions,
  type IssuerOptions,
  type MtlsOptions,
  ResolvedAuthOptions,
} from './auth.options.js';
export type { ProvenKeys } from './bound/confirmation.js';
export { type RedisClient, RedisReplayStore } from './bound/redis-replay-store.js';
export { MemoryReplayStore, type ReplayStore } from './bound/replay-store.js';
export { certificateFromHeader } from './bound/certificate-header.js';
export { Clock } from './clock.js';
export { AccessToken } from './decorators/access-token.decorator.js';
export { Audience, type AudienceOptions } from './decorators/audience.decorator.js';
export {
  Check,
  check,
  Claim,
  type ClaimRequirement,
  includes,
  includesAny,
  Inclusion,
} from './decorators/claim.decorator.js';
export { OptionalAuth } from './decorators/optional-auth.decorator.js';
export { Permissions } from './decorators/permissions.decorator.js';
export { Protected } from './decorators/protected.decorator.js';
export { Public } from './decorators/public.decorator.js';
export { type ScopeRequirement, Scopes } from './decorators/scopes.decorator.js';
export type { RouteDecorator } from './decorators/requirement.js';
export { StepUp, type StepUpRequirement } from './decorators/step-up.decorator.js';
export { AccessTokenGuard } from './guards/access-token.guard.js';
export { ClaimsGuard } from './guards/claims.guard.js';
export { ScopesGuard } from './guards/scopes.guard.js';
export { StepUpGuard } from './guards/step-up.guard.js';
export { LogoutTokenError } from './logout/logout-token.error.js';
export { type LogoutToken, LogoutTokenVerifier } from './logout/logout-token.verifier.js';
export {
  AUTH_ERROR_CODES,
  AuthError,
  type AuthErrorCode,
  type AuthErrorName,
  ClaimRequirementError,
  DpopNonceError,
  DpopProofError,
  InsufficientAuthenticationError,
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingTokenError,
  TemporarilyUnavailableError,
} from './refusals/auth.errors.js';
export type { AuthenticatedClient, RequestAuth } from './request-auth.js';
