/**
 * Predicts from a route's `x-access` what the API's guards decide. It does not verify signatures.
 */

/**
 * @typedef {object} ScopeRequirement
 * @property {string[]} scopes
 * @property {'all' | 'any'} match
 * @property {Record<string, string[]>} [impliedBy] by scope, broader scopes that grant it as well
 * @property {string[]} [from] claims that grant the scopes, instead of the API's `x-grant-claims`
 * @property {string} [message]
 *
 * @typedef {object} ClaimRequirement without `equals` and `includes`, a function of the API decides
 * @property {string | string[]} [claim] a name, or the path to a nested claim
 * @property {string | number | boolean | null} [equals]
 * @property {unknown[]} [includes]
 * @property {'all' | 'any'} [match]
 * @property {string} [message]
 *
 * @typedef {object} StepUpRequirement of the login
 * @property {number} [maxAgeSec] its largest age
 * @property {string[]} [acr] one of these
 * @property {string[]} [amr] all of these
 * @property {Record<'authTime' | 'acr' | 'amr', string | string[]>} from claims that show it
 * @property {string} [message]
 *
 * @typedef {object} Access
 * @property {'public' | 'optional' | 'token'} access
 * @property {string} [audience] the token is for this one, instead of those of the API
 * @property {ScopeRequirement[]} scopes
 * @property {ClaimRequirement[]} claims
 * @property {StepUpRequirement[]} stepUp
 */

/**
 * Whether a request to a route passes.
 *
 * @param {Access} rule
 * @param {Record<string, unknown> | undefined} claims of the token; undefined without a token
 * @param {string[]} grantClaims
 * @param {number} [now] seconds since 1970
 * @returns {{ passes: boolean | undefined, why: string }} `passes` is undefined if only the API
 *   can decide
 */
export function judge(rule, claims, grantClaims, now = Date.now() / 1000) {
  const { access, audience, scopes, claims: requirements, stepUp } = rule;
  if (access === 'public') return { passes: true, why: 'Open' };
  if (claims === undefined) {
    return access === 'optional'
      ? { passes: true, why: 'Open' }
      : { passes: false, why: 'Needs a token' };
  }
  if (audience !== undefined && ![claims.aud].flat().includes(audience)) {
    return { passes: false, why: 'For another audience' };
  }
  for (const requirement of scopes) {
    const missing = missingScopes(requirement, claims, grantClaims);
    if (missing.length > 0) {
      const joint = requirement.match === 'any' ? ' or ' : ' and ';
      return { passes: false, why: `Missing ${missing.join(joint)}` };
    }
  }
  const failing = requirements.find((requirement) => claimPasses(requirement, claims) === false);
  if (failing !== undefined) return { passes: false, why: `Not met: ${claimText(failing)}` };
  const login = stepUp.find((requirement) => !loginPasses(requirement, claims, now));
  if (login !== undefined) return { passes: false, why: `Needs ${loginText(login)}` };
  const isUndecided = requirements.some(
    (requirement) => claimPasses(requirement, claims) === undefined,
  );
  return isUndecided
    ? { passes: undefined, why: 'The API decides' }
    : { passes: true, why: 'Passes' };
}

/** The scopes in the claims named by `grantClaims`. A claim is a string or an array of scopes. */
export function grantedScopes(claims, grantClaims) {
  const granted = grantClaims.flatMap((name) => {
    const value = valueOf(claims, name);
    if (typeof value === 'string') return value.split(' ').filter(Boolean);
    return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
  });
  return [...new Set(granted)];
}

/**
 * Describes a requirement on claims.
 *
 * @param {ClaimRequirement} requirement
 */
export function claimText({ claim, equals, includes, match, message }) {
  const name = [claim].flat().join('.');
  if (includes !== undefined) {
    return `${name} includes ${includes.join(match === 'any' ? ' or ' : ' and ')}`;
  }
  if (equals !== undefined) return `${name} is ${JSON.stringify(equals)}`;
  return message ?? 'a check in the API';
}

/**
 * Describes a requirement on the login.
 *
 * @param {StepUpRequirement} requirement
 */
export function loginText({ maxAgeSec, acr, amr, message }) {
  if (message !== undefined) return lowerFirst(message);
  const properties = [
    ...(maxAgeSec === undefined ? [] : [`at most ${maxAgeSec} seconds old`]),
    ...(acr === undefined ? [] : [`with acr ${acr.join(' or ')}`]),
    ...(amr === undefined ? [] : [`with amr ${amr.join(' and ')}`]),
  ];
  return `a login ${properties.join(', and ')}`;
}

/** @param {string} text */
function lowerFirst(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/**
 * @param {StepUpRequirement} requirement
 * @param {Record<string, any>} claims
 * @param {number} now seconds since 1970
 */
function loginPasses({ maxAgeSec, acr, amr, from }, claims, now) {
  if (maxAgeSec !== undefined && !(now - valueOf(claims, from.authTime) <= maxAgeSec)) return false;
  if (acr !== undefined && !acr.includes(valueOf(claims, from.acr))) return false;
  const means = valueOf(claims, from.amr);
  return (
    amr === undefined || (Array.isArray(means) && amr.every((method) => means.includes(method)))
  );
}

/**
 * @param {ScopeRequirement} requirement
 * @param {Record<string, unknown>} claims
 * @param {string[]} grantClaims
 */
function missingScopes({ scopes, match, from, impliedBy }, claims, grantClaims) {
  const granted = grantedScopes(claims, from ?? grantClaims);
  const isGranted = (scope) =>
    [scope, ...(impliedBy?.[scope] ?? [])].some((each) => granted.includes(each));
  const missing = scopes.filter((scope) => !isGranted(scope));
  return match === 'any' && missing.length < scopes.length ? [] : missing;
}

/**
 * Whether the claims meet a requirement; undefined if only the API can decide.
 *
 * @param {ClaimRequirement} requirement
 * @param {Record<string, unknown>} claims
 */
function claimPasses({ claim, equals, includes, match }, claims) {
  const value = valueOf(claims, claim);
  if (equals !== undefined) return value === equals;
  if (includes === undefined) return undefined;
  const held = typeof value === 'string' ? value.split(' ') : value;
  if (!Array.isArray(held)) return false;
  const has = (wanted) => held.includes(wanted);
  return match === 'any' ? includes.some(has) : includes.every(has);
}

/** Reads own properties only: every object inherits a `constructor`, which is not a claim. */
function valueOf(claims, path) {
  let value = claims;
  for (const name of [path].flat()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = value[name];
  }
  return value;
}
