import type { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';

type Hook = Parameters<FastifyAdapter['setOnRequestHook']>[0];

/**
 * Headers of every answer: of helmet's set those that mean something to an API. Answers are data: nothing in them is to be
 * rendered, framed, or to load anything.
 *
 * A constant of our own, set with the others, for Nest's `useSecurityHeaders()` sets each on the raw response, which takes
 * Node off its fast way of writing headers: a sixth of the time of a request. In lower case, as they go out: Fastify would
 * make them so for every answer.
 */
export const SECURITY_HEADERS = Object.freeze({
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  // Browser clients live on other origins; which ones may read an answer is for CORS to say.
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
});

/** What a page may load, by directive of its Content-Security-Policy. What is not named is forbidden. */
export type PagePolicy = Readonly<Record<string, readonly string[]>>;

/**
 * Gives the routes at `path` and below it a policy for pages in place of the one for data. Call it before they are
 * registered: each gets a hook of its own, so that answers of the API pay nothing for it.
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
