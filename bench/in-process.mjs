/**
 * Measures `AccessTokenVerifier`, and a bare `crypto.verify` for comparison. Prints JSON: times in
 * microseconds, and the memory of 10,000 tokens in the cache in MiB. Arguments: the issuer, its
 * audience, and two files of tokens. The second file is for the cold case, which uses each token
 * once.
 */
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { NestFactory } from '../node_modules/@nestjs/core/index.js';
import { AccessTokenVerifier, AuthModule } from '../dist/auth/index.js';
import { median } from './statistics.mjs';

/** Authentications per time measurement. */
const BATCH = 200;

const [issuer, audience, warmFile, coldFile] = process.argv.slice(2);
const tokensIn = (file) => readFileSync(file, 'utf8').trimEnd().split('\n');

const app = await NestFactory.createApplicationContext(AuthModule.forRoot({ issuer, audience }), {
  logger: ['error'],
});
const verifier = app.get(AccessTokenVerifier);

/** For the bare signature check, the key and the decoded parts are prepared in advance. */
const { keys } = await (await fetch(`${issuer}.well-known/jwks.json`)).json();
const publicKey = createPublicKey({ key: keys.find(({ alg }) => alg === 'RS256'), format: 'jwk' });
function signatureOf(token) {
  const end = token.lastIndexOf('.');
  return [Buffer.from(token.slice(0, end)), Buffer.from(token.slice(end + 1), 'base64url')];
}

function verifyBare([input, signature]) {
  if (!verify('sha256', input, publicKey, signature)) {
    throw new Error('Benchmark void: a signature is not valid');
  }
}

const warm = tokensIn(warmFile);
const cold = tokensIn(coldFile);
for (const token of warm) await verifier.verify(token);

/** Memory that is in use, in MiB. */
const usedMiB = () => {
  globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};
const usedBefore = usedMiB();

/** Microseconds per call. The kinds alternate in batches, so a disturbance affects all of them. */
const samples = { warm: [], cold: [], verify: [] };
async function sample(kind, run) {
  const from = process.hrtime.bigint();
  await run();
  samples[kind].push(Number(process.hrtime.bigint() - from) / BATCH / 1000);
}
for (let index = 0; index + BATCH <= cold.length; index += BATCH) {
  const tokens = cold.slice(index, index + BATCH);
  const signatures = tokens.map(signatureOf);
  await sample('cold', async () => {
    for (const token of tokens) await verifier.verify(token);
  });
  await sample('verify', () => signatures.forEach(verifyBare));
  await sample('warm', async () => {
    for (let n = 0; n < BATCH; n += 1) await verifier.verify(warm[n % warm.length]);
  });
}
const cacheMiB = ((usedMiB() - usedBefore) / cold.length) * 10_000;
await app.close();

// The first half of the batches is the warm-up of the JIT compiler.
const medianOf = (values) => median(values.slice(values.length / 2));
const { warm: warmTimes, cold: coldTimes, verify: verifyTimes } = samples;
console.log(
  JSON.stringify({
    warm: medianOf(warmTimes),
    cold: medianOf(coldTimes),
    verify: medianOf(verifyTimes),
    cacheMiB,
  }),
);
