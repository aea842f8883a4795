import { isScopeToken } from '../refusals/challenge.js';
import {
  addRequirement,
  checkMessage,
  type RequirementOptions,
  type RouteDecorator,
} from './requirement.js';

/** Metadata of {@link Scopes} and of `@Permissions()`: one list, so that their order is kept. */
export const SCOPE_REQUIREMENTS = Symbol('auth:scopes');

/** What one `@Scopes()` or `@Permissions()` asks of a token. */
export interface ScopeRequirement {
  readonly scopes: readonly string[];
  readonly match: 'all' | 'any';
  /** Claims that may grant them; the module's `grantClaims` when undefined. */
  readonly from?: readonly string[];
  readonly message?: string;
}

export interface ScopeOptions extends RequirementOptions {
  /** Whether all of the scopes must be granted, or one is enough. @default 'all' */
  match?: 'all' | 'any';
  /** Claims that may grant the scopes. @default the module's `grantClaims` */
  from?: readonly string[];
}

/** Scopes as names, as one space-separated text, or as a list; options last. */
export type ScopeArguments =
  | [...scopes: string[]]
  | [...scopes: string[], options: ScopeOptions]
  | [scopes: readonly string[], options?: ScopeOptions];

/**
 * Scopes the access token must carry, all of them unless `match` says `'any'` (RFC 6749 §3.3). A request
 * that lacks them gets a 403 whose challenge names them.
 *
 * Adds up with the other requirements of the method and of its controller. An empty list stops the
 * start of the application.
 *
 * @throws TypeError where it is written, when a scope or the message cannot stand in a challenge.
 *
 * @example @Scopes('read:messages')
 * @example @Scopes('read:admin', 'write:admin')
 * @example @Scopes(['read:feed', 'read:admin'], { match: 'any' })
 * @example @Scopes('read:protected', { from: ['scope', 'permissions'] })
 */
export const Scopes = (...args: ScopeArguments): RouteDecorator =>
  scopeRequirement('@Scopes()', args);

/** The decorator behind `@Scopes()` and `@Permissions()`. */
export function scopeRequirement(
  decorator: string,
  args: ScopeArguments,
  defaults: ScopeOptions = {},
): RouteDecorator {
  const flat = args.flat() as unknown[];
  const last = flat.at(-1);
  const given = typeof last === 'object' && last !== null ? (flat.pop() as ScopeOptions) : {};
  const { match = 'all', from = defaults.from, message } = given;

  return addRequirement(SCOPE_REQUIREMENTS, (route): ScopeRequirement => {
    const scopes = flat.flatMap((name) => {
      // Undefined is what a constant of a module is that has not run yet: it must not weaken the requirement.
      if (typeof name === 'string' && name.split(' ').every(isScopeOrNothing))
        return name.split(' ');
      throw new TypeError(
        `${decorator} on ${route}: ${JSON.stringify(name)} is no scope; a scope is printable ASCII ` +
          'without spaces, double quotes and backslashes (RFC 6749 §3.3).',
      );
    });
    if (match !== 'all' && match !== 'any') {
      throw new TypeError(`${decorator} on ${route}: match must be 'all' or 'any'.`);
    }
    if (from !== undefined && !(Array.isArray(from) && from.length > 0)) {
      throw new TypeError(`${decorator} on ${route}: from must be a list of claim names.`);
    }
    checkMessage(message, decorator, route);
    return { scopes: scopes.filter((scope) => scope !== ''), match, from, message };
  });
}

/** Doubled spaces make empty texts, which name nothing. */
const isScopeOrNothing = (text: string) => text === '' || isScopeToken(text);
