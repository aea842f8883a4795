import type { RouteAccess } from '../access-map/route-access.js';
import { AccessTokenStrategy } from '../access-token.strategy.js';
import { AccessTokenVerifier } from '../access-token.verifier.js';
import type { ResolvedAuthOptions } from '../auth.options.js';
import { Clock } from '../clock.js';
import { TrustedIssuers } from '../keys/trusted-issuers.js';
import { describeClaims, readUnverified } from './claimed-token.js';
import { looksLikeClientId } from './client-id.js';
import { type Diagnosis, OPTION_NAMES, type Settings, type Step } from './diagnosis.js';
import { examineIssuer } from './examine-issuer.js';
import { type ExaminedRoute, examineRoute } from './examine-route.js';
import { type ExaminedToken, examineToken } from './examine-token.js';
import { nameOf, routesFor } from './find-route.js';
import { printable } from './printable.js';

/** What to examine. */
export interface Examined {
  /** The checked options of `AuthModule`. What it throws is reported. */
  readonly options: () => ResolvedAuthOptions | Promise<ResolvedAuthOptions>;
  /** Every route of the application. Called only when there is a `route`. */
  readonly routes?: () => readonly RouteAccess[] | Promise<readonly RouteAccess[]>;
  /** Called at the end. */
  readonly close?: () => Promise<void>;
  /** An access token, without the scheme. */
  readonly token?: string;
  /** Method and path, for example `GET /api/messages`. */
  readonly route?: string;
  /** How the user writes the options. @default as options of `AuthModule` */
  readonly settings?: Settings;
}

interface Context {
  readonly options: ResolvedAuthOptions;
  readonly settings: Settings;
}

/**
 * Examines a configuration, its issuers and the clock, and a token as the API would judge it: with
 * an `AccessTokenVerifier` of the same options. It fetches the documents of the issuers.
 *
 * The result contains neither the token nor a secret. It does not call functions that decide about
 * a claim, because they may need a request; `isRevoked` is called.
 */
export async function diagnose(examined: Examined): Promise<Diagnosis> {
  const { token, settings = OPTION_NAMES } = examined;
  let options: ResolvedAuthOptions;
  try {
    options = await examined.options();
  } catch (error) {
    const details = messageOf(error).split('\n').map(printable);
    const step = { section: 'configuration', name: 'options', status: 'failed', details } as const;
    return { ok: false, verdict: 'The API does not start with this configuration.', steps: [step] };
  }
  const issuers = await Promise.all(
    options.issuers.map((issuer) => examineIssuer(issuer, options, settings)),
  );
  const routes = await routesOf(examined);
  const audience = audienceOf(examined, routes);
  const context = { options, settings };
  const judged = token === undefined ? undefined : await judge(token, audience, context);
  const route = examineRequest(examined, routes, judged, context);
  const steps = [
    ...examineOptions(options, settings),
    ...issuers.flat(),
    ...(judged?.steps ?? []),
    ...(route?.steps ?? []),
  ];
  const claimed = token === undefined ? undefined : describeClaims(readUnverified(token), options);
  const ok = steps.every(({ status }) => status !== 'failed');
  return { ok, verdict: verdictOf(steps, judged, route, settings), steps, token: claimed };
}

function examineOptions({ issuers }: ResolvedAuthOptions, settings: Settings): Step[] {
  const section = 'configuration';
  const named = issuers.map(({ issuer, algorithms }) => `${issuer} with ${algorithms.join(', ')}`);
  const options: Step = { section, name: 'options', status: 'ok', actual: named.join('; ') };
  const audiences = issuers.flatMap(({ audience }) => audience);
  const suspicious = audiences.filter(looksLikeClientId);
  const audience = { section, name: 'audience', actual: printable(audiences) } as const;
  if (suspicious.length === 0) return [options, { ...audience, status: 'ok' }];
  const advice =
    `${printable(suspicious)} looks like the client id of an application. Write the identifier ` +
    `of the API as ${settings.audience}.`;
  return [options, { ...audience, status: 'warning', advice }];
}

/** As the API would. */
async function judge(
  token: string,
  audience: string | undefined,
  { options, settings }: Context,
): Promise<ExaminedToken> {
  const clock = new Clock();
  const issuers = new TrustedIssuers(options, clock);
  const strategy = new AccessTokenStrategy(issuers, options, clock);
  const verifier = new AccessTokenVerifier(strategy, issuers, options, clock);
  try {
    return await examineToken(token, { verifier, audience, options, settings });
  } finally {
    issuers.onApplicationShutdown();
  }
}

/** The routes of the application, or why they are not known. */
async function routesOf({ route, routes }: Examined): Promise<readonly RouteAccess[] | string> {
  if (route === undefined || !routes) return 'the routes of the application are not known';
  try {
    return await routes();
  } catch (error) {
    return `the application does not start: ${printable(messageOf(error))}`;
  }
}

/** The audience that the route alone accepts. */
function audienceOf({ route }: Examined, routes: readonly RouteAccess[] | string) {
  if (route === undefined || typeof routes === 'string') return undefined;
  return routesFor(routes, route)[0]?.audience;
}

function examineRequest(
  { route }: Examined,
  routes: readonly RouteAccess[] | string,
  token: ExaminedToken | undefined,
  context: Context,
): ExaminedRoute | undefined {
  if (route === undefined) return undefined;
  if (typeof routes !== 'string') return examineRoute(route, routes, token, context);
  return {
    steps: [{ section: 'route', name: 'route', status: 'failed', actual: routes }],
    isUnknown: true,
  };
}

function verdictOf(
  steps: readonly Step[],
  token: ExaminedToken | undefined,
  examined: ExaminedRoute | undefined,
  { revocation }: Settings,
): string {
  const { refusal } = token ?? {};
  const access = routeVerdict(token, examined);
  if (refusal) {
    const isRefused = refusal.getStatus() === 401;
    const verb = isRefused ? 'refuses' : 'can neither accept nor refuse';
    return `The API ${verb} this token: ${refusal.getStatus()} ${refusal.code}. ${access}`.trim();
  }
  const condition = revocation === undefined ? '' : ', unless it has been revoked';
  if (token) return `The API accepts this token${condition}. ${access}`.trim();
  if (steps.some(({ section, status }) => section === 'issuer' && status === 'failed')) {
    return 'The API cannot verify access tokens: it answers 503.';
  }
  return `The API can verify access tokens. ${access}`.trim();
}

function routeVerdict(
  token: ExaminedToken | undefined,
  examined: ExaminedRoute | undefined,
): string {
  if (!examined) return '';
  const { route, steps, isUndecided, isUnknown } = examined;
  if (!route) return isUnknown ? 'The route was not checked.' : 'There is no such route.';
  const name = nameOf(route);
  const { access } = route;
  if (access === 'public' || access === 'raw') return `${name} needs none.`;
  if (!token) return access === 'optional' ? `${name} needs none.` : `${name} needs one.`;
  if (steps.some(({ status }) => status === 'failed')) return `It may not call ${name}.`;
  if (!isUndecided) return `It may call ${name}.`;
  return `It may call ${name} if its function agrees.`;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
