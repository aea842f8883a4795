import { isUtf8 } from 'node:buffer';
import { STATUS_CODES } from 'node:http';
import { networkInterfaces } from 'node:os';
import { BadRequestException, type NestApplicationOptions } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { answerBrokenHttp } from './broken-http.js';
import type { LOG_LEVELS } from '../config/environment.js';
import { followsRequests, inRequest } from '../logging/request-context.js';
import { requestIdOf } from '../logging/request-id.js';
import { logRequests } from '../logging/request-log.js';
import { SECURITY_HEADERS } from './security-headers.js';

/** Largest body that is read, in bytes; a larger one is answered with 413. */
const MAX_BODY_BYTES = 64 * 1024;

/** Time a request may take to arrive, body included, in milliseconds. */
const REQUEST_TIMEOUT_MS = 30_000;

/** Node refuses longer URLs with the other headers, so that no parameter is too long for the router. */
const MAX_PARAM_LENGTH = 16 * 1024;

/** Options to create the application with, beside the adapter. Fastify reads JSON itself; Nest would add forms. */
export const APP_OPTIONS = { bodyParser: false } satisfies NestApplicationOptions;

type Hook = Parameters<FastifyAdapter['setOnRequestHook']>[0];
type Request = Parameters<Hook>[0];
type Reply = Parameters<Hook>[1];

/** The HTTP server, with the limits of what it reads. */
export function createAdapter(config?: { logLevel: (typeof LOG_LEVELS)[number] }): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    genReqId: (request: { headers: Record<string, string | string[] | undefined> }) =>
      requestIdOf(request.headers['x-request-id']),
    // The router refuses a URL it cannot decode before any hook of ours, so what the hooks do is done here.
    frameworkErrors: (
      { statusCode = 400 }: { statusCode?: number },
      request: Request,
      reply: Reply,
    ) => {
      void reply
        .code(statusCode)
        .headers({ ...SECURITY_HEADERS, 'x-request-id': request.id })
        .send({ message: 'The URL is malformed', error: STATUS_CODES[statusCode], statusCode });
    },
    clientErrorHandler: answerBrokenHttp,
  });
  readJsonOnly(adapter);
  const follows = followsRequests(config?.logLevel);
  openRequests(adapter, follows);
  logRequests(adapter, follows);
  endConnectionsOnClose(adapter);
  return adapter;
}

/** Fastify also reads text, and it mends what is not UTF-8; RFC 8259 §8.1 knows JSON in UTF-8 only. */
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
 * What every answer has, and every log line of its request. The adapter's own hook comes before all others, that of CORS
 * too, so that a preflight has it as well.
 */
function openRequests(adapter: FastifyAdapter, follows: boolean): void {
  adapter.setOnRequestHook((request, reply, done) => {
    reply.headers(SECURITY_HEADERS);
    reply.header('x-request-id', request.id);
    if (follows) inRequest(request.id, done);
    else done();
  });
}

/** A server that closes ends the connections that are idle then; one that is busy must not become idle afterwards. */
function endConnectionsOnClose(adapter: FastifyAdapter): void {
  const fastify = adapter.getInstance();
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (!fastify.server.listening) reply.header('Connection', 'close');
    done();
  });
}

/** Where to listen when no address is given: IPv6 and IPv4 at once, or IPv4 where there is no other. */
export const ALL_INTERFACES = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.family === 'IPv6')
  ? '::'
  : '0.0.0.0';
