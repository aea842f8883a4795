import { judge } from './access.js';
import { answerView } from './answer-view.js';
import { BROKEN_TOKENS, brokenToken } from './broken-tokens.js';
import { call } from './call.js';
import { curlCommand, tokenCommand, usualShell } from './curl.js';
import { decoratorsOf } from './decorators.js';
import { byId, copy, element, whileBusy } from './element.js';
import { FreeForm, RequestForm } from './request-form.js';

const OTHER_REQUEST = 'Another request';

/**
 * The call of one route: its fields, the buttons that send it with a good or a broken token, the
 * answer taken apart, and the request as a command.
 */
export class CallPanel {
  /** @param {string | undefined} _route name of the route; undefined for a request of their own */
  onOpen = (_route) => {};
  /** @param {string | undefined} _route */
  onClose = (_route) => {};

  #session;
  #answers;
  #suggestions;
  #api;
  #route;
  #form;
  #answer;
  /** Counts the times that answers were dropped. */
  #sequel = 0;

  /**
   * @param {import('./session.js').Session} session
   * @param {import('./answers.js').Answers} answers
   * @param {() => string | undefined} anyMessageId suggestion for a parameter `id`
   */
  constructor(session, answers, anyMessageId) {
    this.#session = session;
    this.#answers = answers;
    this.#suggestions = anyMessageId;
    byId('call-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#send();
    });
    byId('call-form').addEventListener('input', () => {
      byId('call-fault').textContent = '';
      this.#drawCommand();
    });
    byId('call-close').addEventListener('click', () => this.close());
    byId('call').addEventListener('keydown', ({ key }) => key === 'Escape' && this.close());
    byId('curl-shell').value = usualShell(navigator.platform);
    for (const id of ['curl-shell', 'curl-token']) {
      byId(id).addEventListener('change', () => this.#drawCommand());
    }
    byId('call-copy').addEventListener('click', () => this.#copyCommand());
    byId('curl-copy').addEventListener('click', () => this.#copyCommand(byId('curl-copy')));
    byId('break-buttons').append(...this.#breakers());
    session.addEventListener('change', () => {
      const { state, user } = session;
      if (state === 'in' && answers.belongTo(user.sub)) this.#forget();
      this.#draw();
    });
    session.addEventListener('logout', () => {
      answers.clear();
      this.#forget();
      this.#draw();
    });
    document.addEventListener('explain', (event) => {
      if (event instanceof CustomEvent) this.explain(event.detail);
    });
  }

  /**
   * @param {{ routes: import('./map.js').Route[], schemas: Record<string, any>,
   *   grantClaims: string[] } | undefined} api undefined when the API reference is off
   */
  set api(api) {
    this.#api = api;
  }

  /** Opens a route, and sends it if it reads something and needs no input. */
  choose(route) {
    this.#open(route);
    if (route.method === 'GET' && !this.#form.needsInput) void this.#send();
  }

  /** Opens a request whose method and path people write themselves. */
  chooseFree() {
    this.#open(undefined);
  }

  /** Opens the route that was open before the page was left, with its answer. */
  restore() {
    const { open } = this.#answers;
    if (open === undefined) return;
    const route = this.#api?.routes.find(({ name }) => name === open);
    if (route !== undefined) this.#open(route, { focus: false });
    else if (open === OTHER_REQUEST && this.#api === undefined) this.#open(undefined);
  }

  /** Takes an answer apart that another part of the page got. */
  explain(answer) {
    const [path] = answer.path.split('?');
    const route = this.#api?.routes.find(
      (candidate) => candidate.method === answer.method && matches(candidate.path, path),
    );
    this.#open(route);
    this.#show(answer);
  }

  close() {
    byId('call').hidden = true;
    this.#answers.open = undefined;
    this.onClose(this.#route?.name);
  }

  get #name() {
    return this.#route?.name ?? OTHER_REQUEST;
  }

  #open(route, { focus = true } = {}) {
    this.#route = route;
    this.#form =
      route === undefined
        ? new FreeForm()
        : new RequestForm(route.method, route.path, route.operation, this.#api.schemas);
    this.#form.suggest('id', this.#suggestions());
    this.#answer = this.#answers.of(this.#name);
    this.#answers.open = this.#name;
    byId('call-fields').replaceChildren(...this.#form.elements);
    byId('call-fault').textContent = '';
    byId('call').hidden = false;
    byId('call-body').scrollTop = 0;
    this.#draw();
    if (focus) byId('call-title').focus({ preventScroll: true });
    this.onOpen(route?.name);
  }

  #draw() {
    if (byId('call').hidden) return;
    const route = this.#route;
    byId('call-title').replaceChildren(
      ...(route === undefined
        ? [OTHER_REQUEST]
        : [
            element('span', { class: `method ${route.method.toLowerCase()}` }, route.method),
            ' ',
            element('code', {}, route.path),
          ]),
    );
    byId('call-summary').textContent = route?.operation.summary ?? '';
    byId('call-guards').replaceChildren(
      ...(route === undefined ? [] : decoratorsOf(route.access)).map((text) =>
        element('code', {}, text),
      ),
    );
    this.#drawBreakers();
    this.#drawAnswer();
    this.#drawCommand();
  }

  /** What will happen to the first request. */
  #prediction() {
    if (this.#route === undefined || this.#answer !== undefined) return '';
    const { state, current } = this.#session;
    const claims = state === 'in' ? (current?.claims ?? {}) : undefined;
    const { passes, why } = judge(this.#route.access, claims, this.#api.grantClaims);
    const who = claims === undefined ? 'Without a token' : 'With your token';
    if (passes === undefined) return `${who}, the API decides.`;
    return passes
      ? `${who}, the guards let this pass.`
      : `${who}, this is refused: ${lowerFirst(why)}.`;
  }

  #drawAnswer() {
    byId('call-verdict').textContent = this.#prediction();
    byId('call-result').replaceChildren(
      ...(this.#answer === undefined ? [] : [this.#answerView(this.#answer)]),
    );
  }

  #answerView(answer) {
    const { config, current } = this.#session;
    const canLogIn = config !== undefined && current?.isPasted !== true;
    // The answer must not be shown again when the person comes back with another token.
    const logIn = (parameters) => {
      this.#answers.drop(this.#name);
      return this.#session.logIn(parameters);
    };
    return answerView(answer, this.#route?.access, canLogIn ? logIn : undefined);
  }

  /** Drops the answer that is shown, and those that are still to come. */
  #forget() {
    this.#answer = undefined;
    this.#sequel += 1;
  }

  #show(answer) {
    this.#answer = answer;
    this.#answers.keep(this.#name, answer);
    this.#drawAnswer();
  }

  /** @param {{ name: string, token: string | undefined }} [credentials] */
  async #send(credentials) {
    const request = this.#form.read();
    byId('call-fault').textContent = request.fault ?? '';
    if (request.fault !== undefined) return;
    const [name, sequel] = [this.#name, this.#sequel];
    await whileBusy(byId('call-work'), async () => {
      const { method, path, json } = request;
      const answer = await call(this.#session, method, path, json, credentials);
      // Meanwhile the person may have logged out, or another route may have been opened.
      if (sequel !== this.#sequel) return;
      if (name === this.#name) this.#show(answer);
      else this.#answers.keep(name, answer);
    });
  }

  #breakers() {
    const none = element('button', { type: 'button', class: 'small' }, 'No token');
    none.addEventListener('click', () => this.#send({ name: 'no token', token: undefined }));
    const others = BROKEN_TOKENS.map(({ kind, label, name }) => {
      const button = element(
        'button',
        { type: 'button', class: 'small', 'data-kind': kind },
        label,
      );
      button.addEventListener('click', async () => {
        const token = await brokenToken(kind, this.#session);
        if (token !== undefined) return this.#send({ name, token });
        byId('call-fault').textContent = 'The tenant is unreachable, so there is no such token.';
        return undefined;
      });
      return button;
    });
    return [none, ...others];
  }

  /** Explains the buttons that cannot work now. */
  #drawBreakers() {
    byId('break').hidden = this.#route?.access.access === 'public';
    const { state, demo, current } = this.#session;
    const isIn = state === 'in';
    const has = {
      tampered: isIn && current?.claims !== undefined,
      id_token: isIn && current?.isPasted === false,
    };
    for (const { kind } of BROKEN_TOKENS) {
      byId('break-buttons').querySelector(`[data-kind=${kind}]`).disabled =
        demo === undefined && !has[kind];
    }
    byId('break-hint').textContent =
      demo === undefined
        ? 'Only an issuer can sign an expired token or one for another audience: npm run demo has a ' +
          `tenant that does.${has.tampered ? '' : ' The others are made from your token: log in first.'}`
        : '';
  }

  #drawCommand() {
    const shell = byId('curl-shell').value;
    const { current, state } = this.#session;
    const raw = state === 'in' ? current?.raw : undefined;
    const withToken = byId('curl-token').checked && raw !== undefined;
    const { method, path, json, fault } = this.#form?.read() ?? { fault: '' };
    const url = fault === undefined ? new URL(path, location.origin).href : undefined;
    const token = this.#route?.access.access === 'public' ? undefined : '$TOKEN';
    byId('curl-command').textContent =
      url === undefined
        ? fault
        : curlCommand({ method, url, json, token: token && withToken ? raw : token }, shell);
    byId('curl-token').disabled = raw === undefined || token === undefined;
    byId('curl-hint').hidden = token === undefined || withToken;
    byId('curl-set').textContent = tokenCommand(shell);
  }

  #copyCommand(button = byId('call-copy')) {
    byId('curl').open = true;
    this.#drawCommand();
    const command = byId('curl-command').textContent;
    const select = () => getSelection().selectAllChildren(byId('curl-command'));
    void copy(button, command, select, copiedText(command));
  }
}

function copiedText(command) {
  return command.includes('$TOKEN') ? 'Copied: set TOKEN first' : 'Copied';
}

/** Whether a path is one of an OpenAPI path such as `/api/messages/{id}`. */
function matches(template, path) {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part.startsWith('{') || part === given[index])
  );
}

function lowerFirst(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
