// All of this file: only so can an application augment `AccessTokenClaims` by the name of this one.
export * from './token/claims.js';
export { Clock } from './clock.js';
export type { RequestAuth } from './request-auth.js';
export { type AccessRule, AccessRules } from './access-rules.js';
export { AuthModule, type AuthModuleExtras } from './auth.module.js';
export {
  type Algorithm,
  type AuthOptions,
  type IssuerOptions,
  resolveAuthOptions,
  type RevocationCheck,
  type TokenCacheOptions,
} from './auth.options.js';
export { AccessToken } from './decorators/access-token.decorator.js';
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
export { Public } from './decorators/public.decorator.js';
export { type ScopeRequirement, Scopes } from './decorators/scopes.decorator.js';
export {
  AUTH_ERROR_CODES,
  AuthError,
  type AuthErrorCode,
  type AuthErrorName,
  type AuthErrorOptions,
  ClaimRequirementError,
  InsufficientScopeError,
  InvalidRequestError,
  type InvalidTokenCode,
  InvalidTokenError,
  MissingTokenError,
  TemporarilyUnavailableError,
} from './refusals/auth.errors.js';
export { AccessTokenGuard } from './guards/access-token.guard.js';
export { ClaimsGuard } from './guards/claims.guard.js';
export { ScopesGuard } from './guards/scopes.guard.js';
export { discoveryUri, fetchDiscoveryDocument } from './keys/jwks-source.js';
export { TrustedIssuers } from './keys/trusted-issuers.js';
export type { KeysStatus } from './keys/verification-keys.js';
