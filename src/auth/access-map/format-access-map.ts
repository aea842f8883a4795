import { Check, type ClaimRequirement, Inclusion } from '../decorators/claim.decorator.js';
import type { ScopeRequirement } from '../decorators/scopes.decorator.js';
import type { StepUpRequirement } from '../decorators/step-up.decorator.js';
import type { RouteAccess } from './route-access.js';

/** A requirement on claims, as JSON. Of a function only the message is known. */
export interface ClaimDescription {
  claim?: string | readonly string[];
  equals?: string | number | boolean | null;
  includes?: readonly (string | number | boolean | null)[];
  match?: 'all' | 'any';
  message?: string;
}

/** `table`: for people. `lines`: one line a route, for a file that is compared. */
export type AccessMapFormat = 'table' | 'lines' | 'markdown' | 'json';

/** An access map as text that ends with a line break. */
export function formatAccessMap(map: readonly RouteAccess[], format: AccessMapFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(map.map(asJson), null, 2)}\n`;
    case 'lines':
      return map.map((route) => `${lineOf(route)}\n`).join('');
    case 'markdown':
      return [
        '| route | needs | handler |',
        '|---|---|---|',
        ...map.map(
          ({ method, path, handler, ...route }) =>
            `| \`${method} ${path}\` | ${needs(route).replaceAll('|', '\\|')} | ${handler ?? ''} |`,
        ),
        '',
      ].join('\n');
    case 'table': {
      const rows = map.map((route) => [
        route.method,
        route.path,
        needs(route),
        route.handler ?? '',
      ]);
      const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
      return rows
        .map(
          (row) =>
            `${row
              .map((cell, i) => cell.padEnd(widths[i] ?? 0))
              .join('  ')
              .trimEnd()}\n`,
        )
        .join('');
    }
    default:
      throw new TypeError(
        "formatAccessMap: the format must be 'table', 'lines', 'markdown' or 'json'.",
      );
  }
}

/** A requirement on claims without functions and classes. */
export function describeClaim({ claim, expected, message }: ClaimRequirement): ClaimDescription {
  if (expected instanceof Check) return { message };
  if (!(expected instanceof Inclusion)) return { claim, equals: expected, message };
  return { claim, includes: expected.values, match: expected.match, message };
}

const asJson = ({ claims, ...route }: RouteAccess) => ({
  ...route,
  claims: claims.map(describeClaim),
});

const lineOf = ({ method, path, handler, ...route }: RouteAccess) =>
  [`${method} ${path}`, needs(route), ...(handler === undefined ? [] : [handler])].join(' | ');

/** `token, read:messages, tier = "premium"`; of an open route its reason. */
function needs(route: Omit<RouteAccess, 'method' | 'path'>): string {
  const { access, audience, scopes, claims, stepUp, reason } = route;
  if (access === 'raw' || access === 'public') {
    return reason === undefined ? access : `${access}: ${reason}`;
  }
  const requirements = [
    ...scopes.map(scopesInWords),
    ...claims.map(claimInWords),
    ...stepUp.map(loginInWords),
  ];
  const token = audience === undefined ? access : `${access} for ${audience}`;
  return [token, ...requirements].join(', ');
}

function scopesInWords({ scopes, match, from }: ScopeRequirement): string {
  const names = scopes.join(match === 'all' ? ' and ' : ' or ');
  return from === undefined ? names : `${names} (in ${from.join(' or ')})`;
}

/** `login at most 300 s old with amr "mfa"` */
function loginInWords({ maxAgeSec, acr, amr }: StepUpRequirement): string {
  const words = ['login'];
  if (maxAgeSec !== undefined) words.push(`at most ${maxAgeSec} s old`);
  if (acr !== undefined) words.push(`with acr ${acr.join(' or ')}`);
  if (amr !== undefined) words.push(`with amr ${amr.join(' and ')}`);
  return words.join(' ');
}

export function claimInWords({ claim, expected, message }: ClaimRequirement): string {
  if (expected instanceof Check) return `check${message === undefined ? '' : `: ${message}`}`;
  const name = [claim].flat().join('.');
  if (!(expected instanceof Inclusion)) return `${name} = ${JSON.stringify(expected)}`;
  const values = expected.values.map((value) => JSON.stringify(value));
  return `${name} includes ${values.join(expected.match === 'all' ? ' and ' : ' or ')}`;
}
