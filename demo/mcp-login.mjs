import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { logInAs } from './scripted-browser.mjs';

/**
 * What the SDK's client needs for a login in a browser: a place for its registration and its
 * tokens, here in memory, and a loopback address that the browser returns to (RFC 8252 §7.3).
 *
 * @implements {import('@modelcontextprotocol/client').OAuthClientProvider}
 */
export class LoginInBrowser {
  #server;
  #username;
  #state;
  #answer;
  #receiveAnswer;
  #saved = {};

  /** @param {{ username?: string }} options a person whose login needs no browser */
  static async start({ username } = {}) {
    const login = new LoginInBrowser();
    login.#username = username;
    login.#server = createServer((request, response) => login.#receive(request, response));
    await once(login.#server.listen(0, '127.0.0.1'), 'listening');
    return login;
  }

  close() {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  get redirectUrl() {
    return `http://127.0.0.1:${this.#server.address().port}/callback`;
  }

  get clientMetadata() {
    return {
      client_name: 'MCP client of the demo',
      redirect_uris: [this.redirectUrl],
      token_endpoint_auth_method: 'none',
    };
  }

  state() {
    this.#state = randomBytes(16).toString('base64url');
    return this.#state;
  }

  clientInformation = () => this.#saved.client;
  saveClientInformation = (client) => this.#save({ client });
  tokens = () => this.#saved.tokens;
  saveTokens = (tokens) => this.#save({ tokens });
  codeVerifier = () => this.#saved.verifier;
  saveCodeVerifier = (verifier) => this.#save({ verifier });
  // The SDK compares the issuer of the answer with the one that it found before the login.
  discoveryState = () => this.#saved.discovery;
  saveDiscoveryState = (discovery) => this.#save({ discovery });

  #save(part) {
    Object.assign(this.#saved, part);
  }

  /** Called by the SDK, before it throws `UnauthorizedError`. */
  async redirectToAuthorization(url) {
    this.#answer = new Promise((resolve) => (this.#receiveAnswer = resolve));
    if (this.#username === undefined) {
      console.log(`\nOpen this address in a browser to log in:\n\n  ${url}`);
    } else {
      console.log(`\nLogging in as ${this.#username} with scope ${url.searchParams.get('scope')}`);
      await fetch(await logInAs(this.#username, url));
    }
  }

  /** Resolves with the parameters that the browser brings back: the code, the state, the issuer. */
  answer() {
    return this.#answer;
  }

  #receive({ url }, response) {
    const { pathname, searchParams } = new URL(url, this.redirectUrl);
    // Another program on this machine must not bring a code of its own.
    const isAnswer = pathname === '/callback' && searchParams.get('state') === this.#state;
    response.writeHead(isAnswer ? 200 : 404, { 'content-type': 'text/plain' });
    response.end(isAnswer ? 'You can close this page.\n' : 'Not found\n');
    if (isAnswer) this.#receiveAnswer(searchParams);
  }
}
