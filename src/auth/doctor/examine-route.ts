import { claimInWords } from '../access-map/format-access-map.js';
import type { RouteAccess } from '../access-map/route-access.js';
import type { ResolvedAuthOptions } from '../auth.options.js';
import { Check, type ClaimRequirement } from '../decorators/claim.decorator.js';
import type { ScopeRequirement } from '../decorators/scopes.decorator.js';
import type { StepUpRequirement } from '../decorators/step-up.decorator.js';
import { grantedFor, isGranted, isLoginEnough, meets } from '../guards/is-met.js';
import type { RequestAuth } from '../request-auth.js';
import { claimOf, type ClaimPath, grantedScopes } from '../token/claim-path.js';
import type { Settings, Step } from './diagnosis.js';
import type { ExaminedToken } from './examine-token.js';
import { nameOf, nearestRoutes, routesFor } from './find-route.js';
import { printable } from './printable.js';

/** A route, and whether a token may call it. */
export interface ExaminedRoute {
  readonly steps: readonly Step[];
  /** Whether the routes of the application are not known. */
  readonly isUnknown?: boolean;
  /** Undefined when there is no such route. */
  readonly route?: RouteAccess;
  /** Whether a function of the application, which the doctor does not call, decides as well. */
  readonly isUndecided?: boolean;
}

type RouteStep = Omit<Step, 'section'>;

/**
 * Says what a route needs, and which of it a token lacks: all of it, where the API names the first
 * requirement only.
 *
 * @param token undefined when there is none.
 */
export function examineRoute(
  request: string,
  routes: readonly RouteAccess[],
  token: ExaminedToken | undefined,
  context: { options: ResolvedAuthOptions; settings: Settings },
): ExaminedRoute {
  const [route, ...others] = routesFor(routes, request);
  if (!route) {
    const advice = `The nearest are: ${nearestRoutes(routes, request).join('; ')}.`;
    const actual = `no such route: ${printable(request)}`;
    return { steps: [{ section: 'route', name: 'route', status: 'failed', actual, advice }] };
  }
  const auth = token?.auth;
  const requirements = [
    ...route.scopes.map((requirement) => scopeStep(requirement, auth, context)),
    ...route.claims.map((requirement) => claimStep(requirement, auth)),
    ...route.stepUp.map((requirement) => loginStep(requirement, auth, context)),
  ];
  const found = route.handler === undefined ? nameOf(route) : `${nameOf(route)}, ${route.handler}`;
  const steps: RouteStep[] = [
    { name: 'route', status: 'ok', actual: found, ...(others.length > 0 && ambiguity(others)) },
    accessStep(route, token),
    ...requirements,
  ];
  const isUndecided = route.claims.some(({ expected }) => expected instanceof Check);
  return { route, isUndecided, steps: steps.map((step) => ({ section: 'route', ...step })) };
}

/** Fastify takes the path with the fewest parameters, Express the route that is declared first. */
function ambiguity(others: readonly RouteAccess[]): Pick<Step, 'details'> {
  const names = others.map(nameOf).join('; ');
  return { details: [`also matches, and answers on Express if it is declared first: ${names}`] };
}

function accessStep({ access, reason }: RouteAccess, token: ExaminedToken | undefined): RouteStep {
  const name = 'access';
  if (access === 'public') {
    return { name, status: 'ok', actual: 'public: needs no token, and ignores one' };
  }
  if (access === 'raw') {
    const actual = `open: no guard covers it (${printable(reason ?? 'no reason is given')})`;
    return { name, status: 'ok', actual };
  }
  const isOptional = access === 'optional';
  const expected = isOptional ? 'no token, or a valid one' : 'a valid token';
  if (token?.auth) return { name, status: 'ok', expected, actual: 'a valid token' };
  if (token) return { name, status: 'failed', expected, actual: 'a token that is refused' };
  const status = isOptional ? 'ok' : 'skipped';
  return { name, status, expected, actual: 'no token was given' };
}

