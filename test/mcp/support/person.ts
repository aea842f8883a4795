import type {
  AuthorizationServerMetadata,
  DpopSession,
  OAuthClientInformationMixed,
  OAuthTokens,
} from '@modelcontextprotocol/client';
import { logInAs } from '../../../demo/scripted-browser.mjs';
import { claimsOf } from '../../demo/browser.js';

interface Discovery {
  authorizationServerUrl: string;
  authorizationServerMetadata?: AuthorizationServerMetadata;
}

/**
 * A person with an MCP client: what the client keeps, and a browser in which the person logs in.
 * It fits the `OAuthClientProvider` of both SDKs.
 */
export class Person {
  /** The scopes that each login asked for. */
  readonly logins: (string | null)[] = [];
  /** The key that client 2 binds its tokens to (RFC 9449). */
  dpop?: () => DpopSession;
  /** Called when the client has new tokens. */
  onTokens: () => void = () => {};
  /** Where the last login returned to. */
  callback = new URL('http://127.0.0.1');
  readonly redirectUrl = 'http://127.0.0.1:8787/callback';
  readonly clientMetadata = {
    client_name: 'The client of a test',
    redirect_uris: [this.redirectUrl],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
  };

  private readonly saved: {
    client?: OAuthClientInformationMixed;
    tokens?: OAuthTokens;
    verifier?: string;
    discovery?: Discovery;
  } = {};

  constructor(private readonly username: string) {}

  /** The claims of the access token. */
  get claims() {
    return claimsOf(this.saved.tokens?.access_token ?? '');
  }

  clientInformation = () => this.saved.client;
  saveClientInformation = (client: OAuthClientInformationMixed) => {
    this.saved.client = client;
  };
  tokens = () => this.saved.tokens;
  saveTokens = (tokens: OAuthTokens) => {
    this.saved.tokens = tokens;
    this.onTokens();
  };
  codeVerifier = () => this.saved.verifier ?? '';
  saveCodeVerifier = (verifier: string) => {
    this.saved.verifier = verifier;
  };
  discoveryState = () => this.saved.discovery;
  saveDiscoveryState = (discovery: Discovery) => {
    this.saved.discovery = discovery;
  };

  /** Logs in, and allows access. */
  redirectToAuthorization = async (url: URL) => {
    this.logins.push(url.searchParams.get('scope'));
    this.callback = await logInAs(this.username, url);
  };
}
