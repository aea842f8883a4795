import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ADAPTERS } from '../support/fixture.js';

const run = promisify(execFile);

/** Each start takes three seconds of an idle core. */
const TIMEOUT_MS = 120_000;

const PROGRAM = 'test/auth/mcp/mcp-nest.program.ts';
const METADATA =
  'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"';

interface Printed {
  status: number;
  challenge: string | null;
  cache: string;
  body: string;
}

describe.each(ADAPTERS)('@McpNest() on %s', (adapter) => {
  let answers: Record<string, Printed> & { anonymous: Record<string, Printed> };

  beforeAll(async () => {
    const args = ['--import', './scripts/typescript.mjs', PROGRAM, adapter];
    answers = JSON.parse((await run(process.execPath, args)).stdout) as typeof answers;
  }, TIMEOUT_MS);

  it.each(['initialize', 'list', 'call'])('refuses %s without a token', (what) => {
    const { status, challenge, cache } = answers.anonymous[what]!;
    expect({ status, challenge, cache }).toEqual({
      status: 401,
      challenge: `Bearer ${METADATA}`,
      cache: 'no-store',
    });
  });

  it('refuses a token for another audience', () => {
    expect(answers['foreign']).toMatchObject({
      status: 401,
      body: expect.stringContaining('audience_mismatch') as string,
    });
  });

  it.each([
    ['initializes', 'initialize', '"name":"cats"'],
    ['lists the tools', 'list', '"name":"adopt"'],
    ['calls a tool as the subject', 'greet', 'Hello, ann'],
    ['calls it in revision 2026-07-28', 'modern', 'Hello, ann'],
    ['calls a tool with its scope', 'granted', 'adopted'],
    ['calls a tool with a scope that implies it', 'implied', 'adopted'],
  ])('with a token it %s', (_, name, text) => {
    const { status, cache, body } = answers[name]!;
    expect([status, cache]).toEqual([200, 'private, no-cache']);
    expect(body).toContain(text);
  });

  it('refuses a call without the scope of its tool', () => {
    const { status, challenge } = answers['without']!;
    expect(status).toBe(403);
    expect(challenge).toMatch(/^Bearer error="insufficient_scope", .*scope="read:cats", /);
    expect(challenge).toContain(METADATA);
  });
});
