import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join } from 'node:path';
import type { ConfigType } from '@nestjs/config';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { authConfig } from '../config/auth.config.js';
import { browserConfig } from '../config/browser.config.js';
import { allowPage, type PagePolicy } from '../http/security-headers.js';

/** The same from `src` and from `dist`. */
const PAGES = join(import.meta.dirname, '../../public');

const SDK_FILES = ['auth0-spa-js.production.esm.js', 'auth0-spa-js.worker.production.js'];
const SDK = dirname(
  createRequire(import.meta.url).resolve(`@auth0/auth0-spa-js/dist/${SDK_FILES[0]}`),
);

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Serves the browser pages at `/` and the SDK that they log in with. Every file is a route of its
 * own and is kept in memory. Call it before the application listens.
 */
export async function serveClient(app: NestFastifyApplication): Promise<void> {
  const policy = pagePolicy(app);
  // The SDK's worker follows the policy of its own file, not that of the page.
  for (const path of ['/', '/index.html', '/vendor']) allowPage(app, path, policy);
  await serveFile(app, '/', join(PAGES, 'index.html'));
  for (const name of await readdir(PAGES)) await serveFile(app, `/${name}`, join(PAGES, name));
  for (const name of SDK_FILES) await serveFile(app, `/vendor/${name}`, join(SDK, name));
}

/** Browsers keep the file, and ask each time whether it has changed. */
async function serveFile(app: NestFastifyApplication, path: string, file: string): Promise<void> {
  const type = CONTENT_TYPES[extname(file)];
  if (type === undefined) throw new Error(`${file} has no content type in browser-files.ts`);
  const content = await readFile(file);
  const etag = `"${createHash('sha256').update(content).digest('base64url')}"`;
  const fastify = app.getHttpAdapter().getInstance();
  // Fastify adds the route for HEAD.
  fastify.get(path, (request, reply) => {
    reply.headers({ 'cache-control': 'no-cache', etag });
    // The header may be a list, and a proxy that compresses marks the tag as weak.
    if (request.headers['if-none-match']?.includes(etag)) return reply.code(304).send();
    return reply.type(type).send(content);
  });
}

/** With a client id, the page also requests tokens from the issuer, and may do so in a frame. */
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
