import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';

/** Reads the command line. README.md describes the options. */
export function readOptions(args = process.argv.slice(2)) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '6' },
      only: { type: 'string', multiple: true },
      verbose: { type: 'boolean', default: false },
    },
  });
  const only = values.only?.flatMap((list) => list.split(','));
  const unknown = only?.filter((id) => id !== 'none' && !CASES.some((one) => one.id === id)) ?? [];
  if (unknown.length > 0) {
    throw new Error(
      `--only must be none or some of ${CASES.map(({ id }) => id).join(', ')}, ` +
        `not ${unknown.join(', ')}`,
    );
  }
  return {
    seconds: positive('--seconds', values.seconds),
    rounds: positive('--rounds', values.rounds),
    cases: CASES.filter(({ id }) => only?.includes(id) ?? true),
    /** Only a complete run writes the report. */
    isWhole: only === undefined,
    verbose: values.verbose,
  };
}

function positive(name, text) {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${name} must be a positive integer, not ${text}`);
}
