import { shortAnswer, toneOf } from './answer.js';
import { call } from './call.js';
import { byId } from './element.js';

/** Connects the button of each of the three endpoints with the area for its result. */
export function wireEndpoints(session) {
  /** @type {NodeListOf<HTMLButtonElement>} */
  const buttons = document.querySelectorAll('button[data-call]');
  for (const button of buttons) {
    const { call: path, answer: id } = button.dataset;
    button.addEventListener('click', async () => {
      button.setAttribute('aria-busy', 'true');
      const answer = await call(session, 'GET', path);
      const area = byId(id).parentElement;
      area.dataset.tone = toneOf(answer);
      byId(id).textContent = shortAnswer(answer);
      area.querySelector('.meaning').textContent = answer.meaning;
      button.removeAttribute('aria-busy');
    });
  }
  const draw = () => {
    for (const button of buttons) button.disabled = session.state === 'starting';
  };
  session.addEventListener('change', draw);
  draw();
}
