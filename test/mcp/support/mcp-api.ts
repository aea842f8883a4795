import type { TestIssuer } from '../../../src/auth/testing/index.js';
import { type Api, type ApiOptions, startApi } from '../../support/api.js';
import type { Answer, Ask } from '../../support/http.js';

export const PUBLIC_URL = 'https://api.example.com';

/** The audience of tokens for the MCP server. */
export const RESOURCE = `${PUBLIC_URL}/mcp`;

/** Where the metadata of the MCP server are. */
export const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource/mcp`;

export const BOTH_SCOPES = 'read:messages write:messages';

/** What every client of revisions before 2026-07-28 sends, too. */
export const ACCEPT = { Accept: 'application/json, text/event-stream' };

/** Starts the API with `MCP=on`. */
export function startMcp({ environment, ...options }: ApiOptions = {}): Promise<Api> {
  return startApi({ ...options, environment: { MCP: 'on', PUBLIC_URL, ...environment } });
}

type Claims = Parameters<TestIssuer['mint']>[0];

/** A token for the MCP server. */
export const mcpToken = (api: Api, claims: Claims = {}): string =>
  api.issuer.mint({ aud: RESOURCE, sub: 'ann', scope: BOTH_SCOPES, ...claims });

type McpAsk = Omit<Ask, 'headers'> & { headers?: Record<string, string> };

/** Sends a message, or a batch, as clients of revisions before 2026-07-28 do. */
export const post = (api: Api, token: string | undefined, json: unknown, ask: McpAsk = {}) =>
  api.send('POST', '/mcp', { token, json, ...ask, headers: { ...ACCEPT, ...ask.headers } });

export const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  },
};

export const listTools = { jsonrpc: '2.0', id: 1, method: 'tools/list' };

export const call = (name: string, args: object = {}, id: number | string = 1) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name, arguments: args },
});

/** A call of revision 2026-07-28, which has its metadata in each message. */
export const modernCall = (name: string, args: object = {}) => {
  const message = call(name, args);
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  return { ...message, params: { ...message.params, _meta: meta } };
};

/** The headers that repeat members of a message of revision 2026-07-28. */
export const modernHeaders = (name: string) => ({
  'MCP-Protocol-Version': '2026-07-28',
  'Mcp-Method': 'tools/call',
  'Mcp-Name': name,
});

interface Message {
  id: unknown;
  result?: any; // oxlint-disable-line typescript/no-explicit-any -- tests compare it whole
  error?: { code: number; message: string };
}

/** The messages of an answer, which is JSON or a stream of server-sent events. */
export function messagesOf({ headers, body, json }: Answer): Message[] {
  if (!headers['content-type']?.startsWith('text/event-stream')) return [json as Message];
  return [...body.matchAll(/^data: (.+)$/gm)].map(([, data]) => JSON.parse(data!) as Message);
}
