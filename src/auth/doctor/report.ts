import { styleText } from 'node:util';
import type { Diagnosis, Step } from './diagnosis.js';

const MARKS: Readonly<Record<Step['status'], string>> = {
  ok: '✓',
  failed: '✕',
  warning: '!',
  skipped: '–',
};

const COLORS = { ok: 'green', failed: 'red', warning: 'yellow', skipped: 'gray' } as const;

const INDENT = ' '.repeat(15);

/** Writes a diagnosis for people. */
export function reportOf({ steps, token, verdict }: Diagnosis, hasColors: boolean): string {
  const lines: string[] = [];
  let heading: string | undefined;
  for (const step of steps) {
    if (headingOf(step) !== heading) {
      heading = headingOf(step);
      lines.push('', heading);
      if (step.section === 'token') {
        lines.push('  what it says, not verified:');
        for (const [name, value] of Object.entries(token ?? {})) {
          if (value !== undefined) lines.push(`    ${name.padEnd(9)}  ${value}`);
        }
      }
    }
    lines.push(...linesOf(step, hasColors));
  }
  return [...lines.slice(1), '', verdict, ''].join('\n');
}

function headingOf({ section, issuer }: Step): string {
  if (issuer !== undefined) return `Issuer ${issuer}`;
  return { configuration: 'Configuration', issuer: 'Issuer', token: 'Token', route: 'Route' }[
    section
  ];
}

function linesOf(step: Step, hasColors: boolean): string[] {
  const { status, name, code, expected, actual, details = [], advice } = step;
  const paint = (text: string) => (hasColors ? styleText(COLORS[status], text) : text);
  const isProblem = status === 'failed' || status === 'warning';
  // A problem with a code has that first.
  const summary = isProblem && code !== undefined ? code : (actual ?? expected ?? '');
  const lines = [`  ${paint(`${MARKS[status]} ${name.padEnd(10)}`)} ${summary}`.trimEnd()];
  const add = (text: string) => lines.push(INDENT + text);
  if (isProblem && expected !== undefined) add(`expected: ${expected}`);
  if (isProblem && code !== undefined && actual !== undefined) add(`actual:   ${actual}`);
  details.forEach(add);
  if (advice !== undefined) add(`→ ${advice}`);
  return lines;
}
