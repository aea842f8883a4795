import { mark, type RouteDecorator, OPTIONAL_AUTH } from './requirement.js';

/**
 * Opens a route to requests without credentials; credentials of another scheme count as none. An
 * access token must be valid: a bad token, or a broken `Bearer` header, is refused.
 *
 * Applies to methods and controllers in the same way as {@link Public}.
 */
export const OptionalAuth = (): RouteDecorator => mark(OPTIONAL_AUTH);
