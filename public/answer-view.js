import { anatomyOf } from './anatomy.js';
import { proofOf, toneOf } from './call.js';
import { element } from './element.js';
import { partsOf } from './jwt.js';

const STATES = { passed: 'passed', failed: 'failed', open: 'not checked', unneeded: 'not needed' };

/**
 * An answer of the API, taken apart.
 *
 * @param {import('./call.js').Answer} answer
 * @param {import('./access.js').Access} [access] of the route
 * @param {(parameters: Record<string, string>) => unknown} [logIn] starts a login that would help;
 *   undefined if nobody can log in here
 */
export function answerView(answer, access, logIn) {
  const { status, statusText, ms, requestId, meaning } = answer;
  const { steps, needed, next, login } = anatomyOf(answer, access);
  const proven = proofOf(answer);
  const failed = steps.findIndex(({ state }) => state === 'failed');
  const isEarly = steps.slice(0, Math.max(failed, 0)).some(({ state }) => state === 'open');
  const facts = [
    status === 0 ? statusText : `${status} ${statusText}`,
    ...(status === 0 ? [] : [`${ms} ms`]),
  ];
  return element(
    'div',
    { class: 'answer-view', 'data-tone': toneOf(answer) },
    element(
      'p',
      { class: 'facts' },
      element('strong', { class: 'status' }, facts[0]),
      ...facts.slice(1).map((fact) => element('span', { class: 'quiet' }, fact)),
    ),
    needed === '' ? element('p', { class: 'meaning' }, meaning) : advice(needed, next),
    login === undefined || logIn === undefined
      ? ''
      : element(
          'button',
          { type: 'button', class: 'again', on: { click: () => logIn(login) } },
          'Log in again',
        ),
    element(
      'ol',
      { class: 'steps', 'aria-label': 'What the API checked' },
      ...steps.map(({ name, state, text }) =>
        element(
          'li',
          { 'data-state': state, title: `${text} (${STATES[state]})` },
          element('strong', {}, name),
          element('span', { class: 'hidden-text' }, ` (${STATES[state]}): `),
          element('span', {}, text),
        ),
      ),
    ),
    isEarly
      ? element('p', { class: 'quiet' }, 'The API checks what is cheap before the signature.')
      : '',
    ...(status === 0
      ? []
      : [
          element('h3', {}, 'Body'),
          element('pre', { tabindex: 0, 'aria-label': 'Body' }, bodyOf(answer)),
        ]),
    requestId === null
      ? ''
      : element('p', { class: 'quiet' }, 'Request ', element('code', {}, requestId)),
    proven === undefined ? '' : proofView(proven),
    status === 0 ? '' : rawHeaders(answer),
  );
}

function advice(needed, next) {
  return element(
    'dl',
    { class: 'advice' },
    element('dt', {}, 'Needed'),
    element('dd', {}, needed),
    element('dt', {}, 'What to do'),
    element('dd', {}, next),
  );
}

function bodyOf({ text, json }) {
  if (text === '') return '(empty)';
  return json === undefined ? text : JSON.stringify(json, null, 2);
}

/** What a proof says: it is for one method, one URL and one token, at one time. */
function proofView({ proof }) {
  const { header, payload } = partsOf(proof);
  return element(
    'details',
    { class: 'raw' },
    element('summary', {}, 'The proof of this request'),
    element(
      'pre',
      { tabindex: 0, 'aria-label': 'The proof of this request' },
      [header, payload].map((part) => JSON.stringify(part, null, 2)).join('\n'),
    ),
  );
}

/** @param {import('./call.js').Answer} answer */
function rawHeaders({ method, path, scheme, status, statusText, headers }) {
  const request = [
    `${method} ${path}`,
    ...(scheme === undefined ? [] : [`authorization: ${scheme} …`]),
    ...(scheme === 'DPoP' ? ['dpop: …'] : []),
  ];
  const response = [
    `${status} ${statusText}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
  ];
  return element(
    'details',
    { class: 'raw' },
    element('summary', {}, 'Raw headers'),
    element(
      'pre',
      { tabindex: 0, 'aria-label': 'Raw headers' },
      [...request, '', ...response].join('\n'),
    ),
  );
}
