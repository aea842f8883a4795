import { mark, type RouteDecorator } from './requirement.js';

/** Metadata of {@link Protected}. */
export const PROTECTED = Symbol('auth:protected');

/**
 * Requires a valid access token and nothing else. Only needed with `unmarkedRoutes: 'open'`; by default
 * every route requires a token.
 */
export const Protected = (): RouteDecorator => mark(PROTECTED);
