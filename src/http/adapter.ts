import { isUtf8 } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import { networkInterfaces } from 'node:os';
import { Readable } from 'node:stream';
import {
  BadRequestException,
  type NestApplicationOptions,
  UnsupportedMediaTypeException,
} from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ConfigType } from '@nestjs/config';
import type { serverConfig } from '../config/server.config.js';
import { requestIdOf } from './request-id.js';
import { beginRequest, destroyWithConnection, endRequest } from './connections.js';
import { SECURITY_HEADERS } from './security-headers.js';
import { isStopping } from './shutdown.js';

/** Largest body that is read, in bytes. A larger one is answered with 413. */
const MAX_BODY_BYTES = 64 * 1024;

/** Largest form that is read, in bytes: a logout token has up to 12 KiB. */
const MAX_FORM_BYTES = 16 * 1024;

/** Time in which a whole request must arrive, in milliseconds; a slower one gets 408. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Fastify's limit of 100 characters answers 414. Node limits the URL together with the headers. */
const MAX_PARAM_LENGTH = 16 * 1024;

/** Options for `NestFactory.create()`. Nest's body parser would also read forms. */
export const APP_OPTIONS = { bodyParser: false } satisfies NestApplicationOptions;

type Hook = Parameters<FastifyAdapter['setOnRequestHook']>[0];
type Request = Parameters<Hook>[0];
type Reply = Parameters<Hook>[1];

/**
 * Creates the HTTP server, with its limits, security headers and request ids.
 *
 * @param trustedProxies see `TRUSTED_PROXIES`.
 */
export function createAdapter({
  trustedProxies,
}: Pick<ConfigType<typeof serverConfig>, 'trustedProxies'>): FastifyAdapter {
  const adapter = new FastifyAdapter({
    // Requests that still arrive while the server closes are answered as usual.
    return503OnClosing: false,
    trustProxy: trustedProxies.length > 0 && trustedProxies,
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      requestIdOf(request.headers['x-request-id']),
    frameworkErrors: answerMalformedUrl,
  });
  readJsonOnly(adapter);
  readForms(adapter);
  // This hook runs before the hook of CORS, so that preflights have the headers too.
  adapter.setOnRequestHook((request, reply, done) => {
    if (!beginRequest(request.raw)) return;
    reply.headers(SECURITY_HEADERS);
    reply.header('x-request-id', request.id);
    done();
  });
  const fastify = adapter.getInstance();
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (payload instanceof Readable) destroyWithConnection(request.raw, payload);
    if (isStopping(fastify.server)) reply.header('connection', 'close');
    done();
  });
  adapter.setOnResponseHook((request, _reply, done) => {
    endRequest(request.raw);
    done();
  });
  return adapter;
}

/** The router refuses a malformed URL before any hook runs, so the hooks' work is done here. */
function answerMalformedUrl(
  { statusCode = 400 }: { statusCode?: number },
  request: Request,
  reply: Reply,
): void {
  if (!beginRequest(request.raw)) return;
  reply.raw.once('close', () => endRequest(request.raw));
  if (isStopping(request.server.server)) reply.header('connection', 'close');
  void reply
    .code(statusCode)
    .headers({ ...SECURITY_HEADERS, 'x-request-id': request.id })
    .send({ message: 'The URL is malformed', error: STATUS_CODES[statusCode], statusCode });
}

/** Fastify also reads text, and replaces invalid UTF-8. RFC 8259 §8.1 requires UTF-8. */
function readJsonOnly(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer' },
    (request, body, done) => {
      if (isUtf8(body)) void parse(request, body.toString(), done);
      else done(new BadRequestException('The body is not valid UTF-8'));
    },
  );
}

/**
 * Reads the form of a route that has `@RouteConfig({ readsForm: true })`, as URLSearchParams. Pages
 * of any origin can send forms, so other routes do not take them.
 */
function readForms(adapter: FastifyAdapter): void {
  adapter
    .getInstance()
    .addContentTypeParser<string>(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: MAX_FORM_BYTES },
      ({ routeOptions, is404 }, body, done) => {
        if (is404) return done(null);
        const { readsForm } = routeOptions.config as { readsForm?: boolean };
        if (readsForm) done(null, new URLSearchParams(body));
        else done(new UnsupportedMediaTypeException());
      },
    );
}

/** Address to listen on without `HOST`: IPv6 and IPv4, or IPv4 alone where there is no IPv6. */
export const ALL_INTERFACES = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.family === 'IPv6')
  ? '::'
  : '0.0.0.0';
