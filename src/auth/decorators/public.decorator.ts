import { mark, type RouteDecorator } from './requirement.js';

/** Metadata of {@link Public}. */
export const PUBLIC = Symbol('auth:public');

/**
 * Opens a route to everybody; the access token is not looked at.
 *
 * On a method it drops the requirements of the controller; on a controller it reaches the methods
 * that have none of their own.
 */
export const Public = (): RouteDecorator => mark(PUBLIC);
