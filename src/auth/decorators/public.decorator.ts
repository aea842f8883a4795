import { PUBLIC, PUBLIC_REASON, type RouteDecorator, writeMetadata } from './requirement.js';

export interface PublicOptions {
  /**
   * Why a route that writes needs no access token, for example what it checks instead. The access
   * map shows it.
   * @default none: the start warns about public routes that write
   */
  reason?: string;
}

/**
 * Opens a route to everybody. No access token is required or verified. `@AccessToken()` gives
 * nothing, unless something else has verified a token: an earlier guard, or the last message of a
 * WebSocket client.
 *
 * On a method it drops the requirements of the controller. On a controller it applies to the
 * methods that have no requirement of their own.
 *
 * @example @Public({ reason: 'a webhook with a signature' })
 */
export function Public({ reason }: PublicOptions = {}): RouteDecorator {
  return (on: object, method?: string | symbol) => {
    writeMetadata(PUBLIC, true, { on, method });
    writeMetadata(PUBLIC_REASON, reason, { on, method });
  };
}
