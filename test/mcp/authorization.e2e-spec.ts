import { type Api, startApi } from '../support/api.js';
import { linesOf, parseLines } from '../support/log.js';
import { expectRefusal } from '../support/refusal.js';
import { CLIENTS } from './support/clients.js';
import {
  call,
  initialize,
  listTools,
  mcpToken,
  messagesOf,
  METADATA,
  modernCall,
  modernHeaders,
  post,
  PUBLIC_URL,
  RESOURCE,
  startMcp,
} from './support/mcp-api.js';

const READ_ONLY = { scope: 'read:messages' };
const POST_MESSAGE = call('post_message', { text: 'Hello' });

describe('The MCP server', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startMcp({ environment: { LOG_LEVEL: 'warn', NODE_ENV: 'production' } });
  });

  afterAll(() => api.close());

  const written = async () =>
    (await api.get('/api/messages', api.issuer.mint(READ_ONLY))).json.messages.length as number;

  describe('tells a client without a token what to do (MCP authorization, RFC 9728)', () => {
    it.each([
      ['initialize', initialize],
      ['tools/list', listTools],
      ['tools/call', POST_MESSAGE],
      ['a batch', [listTools]],
      ['what is not a message', {}],
    ])('%s is 401 with its metadata and the scope to begin with', async (_, message) => {
      expectRefusal(await post(api, undefined, message), {
        status: 401,
        scope: 'read:messages',
        metadata: METADATA,
      });
    });

    it('the metadata name the resource, the issuer and the scopes of the tools', async () => {
      const { status, headers, json } = await api.get(new URL(METADATA).pathname);
      expect({ status, open: headers['access-control-allow-origin'], json }).toEqual({
        status: 200,
        open: '*',
        json: expect.objectContaining({
          resource: RESOURCE,
          authorization_servers: [api.issuer.url],
          scopes_supported: ['read:messages', 'write:messages'],
          bearer_methods_supported: ['header'],
        }),
      });
    });

    it('those of the API do not have its scopes twice, and name the API', async () => {
      const { json } = await api.get('/.well-known/oauth-protected-resource');
      expect(json.resource).toBe(PUBLIC_URL);
    });
  });

  describe('accepts tokens for itself, and no others (RFC 8707 §2)', () => {
    const MISMATCH = {
      status: 401,
      code: 'audience_mismatch',
      description: 'The access token is for another audience.',
    };

    it.each([
      ['for the API', PUBLIC_URL],
      ['for another path', `${PUBLIC_URL}/mcp/`],
      ['for a longer path', `${PUBLIC_URL}/mcp2`],
      ['for another host', 'https://evil.example.com/mcp'],
      ['for the path alone', '/mcp'],
    ])('one %s is 401', async (_, aud) => {
      const answer = await post(api, mcpToken(api, { aud }), listTools);
      expectRefusal(answer, { ...MISMATCH, metadata: METADATA });
    });

    it('the API does not accept those for the MCP server', async () => {
      const answer = await api.get('/api/messages', mcpToken(api));
      const metadata = `${PUBLIC_URL}/.well-known/oauth-protected-resource`;
      expectRefusal(answer, { ...MISMATCH, metadata });
    });

    it('a token that the issuer made for both is accepted by both', async () => {
      const token = mcpToken(api, { aud: [PUBLIC_URL, RESOURCE] });
      const answers = [await post(api, token, listTools), await api.get('/api/messages', token)];
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    });

    it.each([
      ['has expired', 'token_expired', { exp: 1 }],
      ['is from another issuer', 'issuer_mismatch', { iss: 'https://evil.example.com/' }],
      ['is an ID token', 'id_token_used', { nonce: 'n' }],
    ])('one that %s is 401', async (_, code, claims) => {
      const answer = await post(api, mcpToken(api, claims), listTools);
      expectRefusal(answer, { status: 401, code, metadata: METADATA });
    });

    it('a token in the query is not read (OAuth 2.1 §5.1.1)', async () => {
      const target = `/mcp?access_token=${mcpToken(api)}`;
      const answer = await api.send('POST', target, { json: listTools });
      expectRefusal(answer, { status: 401, scope: 'read:messages', metadata: METADATA });
    });
  });

  describe('asks for scopes when a tool needs them', () => {
    it('a token without scopes may initialize and list the tools', async () => {
      const token = mcpToken(api, { scope: undefined });
      const [first] = messagesOf(await post(api, token, initialize));
      expect(first!.result.serverInfo.name).toBe('Messages');
      const [second] = messagesOf(await post(api, token, listTools));
      expect(second!.result.tools).toHaveLength(3);
    });

    const refusalFor = (scope: string) => ({
      status: 403,
      code: 'insufficient_scope',
      description: 'The access token lacks a required scope.',
      scope,
      metadata: METADATA,
    });

    it.each([
      ['list_messages', 'read:messages', { scope: 'write:messages' }],
      ['list_messages', 'read:messages', { scope: undefined }],
      ['post_message', 'write:messages', READ_ONLY],
      ['delete_message', 'write:messages', READ_ONLY],
    ])('%s without %s is 403, with all scopes of the tool', async (tool, scope, claims) => {
      const token = mcpToken(api, claims);
      // Without arguments: the scopes are judged before them.
      expectRefusal(await post(api, token, call(tool)), refusalFor(scope));
      const headers = modernHeaders(tool);
      expectRefusal(await post(api, token, modernCall(tool), { headers }), refusalFor(scope));
    });

    it('before the tool runs, also for one message of a batch', async () => {
      const before = await written();
      const granted = call('list_messages', {}, 2);
      for (const batch of [
        [granted, POST_MESSAGE],
        [POST_MESSAGE, granted],
      ]) {
        const answer = await post(api, mcpToken(api, READ_ONLY), batch);
        expectRefusal(answer, refusalFor('write:messages'));
      }
      expect(await written()).toBe(before);
    });

    it('the log says which scopes were needed and which came, and not the token', async () => {
      const token = mcpToken(api, { ...READ_ONLY, sub: 'carl' });
      const lines = await linesOf(() => post(api, token, POST_MESSAGE));
      expect(parseLines(lines)).toEqual([
        expect.objectContaining({
          level: 'warn',
          message: 'Refused: The access token lacks a required scope.',
          code: 'insufficient_scope',
          route: 'POST /mcp',
          sub: 'carl',
          expected: ['write:messages'],
          actual: ['read:messages'],
        }),
      ]);
      expect(lines.join()).not.toContain(token.split('.')[2]);
    });

    it.each(CLIENTS)('%s learns it from the refusal', async (_, connect) => {
      const client = await connect(new URL('/mcp', api.url), mcpToken(api, READ_ONLY));
      const refused = client.callTool({ name: 'post_message', arguments: { text: 'Hello' } });
      await expect(refused).rejects.toThrow(/insufficient.scope/i);
      expect(await client.callTool({ name: 'list_messages' })).not.toHaveProperty('isError', true);
      await client.close();
    });
  });
});

describe('IMPLIED_SCOPES', () => {
  it('counts for tools: a broad scope grants a narrow one', async () => {
    const environment = { IMPLIED_SCOPES: 'write:messages=read:messages' };
    const api = await startMcp({ environment });
    const token = mcpToken(api, { scope: 'write:messages' });
    const { status } = await post(api, token, call('list_messages'));
    expect(status).toBe(200);
    await api.close();
  });
});

describe('Without MCP=on', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ environment: { PUBLIC_URL } });
  });

  afterAll(() => api.close());

  it.each(['POST', 'GET', 'DELETE'])('there is no MCP server: %s is 404', async (method) => {
    const json = method === 'POST' ? initialize : undefined;
    const { status, json: body } = await api.send(method, '/mcp', { json });
    expect([status, body]).toEqual([
      404,
      { statusCode: 404, error: 'Not Found', message: `Cannot ${method} /mcp` },
    ]);
  });

  it('there are no metadata of it', async () => {
    expect((await api.get(new URL(METADATA).pathname)).status).toBe(404);
  });
});
