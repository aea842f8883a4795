import type { AuthInfo, JSONRPCRequest } from '@modelcontextprotocol/server';
import { isScopeToken } from '../refusals/challenge.js';

/** The `scopeChallenge` of a tool, a resource or a prompt of the SDK. */
export type ToolScopes = (context: {
  request: JSONRPCRequest;
  authInfo?: AuthInfo;
}) => { scopes: readonly [string, ...string[]] } | undefined;

/**
 * The scopes that a call of a tool needs, all of them. The SDK asks before the tool runs. With
 * `@ServeMcp()`, a call without them gets 403 and a challenge that names them all, also where it is
 * one message of a batch. Without a token nothing is granted.
 *
 * @throws TypeError if there is no scope, or one that cannot be sent in a challenge.
 *
 * @example
 * server.registerTool('post_message', { scopeChallenge: requireToolScopes('write:messages') }, …)
 */
export function requireToolScopes(...scopes: readonly [string, ...string[]]): ToolScopes {
  if (scopes.length === 0 || !scopes.every((scope: unknown) => isScopeToken(scope))) {
    throw new TypeError(
      'requireToolScopes() needs scopes: printable ASCII without spaces, double quotes and ' +
        'backslashes (RFC 6749 §3.3).',
    );
  }
  return ({ authInfo }) =>
    scopes.every((scope) => authInfo?.scopes.includes(scope)) ? undefined : { scopes };
}
