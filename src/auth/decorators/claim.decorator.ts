import type { ExecutionContext } from '@nestjs/common';
import type { AccessTokenClaims, ClaimPath } from '../token/claims.js';
import {
  addRequirement,
  checkMessage,
  type RequirementOptions,
  type RouteDecorator,
} from './requirement.js';

/** Metadata of {@link Claim}. */
export const CLAIM_REQUIREMENTS = Symbol('auth:claims');

/** A value of JSON that is neither object nor array. */
export type Primitive = string | number | boolean | null;

/** Decides over all claims of a token; `context` tells of the request. */
export type ClaimsPredicate = (
  claims: AccessTokenClaims,
  context: ExecutionContext,
) => boolean | Promise<boolean>;

/** What {@link includes} and {@link includesAny} ask of a claim. */
export class Inclusion {
  constructor(
    readonly values: readonly Primitive[],
    readonly match: 'all' | 'any',
  ) {
    if (values.length === 0) throw new TypeError('includes() needs at least one value.');
  }
}

/** What {@link check} asks of the claims. */
export class Check {
  constructor(readonly predicate: ClaimsPredicate) {
    if (typeof predicate !== 'function') throw new TypeError('check() needs a function.');
  }
}

/** The claim, an array or a space-separated string, contains all of the values. */
export const includes = (...values: Primitive[]): Inclusion => new Inclusion(values, 'all');

/** The claim, an array or a space-separated string, contains at least one of the values. */
export const includesAny = (...values: Primitive[]): Inclusion => new Inclusion(values, 'any');

/**
 * The function returns `true`, or a promise of it. Anything else refuses the request; so does an
 * exception, whose text goes to the log and not to the client.
 */
export const check = (predicate: ClaimsPredicate): Check => new Check(predicate);

/** What one `@Claim()` asks of a token: of one claim, or by a function of all of them. */
export type ClaimRequirement =
  | {
      readonly claim: ClaimPath;
      readonly expected: Primitive | Inclusion;
      readonly message?: string;
    }
  | { readonly claim?: undefined; readonly expected: Check; readonly message?: string };

/**
 * A claim the access token must have: the same primitive value (`===`), or one that `includes()` or
 * `includesAny()` accepts. The name is literal; an array of names is the path of a nested claim.
 *
 * A token that fails gets a 401 `invalid_token`, or a 403 with the option `claimFailure`. Claims are
 * looked at after scopes.
 *
 * @throws TypeError where it is written, when the expectation or the message is unusable.
 *
 * @example @Claim('isAdmin', true)
 * @example @Claim('https://example.com/roles', includes('admin', 'editor'))
 * @example @Claim(['realm_access', 'roles'], includesAny('admin', 'owner'))
 * @example @Claim(check((claims) => claims.tier === 'premium'), { message: 'Premium tier required' })
 */
export function Claim(
  claim: ClaimPath,
  expected: Primitive | Inclusion,
  options?: RequirementOptions,
): RouteDecorator;
export function Claim(expected: Check, options?: RequirementOptions): RouteDecorator;
export function Claim(...args: unknown[]): RouteDecorator {
  return addRequirement(CLAIM_REQUIREMENTS, (route): ClaimRequirement => {
    const [claim, expected, options] = args[0] instanceof Check ? [undefined, ...args] : args;
    const { message } = (options ?? {}) as RequirementOptions;
    checkMessage(message, '@Claim()', route);
    if (expected instanceof Check) {
      if (claim === undefined) return { expected, message };
      throw new TypeError(`@Claim() on ${route}: check() sees all claims, so it takes no name.`);
    }
    if (!isClaimPath(claim)) {
      throw new TypeError(`@Claim() on ${route}: name a claim, or give the path of a nested one.`);
    }
    if (!isPrimitive(expected) && !(expected instanceof Inclusion)) {
      throw new TypeError(
        `@Claim() on ${route}: expect a string, number, boolean or null, includes() or includesAny().`,
      );
    }
    return { claim, expected, message };
  });
}

function isClaimPath(path: unknown): path is ClaimPath {
  const names: unknown[] = Array.isArray(path) ? path : [path];
  return names.length > 0 && names.every((name) => typeof name === 'string' && name !== '');
}

function isPrimitive(value: unknown): value is Primitive {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
