import { SessionEnded } from './session.js';

/**
 * @typedef {object} Answer what came of a request
 * @property {string} method
 * @property {string} path
 * @property {boolean} withToken
 * @property {number} status 0 when there was no answer
 * @property {string} statusText
 * @property {string | null} challenge the header `WWW-Authenticate`
 * @property {string} text the body
 * @property {any} json the body parsed, or undefined
 * @property {string} meaning a sentence for people
 */

const STATUS_TEXTS = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/**
 * Calls the API, with the token of the session where somebody is logged in.
 *
 * @param {import('./session.js').Session} session
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 * @returns {Promise<Answer>} always: what goes wrong is an answer, too
 */
export async function call(session, method, path, json) {
  const request = { method, path, withToken: false };
  let token;
  try {
    token = await session.token();
  } catch (error) {
    if (!(error instanceof SessionEnded)) throw error;
    return unsent(request, 'Your session has ended, so nothing was sent. Log in, and try again.');
  }
  request.withToken = token !== undefined;
  try {
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      headers: {
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return await read(request, response);
  } catch {
    return unsent(request, 'The API cannot be reached. Is it running? Try again in a moment.');
  }
}

async function read(request, response) {
  const text = await response.text();
  const answer = {
    ...request,
    status: response.status,
    // HTTP/2 has no reason phrases.
    statusText: response.statusText || (STATUS_TEXTS[response.status] ?? ''),
    challenge: response.headers.get('www-authenticate'),
    retryAfter: response.headers.get('retry-after'),
    text,
    json: parsed(text),
  };
  return { ...answer, meaning: meaningOf(answer) };
}

function unsent(request, meaning) {
  const nothing = {
    status: 0,
    statusText: 'No answer',
    challenge: null,
    text: '',
    json: undefined,
  };
  return { ...request, ...nothing, meaning };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function meaningOf({ status, challenge, retryAfter, json, withToken }) {
  if (status < 300) {
    return withToken ? 'Sent with your access token.' : 'Sent without a token.';
  }
  if (status === 401 && !withToken) {
    return 'No token was sent. The challenge says what to bring: a bearer token. Log in to have one.';
  }
  if (status === 401)
    return `The token was refused: ${json?.error_description ?? 'no reason given.'}`;
  if (status === 403 && challenge !== null) {
    const [, scope] = /scope="([^"]*)"/.exec(challenge) ?? [];
    return scope === undefined
      ? 'The token is good, and does not allow this.'
      : `The token is good, but does not grant ${scope}. Logging in again does not help: somebody must grant it.`;
  }
  if (status === 403) return 'The token is good, but this belongs to somebody else.';
  if (status === 503 && retryAfter !== null) return `Not now. Try again in ${retryAfter} s.`;
  if (json?.message !== undefined) return [json.message].flat().map(sentence).join(' ');
  return '';
}

function sentence(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