function scopeStep(
  requirement: ScopeRequirement,
  auth: RequestAuth | undefined,
  context: { options: ResolvedAuthOptions; settings: Settings },
): RouteStep {
  const { scopes, match, from } = requirement;
  const claims = from ?? context.options.grantClaims;
  const names = scopes.join(match === 'all' ? ' and ' : ' or ');
  const sources = claims.map((claim) => [claim].flat().join('.')).join(' or ');
  const step = { name: 'scopes', expected: `${names}, granted by ${sources}` };
  if (!auth) return { ...step, status: 'skipped', actual: `not checked: needs ${step.expected}` };
  const granted = grantedFor(requirement, auth, context.options);
  const actual = granted.length === 0 ? 'no scopes' : printable(granted);
  if (isGranted(requirement, granted)) return { ...step, status: 'ok', actual };
  const missing = scopes.filter((scope) => !granted.includes(scope));
  const code = 'insufficient_scope';
  const setting = from ? 'the option from of the decorator' : context.settings.grantClaims;
  const advice = scopeAdvice(missing, match, auth, claims, setting, context.options);
  return { ...step, status: 'failed', code, actual, advice };
}

function scopeAdvice(
  missing: readonly string[],
  match: ScopeRequirement['match'],
  { payload }: RequestAuth,
  claims: readonly ClaimPath[],
  setting: string,
  { impliedScopes }: ResolvedAuthOptions,
): string {
  const others = ['permissions', 'scope', 'scp'].filter((claim) => !claims.includes(claim));
  const other = others.find((claim) => {
    const granted = grantedScopes(payload, [claim], impliedScopes);
    return missing.every((scope) => granted.includes(scope));
  });
  if (other !== undefined) {
    return `The claim ${other} has it: add ${other} to ${setting}.`;
  }
  const names = missing.join(match === 'all' ? ' and ' : ' or ');
  return (
    `Missing: ${names}. Define it for the API at the issuer, allow it to the user or the client, ` +
    'and request it with scope.'
  );
}

function claimStep(requirement: ClaimRequirement, auth: RequestAuth | undefined): RouteStep {
  const { claim = [], expected, message } = requirement;
  const name = 'claim';
  if (expected instanceof Check) {
    const details = message === undefined ? [] : [message];
    return { name, status: 'skipped', actual: 'not checked: a function decides', details };
  }
  const step = { name, expected: claimInWords(requirement) };
  if (!auth) return { ...step, status: 'skipped', actual: `not checked: needs ${step.expected}` };
  const value = claimOf(auth.payload, claim);
  // With quotes, because "true" is not true.
  const came = typeof value === 'string' ? JSON.stringify(printable(value)) : printable(value);
  const actual = `${[claim].flat().join('.')} is ${value === undefined ? 'missing' : came}`;
  if (meets(expected, value)) return { ...step, status: 'ok', actual };
  const advice =
    'Let the issuer put this claim into the access token of those who may call the route.';
  return { ...step, status: 'failed', code: 'claim_requirement', actual, advice };
}

function loginStep(
  requirement: StepUpRequirement,
  auth: RequestAuth | undefined,
  { options }: { options: ResolvedAuthOptions },
): RouteStep {
  const { maxAgeSec, acr, amr } = requirement;
  const claims = [
    { path: options.stepUpClaims.authTime, wanted: maxAgeSec && `at most ${maxAgeSec} s ago` },
    { path: options.stepUpClaims.acr, wanted: acr?.join(' or ') },
    { path: options.stepUpClaims.amr, wanted: amr?.join(' and ') },
  ].filter(({ wanted }) => wanted !== undefined);
  const nameOfClaim = (path: ClaimPath) => [path].flat().join(' → ');
  const expected = claims.map(({ path, wanted }) => `${nameOfClaim(path)} ${wanted}`).join(', ');
  const step = { name: 'login', expected };
  if (!auth) return { ...step, status: 'skipped', actual: `not checked: needs ${expected}` };
  const actual = claims
    .map(({ path }) => `${nameOfClaim(path)} is ${printable(claimOf(auth.payload, path))}`)
    .join(', ');
  if (isLoginEnough(requirement, auth.payload, options, Date.now() / 1000)) {
    return { ...step, status: 'ok', actual };
  }
  const advice =
    'Log in again, with max_age and acr_values of the challenge. If the claim is missing, let ' +
    'the issuer put it into access tokens.';
  return { ...step, status: 'failed', code: 'authentication_insufficient', actual, advice };
}
