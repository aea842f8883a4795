import type { ConfigType } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveClient } from './browser/browser-files.js';
import { RequestedScopes } from './browser/requested-scopes.js';
import { authConfig } from './config/auth.config.js';
import { browserConfig } from './config/browser.config.js';
import { serverConfig } from './config/server.config.js';
import { InputPipe } from './http/input.pipe.js';

/** Headers that a browser hides from scripts of another origin unless they are listed. */
const EXPOSED_HEADERS = [
  'WWW-Authenticate',
  'Retry-After',
  'Location',
  'X-Request-Id',
  'DPoP-Nonce',
];

const PREFLIGHT_MAX_AGE_SEC = 600;

/** What `main.ts` and the e2e tests both apply: CORS, validation of input, API reference, pages. */
export async function configureApp(app: NestFastifyApplication): Promise<void> {
  const { corsOrigins } = app.get<ConfigType<typeof serverConfig>>(serverConfig.KEY);
  const browser = app.get<ConfigType<typeof browserConfig>>(browserConfig.KEY);
  if (corsOrigins.length > 0) {
    app.enableCors({
      origin: corsOrigins,
      methods: ['GET', 'HEAD', 'POST', 'PATCH', 'DELETE'],
      exposedHeaders: EXPOSED_HEADERS,
      maxAge: PREFLIGHT_MAX_AGE_SEC,
      strictPreflight: false,
    });
  }
  app.useGlobalPipes(new InputPipe());
  if (browser.docs) {
    // Imported here because it loads @nestjs/swagger, which an API without docs does not need.
    const { serveDocs } = await import('./openapi/serve.js');
    const { issuer, audience } = app.get<ConfigType<typeof authConfig>>(authConfig.KEY);
    const { isAuth0, clientId } = browser;
    const scopes = app.get(RequestedScopes).ofApi;
    serveDocs(app, { issuer, audience, isAuth0, clientId, scopes });
  }
  if (browser.client) await serveClient(app);
}
