import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { SECURITY_HEADERS } from './security-headers.js';

/** What Node says of a request that it cannot read; everything else is a 400. */
const ANSWERS: Readonly<Record<string, [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'The chunk extensions are too large'],
  HPE_HEADER_OVERFLOW: [431, 'The headers are too large'],
};

const BROKEN: (typeof ANSWERS)[string] = [400, 'The request is no HTTP'];

/**
 * Answers a request that Node cannot read, in the form and with the headers of all other answers. There is no request
 * yet for a hook to see, and no response to write to: what is sent is the text itself.
 */
export function answerBrokenHttp({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (socket.writable && code !== 'ECONNRESET') socket.write(answer(ANSWERS[code ?? ''] ?? BROKEN));
  socket.destroy();
}

function answer([statusCode, message]: [number, string]): string {
  const error = STATUS_CODES[statusCode];
  const body = JSON.stringify({ message, error, statusCode });
  const headers = {
    ...SECURITY_HEADERS,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${statusCode} ${error}\r\n${head.join('')}\r\n${body}`;
}
