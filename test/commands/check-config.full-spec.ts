import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');

/** Runs a program with these variables only. */
const run = (program: string, args: string[], cwd: string, variables: Record<string, string>) =>
  new Promise((resolve) => {
    const env = { PATH: process.env.PATH, ...variables };
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });

/** An empty value would be taken from `.env`, which a developer may have. */
const WRONG = { AUTH0_DOMAIN: 'tenant.example.com', AUTH0_AUDIENCE: 'a b', PORT: 'x' };

const REPORT =
  'AUTH0_AUDIENCE must be identifiers separated by commas, without spaces, ' +
  'such as https://api.example.com\n' +
  'PORT must be an integer from 0 to 65535, such as 3001\n';

describe('The check of the configuration', () => {
  it.each(['start', 'run dev'])(
    'makes `npm %s` print one line per variable before it compiles anything',
    async (command) => {
      expect(await run('npm', ['--silent', ...command.split(' ')], ROOT, WRONG)).toEqual({
        code: 1,
        stdout: '',
        stderr: REPORT,
      });
    },
  );

  const loader = join(ROOT, 'scripts/typescript.mjs');
  const args = ['--import', loader, join(ROOT, 'src/commands/check-config.ts')];
  let directory: string;

  beforeAll(async () => {
    // Without the `.env` of the root.
    directory = await mkdtemp(join(tmpdir(), 'check-config-'));
  });

  afterAll(() => rm(directory, { recursive: true }));

  it('says where to begin when nothing is configured', async () => {
    expect(await run(process.execPath, args, directory, {})).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^AUTH0_AUDIENCE is missing.*\nAUTH0_DOMAIN is missing.*\n\nCopy \.env\.example to \.env .*\n$/,
      ),
    });
  });

  it('prints nothing when the configuration is good', async () => {
    const good = { AUTH0_DOMAIN: 'tenant.example.com', AUTH0_AUDIENCE: 'https://api.example.com' };
    expect(await run(process.execPath, args, directory, good)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });
});
