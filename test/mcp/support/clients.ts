import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const NAME = { name: 'test', version: '1' };

/** What the tests use of a client. */
export interface McpClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>;
  close(): Promise<void>;
}

type Connect = (url: URL, token: string) => Promise<McpClient>;

const connect =
  (mode: 'legacy' | { pin: string }): Connect =>
  async (url, token) => {
    const client = new Client(NAME, { versionNegotiation: { mode } });
    await client.connect(
      new StreamableHTTPClientTransport(url, { authProvider: { token: async () => token } }),
    );
    return client;
  };

/** The official clients, with a token that they have from elsewhere. */
export const CLIENTS: [name: string, connect: Connect][] = [
  ['client 2, revision 2026-07-28', connect({ pin: '2026-07-28' })],
  ['client 2, the revision before', connect('legacy')],
  [
    'sdk 1',
    async (url, token) => {
      const client = new Client1(NAME);
      const requestInit = { headers: { Authorization: `Bearer ${token}` } };
      await client.connect(new Transport1(url, { requestInit }));
      return client;
    },
  ],
];
