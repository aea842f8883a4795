import { isScopeToken } from '../refusals/challenge.js';
import {
  addRequirement,
  checkMessage,
  type RequirementOptions,
  type RouteDecorator,
} from './requirement.js';

/** Metadata of {@link Scopes} and `@Permissions()`: one list, which keeps their order. */
export const SCOPE_REQUIREMENTS = Symbol('auth:scopes');

/** What one `@Scopes()` or `@Permissions()` requires. */
export interface ScopeRequirement {
  readonly scopes: readonly string[];
  readonly match: 'all' | 'any';
  /** Claims that may grant them. @default the module's `grantClaims` */
  readonly from?: readonly string[];
  readonly message?: string;
}

export interface ScopeOptions extends RequirementOptions {
  /** Whether all scopes must be granted, or one is enough. @default 'all' */
  match?: 'all' | 'any';
  /** Claims that may grant the scopes. @default the module's `grantClaims` */
  from?: readonly string[];
}

/** Scopes as arguments, as one space-separated string, or as an array; options last. */
export type ScopeArguments =
  | [...scopes: string[]]
  | [...scopes: string[], options: ScopeOptions]
  | [scopes: readonly string[], options?: ScopeOptions];

/**
 * Scopes that the access token must carry: all of them, unless `match` is `'any'` (RFC 6749 §3.3).
 * The challenge of a refusal (403) names them.
 *
 * Adds to the other requirements of the method and of its controller. An empty list prevents the
 * start of the application.
 *
 * @throws TypeError when applied, if a scope or the message cannot be sent in a challenge.
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
      if (typeof name === 'string' && name.split(' ').every(isScopeOrEmpty)) return name.split(' ');
      // Also undefined, from a circular import for example: it must not weaken the requirement.
      throw new TypeError(
        `${decorator} on ${route}: ${JSON.stringify(name)} is not a scope. A scope is printable ` +
          'ASCII without spaces, double quotes and backslashes (RFC 6749 §3.3).',
      );
    });
    if (match !== 'all' && match !== 'any') {
      throw new TypeError(`${decorator} on ${route}: match must be 'all' or 'any'.`);
    }
    if (from !== undefined && !(Array.isArray(from) && from.length > 0)) {
      throw new TypeError(`${decorator} on ${route}: from must be an array of claim names.`);
    }
    checkMessage(message, decorator, route);
    return { scopes: scopes.filter((scope) => scope !== ''), match, from, message };
  });
}

/** Two spaces in a row give an empty string, which is dropped. */
const isScopeOrEmpty = (text: string) => text === '' || isScopeToken(text);
