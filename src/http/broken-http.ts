import { type ServerResponse, STATUS_CODES } from 'node:http';
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
  const canAnswer = socket.writable && code !== 'ECONNRESET' && !isAnswering(socket);
  if (canAnswer) socket.write(answer(ANSWERS[code ?? ''] ?? BROKEN));
  socket.destroy();
}

/** Whether the answer to an earlier request of this connection is on its way: a second one would become part of it. */
function isAnswering(socket: Socket): boolean {
  // Node keeps the answer here, and its own handler of such errors asks for the same.
  const { _httpMessage: underWay } = socket as Socket & { _httpMessage?: ServerResponse | null };
  return underWay?.headersSent === true;
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
