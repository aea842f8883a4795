import { PUBLIC, PUBLIC_REASON, type RouteDecorator, writeMetadata } from './requirement.js';

export interface PublicOptions {
  /** Why it needs no token: the access map shows it, and does not question a route that writes. */
  reason?: string;
}

/**
 * Opens a route to everybody. The access token is ignored.
 *
 * On a method it drops the requirements of the controller. On a controller it applies to the
 * methods that have no requirement of their own.
 *
 * @example @Public({ reason: 'a webhook with a signature' })
 */
export const Public =
  ({ reason }: PublicOptions = {}): RouteDecorator =>
  (on: object, method?: string | symbol) => {
    writeMetadata(PUBLIC, true, { on, method });
    writeMetadata(PUBLIC_REASON, reason, { on, method });
  };
