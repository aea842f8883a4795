import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Each run takes four seconds of an idle core. */
const TIMEOUT_MS = 120_000;

const LOADER = pathToFileURL(resolve('scripts/typescript.mjs')).href;
const COMMAND = resolve('src/commands/access.ts');

/** Must not matter: its values are wrong, or lead to servers that do not answer. */
const ENV_FILE = `
AUTH0_DOMAIN=not a domain
ISSUER_BASE_URL=http://127.0.0.1:9/
DATABASE_URL=postgresql://127.0.0.1:9/none
REDIS_URL=redis://127.0.0.1:9
RATE_LIMIT=1
METRICS_PORT=9
CLIENT=off
DOCS=off
`;

describe('npm run access', () => {
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'access-'));
    await writeFile(join(directory, '.env'), ENV_FILE);
  });

  afterAll(() => rm(directory, { recursive: true }));

  const access = (...args: string[]) =>
    run(process.execPath, ['--import', LOADER, COMMAND, ...args], {
      cwd: directory,
      env: { PORT: 'wrong' },
    });

  it(
    'prints a table, Markdown or JSON, whatever the environment is',
    async () => {
      const lock = await readFile('access.lock', 'utf8');
      const routes = lock.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

      const table = await access();
      expect(table.stderr).toBe('');
      const rows = table.stdout.trimEnd().split('\n');
      expect(rows).toHaveLength(routes.length);
      expect(table.stdout).toMatch(
        /^GET +\/api\/feed +token, read:feed or read:admin +ScopesContr/m,
      );

      const markdown = await access('--markdown');
      expect(markdown.stdout).toContain('| `GET /api/me` | token | PrivateController.me |\n');

      const json = JSON.parse((await access('--json')).stdout) as {
        method: string;
        path: string;
      }[];
      expect(json.map(({ method, path }) => `${method} ${path}`)).toEqual(
        routes.map((line) => line.split(' | ')[0]),
      );
      expect(await readdir(directory)).toEqual(['.env']);
    },
    TIMEOUT_MS,
  );

  it(
    'writes access.lock, and no other file, with --write',
    async () => {
      await writeFile(join(directory, 'access.lock'), 'GET /gone | open | GoneController.get\n');
      const { stdout } = await access('--write');
      expect(stdout).toMatch(
        /^- GET \/gone \| open \| GoneController\.get\n(\+ .+\n)+Written to access\.lock\.\n$/,
      );
      expect((await access('--write')).stdout).toBe('Written to access.lock.\n');
      const written = await readFile(join(directory, 'access.lock'), 'utf8');
      expect(written).toBe(await readFile('access.lock', 'utf8'));
      expect((await readdir(directory)).toSorted()).toEqual(['.env', 'access.lock']);
    },
    TIMEOUT_MS,
  );

  it('refuses an option that it does not know', async () => {
    await expect(access('--yaml')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining("Unknown option '--yaml'") as string,
    });
  });
});
