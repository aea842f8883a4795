import { connect } from 'node:net';

/** How often the time that an exchange takes is looked at. */
const LOOK_MS = 100;

/** How an exchange goes on, and when it is given up. */
interface ExchangeOptions {
  /** Sent once something has come back. */
  next?: string;
  /**
   * How much processor time of this process it may take, in milliseconds. What else the machine does, and how long that
   * takes, has no part in it; an exchange that waits for ever ends with its test.
   */
  withinCpuMs?: number;
}

/**
 * What a server sends back over one connection to exactly these bytes, until it closes; they have to make it do so.
 * For requests that no HTTP client would send.
 *
 * @param message text in UTF-8, or bytes.
 * @returns a character for each byte.
 * @throws Error when it takes more than `withinCpuMs`.
 */
export function exchange(
  base: string,
  message: string | Buffer,
  { next, withinCpuMs = Infinity }: ExchangeOptions = {},
): Promise<string> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(message));
    const start = process.cpuUsage();
    const timer = setInterval(() => {
      const { user, system } = process.cpuUsage(start);
      if (user + system < withinCpuMs * 1000) return;
      socket.destroy(new Error(`no whole answer after ${withinCpuMs} ms of the processor`));
    }, LOOK_MS);
    if (next !== undefined) socket.once('data', () => socket.write(next));
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // The server may answer and close before it has read all that was written.
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (!['EPIPE', 'ECONNRESET'].includes(error.code ?? '')) reject(error);
    });
    socket.on('close', () => {
      clearInterval(timer);
      resolve(Buffer.concat(chunks).toString('latin1'));
    });
  });
}

/** The text of a request that ends its connection. The target and the names and values of headers are sent as they are. */
export function requestText(
  method: string,
  target: string,
  headers: Record<string, string> = {},
  body = '',
): string {
  const lines = Object.entries({
    Host: 'localhost',
    Connection: 'close',
    ...(body === '' ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }),
    ...headers,
  });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${target} HTTP/1.1\r\n${head}\r\n${body}`;
}
