import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import type { TestIssuer } from '../../src/auth/testing/index.js';
import { type Api, startApi } from '../support/api.js';
import { startDemoTenant, type Tenant } from '../support/tenant.js';
import { DOCUMENTS, type Snippet, snippetsOf } from './markdown.js';

const run = promisify(execFile);

/** Marks a part of an answer that the documentation leaves out. */
const LEFT_OUT = '…';

const sessions = DOCUMENTS.flatMap(snippetsOf)
  .filter(({ language }) => language === 'console')
  .map((snippet): [string, Snippet] => [`${snippet.file}:${snippet.line}`, snippet]);

const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl && process.env.CI === 'true')
  throw new Error('The tests of the documentation need curl.');
if (!hasCurl)
  console.warn('curl is missing: the shell sessions of the documentation are not tested.');

/** Whether the documentation shows a line, or how it begins. */
const isShortFor = (shown: string, line: string) =>
  shown === line || (shown.endsWith(LEFT_OUT) && line.startsWith(shown.slice(0, -1)));

/** The commands of a session, each with the lines of its documented answer. */
function commandsOf({ text }: Snippet): { command: string; answer: string[] }[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [, command, answer] = /^(.*\n(?:> .*\n)*)([^]*)$/.exec(part)!;
      const lines = answer!.trimEnd().split('\n');
      return {
        command: command!.replaceAll(/^> /gm, '').trimEnd(),
        answer: lines.filter((line) => line !== LEFT_OUT && line !== ''),
      };
    });
}

(hasCurl ? describe : describe.skip)('a shell session of the documentation', () => {
  let tenant: Tenant;
  let api: Api;

  beforeAll(async () => {
    tenant = await startDemoTenant();
    // The issuer is the tenant; the API needs no other.
    api = await startApi({
      issuer: {} as TestIssuer,
      environment: {
        ISSUER_BASE_URL: tenant.url,
        PUBLIC_URL: 'http://localhost:3001',
        DPOP: 'allowed',
      },
    });
  });

  afterAll(async () => {
    await api.close();
    await tenant.close();
  });

  it('exists', () => expect(sessions).not.toEqual([]));

  it.each(sessions)('is answered as documented: %s', async (_, snippet) => {
    const commands = commandsOf(snippet);
    const mark = '--- next ---';
    const script = commands
      .map(({ command }) => `${command}\necho; echo '${mark}'`)
      .join('\n')
      .replaceAll('http://localhost:3001', api.url)
      .replaceAll('http://localhost:4010/', tenant.url);
    const { stdout } = await run('sh', ['-c', script]);
    const answers = stdout.replaceAll('\r', '').split(`${mark}\n`);
    commands.forEach(({ answer }, index) => {
      const lines = answers[index]!.split('\n');
      // In this order, possibly with other lines between them.
      const found = lines.flatMap((line) => answer.filter((shown) => isShortFor(shown, line)));
      expect(found).toEqual(answer);
    });
  });
});
