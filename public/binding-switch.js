import { byId } from './element.js';

const HINTS = {
  off: 'Your browser keeps a key, and each request proves that it comes from here (DPoP). A stolen copy of your token is then useless.',
  on: 'Each request proves that it comes from this browser (DPoP). A stolen copy of your token is useless.',
  required: 'This API accepts bound tokens only (DPoP): a stolen copy is useless.',
};

/**
 * The switch that binds tokens to a key of this browser. It is there if the API takes such tokens,
 * and fixed if the API takes no others.
 *
 * @param {import('./session.js').Session} session
 */
export function wireBindingSwitch(session) {
  const box = byId('bind-tokens');
  const draw = () => {
    const { config, state, prover, current } = session;
    const isReady = prover !== undefined || state === 'in' || state === 'out' || state === 'ended';
    byId('binding').hidden = config?.dpop === undefined || !isReady;
    const isFixed = config?.dpop === 'required';
    box.checked = prover !== undefined;
    box.disabled = isFixed || current?.isPasted === true;
    const isOn = prover !== undefined;
    byId('bind-hint').textContent = isFixed ? HINTS.required : HINTS[isOn ? 'on' : 'off'];
  };
  box.addEventListener('change', async () => {
    box.disabled = true;
    await session.bind(box.checked).finally(draw);
  });
  session.addEventListener('change', draw);
  draw();
}
