// All of this file: only so can an application augment `AccessTokenClaims` by the name of this one.
export * from './access-token.js';
export type { RequestAuth } from './request-auth.js';
export { AuthModule } from './auth.module.js';
export type { Algorithm, AuthOptions, IssuerOptions, RevocationCheck } from './auth.options.js';
export { AccessToken } from './decorators/access-token.decorator.js';
export { check, Claim, includes, includesAny } from './decorators/claim.decorator.js';
export { OptionalAuth } from './decorators/optional-auth.decorator.js';
export { Permissions } from './decorators/permissions.decorator.js';
export { Public } from './decorators/public.decorator.js';
export { Scopes } from './decorators/scopes.decorator.js';
export {
  AuthError,
  type AuthErrorCode,
  ClaimRequirementError,
  InsufficientScopeError,
  InvalidRequestError,
  InvalidTokenError,
  MissingTokenError,
  TemporarilyUnavailableError,
} from './errors/auth.errors.js';
export { AccessTokenGuard } from './guards/access-token.guard.js';
export { ClaimsGuard } from './guards/claims.guard.js';
export { ScopesGuard } from './guards/scopes.guard.js';
export { TrustedIssuers } from './keys/trusted-issuers.js';
