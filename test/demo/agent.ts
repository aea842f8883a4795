import { request } from '../support/http.js';
import { Browser } from './browser.js';

export const API = 'http://localhost:3001';
export const MCP = `${API}/mcp`;
export const MCP_SCOPES = 'read:messages write:messages';
export const CALLBACK = 'http://127.0.0.1:8787/callback';

/** Registers a client at the tenant. */
export const register = (tenant: string, metadata: unknown, headers?: Record<string, string>) =>
  request(tenant, 'POST', '/oidc/register', { json: metadata, headers });

/** Registers a client as an MCP client does. Resolves with its parameters for a login. */
export async function registered(tenant: string, name = 'An agent') {
  const { json } = await register(tenant, { client_name: name, redirect_uris: [CALLBACK] });
  return {
    client_id: json.client_id as string,
    redirect_uri: CALLBACK,
    audience: '',
    resource: MCP,
    scope: MCP_SCOPES,
  };
}

/** Logs in to a client, allows access, and redeems the code. */
export async function tokensFor(
  tenant: string,
  username: string,
  parameters: Record<string, string>,
) {
  const browser = new Browser(tenant);
  const { consent, verifier } = await browser.beginConsent(username, parameters);
  return browser.redeem(await browser.decide(consent, 'allow'), verifier, parameters);
}

/** The error of a redirect, in the query or, for an implicit grant, in the fragment. */
export function errorOf(location = '') {
  const { search, hash } = new URL(location);
  return new URLSearchParams(search || hash.slice(1)).get('error');
}
