import { SessionEnded } from './session.js';

/**
 * @typedef {object} Answer the result of a call
 * @property {string} method
 * @property {string} path
 * @property {boolean} withToken
 * @property {number} status 0 if there was no response
 * @property {string} statusText
 * @property {string | null} challenge the header `WWW-Authenticate`
 * @property {string} text the body
 * @property {any} json the parsed body; undefined if it is not JSON
 * @property {string} meaning an explanation for people
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
 * Calls the API, with the access token if somebody is logged in.
 *
 * @param {import('./session.js').Session} session
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 * @returns {Promise<Answer>} also after a network error: then its status is 0
 */
export async function call(session, method, path, json) {
  const request = { method, path, withToken: false };
  let token;
  try {
    token = await session.token();
  } catch (error) {
    if (!(error instanceof SessionEnded)) throw error;
    return unsent(request, 'Your session has ended, so nothing was sent. Log in and try again.');
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
    return unsent(request, 'The API is unreachable. Check that it is running, then try again.');
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
    statusText: 'No response',
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
    return withToken ? 'Sent with your access token.' : 'Sent without an access token.';
  }
  if (status === 401 && !withToken) {
    return 'No access token was sent, and this endpoint requires one. Log in to get one.';
  }
  if (status === 401)
    return `The access token was refused: ${json?.error_description ?? 'no reason given.'}`;
  if (status === 403 && challenge !== null) {
    const [, scope] = /scope="([^"]*)"/.exec(challenge) ?? [];
    return scope === undefined
      ? 'The access token is valid but does not allow this.'
      : `The access token is valid but does not grant ${scope}. ` +
          'An administrator must grant it to you first.';
  }
  if (status === 403) return 'The access token is valid, but this belongs to somebody else.';
  if (status === 503 && retryAfter !== null) {
    return `Temporarily unavailable. Try again in ${retryAfter} s.`;
  }
  if (json?.message !== undefined) return [json.message].flat().map(sentence).join(' ');
  return '';
}

function sentence(text) {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
