import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import fastifyStatic, { type FastifyStaticOptions } from '@fastify/static';
import type { ConfigType } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { authConfig } from '../config/auth.config.js';
import { browserConfig } from '../config/browser.config.js';
import { allowPage, type PagePolicy } from '../http/security-headers.js';

/** The same from `src` and from `dist`. */
const PAGE_DIRECTORY = join(import.meta.dirname, '../../public');

const SDK_FILES = ['auth0-spa-js.production.esm.js', 'auth0-spa-js.worker.production.js'];
const SDK_DIRECTORY = dirname(
  createRequire(import.meta.url).resolve(`@auth0/auth0-spa-js/dist/${SDK_FILES[0]}`),
);
const SDK_PREFIX = '/vendor';

/** A route per file that there is, so that every other path stays what it was. Browsers ask whether a file has changed. */
const EACH_FILE = {
  wildcard: false,
  cacheControl: false,
  setHeaders: (reply) => void reply.header('Cache-Control', 'no-cache'),
} satisfies Partial<FastifyStaticOptions>;

/** Serves the browser client: its page at `/`, and the SDK it logs in with. Call it before the application listens. */
export async function serveClient(app: NestFastifyApplication): Promise<void> {
  const policy = pagePolicy(app);
  // The worker that keeps the refresh token has a policy of its own, that of its file.
  for (const path of ['/', '/index.html', SDK_PREFIX]) allowPage(app, path, policy);
  await app.register(fastifyStatic, { ...EACH_FILE, root: PAGE_DIRECTORY });
  await app.register(fastifyStatic, {
    ...EACH_FILE,
    root: SDK_DIRECTORY,
    prefix: SDK_PREFIX,
    globIgnore: ['*/*/**', `!(${SDK_FILES.join('|')})`],
    decorateReply: false,
  });
}

/** With a client id the page also asks the issuer for tokens, in a hidden frame where it has no refresh token. */
function pagePolicy(app: NestFastifyApplication): PagePolicy {
  const own = {
    'script-src': ["'self'"],
    'style-src': ["'self'"],
    'img-src': ["'self'"],
    'connect-src': ["'self'"],
  };
  const { clientId } = app.get<ConfigType<typeof browserConfig>>(browserConfig.KEY);
  if (clientId === undefined) return own;
  const auth = app.get<ConfigType<typeof authConfig>>(authConfig.KEY);
  const issuer = new URL(auth.issuer).origin;
  return {
    ...own,
    'connect-src': ["'self'", issuer],
    'frame-src': [issuer],
    'worker-src': ["'self'"],
  };
}
