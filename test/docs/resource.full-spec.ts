import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { projectsOf } from './projects.js';

const run = promisify(execFile);

const LEFT_OUT = ['.git', 'node_modules', 'dist', 'coverage', 'data', 'bench', '.env'];

/** Follows docs/add-a-resource.md and README.md in a copy of this project. */
describe('A copy of this project with the resource of docs/add-a-resource.md', () => {
  let copy: string;

  const node = async (...args: string[]) => {
    // Jest in Jest must not take the settings of the outer one.
    const { JEST_WORKER_ID: _, ...env } = process.env;
    const options = { cwd: copy, env, maxBuffer: 16 * 2 ** 20 };
    const ended = await run(process.execPath, args, options).catch((error) => error);
    return { code: (ended as { code?: number }).code ?? 0, text: ended.stdout + ended.stderr };
  };
  const jest = (...args: string[]) =>
    node('--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--maxWorkers=2', ...args);

  beforeAll(async () => {
    copy = await mkdtemp(join(tmpdir(), 'nestjs-auth0-api-copy-'));
    const filter = (path: string) => !LEFT_OUT.includes(basename(path));
    await cp(process.cwd(), copy, { recursive: true, filter });
    // Without `.cache`, in which the tests keep an embedded database.
    await mkdir(join(copy, 'node_modules'));
    for (const name of await readdir('node_modules')) {
      const target = join(process.cwd(), 'node_modules', name);
      if (name !== '.cache') await symlink(target, join(copy, 'node_modules', name));
    }
    // Both change src/app.module.ts.
    for (const document of ['README.md', 'docs/add-a-resource.md']) {
      for (const [path, text] of projectsOf(document, copy)[0]!.files) {
        await mkdir(dirname(join(copy, path)), { recursive: true });
        await writeFile(join(copy, path), text);
      }
    }
  });

  afterAll(() => rm(copy, { recursive: true }));

  it('gets a migration from drizzle-kit', async () => {
    // `npm run db:generate` would replace the linked packages.
    const [, version] = /drizzle-kit(?:@|": ")([\d.]+)/.exec(
      await readFile('package.json', 'utf8'),
    )!;
    const kit = join(copy, 'kit');
    await run('npm', ['install', '--prefix', kit, '--ignore-scripts', `drizzle-kit@${version}`]);
    const bin = join(kit, 'node_modules/drizzle-kit/bin.cjs');
    const { code, text } = await node(bin, 'generate', '--name', 'notes');
    expect([code, text]).toEqual([0, expect.stringContaining('_notes.sql')]);
    const migrations = join(copy, 'src/database/migrations');
    const [name] = (await readdir(migrations)).filter((file) => file.endsWith('_notes.sql'));
    const sql = await readFile(join(migrations, name!), 'utf8');
    expect(sql).toMatch(/^CREATE TABLE "notes"/);
  }, 120_000);

  it('passes the test of the resource', async () => {
    const { code, text } = await jest('test/notes', 'test/hello');
    expect([code, text]).toEqual([0, expect.stringContaining('Test Suites: 2 passed')]);
  }, 120_000);

  it('needs no change of the tests that look at every route, once they are in access.lock', async () => {
    const script = ['--import', './scripts/typescript.mjs', 'src/commands/access.ts', '--write'];
    expect(await node(...script)).toMatchObject({ code: 0 });
    const lock = await readFile(join(copy, 'access.lock'), 'utf8');
    expect(lock).toContain('GET /api/notes | token, read:notes | NotesController.list');
    const { code, text } = await jest(
      'test/openapi',
      'test/routes',
      'test/demo',
      'test/browser/browser-files',
      'test/deploy/compose',
    );
    expect([code, text]).toEqual([0, expect.stringMatching(/^Tests: +\d+ passed/m)]);
  }, 300_000);
});
