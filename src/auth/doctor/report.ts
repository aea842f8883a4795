import type { ClaimedToken, Diagnosis, Step } from './diagnosis.js';

const MARKS: Readonly<Record<Step['status'], string>> = {
  ok: '✓',
  failed: '✕',
  warning: '!',
  skipped: '–',
};

/** Green, red, yellow and grey: parameters of the control sequence SGR. */
const COLORS: Readonly<Record<Step['status'], number>> = {
  ok: 32,
  failed: 31,
  warning: 33,
  skipped: 90,
};

const INDENT = ' '.repeat(15);

/** Writes a diagnosis for people. */
export function reportOf({ steps, token, verdict }: Diagnosis, hasColors: boolean): string {
  const lines: string[] = [];
  let heading: string | undefined;
  for (const step of steps) {
    if (headingOf(step) !== heading) {
      heading = headingOf(step);
      lines.push('', heading);
      if (step.section === 'token') lines.push(...claimedLines(token));
    }
    lines.push(...linesOf(step, hasColors));
  }
  return [...lines.slice(1), '', verdict, ''].join('\n');
}

function claimedLines(token: ClaimedToken = {}): string[] {
  const claims = Object.entries(token).filter(([, value]) => value !== undefined);
  if (claims.length === 0) return [];
  const lines = claims.map(([name, value]) => `    ${name.padEnd(8)} ${value}`);
  return ['  what it says, not verified:', ...lines];
}

function headingOf({ section, issuer }: Step): string {
  if (issuer !== undefined) return `Issuer ${issuer}`;
  return { configuration: 'Configuration', issuer: 'Issuer', token: 'Token', route: 'Route' }[
    section
  ];
}

function linesOf(step: Step, hasColors: boolean): string[] {
  const { status, name, code, expected, actual, details = [], advice } = step;
  const paint = (text: string) => (hasColors ? `\u001b[${COLORS[status]}m${text}\u001b[39m` : text);
  const isProblem = status === 'failed' || status === 'warning';
  // A problem with a code has that first.
  const summary = isProblem && code !== undefined ? code : (actual ?? expected ?? '');
  const lines = [`  ${paint(`${MARKS[status]} ${name.padEnd(10)}`)} ${summary}`.trimEnd()];
  const add = (text: string) => lines.push(INDENT + text);
  if (isProblem && expected !== undefined) add(`expected: ${expected}`);
  if (isProblem && code !== undefined && actual !== undefined) add(`actual:   ${actual}`);
  details.forEach(add);
  if (advice !== undefined) wrap(`→ ${advice}`).forEach(add);
  return lines;
}

/** Breaks a long text between words. */
function wrap(text: string): string[] {
  return text.replaceAll(/(?=.{81})(.{50,80}) /g, '$1\n  ').split('\n');
}
