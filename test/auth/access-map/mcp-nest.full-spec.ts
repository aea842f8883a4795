import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ADAPTERS, type AdapterName } from '../support/fixture.js';

const run = promisify(execFile);

/** Each start takes three seconds of an idle core. */
const TIMEOUT_MS = 120_000;

const PROGRAM = 'test/auth/access-map/mcp-nest.program.ts';

async function start(adapter: AdapterName, rawRoutes: Record<string, string>): Promise<unknown> {
  const args = ['--import', './scripts/typescript.mjs', PROGRAM, adapter];
  const { stdout } = await run(process.execPath, [...args, JSON.stringify(rawRoutes)]);
  return JSON.parse(stdout);
}

describe.each(ADAPTERS)('The MCP endpoint of @rekog/mcp-nest on %s', (adapter) => {
  it(
    'prevents the start, because no guard covers it',
    async () => {
      expect(await start(adapter, {})).toEqual({
        refused: expect.stringContaining(
          "  'DELETE /mcp': 'why it needs no token',\n" +
            "  'GET /mcp': 'why it needs no token',\n" +
            "  'POST /mcp': 'why it needs no token',\n",
        ) as string,
      });
    },
    TIMEOUT_MS,
  );

  it(
    'is open when rawRoutes names it, and nothing else is',
    async () => {
      const started = await start(adapter, { 'ALL /mcp': 'its own guard checks tokens' });
      expect(started).toMatchObject({
        routes: ['DELETE /mcp raw', 'GET /mcp raw', 'POST /mcp raw', 'GET /messages token'],
        messages: 401,
      });
      expect((started as { mcp: number }).mcp).not.toBe(401);
    },
    TIMEOUT_MS,
  );
});
