import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockDirectory } from '../../src/database/directory-lock.js';
import { type CompiledSource, compileSource } from '../support/compile.js';
import { Program } from '../support/program.js';

/** The exit code of a process, and what it printed. */
interface Result {
  code: number;
  stdout: string;
  stderr: string;
}

describe('npm run db:migrate', () => {
  let compiled: CompiledSource;
  let directory: string;

  beforeAll(async () => {
    compiled = await compileSource();
    directory = await mkdtemp(join(tmpdir(), 'migrate-'));
  });

  afterAll(async () => {
    await compiled.remove();
    await rm(directory, { recursive: true });
  });

  const migrate = (environment: Record<string, string>) =>
    new Promise<Result>((resolve) => {
      const env = { PATH: process.env.PATH, ...environment };
      const script = join(compiled.directory, 'commands/migrate.js');
      execFile(process.execPath, [script], { env, cwd: directory }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), stdout, stderr });
      });
    });

  it('migrates the embedded database also with MIGRATE=off, and changes nothing the second time', async () => {
    const environment = { DATA_DIR: join(directory, 'data') };
    const done = {
      code: 0,
      stdout:
        `Opening the database: embedded in ${environment.DATA_DIR}\n` +
        'The database is up to date.\n',
      stderr: '',
    };
    expect(await migrate({ ...environment, MIGRATE: 'off' })).toEqual(done);
    expect(await migrate(environment)).toEqual(done);
  }, 60_000);

  it('says in one line that another process uses the directory', async () => {
    const dataDir = join(directory, 'taken');
    await mkdir(dataDir);
    const unlock = await lockDirectory(dataDir);
    expect(await migrate({ DATA_DIR: dataDir })).toEqual({
      code: 1,
      stdout: `Opening the database: embedded in ${dataDir}\n`,
      stderr:
        `Cannot use the data directory ${dataDir}: another process is using it. ` +
        'Stop that process, set another DATA_DIR, or set DATABASE_URL to share PostgreSQL.\n',
    });
    await unlock!();
  });

  it('says in one line that the directory is a file', async () => {
    const dataDir = join(directory, 'file');
    await writeFile(dataDir, '');
    expect(await migrate({ DATA_DIR: dataDir })).toEqual({
      code: 1,
      stdout: `Opening the database: embedded in ${dataDir}\n`,
      stderr:
        `Cannot use the data directory ${dataDir}: ` +
        `EEXIST: file already exists, mkdir '${dataDir}'. ` +
        'Set DATA_DIR to a directory that this process can read and write.\n',
    });
  });

  it('says in one line that PostgreSQL cannot be reached, without the password', async () => {
    const { code, stderr } = await migrate({ DATABASE_URL: 'postgres://me:pass@127.0.0.1:1/db' });
    expect([code, stderr]).toEqual([
      1,
      'Cannot connect to PostgreSQL at 127.0.0.1:1 (DATABASE_URL): ' +
        'connect ECONNREFUSED 127.0.0.1:1\n',
    ]);
  });

  it('refuses the embedded database in production, unless its directory is named', async () => {
    expect(await migrate({ NODE_ENV: 'production' })).toEqual({
      code: 1,
      stdout: '',
      stderr: 'DATABASE_URL is missing; set it, or set DATA_DIR to migrate an embedded database\n',
    });
    const dataDir = join(directory, 'named');
    expect((await migrate({ NODE_ENV: 'production', DATA_DIR: dataDir })).code).toBe(0);
  });

  it('does not look finished when a signal ends it', async () => {
    const script = join(compiled.directory, 'commands/migrate.js');
    const program = new Program(script, directory, { DATA_DIR: join(directory, 'interrupted') });
    while (!program.output.includes('Opening the database')) await delay(1);
    program.kill('SIGTERM');
    expect(await program.exit()).toBe(1);
    expect(program.output).not.toContain('up to date');
  });
});
