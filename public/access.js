/** Judges a route's `x-access` as the API's guards would, for a token whose signature somebody else checks. */

/**
 * @typedef {object} ScopeRequirement
 * @property {string[]} scopes
 * @property {'all' | 'any'} match
 * @property {string[]} [from] claims that grant them, in place of the API's usual ones
 * @property {string} [message]
 *
 * @typedef {object} ClaimRequirement with neither `equals` nor `includes`, a function of the API decides
 * @property {string | string[]} [claim] a name, or the path to a nested one
 * @property {string | number | boolean | null} [equals]
 * @property {unknown[]} [includes]
 * @property {'all' | 'any'} [match]
 * @property {string} [message]
 *
 * @typedef {object} Access
 * @property {'public' | 'optional' | 'token'} access
 * @property {ScopeRequirement[]} scopes
 * @property {ClaimRequirement[]} claims
 */

/**
 * What becomes of a request to a route.
 *
 * @param {Access} access
 * @param {Record<string, unknown> | undefined} claims of the token, or undefined without one
 * @param {string[]} grantClaims
 * @returns {{ passes: boolean | undefined, why: string }} `passes` is undefined where the API decides by itself
 */
export function judge({ access, scopes, claims: requirements }, claims, grantClaims) {
  if (access === 'public') return { passes: true, why: 'Open' };
  if (claims === undefined) {
    return access === 'optional'
      ? { passes: true, why: 'Open' }
      : { passes: false, why: 'Needs a token' };
  }
  for (const requirement of scopes) {
    const lacking = lackingScopes(requirement, claims, grantClaims);
    if (lacking.length > 0) {
      const joint = requirement.match === 'any' ? ' or ' : ' and ';
      return { passes: false, why: `Lacks ${lacking.join(joint)}` };
    }
  }
  const failing = requirements.find((requirement) => claimPasses(requirement, claims) === false);
  if (failing !== undefined) return { passes: false, why: `Fails: ${claimText(failing)}` };
  const decidedThere = requirements.some(
    (requirement) => claimPasses(requirement, claims) === undefined,
  );
  return decidedThere
    ? { passes: undefined, why: 'The API decides' }
    : { passes: true, why: 'Passes' };
}

/** The scopes that claims grant: a string holds them with spaces between, an array one by one. */
export function grantedScopes(claims, grantClaims) {
  const granted = grantClaims.flatMap((name) => {
    const value = valueOf(claims, name);
    if (typeof value === 'string') return value.split(' ').filter(Boolean);
    return Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
  });
  return [...new Set(granted)];
}

/**
 * A requirement on claims in words.
 *
 * @param {ClaimRequirement} requirement
 */
export function claimText({ claim, equals, includes, match, message }) {
  const name = [claim].flat().join('.');
  if (includes !== undefined) {
    return `${name} has ${includes.join(match === 'any' ? ' or ' : ' and ')}`;
  }
  if (equals !== undefined) return `${name} is ${JSON.stringify(equals)}`;
  return message ?? 'a check of the API';
}

/**
 * @param {ScopeRequirement} requirement
 * @param {Record<string, unknown>} claims
 * @param {string[]} grantClaims
 */
function lackingScopes({ scopes, match, from }, claims, grantClaims) {
  const granted = grantedScopes(claims, from ?? grantClaims);
  const lacking = scopes.filter((scope) => !granted.includes(scope));
  return match === 'any' && lacking.length < scopes.length ? [] : lacking;
}

/**
 * Undefined where only the API can tell.
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

/** Own properties only: a token has no claim called `constructor` unless it says so. */
function valueOf(claims, path) {
  let value = claims;
  for (const name of [path].flat()) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      return undefined;
    value = value[name];
  }
  return value;
}
