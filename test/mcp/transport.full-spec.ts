import { type Api } from '../support/api.js';
import { exchange, requestText } from '../support/wire.js';
import {
  ACCEPT,
  call,
  initialize,
  listTools,
  mcpToken,
  messagesOf,
  modernCall,
  modernHeaders,
  post,
  PUBLIC_URL,
  startMcp,
} from './support/mcp-api.js';

const APP = 'https://app.example.com';

let api: Api;
let token: string;

beforeAll(async () => {
  api = await startMcp({ environment: { CORS_ORIGINS: APP } });
  token = mcpToken(api);
});

afterAll(() => api.close());

describe('Origin (MCP transports, Security)', () => {
  const from = (origin: string, bearer: string | undefined = token) =>
    post(api, bearer, listTools, { headers: { Origin: origin } });

  it.each([
    ['the public URL', PUBLIC_URL],
    ['one of CORS_ORIGINS', APP],
  ])('may be %s', async (_, origin) => {
    expect((await from(origin)).status).toBe(200);
  });

  it.each([
    ['another site', 'https://evil.example.com'],
    ['another scheme', 'http://api.example.com'],
    ['another port', 'https://api.example.com:8443'],
    ['a longer host', 'https://api.example.com.evil.test'],
    ['a final slash', `${PUBLIC_URL}/`],
    ['upper case', PUBLIC_URL.toUpperCase()],
    ['an opaque origin', 'null'],
    ['nothing', ''],
    ['two origins', `${PUBLIC_URL}, ${PUBLIC_URL}`],
  ])('is refused with 403 when it is %s', async (_, origin) => {
    const { status, headers, json } = await from(origin);
    expect({ status, cache: headers['cache-control'], json }).toEqual({
      status: 403,
      cache: 'no-store',
      json: {
        statusCode: 403,
        error: 'Forbidden',
        message: 'Pages of this origin may not call the MCP server',
      },
    });
    expect(headers).not.toHaveProperty('www-authenticate');
  });

  it('is judged before the token, and for every method', async () => {
    const headers = { Origin: 'https://evil.example.com' };
    const answers = [
      await post(api, undefined, listTools, { headers }),
      await api.send('GET', '/mcp', { headers }),
      await api.send('DELETE', '/mcp', { headers }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
  });

  it('does not matter to the other routes', async () => {
    const { status } = await api.send('GET', '/api/public', { headers: { Origin: 'null' } });
    expect(status).toBe(200);
  });

  it('shows pages of the application what they need to log in', async () => {
    const { headers } = await post(api, undefined, listTools, { headers: { Origin: APP } });
    expect(headers['access-control-expose-headers']).toContain('WWW-Authenticate');
  });
});

describe('The endpoint', () => {
  it.each(['GET', 'DELETE', 'HEAD'])('answers %s with 405', async (method) => {
    for (const bearer of [undefined, token]) {
      const { status, headers, json } = await api.send(method, '/mcp', { token: bearer });
      expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'POST' });
      if (method !== 'HEAD') {
        expect(json).toEqual({
          statusCode: 405,
          error: 'Method Not Allowed',
          message: 'The MCP server answers POST only',
        });
      }
    }
  });

  it('accepts a notification without a body (MCP transports, Sending Messages)', async () => {
    const answer = await post(api, token, {
      jsonrpc: '2.0',
      method: 'notifications/initialized',
    });
    expect([answer.status, answer.body]).toEqual([202, '']);
  });

  it('keeps answers out of shared caches', async () => {
    const stream = await post(api, token, listTools);
    const { headers } = await post(api, token, modernCall('list_messages'), {
      headers: modernHeaders('list_messages'),
    });
    expect([stream.headers['content-type'], headers['content-type']]).toEqual([
      'text/event-stream',
      'application/json; charset=utf-8',
    ]);
    expect(stream.headers['cache-control']).toBe('private, no-cache, no-transform');
    expect(headers['cache-control']).toBe('private, no-cache');
    expect(stream.headers['x-accel-buffering']).toBe('no');
    expect(stream.headers).toHaveProperty('content-security-policy');
  });

  it('makes no sessions', async () => {
    const { headers } = await post(api, token, initialize, {
      headers: { 'Mcp-Session-Id': 'mine' },
    });
    expect(headers).not.toHaveProperty('mcp-session-id');
  });

  it('ends a subscription at once: its tools do not change', async () => {
    const { _meta } = modernCall('x').params;
    const listen = {
      jsonrpc: '2.0',
      id: 1,
      method: 'subscriptions/listen',
      params: { notifications: { toolsListChanged: true }, _meta },
    };
    const headers = {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': 'subscriptions/listen',
    };
    const messages = messagesOf(await post(api, token, listen, { headers }));
    expect(messages.at(-1)).toMatchObject({ id: 1, result: { resultType: 'complete' } });
  });
});

