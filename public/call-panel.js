import { judge } from './access.js';
import { answerView } from './answer-view.js';
import { BreakButtons } from './break-buttons.js';
import { call, proofOf } from './call.js';
import { CommandView } from './command-view.js';
import { decoratorsOf } from './decorators.js';
import { byId, element, whileBusy } from './element.js';
import { FreeForm, RequestForm } from './request-form.js';

const OTHER_REQUEST = 'Another request';

/**
 * The call of one route: its fields, the buttons that send it, the answer taken apart, and the
 * request as a command.
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
  #breakers;
  #command;
  /**
   * The last answer of each route to a request with a proof.
   *
   * @type {Map<string, import('./call.js').Answer>}
   */
  #proven = new Map();
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
      void this.#command.draw();
    });
    byId('call-close').addEventListener('click', () => this.close());
    byId('call').addEventListener('keydown', ({ key }) => key === 'Escape' && this.close());
    this.#command = new CommandView(session, () => this.#form.read());
    this.#breakers = new BreakButtons(session, {
      instead: (credentials) => this.#send(credentials),
      again: () => this.#replay(),
    });
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
    // The answer that says so is still to come, and stays.
    session.addEventListener('revoked', () => {
      answers.clear();
      this.#proven.clear();
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
    void this.#command.draw(this.#isPublic);
  }

  get #isPublic() {
    return this.#route?.access.access === 'public';
  }

  #drawBreakers() {
    this.#breakers.draw(this.#isPublic, this.#proven.has(this.#name));
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
    this.#proven.clear();
    this.#sequel += 1;
  }

  #show(answer) {
    this.#answer = answer;
    this.#answers.keep(this.#name, answer);
    this.#drawAnswer();
  }

  /** @param {import('./call.js').Credentials} [credentials] */
  async #send(credentials) {
    const request = this.#form.read();
    byId('call-fault').textContent = request.fault ?? '';
    if (request.fault === undefined) await this.#call(request, credentials);
  }

  /** Sends a request once more as it was, with the proof that it had. */
  #replay() {
    const answer = this.#proven.get(this.#name);
    const { method, path, sent: json } = answer;
    return this.#call({ method, path, json }, { name: 'a used proof', ...proofOf(answer) });
  }

  async #call({ method, path, json }, credentials) {
    const [name, sequel] = [this.#name, this.#sequel];
    await whileBusy(byId('call-work'), async () => {
      const answer = await call(this.#session, method, path, json, credentials);
      // Meanwhile the person may have logged out, or another route may have been opened.
      if (sequel !== this.#sequel) return;
      if (credentials === undefined && proofOf(answer)) this.#proven.set(name, answer);
      if (name === this.#name) this.#show(answer);
      else this.#answers.keep(name, answer);
    });
    // Not earlier: a button that was disabled while the request ran is enabled after it.
    this.#drawBreakers();
  }
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
