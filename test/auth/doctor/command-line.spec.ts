import { join } from 'node:path';
import { Readable } from 'node:stream';
import { resolveAuthOptions } from '../../../src/auth/check-options.js';
import { main } from '../../../src/auth/doctor/cli.js';
import {
  type DoctorCommand,
  runDoctor,
  type Terminal,
} from '../../../src/auth/doctor/command-line.js';
import type { Diagnosis } from '../../../src/auth/doctor/diagnosis.js';
import { trusted } from './support/app.module.js';
import { Examination } from './support/examination.js';

const given = new Examination();

/** A terminal that a test reads. */
function createTerminal({ input = '', colors = false } = {}) {
  const output = { stdout: '', stderr: '' };
  const terminal: Terminal = {
    stdin: Object.assign(Readable.from([input]), { isTTY: colors }),
    stdout: { write: (text) => (output.stdout += text), hasColors: () => colors },
    stderr: { write: (text) => (output.stderr += text) },
  };
  return { output, terminal };
}

async function run(
  args: string[],
  { examine, ...more }: { input?: string; colors?: boolean } & Partial<DoctorCommand> = {},
) {
  const { output, terminal } = createTerminal(more);
  const { url, audience } = given.issuer;
  const options = () => resolveAuthOptions({ issuer: url, audience });
  const command = { usage: 'Usage: doctor\n', examine: examine ?? (() => ({ options })) };
  const code = await runDoctor(args, command, terminal);
  return { code, ...output };
}

const ACCEPTED = /\n\nThe API accepts this token\.\n$/;

describe('The command line', () => {
  it('needs no arguments', async () => {
    const { code, stdout, stderr } = await run([]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Configuration\n {2}✓ options .*\n\nThe API can verify .*\.\n$/s);
  });

  it.each<[string, (token: string) => { args: string[]; input?: string }]>([
    ['an argument', (token) => ({ args: [token] })],
    ['an argument with its scheme', (token) => ({ args: [`Bearer ${token}`] })],
    ['two arguments, the first of which is its scheme', (token) => ({ args: ['Bearer', token] })],
    ['standard input', (token) => ({ args: ['-'], input: token })],
    ['standard input, with its scheme', (token) => ({ args: ['-'], input: ` bearer ${token}\n` })],
    [
      'standard input, as a copied header',
      (token) => ({ args: ['-'], input: `Authorization: Bearer ${token}\r\n` }),
    ],
  ])('takes the token as %s', async (_, from) => {
    const { args, input } = from(given.issuer.mint());
    const { code, stdout } = await run(args, { input });
    expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringMatching(ACCEPTED) });
  });

  it('does not take the name of a file for a token', async () => {
    const { code, stdout, stderr } = await run(['package.json']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /^package\.json is a file\. Pass the token on standard input: - < package\.json\n/,
    );
  });

  it('ends with 1 when the token is refused', async () => {
    const { code, stdout } = await run([given.issuer.mint({ exp: 1 })]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\n\nThe API refuses this token: 401 token_expired\.\n$/);
  });

  it('ends with 0 when only the clock is off', async () => {
    const date = new Date(Date.now() - 3_600_000).toUTCString();
    const { url, jwksUri, published } = given.issuer;
    given.issuer.fail((_request, response) => {
      const document = { issuer: url, jwks_uri: jwksUri, keys: published };
      response.writeHead(200, { date }).end(JSON.stringify(document));
    });
    const { code, stdout } = await run([]);
    expect(code).toBe(0);
    expect(stdout).toContain('  ! clock      60 minutes ahead of the issuer\n');
  });

  it('prints the same as JSON', async () => {
    const { code, stdout } = await run(['--json', given.issuer.mint({ aud: 'other' })]);
    const { ok, verdict, steps, token } = JSON.parse(stdout) as Diagnosis;
    expect({ code, ok, verdict, aud: token!.aud }).toEqual({
      code: 1,
      ok: false,
      verdict: 'The API refuses this token: 401 audience_mismatch.',
      aud: 'other',
    });
    expect(steps.filter(({ status }) => status === 'failed')).toEqual([
      {
        section: 'token',
        name: 'audience',
        status: 'failed',
        code: 'audience_mismatch',
        expected: 'https://api.example.com',
        actual: 'other',
        advice:
          'The token is for other: add it to the option audience, or request a token with ' +
          'audience=https://api.example.com.',
      },
    ]);
  });

  it('has colours on a terminal that wants them, and says how to paste the token', async () => {
    const { stdout, stderr } = await run(['-'], { colors: true, input: given.issuer.mint() });
    expect(stdout).toContain('\u001b[32m✓');
    expect(stderr).toBe('Paste the token, then press Enter and Ctrl+D.\n');
  });

  it('prints its usage', async () => {
    expect(await run(['--help'])).toEqual({ code: 0, stdout: 'Usage: doctor\n', stderr: '' });
  });

  it.each<[string[], string]>([
    [['--roote', 'GET /'], 'Unknown option --roote.'],
    [['-x'], 'Unknown option -x.'],
    [['--eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln'], 'Unknown option.'],
    [['--route'], "Option '--route <value>' argument missing"],
    [['-'], 'There is no token on standard input.'],
  ])('says what is wrong with the arguments %j', async (args, problem) => {
    expect(await run(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: `${problem}\n\nUsage: doctor\n`,
    });
  });

  it('closes what it has opened, even if that did not start', async () => {
    let closed = 0;
    const close = async () => {
      closed += 1;
      throw new Error('It has not started.');
    };
    const options = () => Promise.reject(new Error('no'));
    const { code } = await run([], { examine: () => ({ options, close }) });
    expect([code, closed]).toEqual([1, 1]);
  });
});

describe('npx nestjs-resource-server', () => {
  const runMain = async (args: string[]) => {
    const { output, terminal } = createTerminal();
    const code = await main(args, terminal);
    return { code, output: output.stdout + output.stderr };
  };

  it('checks an issuer that its flags name', async () => {
    const { url, audience, jwksUri } = given.issuer;
    const names = ['--issuer', url, '--audience', audience, '--audience', 'other'];
    const args = [...names, '--jwks-uri', jwksUri, '--algorithm', 'RS256', '--algorithm', 'ES256'];
    const { code, output } = await runMain(['doctor', ...args]);
    expect(code).toBe(0);
    expect(output).toContain(`✓ options    ${url} with RS256, ES256\n`);
    expect(output).toContain(`✓ audience   ${audience}, other\n`);
  });

  it('reads options and routes of an application', async () => {
    const { url, audience } = given.issuer;
    Object.assign(trusted, { issuer: url, audience });
    const app = join(import.meta.dirname, 'support/app.module.ts');
    const token = given.issuer.mint({ scope: 'read:messages' });
    const args = ['--app', app, '--route', 'GET /api/messages/7', token];
    const { code, output } = await runMain(['doctor', ...args]);
    expect(code).toBe(0);
    expect(output).toMatch(/It may call GET \/api\/messages\/:id\.\n$/);
  });

  it.each<[string[], number, RegExp]>([
    [[], 1, /^Usage: nestjs-resource-server doctor/],
    [['--help'], 0, /^Usage: /],
    [['docter'], 1, /^Usage: /],
    [['doctor', '--help'], 0, /^Usage: /],
    [['doctor'], 1, /✕ options\n +Name your application with --app, or its issuer/],
  ])('with the arguments %j says what to write', async (args, code, text) => {
    expect(await runMain(args)).toEqual({ code, output: expect.stringMatching(text) });
  });
});
