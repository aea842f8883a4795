import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { diagnose, type Examined } from './diagnose.js';
import { reportOf } from './report.js';

/** A command that shows a diagnosis. */
export interface DoctorCommand {
  /** What `--help` prints. */
  readonly usage: string;
  /** Flags apart from `--route`, `--json` and `--help`. */
  readonly flags?: ParseArgsConfig['options'];
  /** What to examine, from the values of the flags. */
  readonly examine: (flags: Readonly<Record<string, unknown>>) => Omit<Examined, 'token' | 'route'>;
}

/** Where a command reads and writes: `process`, or the streams of a test. */
export interface Terminal {
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
}

interface Output {
  write(text: string): unknown;
  /** Absent where the output is not a terminal. Honours `NO_COLOR`. */
  hasColors?(): boolean;
}

const FLAGS = {
  route: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** A scheme that was copied with the token. */
const SCHEME = /^(?:authorization: *)?bearer +/i;

/**
 * Runs the doctor with arguments of the command line. The token is an argument, or `-` for standard
 * input; it is never printed.
 *
 * @returns the exit code: 1 when something has failed, or the arguments are wrong; else 0.
 */
export async function runDoctor(
  args: readonly string[],
  command: DoctorCommand,
  { stdin, stdout, stderr }: Terminal = process,
): Promise<number> {
  const fail = (problem: string) => {
    stderr.write(`${problem}\n\n${command.usage}`);
    return 1;
  };
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    const options = { ...FLAGS, ...command.flags };
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    return fail(argumentError(error as NodeJS.ErrnoException));
  }
  const { values, positionals } = parsed;
  if (values.help) {
    stdout.write(command.usage);
    return 0;
  }
  const [argument] = positionals;
  if (argument !== undefined && argument !== '-' && existsSync(argument)) {
    return fail(`${argument} is a file. Pass the token on standard input: - < ${argument}`);
  }
  const isOnInput = positionals.length === 1 && argument === '-';
  if (isOnInput && stdin.isTTY) stderr.write('Paste the token, then press Enter and Ctrl+D.\n');
  const given = isOnInput ? await text(stdin) : undefined;
  const token = (given ?? positionals.join(' ')).trim().replace(SCHEME, '');
  if (given !== undefined && token === '') return fail('There is no token on standard input.');
  const examined = command.examine(values);
  const diagnosis = await diagnose({
    ...examined,
    token: positionals.length > 0 ? token : undefined,
    route: values.route as string | undefined,
  });
  // What does not start cannot be closed, and the diagnosis says so.
  await examined.close?.().catch(() => {});
  stdout.write(
    values.json
      ? `${JSON.stringify(diagnosis, undefined, 2)}\n`
      : reportOf(diagnosis, stdout.hasColors?.() ?? false),
  );
  return diagnosis.ok ? 0 : 1;
}

/** Node's message quotes an argument that it does not know: that may be a token. */
function argumentError({ code, message }: NodeJS.ErrnoException): string {
  if (code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return message;
  const [name] = /--?[a-z][a-z-]{0,20}(?=')/.exec(message) ?? [];
  return name === undefined ? 'Unknown option.' : `Unknown option ${name}.`;
}
