import { ConfigService } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { serveClient } from './browser/browser-files.js';
import type { Config } from './config/config.js';
import { InputPipe } from './http/input.pipe.js';

/** Headers that a browser shows to a script of another origin only when told so. */
const EXPOSED_HEADERS = ['WWW-Authenticate', 'Retry-After', 'Location', 'X-Request-Id'];

const PREFLIGHT_MAX_AGE_SEC = 600;

/**
 * What concerns every request and is configured: CORS, input, the browser client, API docs. `main.ts` and the e2e tests
 * both call it.
 */
export async function configureApp(app: NestFastifyApplication): Promise<void> {
  const config = app.get<ConfigService<Config, true>>(ConfigService);
  const corsOrigins = config.get('corsOrigins', { infer: true });
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
  if (config.get('docs', { infer: true })) {
    // Loaded late, so that an API without docs pays nothing for them.
    const { serveDocs } = await import('./openapi/serve.js');
    serveDocs(app, {
      auth: config.get('auth', { infer: true }),
      isAuth0: config.get('isAuth0', { infer: true }),
      clientId: config.get('clientId', { infer: true }),
    });
  }
  await serveClient(app);
}
