/**
 * Writes the decorators of a route as its controller has them, from its `x-access`. A route
 * without a requirement has none: it needs a valid access token by default.
 *
 * @param {import('./access.js').Access} access
 * @returns {string[]}
 */
export function decoratorsOf({ access, audience, scopes, claims, stepUp }) {
  if (access === 'public') return ['@Public()'];
  const own = audience === undefined ? [] : [`@Audience(${code(audience)})`];
  if (access === 'optional') return ['@OptionalAuth()', ...own];
  return [
    ...own,
    ...scopes.map(scopeDecorator),
    ...claims.map(claimDecorator),
    ...stepUp.map(stepUpDecorator),
  ];
}

/** @param {import('./access.js').ScopeRequirement} requirement */
function scopeDecorator({ scopes, match, from }) {
  const isPermissions = from?.length === 1 && from[0] === 'permissions';
  const options = [
    ...(match === 'any' ? ["match: 'any'"] : []),
    ...(from === undefined || isPermissions ? [] : [`from: ${code(from)}`]),
  ];
  const names = match === 'any' ? code(scopes) : scopes.map(code).join(', ');
  const all = options.length === 0 ? names : `${names}, { ${options.join(', ')} }`;
  return `${isPermissions ? '@Permissions' : '@Scopes'}(${all})`;
}

/** @param {import('./access.js').ClaimRequirement} requirement */
function claimDecorator({ claim, equals, includes, match }) {
  if (includes !== undefined) {
    const name = match === 'any' ? 'includesAny' : 'includes';
    return `@Claim(${code(claim)}, ${name}(${includes.map(code).join(', ')}))`;
  }
  return equals === undefined ? '@Claim(check(…))' : `@Claim(${code(claim)}, ${code(equals)})`;
}

/** @param {import('./access.js').StepUpRequirement} requirement */
function stepUpDecorator({ maxAgeSec, acr, amr }) {
  const options = Object.entries({ maxAgeSec, acr, amr })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${code(value)}`);
  return `@StepUp({ ${options.join(', ')} })`;
}

/** A value as TypeScript: a string in single quotes, an array, a number, a boolean or null. */
function code(value) {
  if (Array.isArray(value)) return `[${value.map(code).join(', ')}]`;
  if (typeof value !== 'string') return String(value);
  return `'${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
