import { SessionEnded } from './session.js';

/**
 * @typedef {object} Answer the result of a call
 * @property {string} method
 * @property {string} path
 * @property {unknown} sent the body of the request
 * @property {boolean} withToken
 * @property {'Bearer' | 'DPoP'} [scheme] of the token that was sent
 * @property {string} [credentials] which token was sent, if it was not the person's own
 * @property {number} status 0 if there was no response
 * @property {string} statusText
 * @property {number} ms time from the request to the last byte of the response
 * @property {[name: string, value: string][]} headers of the response
 * @property {string | null} requestId
 * @property {string | null} challenge the header `WWW-Authenticate`
 * @property {string | null} retryAfter
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
 * What a call can send instead of the person's token and a new proof.
 *
 * @typedef {object} Credentials
 * @property {string} name for the explanation
 * @property {string | undefined} token
 * @property {'Bearer' | 'DPoP'} [scheme]
 * @property {string} [proof] one that was used before
 * @property {import('./prover.js').Prover} [prover] one with another key
 */

/**
 * The token and the proof of an answer. They are not part of it, because answers are stored.
 *
 * @type {WeakMap<Answer, { token: string, proof: string }>}
 */
const proofs = new WeakMap();

/** @param {Answer} answer */
export const proofOf = (answer) => proofs.get(answer);

/**
 * Calls the API, with the access token if somebody is logged in, and with a proof if the token is
 * bound to this browser. After a request that changed something, the session dispatches `written`.
 *
 * @param {import('./session.js').Session} session
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 * @param {Credentials} [credentials]
 * @returns {Promise<Answer>} also after a network error: then its status is 0
 */
export async function call(session, method, path, json, credentials) {
  const request = {
    method,
    path,
    sent: json,
    withToken: false,
    scheme: undefined,
    credentials: credentials?.name,
  };
  let token = credentials?.token;
  if (credentials === undefined) {
    try {
      token = await session.token();
    } catch (error) {
      if (!(error instanceof SessionEnded)) throw error;
      return unsent(request, 'Your session has ended, so nothing was sent. Log in and try again.');
    }
  }
  request.withToken = token !== undefined;
  if (token !== undefined) request.scheme = credentials?.scheme ?? session.schemeOf(token);
  const start = performance.now();
  try {
    const { response, proof } = await send(session, request, token, credentials);
    const answer = await read(request, response, start);
    if (proof !== undefined) proofs.set(answer, { token, proof });
    if (credentials === undefined && answer.json?.code === 'token_revoked') session.endRevoked();
    if (method !== 'GET' && response.ok) session.dispatchEvent(new Event('written'));
    return answer;
  } catch {
    return unsent(request, 'The API is unreachable. Check that it is running, then try again.');
  }
}

/** Sends a request, and once again if the API asks for a nonce in the proof (RFC 9449 §9). */
async function send(session, { method, path, sent: json, scheme }, token, credentials) {
  const url = new URL(path, location.origin).href;
  const prover = credentials?.prover ?? session.prover;
  const newProof = () => credentials?.proof ?? prover.proofFor({ method, url, token });
  const sendOnce = async () => {
    const proof = scheme === 'DPoP' ? await newProof() : undefined;
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      headers: {
        ...(token !== undefined && { Authorization: `${scheme} ${token}` }),
        ...(proof !== undefined && { DPoP: proof }),
        ...(json !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    return { response, proof };
  };
  const first = await sendOnce();
  const needsNonce = (await prover?.takeNonce(first.response)) ?? false;
  return needsNonce && credentials?.proof === undefined ? sendOnce() : first;
}

async function read(request, response, start) {
  const text = await response.text();
  const { headers } = response;
  const answer = {
    ...request,
    status: response.status,
    // HTTP/2 has no reason phrases.
    statusText: response.statusText || (STATUS_TEXTS[response.status] ?? ''),
    ms: Math.round(performance.now() - start),
    headers: [...headers],
    requestId: headers.get('x-request-id'),
    challenge: headers.get('www-authenticate'),
    retryAfter: headers.get('retry-after'),
    text,
    json: parsed(text),
  };
  return { ...answer, meaning: meaningOf(answer) };
}

function unsent(request, meaning) {
  const nothing = {
    status: 0,
    statusText: 'No response',
    ms: 0,
    headers: [],
    requestId: null,
    challenge: null,
    retryAfter: null,
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

function meaningOf({ status, challenge, retryAfter, json, withToken, scheme, credentials }) {
  if (status < 300) {
    if (!withToken) return 'Sent without an access token.';
    return `Sent with ${credentials ?? 'your access token'}.`;
  }
  if (status === 401 && !withToken) {
    return 'No access token was sent, and this endpoint requires one. Log in to get one.';
  }
  if (status === 401 && json?.code === undefined && scheme === 'Bearer') {
    return 'The access token was not read: this API takes tokens that are bound to a key only.';
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

/** A failed call in one line, for the place on the page where it failed. */
export function failureText({ status, statusText, meaning }) {
  return status === 0 ? meaning : `${status} ${statusText}. ${meaning}`;
}

/** `good`, `refused` or `failed`: selects the colour of a result. */
export function toneOf({ status }) {
  if (status >= 200 && status < 300) return 'good';
  return status === 401 || status === 403 ? 'refused' : 'failed';
}
