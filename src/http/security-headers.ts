import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';

type Hook = Parameters<FastifyAdapter['setOnRequestHook']>[0];

/**
 * Headers of every answer: those of helmet that concern an API, whose answers are data and never
 * pages.
 *
 * Set with the other headers of the reply, because Nest's `useSecurityHeaders()` sets each one on
 * the raw response, which takes a sixth of the time of a request.
 */
export const SECURITY_HEADERS = Object.freeze({
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  // Browser clients have other origins. CORS decides which of them may read an answer.
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** What a page may load, by directive of its Content-Security-Policy. Nothing else is allowed. */
export type PagePolicy = Readonly<Record<string, readonly string[]>>;

/**
 * Gives the routes at `path` and below it a policy for pages in place of the one for data. Call it
 * before the routes are registered. Each gets its own hook, so that other routes run no code for
 * it.
 */
export function allowPage(app: NestFastifyApplication, path: string, policy: PagePolicy): void {
  const header = contentSecurityPolicy(policy);
  const setPolicy: Hook = (_request, reply, done) => {
    reply.header('content-security-policy', header);
    done();
  };
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', (route) => {
    if (route.url !== path && !route.url.startsWith(`${path}/`)) return;
    route.onRequest = [route.onRequest ?? [], setPolicy].flat();
  });
}

/** The directives that do not fall back to `default-src` are closed as well. */
function contentSecurityPolicy(policy: PagePolicy): string {
  const closed = ['default-src', 'base-uri', 'form-action', 'frame-ancestors'];
  const directives = new Map(closed.map((directive) => [directive, "'none'"]));
  for (const [directive, sources] of Object.entries(policy)) {
    directives.set(directive, sources.join(' '));
  }
  return [...directives].map((directive) => directive.join(' ')).join(';');
}
