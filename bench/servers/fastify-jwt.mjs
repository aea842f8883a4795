/**
 * @fastify/jwt with the keys of get-jwks, as in the README of get-jwks. `--cache` enables the cache
 * of verified tokens. `--fixed-key` loads the key once at the start: faster, but without rotation.
 */
import { createPublicKey } from 'node:crypto';
import fastifyJwt from '@fastify/jwt';
import Fastify from 'fastify';
import buildGetJwks from 'get-jwks';

const { AUDIENCE, ISSUER_BASE_URL, PORT } = process.env;

/** The same number as in this API. */
const CACHED_TOKENS = 10_000;

const fastify = Fastify();
const getJwks = buildGetJwks({ issuersWhitelist: [ISSUER_BASE_URL] });

function keyOfToken(_request, { header: { kid, alg }, payload: { iss } }) {
  return getJwks.getPublicKey({ kid, alg, domain: iss });
}

async function firstKey() {
  const answer = await fetch(`${ISSUER_BASE_URL}.well-known/jwks.json`);
  const [key] = (await answer.json()).keys;
  return createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
}

fastify.register(fastifyJwt, {
  decode: { complete: true },
  secret: process.argv.includes('--fixed-key') ? { public: await firstKey() } : keyOfToken,
  verify: {
    algorithms: process.argv.includes('--fixed-key') ? ['RS256'] : ['RS256', 'ES256'],
    allowedIss: ISSUER_BASE_URL,
    allowedAud: AUDIENCE,
    cache: process.argv.includes('--cache') ? CACHED_TOKENS : false,
  },
});

const requireScope = (scope) => async (request, reply) => {
  const granted = request.user.scope?.split(' ') ?? [];
  if (!granted.includes(scope)) await reply.code(403).send({ message: 'Insufficient scope' });
};

fastify.get(
  '/api/private-scoped',
  { onRequest: [(request) => request.jwtVerify(), requireScope('read:messages')] },
  async () => ({ message: 'Hello from a private endpoint! You have the scope read:messages.' }),
);

await fastify.listen({ port: Number(PORT), host: '127.0.0.1' });
