import { mark, type RouteDecorator } from './requirement.js';

/** Metadata of {@link OptionalAuth}. */
export const OPTIONAL_AUTH = Symbol('auth:optional');

/**
 * Opens a route to requests without credentials; those of another scheme count as none.
 *
 * An access token that is sent must be valid all the same: a bad one, or a broken `Bearer` header, is
 * refused as on any other route. Reaches as far as {@link Public} does.
 */
export const OptionalAuth = (): RouteDecorator => mark(OPTIONAL_AUTH);
