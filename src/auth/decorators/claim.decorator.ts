import type { ExecutionContext } from '@nestjs/common';
import { type ClaimPath, isClaimPath } from '../token/claim-path.js';
import type { AccessTokenClaims } from '../token/claims.js';
import {
  addRequirement,
  checkMessage,
  type RequirementOptions,
  type RouteDecorator,
} from './requirement.js';

/** Metadata of {@link Claim}. */
export const CLAIM_REQUIREMENTS = Symbol('auth:claims');

/** A JSON value that is neither an object nor an array. */
export type Primitive = string | number | boolean | null;

/** Judges all claims of a token. `context` gives access to the request. */
export type ClaimsPredicate = (
  claims: AccessTokenClaims,
  context: ExecutionContext,
) => boolean | Promise<boolean>;

/** The requirement of {@link includes} and {@link includesAny}. */
export class Inclusion {
  constructor(
    readonly values: readonly Primitive[],
    readonly match: 'all' | 'any',
  ) {
    if (values.length === 0)
      throw new TypeError('includes() and includesAny() need at least one value.');
  }
}

/** The requirement of {@link check}. */
export class Check {
  constructor(readonly predicate: ClaimsPredicate) {
    if (typeof predicate !== 'function') throw new TypeError('check() needs a function.');
  }
}

/** Requires that an array, or a space-separated string, contains all values. */
export const includes = (...values: Primitive[]): Inclusion => new Inclusion(values, 'all');

/** Requires that an array, or a space-separated string, contains one of the values. */
export const includesAny = (...values: Primitive[]): Inclusion => new Inclusion(values, 'any');

/**
 * Requires that the function returns `true` or a promise of it. Anything else refuses the request,
 * and so does an exception, which only the log shows.
 */
export const check = (predicate: ClaimsPredicate): Check => new Check(predicate);

/** What one `@Claim()` requires: of one claim, or with {@link Check} of all claims. */
export interface ClaimRequirement {
  readonly claim?: ClaimPath;
  readonly expected: Primitive | Inclusion | Check;
  readonly message?: string;
}

/**
 * A claim that the access token must have: the same primitive value (`===`), or a value that
 * `includes()` or `includesAny()` accepts. The name is literal; an array is the path of a nested
 * claim.
 *
 * A token that fails gets 401 `invalid_token`, or 403 with the option `claimFailure`. Claims are
 * checked after scopes.
 *
 * @throws TypeError when applied, if the expectation or the message is unusable.
 *
 * @example @Claim('isAdmin', true)
 * @example @Claim('https://example.com/roles', includes('admin', 'editor'))
 * @example @Claim(['realm_access', 'roles'], includesAny('admin', 'owner'))
 * @example @Claim(check(({ tier }) => tier === 'premium'), { message: 'Premium tier required' })
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
      throw new TypeError(`@Claim() on ${route}: check() gets all claims, so remove the name.`);
    }
    if (!isClaimPath(claim)) {
      throw new TypeError(
        `@Claim() on ${route}: write the name of a claim, or the path of a nested claim.`,
      );
    }
    if (!isPrimitive(expected) && !(expected instanceof Inclusion)) {
      throw new TypeError(
        `@Claim() on ${route}: expect a primitive value, includes() or includesAny().`,
      );
    }
    return { claim, expected, message };
  });
}

function isPrimitive(value: unknown): value is Primitive {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}