describe('What is not MCP gets a 4xx', () => {
  const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const bare = (method: unknown, params?: unknown) => ({ jsonrpc: '2.0', id: 1, method, params });
  const HERE = 'what is nested';
  const nested = (message: object, levels: number) =>
    JSON.stringify(message).replace(`"${HERE}"`, deep(levels));
  const capabilities = { experimental: { a: { b: HERE } } };
  const { _meta: meta } = modernCall('list_messages').params;
  const deepModernCall = bare('tools/list', {
    _meta: { ...meta, 'io.modelcontextprotocol/clientCapabilities': capabilities },
  });
  const deepInitialize = { ...initialize, params: { ...initialize.params, capabilities } };
  const cases: [name: string, body: string, status: number][] = [
    ['nothing', '', 400],
    ['broken JSON', '{"jsonrpc":', 400],
    ['JSON that is not an object', '"initialize"', 400],
    ['null', 'null', 400],
    ['an empty object', '{}', 400],
    ['an empty batch', '[]', 400],
    ['a batch in a batch', JSON.stringify([[listTools]]), 400],
    ['a batch of nonsense', '[1,2,3]', 400],
    ['a batch with one broken message', JSON.stringify([listTools, { id: 2 }]), 400],
    ['more than 100 messages', JSON.stringify(Array(101).fill(listTools)), 400],
    ['another version of JSON-RPC', JSON.stringify({ ...listTools, jsonrpc: '1.0' }), 400],
    ['a method that is not a string', JSON.stringify(bare(5)), 400],
    ['an id that is an object', JSON.stringify({ ...listTools, id: {} }), 400],
    ['two ways to initialize', JSON.stringify([initialize, initialize]), 400],
    ['an array 32,000 levels deep', deep(32_000), 400],
    ['an object 10,000 levels deep', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400],
    ['arguments 30,000 levels deep', nested(call('post_message', { text: HERE }), 30_000), 400],
    ['capabilities 9,000 levels deep', nested(deepModernCall, 9000), 400],
    ['capabilities of initialize 9,000 levels deep', nested(deepInitialize, 9000), 400],
    ['a prototype', '{"__proto__":{"jsonrpc":"2.0"},"id":1,"method":"tools/list"}', 400],
    ['a body over 64 KiB', JSON.stringify(call('post_message', { text: 'x'.repeat(65_536) })), 413],
  ];

  it.each(cases)('%s', async (_, body, status) => {
    const headers = { ...ACCEPT, 'Content-Type': 'application/json' };
    const answer = await api.send('POST', '/mcp', { token, body, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers).not.toHaveProperty('www-authenticate');
    expect(answer.body).not.toContain('RangeError');
  });

  it('a body that is not JSON by its type is 415', async () => {
    const headers = { ...ACCEPT, 'Content-Type': 'text/plain' };
    const answer = await api.send('POST', '/mcp', { token, body: '{}', headers });
    expect(answer.status).toBe(415);
  });

  it('a body without a type is 415', async () => {
    const answer = await api.send('POST', '/mcp', { token, headers: ACCEPT });
    expect(answer.status).toBe(415);
  });

  it('an unknown revision is 400 (MCP transports, Protocol Version Header)', async () => {
    const headers = { 'MCP-Protocol-Version': '1999-01-01' };
    expect((await post(api, token, listTools, { headers })).status).toBe(400);
  });

  it.each([
    ['a name', { 'Mcp-Name': 'list_messages' }],
    ['a method', { 'Mcp-Method': 'tools/list' }],
    ['a revision', { 'MCP-Protocol-Version': '2025-11-25' }],
  ])('headers with %s that the body contradicts are 400, and nothing runs', async (_, other) => {
    const message = modernCall('post_message', { text: 'never written' });
    const headers = { ...modernHeaders('post_message'), ...other };
    const answer = await post(api, token, message, { headers });
    expect([answer.status, answer.json.error.code]).toEqual([400, -32020]);
    const list = await post(api, token, call('list_messages'));
    expect(list.body).not.toContain('never written');
  });

  it('an unknown method of revision 2026-07-28 is 404 (-32601)', async () => {
    const { _meta } = modernCall('x').params;
    const headers = { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'nothing/here' };
    const answer = await post(api, token, bare('nothing/here', { _meta }), { headers });
    expect([answer.status, answer.json.error.code]).toEqual([404, -32601]);
  });
});

describe('A request with', () => {
  const body = JSON.stringify(listTools);
  const sent = (target: string, headers: Record<string, string> = {}) =>
    exchange(
      api.url,
      requestText(
        'POST',
        target,
        {
          Authorization: `Bearer ${token}`,
          'Content-Type': 'application/json',
          ...ACCEPT,
          ...headers,
        },
        body,
      ),
    );

  it.each([
    ['of another site', 'evil.example.com'],
    ['with a path', 'api.example.com/../x'],
    ['with a user', 'user:password@api.example.com'],
    ['that is not a host', '[::1'],
    ['with spaces', 'a b'],
    ['that is empty', ''],
  ])('a Host %s is answered as any other: nobody reads it', async (_, host) => {
    const answer = await sent('/mcp', { Host: host });
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).not.toContain('evil.example.com');
  });

  it('the whole URL as its target does not become another one', async () => {
    const answer = await sent('http://evil.example.com/mcp');
    expect(answer).not.toMatch(/^HTTP\/1\.1 5/);
    expect(answer).not.toContain('evil.example.com/.well-known');
  });

  it('two tokens is 400', async () => {
    const twice = `Bearer ${token}\r\nAuthorization: Bearer ${token}`;
    expect(await sent('/mcp', { Authorization: twice })).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('protocol headers given twice is 400', async () => {
    const answer = await sent('/mcp', {
      'MCP-Protocol-Version': '2025-11-25\r\nMCP-Protocol-Version: 2025-06-18',
    });
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('bytes that are not ASCII in a header is answered', async () => {
    expect(await sent('/mcp', { 'Mcp-Name': 'caf\u00e9' })).toMatch(/^HTTP\/1\.1 [24]/);
  });
});
