import type { Answer } from './http.js';
import { exchange } from './wire.js';

/** An answer. Its status is 0 when the server closed the connection without one. */
export type RawAnswer = Omit<Answer, 'json'> & { json: Record<string, unknown> | undefined };

/**
 * Sends header lines unchanged, including those that an HTTP client would refuse to send. One
 * character of `lines` is one byte.
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
  return readAnswer(await exchange(base, bytes));
}

/**
 * Splits the bytes of one answer into its parts. Only the names of headers are changed, to lower
 * case.
 *
 * @throws Error when the bytes are not an HTTP answer, or when a header is repeated.
 */
export function readAnswer(text: string): RawAnswer {
  if (text === '') return { status: 0, headers: {}, body: '', json: undefined };
  const end = text.indexOf('\r\n\r\n');
  const [statusLine = '', ...fields] = text.slice(0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1];
  if (end < 0 || status === undefined)
    throw new Error(`not an HTTP answer: ${JSON.stringify(text)}`);
  const headers = new Map(
    fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    }),
  );
  if (headers.size < fields.length) throw new Error(`a repeated header: ${JSON.stringify(text)}`);
  const body = text.slice(end + 4);
  let json: Record<string, unknown> | undefined;
  try {
    json = JSON.parse(body) as Record<string, unknown>;
  } catch {
    // An empty body, or one that is not JSON.
  }
  return { status: Number(status), headers: Object.fromEntries(headers), body, json };
}
