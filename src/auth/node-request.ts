import type { IncomingMessage } from 'node:http';

/** What is read of Node's request. Adapters that build their own may leave parts of it out. */
export type NodeRequest = Partial<Pick<IncomingMessage, 'method' | 'rawHeaders' | 'socket'>> & {
  /** Whether it opened a WebSocket. */
  upgrade?: boolean;
};

/** Node's request: a part of the request on Fastify, the request itself on Express. */
export function nodeRequestOf(request: object): NodeRequest {
  return (request as { raw?: NodeRequest }).raw ?? request;
}
