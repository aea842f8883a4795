import type { RequestListener, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';

/** More than any key set has: 50 MB. */
const HUGE_BYTES = 50_000_000;

/** What an issuer in trouble answers, to every request. */
export const FAULTS = {
  /** The connection is closed without an answer. */
  down: (request) => request.socket.destroy(),
  /** Status 500. */
  error: (_request, response) => response.writeHead(500).end(),
  /** No answer, and the connection stays open. */
  hang: () => {},
  /** Headers, and then nothing. */
  stall: (_request, response) => json(response).flushHeaders(),
  /** One space every tenth of a second, without an end. */
  drip: (_request, response) => {
    json(response);
    const timer = setInterval(() => response.write(' '), 100);
    response.on('close', () => clearInterval(timer));
  },
  /** Half an answer, and then the connection is closed. */
  cut: (_request, response) => {
    json(response).write('{"keys":[', () => response.destroy());
  },
  /** A page, as a proxy serves it while the service is away. */
  html: (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Back soon</h1>');
  },
  /** A JWK Set without a key. */
  empty: (_request, response) => json(response).end('{"keys":[]}'),
  /** 50 MB of JSON, as fast as they are read. */
  huge: (_request, response) => {
    // Nobody has to read it to its end.
    pipeline(hugeKeySet, json(response), () => {});
  },
  /** A redirect to itself. */
  redirect: (request, response) => response.writeHead(302, { location: request.url }).end(),
} satisfies Record<string, RequestListener>;

/** The name of a fault. */
export type Fault = keyof typeof FAULTS;

function* hugeKeySet(): Generator<Buffer | string> {
  const chunk = Buffer.alloc(64 * 1024, ' ');
  for (let bytes = 0; bytes < HUGE_BYTES; bytes += chunk.length) yield chunk;
  yield '{"keys":[]}';
}

function json(response: ServerResponse): ServerResponse {
  return response.writeHead(200, { 'content-type': 'application/json' });
}
