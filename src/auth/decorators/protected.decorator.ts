import { mark, type RouteDecorator, PROTECTED } from './requirement.js';

/**
 * Requires a valid access token and nothing else. Only needed with `unmarkedRoutes: 'open'`; by
 * default every route requires a token.
 */
export const Protected = (): RouteDecorator => mark(PROTECTED);
