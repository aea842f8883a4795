import { createHash, randomBytes } from 'node:crypto';
import { request } from '../support/http.js';

export const CLIENT_ID = 'demo-spa';
export const REDIRECT_URI = 'http://localhost:3001';
export const AUDIENCE = 'https://api.example.com';

/** An authorization request, and the code verifier for the token request (PKCE, RFC 7636). */
export function authorizationRequest(parameters: Record<string, string> = {}) {
  const verifier = randomBytes(32).toString('base64url');
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    response_type: 'code',
    audience: AUDIENCE,
    scope: 'openid profile email',
    state: 'a-state',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return { path: `/authorize?${query.toString()}`, verifier };
}

interface Sent {
  headers?: Record<string, string>;
  body?: string;
}

/** A minimal browser for logins: it keeps cookies by path and follows redirects to the tenant. */
export class Browser {
  private readonly cookies = new Map<string, { path: string; value: string }>();

  constructor(private readonly tenant: string) {}

  get(path: string, headers?: Record<string, string>) {
    return this.ask('GET', path, { headers });
  }

  post(path: string, fields: Record<string, string>) {
    return this.ask('POST', path, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    });
  }

  /** Starts a login. Resolves with the path of the login page. */
  async begin(parameters?: Record<string, string>) {
    const { path, verifier } = authorizationRequest(parameters);
    const { headers } = await this.get(path);
    return { login: this.pathOf(headers.location), verifier };
  }

  /** Logs in. Resolves with the callback address that the tenant redirects to. */
  async logIn(username: string, parameters?: Record<string, string>) {
    const { login, verifier } = await this.begin(parameters);
    const sent = await this.post(login, { username, password: 'demo' });
    const resumed = await this.get(this.pathOf(sent.headers.location));
    return { callback: new URL(resumed.headers.location ?? ''), verifier };
  }

  /** Logs in and redeems the code. Resolves with the response of the token endpoint. */
  async tokens(username: string, parameters?: Record<string, string>) {
    const { callback, verifier } = await this.logIn(username, parameters);
    return this.redeem(callback, verifier, parameters);
  }

  /** Logs in to a client that registered itself. Resolves with the path of the consent page. */
  async beginConsent(username: string, parameters: Record<string, string>) {
    const { login, verifier } = await this.begin(parameters);
    const sent = await this.post(login, { username, password: 'demo' });
    const { headers } = await this.get(this.pathOf(sent.headers.location));
    return { consent: this.pathOf(headers.location), verifier };
  }

  /** Sends the form of the consent page. Resolves with the address that it redirects to. */
  async decide(consent: string, decision: 'allow' | 'deny') {
    const sent = await this.post(consent, { decision });
    const resumed = await this.get(this.pathOf(sent.headers.location));
    return new URL(resumed.headers.location ?? '');
  }

  /** Sends the code of a callback address to the token endpoint. */
  async redeem(callback: URL, verifier: string, parameters: Record<string, string> = {}) {
    const { json } = await this.post('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: parameters.client_id ?? CLIENT_ID,
      redirect_uri: parameters.redirect_uri ?? REDIRECT_URI,
      code: callback.searchParams.get('code') ?? '',
      code_verifier: verifier,
    });
    return json;
  }

  private async ask(method: string, path: string, { headers, body }: Sent = {}) {
    const cookie = [...this.cookies]
      .filter(([, { path: prefix }]) => path.startsWith(prefix))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const answer = await request(this.tenant, method, path, {
      headers: { ...headers, ...(cookie && { cookie }) },
      body,
    });
    for (const line of answer.headers['set-cookie'] ?? []) this.keep(line);
    return answer;
  }

  private keep(line: string) {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (value === '') this.cookies.delete(name);
    else this.cookies.set(name, { path: /; path=([^;]+)/.exec(line)?.[1] ?? '/', value });
  }

  private pathOf(location = '') {
    const url = new URL(location, this.tenant);
    if (url.origin !== new URL(this.tenant).origin) {
      throw new Error(`unexpected redirect to ${location}`);
    }
    return url.pathname + url.search;
  }
}

/** The claims of a token, without verification. */
export function claimsOf(token: string) {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
