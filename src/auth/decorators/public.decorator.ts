import { mark, type RouteDecorator, PUBLIC } from './requirement.js';

/**
 * Opens a route to everybody. The access token is ignored.
 *
 * On a method it drops the requirements of the controller. On a controller it applies to the
 * methods that have no requirement of their own.
 */
export const Public = (): RouteDecorator => mark(PUBLIC);
