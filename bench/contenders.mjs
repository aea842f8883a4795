import { fileURLToPath } from 'node:url';

const SCOPED = '/api/private-scoped';

/** This API with DPoP. The proofs are for this URL, wherever it listens. */
const DPOP = { DPOP: 'allowed', PUBLIC_URL: 'http://localhost:3001' };

/** @param {string} file */
const path = (file) => fileURLToPath(new URL(file, import.meta.url));

/** Arguments for `node` that start a server in `servers/`. */
const peer = (file, ...options) => [path(`servers/${file}`), ...options];
const typescript = (file, ...options) => [
  '--import',
  new URL('../scripts/typescript.mjs', import.meta.url).href,
  ...peer(file, ...options),
];

/**
 * What is measured.
 *
 * @typedef {object} Contender
 * @property {string} id
 * @property {string} name
 * @property {string} server name of the process; contenders with the same name share it
 * @property {string[]} args arguments for `node` that start the server
 * @property {Record<string, string>} [env] its variables
 * @property {string} path requested path
 * @property {'get' | 'proof' | 'post' | 'keyed'} [send] see load/requests.lua
 *
 * @type {Contender[]}
 */
export const CONTENDERS = [
  {
    id: 'this',
    name: 'this API',
    server: 'this',
    args: [path('../dist/main.js')],
    path: SCOPED,
  },
  {
    id: 'public',
    name: 'this API, its public route',
    server: 'this',
    args: [path('../dist/main.js')],
    path: '/api/public',
  },
  {
    id: 'this-operated',
    name: 'this API, with logs, metrics and limits',
    server: 'this-operated',
    args: [path('../dist/main.js')],
    env: { LOG_LEVEL: 'info', METRICS_PORT: '0', RATE_LIMIT: '999999999' },
    path: SCOPED,
  },
  {
    id: 'this-post',
    name: 'this API, POST /api/messages',
    server: 'this',
    args: [path('../dist/main.js')],
    path: '/api/messages',
    send: 'post',
  },
  {
    id: 'this-keyed',
    name: 'this API, the same with an Idempotency-Key',
    server: 'this',
    args: [path('../dist/main.js')],
    path: '/api/messages',
    send: 'keyed',
  },
  {
    id: 'this-twenty-clients',
    name: 'this API',
    server: 'this-twenty-clients',
    args: [path('../dist/main.js')],
    path: SCOPED,
  },
  {
    id: 'this-one-client',
    name: 'this API',
    server: 'this-one-client',
    args: [path('../dist/main.js')],
    path: SCOPED,
  },
  {
    id: 'fastify-jwt-fixed-key',
    name: 'Fastify, @fastify/jwt, cache, fixed key',
    server: 'fastify-jwt-fixed-key',
    args: peer('fastify-jwt.mjs', '--cache', '--fixed-key'),
    path: SCOPED,
  },
  {
    id: 'fastify-jwt-cache',
    name: 'Fastify, @fastify/jwt with its cache',
    server: 'fastify-jwt-cache',
    args: peer('fastify-jwt.mjs', '--cache'),
    path: SCOPED,
  },
  {
    id: 'fastify-jwt',
    name: 'Fastify, @fastify/jwt',
    server: 'fastify-jwt',
    args: peer('fastify-jwt.mjs'),
    path: SCOPED,
  },
  {
    id: 'express-oauth2-jwt-bearer',
    name: 'Express, express-oauth2-jwt-bearer',
    server: 'express-oauth2-jwt-bearer',
    args: peer('express-oauth2-jwt-bearer.mjs'),
    path: SCOPED,
  },
  {
    id: 'express-jwt',
    name: 'Express, express-jwt + jwks-rsa',
    server: 'express-jwt',
    args: peer('express-jwt.mjs'),
    path: SCOPED,
  },
  {
    id: 'nest-fastify',
    name: 'Nest on Fastify, the usual recipe',
    server: 'nest-fastify',
    args: typescript('nest.ts', '--fastify'),
    path: SCOPED,
  },
  {
    id: 'nest-express',
    name: 'Nest on Express, the usual recipe',
    server: 'nest-express',
    args: typescript('nest.ts'),
    path: SCOPED,
  },
  {
    id: 'this-es256',
    name: 'this API',
    server: 'this-es256',
    args: peer('this-api-es256.mjs'),
    path: SCOPED,
  },
  {
    id: 'this-dpop',
    name: 'this API, DPoP',
    server: 'this-dpop',
    args: [path('../dist/main.js')],
    env: DPOP,
    path: SCOPED,
    send: 'proof',
  },
  {
    id: 'this-dpop-bearer',
    name: 'this API, Bearer',
    server: 'this-dpop',
    args: [path('../dist/main.js')],
    env: DPOP,
    path: SCOPED,
  },
  {
    id: 'express-oauth2-jwt-bearer-dpop',
    name: 'Express, express-oauth2-jwt-bearer, DPoP',
    server: 'express-oauth2-jwt-bearer',
    args: peer('express-oauth2-jwt-bearer.mjs'),
    path: SCOPED,
    send: 'proof',
  },
  {
    id: 'nest-bare',
    name: 'Nest on Fastify, nothing checked',
    server: 'nest-bare',
    args: typescript('nest-bare.ts'),
    path: SCOPED,
  },
  {
    id: 'raw',
    name: 'node:http, nothing checked',
    server: 'raw',
    args: peer('raw.mjs'),
    path: SCOPED,
  },
];
