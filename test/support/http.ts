import http from 'node:http';
import https from 'node:https';

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  /** The body as text, empty when there is none. */
  body: string;
  /** The parsed body, `undefined` when it is not JSON. */
  json: any; // oxlint-disable-line typescript/no-explicit-any -- tests compare it whole
}

export interface Ask {
  /** Sent as `Authorization: Bearer TOKEN`. */
  token?: string;
  /** Headers by name, or a flat list of names and values, which can repeat a header. */
  headers?: Record<string, string> | string[];
  /** Sent as JSON. */
  json?: unknown;
  /** Sent unchanged, instead of `json`. */
  body?: string | Buffer;
  /** Certificates, for a `base` with https. */
  tls?: https.RequestOptions;
}

/** Makes one request on a connection of its own, without redirects, retries or decoding. */
export function request(
  base: string,
  method: string,
  path: string,
  ask: Ask = {},
): Promise<Answer> {
  const body = ask.body ?? (ask.json === undefined ? undefined : JSON.stringify(ask.json));
  const headers = Array.isArray(ask.headers)
    ? [...ask.headers]
    : Object.entries(ask.headers ?? {}).flat();
  const has = (name: string) =>
    headers.some((entry, index) => index % 2 === 0 && entry.toLowerCase() === name);
  const { hostname, port, host, protocol } = new URL(base);
  const send = protocol === 'https:' ? https.request : http.request;
  if (!has('host')) headers.push('Host', host);
  if (ask.token !== undefined) headers.push('Authorization', `Bearer ${ask.token}`);
  if (ask.json !== undefined && !has('content-type')) {
    headers.push('Content-Type', 'application/json');
  }
  if (body !== undefined && !has('content-length') && !has('transfer-encoding')) {
    headers.push('Content-Length', String(Buffer.byteLength(body)));
  }
  return new Promise((resolve, reject) => {
    const sent = send(
      { hostname, port, method, path, headers, agent: false, ...ask.tls },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: text,
            json: parsed(text),
          });
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
