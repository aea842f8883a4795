import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import { UnauthorizedError as UnauthorizedError1 } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as Client1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as Transport1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Person } from './person.js';

const NAME = { name: 'test', version: '1' };

/** An official client that lets its person log in whenever the server asks for that. */
export interface InteractiveClient {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(name: string, parameters: object): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

type Connect = (url: URL, person: Person, fetch: Fetch) => Promise<InteractiveClient>;

/** Runs a step, and again after the login that it ends with. */
async function withLogin<T>(
  step: () => Promise<T>,
  isLogin: (error: unknown) => boolean,
  finish: () => Promise<void>,
): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (!isLogin(error)) throw error;
    await finish();
    return step();
  }
}

const client2 =
  (mode: 'legacy' | { pin: string }): Connect =>
  async (url, person, fetch) => {
    const client = new Client(NAME, { versionNegotiation: { mode } });
    let transport: StreamableHTTPClientTransport;
    const run = <T>(step: () => Promise<T>) =>
      withLogin(
        step,
        (error) => error instanceof UnauthorizedError,
        () => transport.finishAuth(person.callback.searchParams),
      );
    await run(() => {
      transport = new StreamableHTTPClientTransport(url, { authProvider: person, fetch });
      return client.connect(transport);
    });
    return {
      listTools: () => run(() => client.listTools()),
      callTool: (name, parameters) =>
        run(() => client.callTool({ name, arguments: { ...parameters } })),
      close: () => client.close(),
    };
  };

const client1: Connect = async (url, person, fetch) => {
  const client = new Client1(NAME);
  let transport: Transport1;
  const run = <T>(step: () => Promise<T>) =>
    withLogin(
      step,
      (error) => error instanceof UnauthorizedError1,
      () => transport.finishAuth(person.callback.searchParams.get('code') ?? ''),
    );
  await run(() => {
    transport = new Transport1(url, { authProvider: person, fetch });
    return client.connect(transport);
  });
  return {
    listTools: () => run(() => client.listTools()),
    callTool: (name, parameters) =>
      run(() => client.callTool({ name, arguments: { ...parameters } })),
    close: () => client.close(),
  };
};

export const INTERACTIVE_CLIENTS: [name: string, connect: Connect][] = [
  ['client 2, revision 2026-07-28', client2({ pin: '2026-07-28' })],
  ['client 2, the revision before', client2('legacy')],
  ['sdk 1', client1],
];
