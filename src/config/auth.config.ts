import { registerAs } from '@nestjs/config';
import { certificateFromHeader } from '../auth/bound/certificate-header.js';
import { API_NAME } from '../version.js';
import { browserConfig } from './browser.config.js';
import { readEnvironment } from './environment.js';
import { serverConfig } from './server.config.js';

/** Why the routes that are on the HTTP adapter itself need no token. */
const CLIENT_ROUTES = {
  'GET /': 'browser page',
  'GET /*.html': 'browser page',
  'GET /*.css': 'file of the browser page',
  'GET /*.js': 'file of the browser page',
  'GET /*.svg': 'file of the browser page',
  'GET /vendor/*': 'login SDK of the browser page',
};
const DOCS_ROUTES = {
  'GET /docs/*': 'API reference',
  'GET /docs-json': 'API reference, as JSON',
  'GET /docs-yaml': 'API reference, as YAML',
};

/** Options of `AuthModule`. */
export const authConfig = registerAs('auth', () => {
  const variables = readEnvironment();
  const { AUTH0_DOMAIN, ISSUER_BASE_URL, AUTH0_SIGNING_SECRET, PUBLIC_URL: publicUrl } = variables;
  const { auth_time: authTime, acr, amr } = variables.STEP_UP_CLAIMS;
  const { client, docs } = browserConfig();
  const { certificateHeader, trustedProxies } = serverConfig();
  const issuer = ISSUER_BASE_URL ?? `https://${AUTH0_DOMAIN}/`;
  // Auth0 publishes its keys at a known address; those of other issuers are found by discovery.
  const hasKnownKeys = AUTH0_DOMAIN !== undefined && AUTH0_SIGNING_SECRET === undefined;
  return {
    issuer,
    jwksUri: hasKnownKeys ? `${issuer}.well-known/jwks.json` : undefined,
    secret: AUTH0_SIGNING_SECRET,
    audience: variables.AUTH0_AUDIENCE,
    algorithms: variables.TOKEN_ALGORITHMS,
    profile: variables.TOKEN_PROFILE,
    maxTokenAgeSec: variables.TOKEN_MAX_AGE_SEC,
    grantClaims: variables.GRANT_CLAIMS,
    impliedScopes: variables.IMPLIED_SCOPES,
    stepUpClaims: { authTime, acr, amr },
    publicUrl,
    dpop:
      variables.DPOP === 'off'
        ? undefined
        : { mode: variables.DPOP, nonceSecret: variables.DPOP_NONCE_SECRET },
    resourceMetadata: {
      resource_name: API_NAME,
      ...(docs && publicUrl !== undefined && { resource_documentation: `${publicUrl}/docs/` }),
    },
    mtls:
      certificateHeader === undefined
        ? undefined
        : { certificate: certificateFromHeader(certificateHeader, trustedProxies) },
    rawRoutes: { ...(client && CLIENT_ROUTES), ...(docs && DOCS_ROUTES) },
  };
});
