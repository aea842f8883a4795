import { Controller, Get, Post, Req } from '@nestjs/common';
import { createMcpHandler, McpServer } from '@modelcontextprotocol/server';
import { z } from 'zod';
import { Audience, OptionalAuth, type RequestAuth, Scopes } from '../../../src/auth/index.js';
import { requireToolScopes, ServeMcp } from '../../../src/auth/mcp/index.js';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { expectRefusal } from '../../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';

const PUBLIC_URL = 'https://api.example.com';
const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource`;

/** What the tool and the SDK saw of a request. */
let seen: { authInfo: unknown; headers: [string, string][]; url: string } | undefined;

const handler = createMcpHandler(({ authInfo, requestInfo }) => {
  seen = { authInfo, headers: [...requestInfo!.headers], url: requestInfo!.url };
  const server = new McpServer({ name: 'cats', version: '1' });
  server.registerTool(
    'adopt',
    {
      inputSchema: z.object({ name: z.string() }),
      scopeChallenge: requireToolScopes('read:cats', 'write:cats'),
    },
    ({ name }) => ({
      content: [{ type: 'text', text: `${authInfo?.extra?.sub as string} has ${name}` }],
    }),
  );
  server.registerTool('greet', {}, () => ({
    content: [{ type: 'text', text: `Hello, ${authInfo?.clientId ?? 'guest'}` }],
  }));
  return server;
});

@Controller()
class CatsController {
  @Post('mcp')
  @Audience('/mcp', { challengeScopes: ['read:cats'] })
  @ServeMcp()
  serve() {
    return handler;
  }

  @Post('guests')
  @OptionalAuth()
  @ServeMcp()
  serveGuests() {
    return handler;
  }

  @Post('scoped')
  @Scopes('use:mcp')
  @ServeMcp()
  serveScoped() {
    return handler;
  }

  @Get('cats')
  list(@Req() request: { auth?: RequestAuth }) {
    return request.auth?.scopes;
  }
}

const call = (name: string, args: object = {}) => ({
  jsonrpc: '2.0',
  id: 7,
  method: 'tools/call',
  params: { name, arguments: args },
});

describe.each(ADAPTERS)('@ServeMcp() on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    const options = { publicUrl: PUBLIC_URL, impliedScopes: { 'write:cats': ['read:cats'] } };
    fixture = await startFixture({ adapter, issuer, options, controllers: [CatsController] });
  });

  beforeEach(() => {
    seen = undefined;
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const ask = (
    path: string,
    json: unknown,
    { token, headers }: { token?: string; headers?: Record<string, string> } = {},
  ) => {
    const accept = { Accept: 'application/json, text/event-stream' };
    return fixture.ask('POST', path, { json, token, headers: { ...accept, ...headers } });
  };

  const own = (claims: object = {}) =>
    issuer.mint({ aud: `${PUBLIC_URL}/mcp`, sub: 'ann', ...claims });

  it('serves a tool that acts as the subject of the token', async () => {
    const token = own({ scope: 'write:cats' });
    const { status, headers, body } = await ask('/mcp', call('adopt', { name: 'Tom' }), { token });
    expect([status, headers['content-type']]).toEqual([
      200,
      expect.stringMatching(/^text\/event-stream/),
    ]);
    expect(body).toContain('ann has Tom');
    expect(headers['cache-control']).toBe('private, no-cache, no-transform');
  });

  it('answers a notification with 202 and no body', async () => {
    const message = { jsonrpc: '2.0', method: 'notifications/initialized' };
    const { status, body } = await ask('/mcp', message, { token: own() });
    expect([status, body]).toEqual([202, '']);
  });

  it('answers a batch that cancels its own call: its stream ends', async () => {
    const cancel = {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: call('').id },
    };
    const token = own({ scope: 'write:cats' });
    const { status, body } = await ask('/mcp', [call('adopt', { name: 'Tom' }), cancel], { token });
    expect(status).toBe(200);
    expect(body).toContain('ann has Tom');
    expect((await ask('/mcp', [cancel], { token })).status).toBe(202);
  });

  it('passes the status and the JSON of the SDK on', async () => {
    const { status, json } = await ask('/mcp', { jsonrpc: '2.0', id: 1 }, { token: own() });
    expect([status, json.error.code]).toEqual([400, -32600]);
  });

  it('refuses a call without a scope of its tool, before it runs, and names them all', async () => {
    for (const message of [call('adopt'), [call('greet'), call('adopt')]]) {
      const answer = await ask('/mcp', message, { token: own({ scope: 'read:cats' }) });
      expectRefusal(answer, {
        status: 403,
        code: 'insufficient_scope',
        description: 'The access token lacks a required scope.',
        scope: 'read:cats write:cats',
        metadata: `${METADATA}/mcp`,
      });
    }
    expect(fixture.log.starting('Refused: The access token lacks')[0]).toMatchObject({
      level: 'warn',
      route: 'POST /mcp',
      expected: ['read:cats', 'write:cats'],
      actual: ['read:cats'],
    });
  });

  it('is closed as any route: without a token, for another audience, without a scope', async () => {
    expectRefusal(await ask('/mcp', call('greet')), {
      status: 401,
      scope: 'read:cats',
      metadata: `${METADATA}/mcp`,
    });
    expectRefusal(await ask('/mcp', call('greet'), { token: issuer.mint() }), {
      status: 401,
      code: 'audience_mismatch',
      metadata: `${METADATA}/mcp`,
    });
    expectRefusal(await ask('/scoped', call('greet'), { token: issuer.mint() }), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'use:mcp',
      metadata: METADATA,
    });
    expect(seen).toBeUndefined();
  });

  it('lets guests use what needs no scope, where the route lets them in', async () => {
    expect((await ask('/guests', call('greet'))).body).toContain('Hello, guest');
    expectRefusal(await ask('/guests', call('adopt')), {
      status: 403,
      code: 'insufficient_scope',
      scope: 'read:cats write:cats',
      metadata: METADATA,
    });
  });

  it('keeps credentials, cookies and Host from the SDK', async () => {
    const headers = {
      Host: 'evil.example.com',
      Cookie: 'session=secret',
      'X-Forwarded-Host': 'evil.example.com',
      'MCP-Protocol-Version': '2025-11-25',
    };
    const token = own();
    await ask('/mcp', call('greet'), { token, headers });
    expect(seen!.headers).toEqual([
      ['accept', 'application/json, text/event-stream'],
      ['content-type', 'application/json'],
      ['mcp-protocol-version', '2025-11-25'],
    ]);
    expect(JSON.stringify(seen)).not.toMatch(/evil|secret/);
    expect(JSON.stringify(seen)).not.toContain(token);
  });

  it.each(['[::1', 'a b', 'user@host/path'])('answers for any Host: %s', async (host) => {
    const { status } = await ask('/mcp', call('greet'), { token: own(), headers: { Host: host } });
    expect(status).toBe(200);
  });
});
