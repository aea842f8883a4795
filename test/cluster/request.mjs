import { request as httpRequest } from 'node:http';

const TIMEOUT_MS = 25_000;

/**
 * Sends one request. The promise is never rejected.
 *
 * @typedef {object} Outcome
 * @property {number} [status] of the answer
 * @property {any} [body] the JSON of the answer
 * @property {string} cause status and code, or the error of the connection
 * @property {boolean} refused the connection could not be opened, so nothing was sent
 * @property {boolean} closes the answer says `Connection: close`
 * @property {number} retryAfterSec
 *
 * @param {string} url
 * @param {{ agent: import('node:http').Agent, method?: string, token?: string, key?: string,
 *   body?: object, headers?: Record<string, string> }} options
 * @returns {Promise<Outcome>}
 */
export function send(url, { agent, method = 'GET', token, key, body, headers: others }) {
  const headers = {
    ...others,
    ...(token && { authorization: `Bearer ${token}` }),
    ...(key && { 'idempotency-key': `"${key}"` }),
    ...(body && { 'content-type': 'application/json' }),
  };
  return new Promise((resolve) => {
    const request = httpRequest(url, { agent, method, headers, timeout: TIMEOUT_MS });
    const fail = (error) =>
      resolve({
        cause: error.code ?? error.message,
        refused: error.code === 'ECONNREFUSED',
        closes: true,
        retryAfterSec: 0,
      });
    request.once('timeout', () => request.destroy(new Error('no answer in time')));
    request.once('error', fail);
    request.once('response', (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.once('error', fail);
      response.once('end', () => resolve(outcomeOf(response, Buffer.concat(chunks).toString())));
    });
    request.end(body && JSON.stringify(body));
  });
}

function outcomeOf({ statusCode: status, headers }, text) {
  const isJson = headers['content-type']?.startsWith('application/json');
  const body = isJson ? JSON.parse(text) : undefined;
  // The API answers with JSON, nginx with a page of its own.
  const origin = isJson ? (body.code ?? body.error ?? body.message) : 'nginx';
  return {
    status,
    body,
    cause: `${status} ${origin}`,
    refused: false,
    closes: headers.connection === 'close',
    retryAfterSec: Number(headers['retry-after'] ?? 0),
  };
}
