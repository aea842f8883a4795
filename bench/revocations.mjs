/**
 * Measures a million revocations: the memory of the copy and its look-ups, and with a database how
 * long reading them takes. Prints JSON. `npx nest build` first.
 *
 *     node --expose-gc bench/revocations.mjs [postgres://postgres@127.0.0.1:5432/NAME]
 *
 * The database must be one of its own: its revocations are deleted.
 */
import { randomUUID } from 'node:crypto';
import { Clock } from '../dist/auth/index.js';
import { openDatabase } from '../dist/database/open-database.js';
import { RevocationCopy } from '../dist/revocation/revocation-copy.js';
import { RevokedTokens } from '../dist/revocation/revoked-tokens.js';

const COUNT = 1_000_000;
const LOOKUPS = 2_000_000;
const iss = 'https://dev-abc123.us.auth0.com/';
const at = new Date();

/** A string as one comes from the network: not made of parts of others. */
const flat = (text) => Buffer.from(text).toString('latin1');

/** Like those of Auth0: 30 characters. */
const subjectOf = (n) => flat(`auth0|${n.toString(16).padStart(24, '0')}`);

/** Like those of Keycloak: 36 characters. */
const uuid = () => flat(randomUUID());

const usedMiB = () => {
  globalThis.gc();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

function memoryOf(revocationOf) {
  const before = usedMiB();
  const tokens = new RevokedTokens();
  for (let n = 0; n < COUNT; n += 1) tokens.add(revocationOf(n));
  return [tokens, Math.round(usedMiB() - before)];
}

/** Nanoseconds per look-up: 10,000 tokens, as the cache of accepted tokens keeps them. */
function lookupNs(tokens, claimsOf) {
  const claims = Array.from({ length: 10_000 }, (_, n) => claimsOf(n));
  const run = () => {
    let found = 0;
    for (let n = 0; n < LOOKUPS; n += 1) found += tokens.has(claims[n % claims.length]) ? 1 : 0;
    return found;
  };
  run(); // warms up
  const from = cpuMs();
  run();
  return Math.round(((cpuMs() - from) * 1e6) / LOOKUPS);
}

/** CPU time of this process: other programs may share the machine. */
function cpuMs() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const result = {};
const iat = Math.floor(at.getTime() / 1000);
const revoked = (n) => ({ iss, sub: subjectOf(n * 97), sid: uuid(), jti: uuid(), iat });
const other = (n) => ({
  iss,
  sub: subjectOf(COUNT + n),
  sid: randomUUID(),
  jti: randomUUID(),
  iat,
});

const empty = new RevokedTokens();
result.lookupNsWithoutAny = lookupNs(empty, other);
for (const [name, revocationOf] of Object.entries({
  subjects: (n) => ({ iss, sub: subjectOf(n), at }),
  sessions: () => ({ iss, sid: uuid(), at }),
  sessionsWithSubjects: (n) => ({ iss, sub: subjectOf(n), sid: uuid(), at }),
})) {
  const [tokens, mib] = memoryOf(revocationOf);
  result[name] = {
    mib,
    lookupNsOfSubject: lookupNs(tokens, revoked),
    lookupNsOfAnother: lookupNs(tokens, other),
  };
}

const [, , url] = process.argv;
if (url !== undefined) {
  const { db, close } = await openDatabase({ url, dataDir: 'unused', statementTimeoutMs: 120_000 });
  const config = { tokenLifeSec: 31 * 24 * 60 * 60 };
  await db.execute('truncate revocations');
  await db.execute(`insert into revocations (id, iss, sub, sid, logout_jti, at, expires_at)
    select gen_random_uuid(), '${iss}', 'auth0|' || lpad(to_hex(n), 24, '0'),
      gen_random_uuid()::text, gen_random_uuid()::text, now(), now() + interval '31 days'
    from generate_series(1, ${COUNT}) n`);
  await db.execute('analyze revocations');
  const before = usedMiB();
  const copy = new RevocationCopy(db, new Clock(), config);
  let from = performance.now();
  const cpuFrom = cpuMs();
  await copy.onModuleInit();
  const readSec = (performance.now() - from) / 1000;
  const readCpuSec = (cpuMs() - cpuFrom) / 1000;
  const mib = Math.round(usedMiB() - before);
  const times = [];
  for (let count = 0; count < 50; count += 1) {
    from = performance.now();
    await copy.follow();
    times.push(performance.now() - from);
  }
  const followMs = times.toSorted((a, b) => a - b)[25];
  const [size] = (await db.execute(`select pg_total_relation_size('revocations') as bytes`)).rows;
  result.database = {
    known: copy.status().known,
    readSec: Number(readSec.toFixed(1)),
    readCpuSec: Number(readCpuSec.toFixed(1)),
    mib,
    followMs: Number(followMs.toFixed(1)),
    bytesPerRow: Math.round(Number(size.bytes) / COUNT),
  };
  copy.onApplicationShutdown();
  await db.execute('truncate revocations');
  await close();
}
console.log(JSON.stringify(result, undefined, 2));
