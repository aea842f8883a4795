import { parseArgs } from 'node:util';
import { CASES } from './cases.mjs';

/** The command line, see README.md. */
export function readOptions(args = process.argv.slice(2)) {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '7' },
      only: { type: 'string', multiple: true },
      verbose: { type: 'boolean', default: false },
    },
  });
  const only = values.only?.flatMap((list) => list.split(','));
  const unknown = only?.filter((id) => id !== 'none' && !CASES.some((one) => one.id === id)) ?? [];
  if (unknown.length > 0) {
    throw new Error(
      `--only takes ${CASES.map(({ id }) => id).join(', ')} or none, not ${unknown.join(', ')}`,
    );
  }
  return {
    seconds: positive('--seconds', values.seconds),
    rounds: positive('--rounds', values.rounds),
    cases: CASES.filter(({ id }) => only?.includes(id) ?? true),
    /** Only a whole run is worth writing down. */
    isWhole: only === undefined,
    verbose: values.verbose,
  };
}

function positive(name, text) {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${name} takes a whole number from 1, not ${text}`);
}
