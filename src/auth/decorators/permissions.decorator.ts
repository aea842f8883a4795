import type { RouteDecorator } from './requirement.js';
import { type ScopeArguments, scopeRequirement } from './scopes.decorator.js';

/**
 * Permissions that the subject must have: `@Scopes()` over the `permissions` claim, which Auth0
 * adds to access tokens for an API with RBAC.
 *
 * @example @Permissions('read:messages')
 */
export const Permissions = (...args: ScopeArguments): RouteDecorator =>
  scopeRequirement('@Permissions()', args, { from: ['permissions'] });
