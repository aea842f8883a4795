import type { RouteDecorator } from './requirement.js';
import { type ScopeArguments, scopeRequirement } from './scopes.decorator.js';

/**
 * Permissions the subject must have: as `@Scopes()`, over the `permissions` claim that Auth0 puts into
 * access tokens of an API with RBAC.
 *
 * @example @Permissions('read:messages')
 */
export const Permissions = (...args: ScopeArguments): RouteDecorator =>
  scopeRequirement('@Permissions()', args, { from: ['permissions'] });
