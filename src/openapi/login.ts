import { Logger } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { discoveryUri, fetchDiscoveryDocument } from '../auth/index.js';
import type { ConfigType } from '@nestjs/config';
import type { authConfig } from '../config/auth.config.js';

type SecurityScheme = NonNullable<
  NonNullable<OpenAPIObject['components']>['securitySchemes']
>[string];

/** Where the issuer authorizes people and hands out tokens (RFC 6749 §3). */
export interface LoginEndpoints {
  authorizationUrl: string;
  tokenUrl: string;
}

type Auth = ConfigType<typeof authConfig>;

export interface IssuerConfig {
  auth: Partial<Auth> & Pick<Auth, 'issuer' | 'audience' | 'grantClaims'>;
  isAuth0: boolean;
}

const DISCOVERY_TIMEOUT_MS = 5000;

/** After a failure the issuer is left alone for this time, however often the docs are looked at. */
const RETRY_AFTER_MS = 10_000;

/**
 * How to get an access token: by the authorization code flow with PKCE, for the scopes of this API. Where the endpoints of
 * the issuer are not known, a client finds them by discovery, and the scopes in the operations.
 */
export function loginScheme(
  issuer: string,
  scopes: Readonly<Record<string, string>>,
  endpoints: LoginEndpoints | undefined,
): SecurityScheme {
  const description = `Access tokens of ${issuer}: authorization code flow with PKCE.`;
  return endpoints === undefined
    ? { type: 'openIdConnect', description, openIdConnectUrl: discoveryUri(issuer) }
    : { type: 'oauth2', description, flows: { authorizationCode: { ...endpoints, scopes } } };
}

/** Auth0 has its endpoints at fixed places, as it has its keys; of others nothing is known before they are asked. */
export function knownEndpoints({ auth, isAuth0 }: IssuerConfig): LoginEndpoints | undefined {
  if (!isAuth0) return undefined;
  return {
    authorizationUrl: new URL('authorize', auth.issuer).href,
    tokenUrl: new URL('oauth/token', auth.issuer).href,
  };
}

/** The endpoints of an issuer, asked of it when the docs are first looked at, so that the API starts without it. */
export class LoginDiscovery {
  private readonly logger = new Logger('Docs');
  private endpoints?: LoginEndpoints;
  private attempt?: Promise<void>;
  private failedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly config: IssuerConfig) {
    this.endpoints = knownEndpoints(config);
  }

  /** Undefined while the issuer does not tell. */
  async find(): Promise<LoginEndpoints | undefined> {
    const mayAsk = performance.now() - this.failedAt >= RETRY_AFTER_MS;
    if (this.endpoints === undefined && mayAsk) {
      this.attempt ??= this.ask().finally(() => (this.attempt = undefined));
      await this.attempt;
    }
    return this.endpoints;
  }

  private async ask(): Promise<void> {
    const { issuer } = this.config.auth;
    try {
      const signal = AbortSignal.timeout(DISCOVERY_TIMEOUT_MS);
      const document = await fetchDiscoveryDocument(issuer, signal);
      this.endpoints = {
        authorizationUrl: webAddress(document, 'authorization_endpoint'),
        tokenUrl: webAddress(document, 'token_endpoint'),
      };
    } catch (error) {
      this.failedAt = performance.now();
      this.logger.warn(`${issuer} does not tell where people log in: ${(error as Error).message}`);
    }
  }
}

/** A page follows these addresses, so that nothing but the web may be in them. */
function webAddress(document: Record<string, unknown>, member: string): string {
  const address = document[member];
  if (typeof address === 'string' && /^https?:/.test(address) && URL.canParse(address)) {
    return address;
  }
  throw new Error(`its discovery document has no ${member}`);
}
