import type { IncomingMessage } from 'node:http';

/** What is read of Node's request. Adapters that build requests from other events may lack parts. */
export type NodeRequest = Partial<Pick<IncomingMessage, 'method' | 'rawHeaders' | 'socket'>> & {
  /** Whether it opened a WebSocket. */
  upgrade?: boolean;
};

/** Node's request: a part of the request on Fastify, the request itself on Express. */
export function nodeRequestOf(request: object): NodeRequest {
  return (request as { raw?: NodeRequest }).raw ?? request;
}
