import { element } from './element.js';

/** The whole result of a call: request, status, challenge and body, with an explanation. */
export function answerParts(answer) {
  const { method, path, withToken, status, statusText, challenge, text, json, meaning } = answer;
  const parts = [
    ['Request', `${method} ${path}${withToken ? '\nAuthorization: Bearer …' : ''}`],
    ['Status', status === 0 ? statusText : `${status} ${statusText}`],
  ];
  if (challenge !== null) parts.push(['WWW-Authenticate', challenge]);
  if (status !== 0) {
    const body = json === undefined ? text : JSON.stringify(json, null, 2);
    parts.push(['Body', body === '' ? '(empty)' : body]);
  }
  return [
    element('p', { class: 'meaning' }, meaning),
    element(
      'dl',
      { class: 'exchange' },
      ...parts.flatMap(([name, value]) => [
        element('dt', {}, name),
        element('dd', {}, element('pre', {}, value)),
      ]),
    ),
  ];
}

/** The result of a call in short: the message of a success, or status, challenge and body. */
export function shortAnswer({ status, statusText, challenge, text, json }) {
  if (status === 0) return statusText;
  if (status < 300) return JSON.stringify(json?.message ?? json);
  const lines = [`${status} ${statusText}`];
  if (challenge !== null) lines.push(`WWW-Authenticate: ${challenge}`);
  if (text !== '') lines.push(text);
  return lines.join('\n');
}

/** `good`, `refused` or `failed`: selects the colour of a result. */
export function toneOf({ status }) {
  if (status >= 200 && status < 300) return 'good';
  return status === 401 || status === 403 ? 'refused' : 'failed';
}
