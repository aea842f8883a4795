import { registerAs } from '@nestjs/config';
import { readEnvironment } from './environment.js';

/** Options of `AuthModule`. */
export const authConfig = registerAs('auth', () => {
  const variables = readEnvironment();
  const { AUTH0_DOMAIN, ISSUER_BASE_URL, AUTH0_SIGNING_SECRET } = variables;
  const { auth_time: authTime, acr, amr } = variables.STEP_UP_CLAIMS;
  const issuer = ISSUER_BASE_URL ?? `https://${AUTH0_DOMAIN}/`;
  // Auth0 publishes its keys at a known address; those of other issuers are found by discovery.
  const hasKnownKeys = AUTH0_DOMAIN !== undefined && AUTH0_SIGNING_SECRET === undefined;
  return {
    issuer,
    jwksUri: hasKnownKeys ? `${issuer}.well-known/jwks.json` : undefined,
    secret: AUTH0_SIGNING_SECRET,
    audience: variables.AUTH0_AUDIENCE,
    grantClaims: variables.GRANT_CLAIMS,
    impliedScopes: variables.IMPLIED_SCOPES,
    stepUpClaims: { authTime, acr, amr },
  };
});

/** Auth0 makes client ids of 32 letters and digits; the identifier of an API is usually a URL. */
export function looksLikeClientId(audience: string): boolean {
  return /^[a-z\d]{32}$/i.test(audience);
}
