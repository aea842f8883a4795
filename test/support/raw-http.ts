import type { Answer } from './http.js';
import { exchange } from './wire.js';

/** An exchange takes no more of the processor, client and server together; beyond that it has failed. */
const CPU_MS = 1000;

/** What the server answered; the status is 0 when it closed the connection without a word. */
export type RawAnswer = Omit<Answer, 'json'> & { json: Record<string, unknown> | undefined };

/**
 * Sends header lines byte by byte as they are, also those that no HTTP client lets out; a character of
 * `lines` is one byte.
 *
 * @throws Error when it takes a second of the processor and the answer is not there.
 */
export async function requestRaw(
  base: string,
  method: string,
  path: string,
  lines: readonly string[],
): Promise<RawAnswer> {
  const { host } = new URL(base);
  const head = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close', ...lines];
  const bytes = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1');
  return readAnswer(await exchange(base, bytes, { withinCpuMs: CPU_MS }));
}

/**
 * One answer off the wire, nothing of it interpreted but that the names of headers have no case.
 *
 * @throws Error when it is no HTTP, or has a header twice.
 */
export function readAnswer(text: string): RawAnswer {
  if (text === '') return { status: 0, headers: {}, body: '', json: undefined };
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1];
  if (end < 0 || status === undefined) throw new Error(`no HTTP answer: ${JSON.stringify(text)}`);
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  if (headers.size < fields.length) throw new Error(`a header twice: ${JSON.stringify(text)}`);
  const body = text.slice(end + 4);
  let json: Record<string, unknown> | undefined;
  try {
    json = JSON.parse(body) as Record<string, unknown>;
  } catch {
    // An empty body, or the server's own words.
  }
  return { status: Number(status), headers: Object.fromEntries(headers), body, json };
}
