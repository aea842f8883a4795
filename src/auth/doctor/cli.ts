import { Logger } from '@nestjs/common';
import { resolveAuthOptions } from '../check-options.js';
import type { AuthOptions } from '../auth.options.js';
import { applicationIn } from './application.js';
import { type DoctorCommand, runDoctor, type Terminal } from './command-line.js';

const USAGE = `Usage: nestjs-resource-server doctor [flags] [-]

Checks the configuration of AuthModule, its issuer, the keys and the clock. With -, it reads an
access token from standard input, and says step by step why the API accepts or refuses it.

  --app FILE         a compiled module that exports AppModule (or, as its default, a module or a
                     function that returns an application): its options and routes are used
  --issuer URL       without --app: the issuer
  --audience NAME    without --app: the identifier of the API; repeat it for several
  --jwks-uri URL     without --app: where the keys are, instead of discovery
  --algorithm NAME   without --app: an allowed algorithm; repeat it for several
  --route ROUTE      whether the token may call a route, such as 'GET /messages'; needs --app
  --json             prints the result as JSON
  --help             prints this text

Exit code: 0, or 1 when something has failed. The token is never printed.
`;

const COMMAND: DoctorCommand = {
  usage: USAGE,
  flags: {
    app: { type: 'string' },
    issuer: { type: 'string' },
    audience: { type: 'string', multiple: true },
    'jwks-uri': { type: 'string' },
    algorithm: { type: 'string', multiple: true },
  },
  examine: ({ app: file, issuer, audience, 'jwks-uri': jwksUri, algorithm }) => {
    if (file !== undefined) return applicationIn(file as string);
    const options = { issuer, audience, jwksUri, algorithms: algorithm } as AuthOptions;
    return {
      options: () => {
        if (issuer !== undefined) return resolveAuthOptions(options);
        throw new Error(
          'Name your application with --app, or its issuer with --issuer and --audience.',
        );
      },
    };
  },
};

/** `npx nestjs-resource-server doctor`. @returns the exit code. */
export async function main(
  [name, ...args]: readonly string[],
  terminal: Terminal = process,
): Promise<number> {
  if (name !== 'doctor') {
    terminal.stderr.write(USAGE);
    return name === '--help' ? 0 : 1;
  }
  // The report says what the log would.
  Logger.overrideLogger(false);
  return runDoctor(args, COMMAND, terminal);
}
