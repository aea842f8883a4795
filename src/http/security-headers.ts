import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';

type Hook = Parameters<FastifyAdapter['setOnRequestHook']>[0];

/**
 * Headers of every answer: those of helmet's set that matter to an API. Answers are data. A browser
 * must not render or frame them, and they load nothing.
 *
 * Nest's `useSecurityHeaders()` sets each header on the raw response, where Node writes headers
 * more slowly. Fastify looks headers up in lower case.
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

/** What a page may load, by directive of its Content-Security-Policy. The rest is forbidden. */
export type PagePolicy = Readonly<Record<string, readonly string[]>>;

/**
 * Gives the routes at `path` and below it a policy for pages instead of the one for data. Call it
 * before the routes are registered.
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

/** Also closes the directives that do not fall back to `default-src`. */
function contentSecurityPolicy(policy: PagePolicy): string {
  const closed = ['default-src', 'base-uri', 'form-action', 'frame-ancestors'];
  const directives = new Map(closed.map((directive) => [directive, "'none'"]));
  for (const [directive, sources] of Object.entries(policy)) {
    directives.set(directive, sources.join(' '));
  }
  return [...directives].map((directive) => directive.join(' ')).join(';');
}
