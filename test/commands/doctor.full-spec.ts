import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Diagnosis } from '../../src/auth/doctor/diagnosis.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { snippetsOf } from '../docs/markdown.js';

const ROOT = join(import.meta.dirname, '../..');
const LOADER = join(ROOT, 'scripts/typescript.mjs');

interface Run {
  args?: string[];
  input?: string;
  env?: Record<string, string>;
}

describe('npm run doctor', () => {
  let issuer: TestIssuer;
  let directory: string;

  beforeAll(async () => {
    // Without the `.env` of the root.
    directory = await mkdtemp(join(tmpdir(), 'doctor-'));
    issuer = await createTestIssuer();
  });

  afterAll(async () => {
    await issuer.close();
    await rm(directory, { recursive: true });
  });

  afterEach(async () => expect(await readdir(directory)).toEqual([]));

  const runProgram = async (program: string, args: string[], cwd: string, { input, env }: Run) => {
    const variables = { PATH: process.env.PATH, ...(env ?? environment()) };
    const child = spawn(program, args, { cwd, env: variables });
    child.stdin.end(input);
    const [stdout, stderr] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    return { code: child.exitCode, stdout, stderr };
  };

  const environment = () => ({ ISSUER_BASE_URL: issuer.url, AUTH0_AUDIENCE: issuer.audience });

  const runFile = (file: string, run: Run) =>
    runProgram(
      process.execPath,
      ['--import', LOADER, join(ROOT, file), ...(run.args ?? [])],
      directory,
      run,
    );

  const doctor = (run: Run = {}) => runFile('src/commands/doctor.ts', run);

  it('examines the configuration and the issuer', async () => {
    const { code, stdout, stderr } = await doctor();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Configuration\n.*\n\nThe API can verify access tokens\.\n$/s);
  });

  it('prints the lines that the start prints for a wrong configuration', async () => {
    const env = { AUTH0_DOMAIN: 'https://tenant.example.com', PORT: 'x' };
    const start = await runFile('src/commands/check-config.ts', { env });
    const { code, stdout } = await doctor({ env });
    const lines = start.stderr.split('\n\n', 1)[0]!.trim().split('\n');
    expect(lines).toHaveLength(3);
    expect(stdout.split('\n').map((line) => line.trim())).toEqual(expect.arrayContaining(lines));
    expect(code).toBe(1);
  });

  it('judges a token and a route, and opens neither a database nor a port', async () => {
    const env = {
      ...environment(),
      DATABASE_URL: 'postgres://me:pass@127.0.0.1:1/db',
      REDIS_URL: 'redis://127.0.0.1:1',
      RATE_LIMIT: '60',
      // Nobody may listen there without privileges.
      PORT: '1',
      METRICS_PORT: '2',
    };
    const input = issuer.mint({ scope: 'read:messages' });
    const examine = (route: string) => doctor({ env, input, args: ['--route', route, '-'] });
    expect(await examine('GET /api/messages')).toEqual({
      code: 0,
      stdout: expect.stringMatching(/It may call GET \/api\/messages\.\n$/),
      stderr: '',
    });
    expect(await examine('POST /api/messages')).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/It may not call POST \/api\/messages\.\n$/),
    });
  }, 60_000);

  it('prints with `npm run -s` only JSON, and never the token', async () => {
    const token = issuer.mint({ aud: 'https://other.example.com' });
    const args = ['run', '-s', 'doctor', '--', '--json', token];
    // An empty value would be taken from `.env`, which a developer may have.
    const env = { ...environment(), NODE_ENV: 'test' };
    const { code, stdout, stderr } = await runProgram('npm', args, ROOT, { env });
    const { steps } = JSON.parse(stdout) as Diagnosis;
    expect(steps.find(({ status }) => status === 'failed')).toMatchObject({
      code: 'audience_mismatch',
      advice:
        'The token is for https://other.example.com: add it to AUTH0_AUDIENCE, or request a ' +
        `token with audience=${issuer.audience}.`,
    });
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).not.toContain(token.split('.')[2]);
  });

  it('prints what docs/doctor.md shows', async () => {
    const kid = 'ifoN5nld_r6Ly3w36p7l';
    const time = /\d{4}-\d\d-\d\dT[\d:]+Z(, in \d+ \w+)?/g;
    const printed = async (claims?: object, args: string[] = []) => {
      const input = claims && issuer.mint({ azp: 'demo-spa', scope: 'read:messages', ...claims });
      const { stdout } = await doctor({ input, args: claims ? [...args, '-'] : args });
      const plain = stdout.replaceAll(issuer.url, 'http://localhost:4010/');
      return plain.replaceAll(issuer.key.kid, kid).replaceAll(time, 'TIME');
    };
    const shown = snippetsOf('docs/doctor.md')
      .filter(({ language }) => language === 'text')
      .map(({ text: output }) => output.replaceAll(time, 'TIME'));
    expect(shown).toEqual([
      await printed(),
      (await printed({ aud: 'https://other-api.example.com' })).replace(/^.*(?=^Token)/ms, ''),
      (await printed({}, ['--route', 'POST /api/messages'])).replace(/^.*(?=^Route)/ms, ''),
    ]);
  }, 60_000);
});
