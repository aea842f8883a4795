import { call, toneOf } from './call.js';
import { copyAsCurl } from './copy-as-curl.js';
import { byId, whileBusy } from './element.js';

/** The quickstart's three calls: each has a button and a place for its answer. */
export function wireEndpoints(session) {
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = document.querySelectorAll('button[data-call]');
  for (const button of buttons) {
    const { call: path, answer: id } = button.dataset;
    button.addEventListener('click', () =>
      whileBusy(button.parentElement, async () => {
        const answer = await call(session, 'GET', path);
        const area = byId(id).parentElement;
        area.dataset.tone = toneOf(answer);
        byId(id).textContent = shortAnswer(answer);
        area.querySelector('.meaning').textContent = answer.meaning;
      }),
    );
  }
  /** @type {NodeListOf<HTMLButtonElement>} */
  const copiers = document.querySelectorAll('button[data-curl]');
  for (const copier of copiers) {
    const { curl: path, token } = copier.dataset;
    const request = { method: 'GET', path, withToken: token !== undefined };
    copier.addEventListener('click', () => copyAsCurl(copier, session, request));
  }
  const draw = () => {
    for (const button of buttons) button.disabled = session.state === 'starting';
  };
  session.addEventListener('change', draw);
  draw();
}

/** The message of a success, or status, challenge and body. */
function shortAnswer({ status, statusText, challenge, text, json }) {
  if (status === 0) return statusText;
  if (status < 300) return JSON.stringify(json?.message ?? json);
  const lines = [`${status} ${statusText}`];
  if (challenge !== null) lines.push(`WWW-Authenticate: ${challenge}`);
  if (text !== '') lines.push(text);
  return lines.join('\n');
}
