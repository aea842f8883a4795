import type { ClaimRequirement } from '../decorators/claim.decorator.js';
import type { ScopeRequirement } from '../decorators/scopes.decorator.js';
import type { StepUpRequirement } from '../decorators/step-up.decorator.js';

/** One route of the application, and what a request to it needs. */
export interface RouteAccess {
  /** `'GET'`, `'POST'`, …; `'ALL'` where every method is handled. HEAD is not listed with GET. */
  readonly method: string;
  /** Full path as the adapter has it, with prefix and version: `/api/messages/:id`, `/docs/*`. */
  readonly path: string;
  /** `raw`: put on the adapter directly, so no guard covers it. */
  readonly access: 'token' | 'optional' | 'public' | 'raw';
  /** That of `@Audience()`. Undefined: tokens for the audiences of the module. */
  readonly audience?: string | undefined;
  readonly scopes: readonly ScopeRequirement[];
  readonly claims: readonly ClaimRequirement[];
  readonly stepUp: readonly StepUpRequirement[];
  /** `'MessagesController.list'`; undefined for a raw route. */
  readonly handler?: string;
  /** Why a route is open, from the option `rawRoutes` or from `@Public({ reason })`. */
  readonly reason?: string;
}
