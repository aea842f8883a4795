import { isScopeToken } from '../refusals/challenge.js';
import {
  addRequirement,
  checkMessage,
  type RequirementOptions,
  type RouteDecorator,
} from './requirement.js';

/** Metadata of {@link StepUp}. */
export const STEP_UP_REQUIREMENTS = Symbol('auth:step-up');

/** What one `@StepUp()` requires of the login. */
export interface StepUpRequirement {
  readonly maxAgeSec?: number;
  readonly acr?: readonly string[];
  readonly amr?: readonly string[];
  readonly message?: string;
}

export interface StepUpOptions extends RequirementOptions {
  /** Time since the login, the claim `auth_time`, in seconds: at most this. @default any */
  maxAgeSec?: number;
  /** Values of the claim `acr`, the strength of the login: one of these. @default any */
  acr?: readonly string[];
  /** Values of the claim `amr`, the means of the login (RFC 8176): all of these. @default any */
  amr?: readonly string[];
}

/**
 * A login that is recent or strong enough (RFC 9470): by the claims `auth_time`, `acr` and `amr` of
 * the access token, or those of the option `stepUpClaims`. The issuer must be set up to send them:
 * a token without such a claim does not pass.
 *
 * A token that fails gets 401 `insufficient_user_authentication`; the challenge has `max_age` and
 * `acr_values`, for the client's next authorization request. Checked after scopes and
 * claims, where a new login would not help. Adds to the other requirements of the method and of its
 * controller.
 *
 * @throws TypeError when applied, if nothing is required, or a value cannot be sent in a challenge.
 *
 * @example @StepUp({ maxAgeSec: 300 })
 * @example @StepUp({ amr: ['mfa'], message: 'Log in with a second factor' })
 */
export const StepUp = (options: StepUpOptions): RouteDecorator =>
  addRequirement(STEP_UP_REQUIREMENTS, (route): StepUpRequirement => {
    const { maxAgeSec, acr, amr, message } = options ?? {};
    const fail = (problem: string): never => {
      throw new TypeError(`@StepUp() on ${route}: ${problem}.`);
    };
    if (maxAgeSec === undefined && acr === undefined && amr === undefined) {
      fail('name maxAgeSec, acr or amr');
    }
    if (maxAgeSec !== undefined && !(Number.isSafeInteger(maxAgeSec) && maxAgeSec >= 0)) {
      fail('maxAgeSec must be a whole number of seconds');
    }
    for (const [name, values] of Object.entries({ acr, amr })) {
      if (values === undefined) continue;
      const isList = Array.isArray(values) && values.length > 0;
      if (!isList || !values.every(isScopeToken)) {
        fail(
          `${name} must be an array of values in printable ASCII, without spaces, double quotes ` +
            'and backslashes',
        );
      }
    }
    checkMessage(message, '@StepUp()', route);
    return { maxAgeSec, acr, amr, message };
  });
