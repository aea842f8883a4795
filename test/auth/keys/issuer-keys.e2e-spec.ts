import { generateKeyPairSync, randomUUID } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { Clock } from '../../../src/auth/clock.js';
import { TrustedIssuers } from '../../../src/auth/index.js';
import type { AuthOptions } from '../../../src/auth/index.js';
import {
  createTestIssuer,
  createTestKey,
  type Fault,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { expectRefusal } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { type Fixture, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const PATH = '/routes/closed';
const UNAVAILABLE = { status: 503, code: 'keys_unavailable' };
const UNKNOWN = { status: 401, code: 'key_unknown' };

let clock: FakeClock;
let issuer: TestIssuer;
let fixture: Fixture;

beforeEach(async () => {
  clock = new FakeClock();
  issuer = await createTestIssuer({ now: clock.now });
});

afterEach(async () => {
  await fixture.close();
  await issuer.close();
});

async function start(options: Partial<AuthOptions> = {}): Promise<void> {
  fixture = await startFixture({
    adapter: 'Fastify',
    issuer,
    controllers: CONTROLLERS,
    options: { jwksUri: issuer.jwksUri, ...options },
    override: (builder) => builder.overrideProvider(Clock).useValue(clock),
  });
}

/** Starts and waits until the first key set is there. */
async function startWithKeys(options: Partial<AuthOptions> = {}): Promise<void> {
  await start(options);
  await expectGood();
}

const call = (token = issuer.mint({ exp: 1e12 })) => fixture.get(PATH, token);
const unknownToken = (claims = {}) => issuer.mint({ exp: 1e12, ...claims }, { kid: randomUUID() });
const status = () => fixture.app.get(TrustedIssuers).status()[0]!;
const storyOf = () =>
  fixture.log.starting('Signing keys').map(({ message }) => message.replaceAll(issuer.url, 'I'));

async function expectGood(token?: string): Promise<void> {
  expect(await call(token)).toMatchObject({ status: 200 });
}

/** Waits for what the module does in the background over real HTTP. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`This did not come true: ${condition.toString()}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets one attempt to fetch fail: the issuer is asked, and the module has noticed. */
async function failOnce(advanceMs: number): Promise<void> {
  const before = issuer.fetches.jwks;
  clock.advance(advanceMs);
  await until(() => issuer.fetches.jwks > before);
  await until(() => !isFetching());
}

const isFetching = () => {
  const [trusted] = fixture.app.get<Internals>(TrustedIssuers).issuers;
  return trusted!.keys.fetching !== undefined;
};
interface Internals {
  issuers: { keys: { fetching?: Promise<void> } }[];
}

describe('the first key set', () => {
  it('costs one fetch, however many requests wait for it', async () => {
    issuer.fail('hang');
    await start();
    const answers = Array.from({ length: 200 }, () => call());
    await until(() => issuer.fetches.jwks === 1);
    clock.advance(5 * SECOND);
    for (const answer of await Promise.all(answers)) expectRefusal(answer, UNAVAILABLE);
    issuer.recover();
    clock.advance(SECOND);
    const good = await Promise.all(Array.from({ length: 200 }, () => call()));
    expect(good.every((answer) => answer.status === 200)).toBe(true);
    expect(issuer.fetches.jwks).toBe(2);
  });

  it('is begun with the application, before any request', async () => {
    await start();
    await until(() => status().keys.length === 1);
    expect(issuer.fetches).toEqual({ discovery: 0, jwks: 1 });
    expect(status()).toEqual({
      issuer: issuer.url,
      ageSec: 0,
      lastSuccess: new Date(clock.now()),
      lastError: undefined,
      isOut: false,
      keys: [{ kid: issuer.key.kid, algorithms: ['RS256'] }],
    });
  });

  it('does not keep the application from starting when the issuer is down, and is had once it is up', async () => {
    issuer.fail('down');
    await start();
    expectRefusal(await call(), UNAVAILABLE);
    issuer.recover();
    clock.advance(SECOND);
    await expectGood();
    expect(storyOf()).toEqual([
      expect.stringMatching(
        /^Signing keys of I cannot be had, tokens are answered with 503: socket hang up$/,
      ),
      `Signing keys of I loaded: ${issuer.key.kid} (RS256)`,
    ]);
  });

  it('is asked for again after 1 s, doubling to 5, and nobody waits in between', async () => {
    issuer.fail('error');
    await start();
    await until(() => issuer.fetches.jwks === 1 && !isFetching());
    for (const delay of [1, 2, 4, 5, 5]) {
      const before = issuer.fetches.jwks;
      clock.advance(delay * SECOND - 1);
      const answer = await call();
      expectRefusal(answer, UNAVAILABLE);
      expect(answer.headers['retry-after']).toBe('1');
      expect(issuer.fetches.jwks).toBe(before);
      await failOnce(1);
    }
  });
});

describe('the age of a key set', () => {
  it('causes a refresh in the background at 80 %, and no request waits for it', async () => {
    await startWithKeys();
    clock.advance(8 * MINUTE - 1);
    expect(issuer.fetches.jwks).toBe(1);
    issuer.fail('hang');
    clock.advance(1);
    await until(() => issuer.fetches.jwks === 2);
    await expectGood();
  });

  it('causes one refresh after a sleep, before the set is used again', async () => {
    await startWithKeys();
    const stolen = issuer.mint({ exp: 1e12 });
    await issuer.rotate({ withdraw: true });
    clock.sleep(10 * MINUTE + 1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(stolen)));
    // The key of the token was withdrawn while the machine slept.
    for (const answer of answers) expectRefusal(answer, UNKNOWN);
    await expectGood();
  });

  it('past the maximum, with the issuer down, lets the set serve on for a day', async () => {
    await startWithKeys();
    issuer.fail('down');
    clock.sleep(10 * MINUTE + 1);
    await expectGood();
    for (const age of [HOUR, 12 * HOUR, 24 * HOUR - 20 * MINUTE]) {
      clock.sleep(age - (status().ageSec ?? 0) * SECOND);
      await expectGood();
    }
    clock.sleep(20 * MINUTE + 1);
    expectRefusal(await call(), UNAVAILABLE);
    issuer.recover();
    clock.advance(5 * SECOND);
    await expectGood();
  });

  it('never makes a request wait in an outage that is known already', async () => {
    await startWithKeys();
    issuer.fail('down');
    clock.sleep(10 * MINUTE + 1);
    await expectGood();
    issuer.fail('hang');
    await until(() => !isFetching());
    const before = issuer.fetches.jwks;
    clock.advance(SECOND);
    await until(() => issuer.fetches.jwks > before);
    // The retry hangs; the old set answers all the same, without the clock moving.
    await expectGood();
  });

  it('never makes a request wait for the retry that it sets off itself', async () => {
    await startWithKeys();
    issuer.fail('down');
    clock.sleep(10 * MINUTE + 1);
    await expectGood();
    issuer.fail('hang');
    // The retry is due, and its timer has not run yet.
    clock.sleep(SECOND);
    await expectGood();
  });

  it('waits for one attempt again when the machine slept through an outage', async () => {
    await startWithKeys();
    issuer.fail('down');
    clock.sleep(10 * MINUTE + 1);
    await expectGood();
    const stolen = issuer.mint({ exp: 1e12 });
    await issuer.rotate({ withdraw: true });
    issuer.recover();
    clock.sleep(HOUR);
    expectRefusal(await call(stolen), UNKNOWN);
  });

  it('tells the story of an outage in few lines', async () => {
    await startWithKeys();
    const { kid } = issuer.key;
    issuer.fail('error');
    clock.advance(8 * MINUTE);
    await until(() => status().lastError !== undefined && !isFetching());
    for (const delay of [1, 2, 4, 5, 5, 5]) await failOnce(delay * SECOND);
    issuer.recover();
    clock.advance(5 * SECOND);
    await until(() => status().ageSec === 0);
    expect(storyOf()).toEqual([
      `Signing keys of I loaded: ${kid} (RS256)`,
      'Signing keys of I cannot be had, serving on with those of 480 s ago: I.well-known/jwks.json answered with status 500',
      'Signing keys of I can be had again.',
    ]);
  });
});

describe('a rotation', () => {
  it('during an outage is told beside its end', async () => {
    await startWithKeys();
    issuer.fail('error');
    clock.advance(8 * MINUTE);
    await until(() => status().lastError !== undefined && !isFetching());
    await issuer.rotate();
    issuer.recover();
    clock.advance(SECOND);
    await until(() => status().ageSec === 0);
    expect(storyOf().slice(-2)).toEqual([
      'Signing keys of I can be had again.',
      `Signing keys of I changed: + ${issuer.key.kid} (RS256)`,
    ]);
  });

  it('is seen at the first token of the new key', async () => {
    await startWithKeys();
    const old = issuer.mint({ exp: 1e12 });
    await issuer.rotate();
    await expectGood(issuer.mint({ exp: 1e12 }));
    await expectGood(old);
    expect(issuer.fetches.jwks).toBe(2);
    expect(storyOf()).toContain(`Signing keys of I changed: + ${issuer.key.kid} (RS256)`);
  });

  it('takes the old key away with the next set', async () => {
    await startWithKeys();
    const old = issuer.mint({ exp: 1e12 });
    await issuer.rotate({ withdraw: true });
    await expectGood(old);
    clock.advance(8 * MINUTE);
    await until(() => status().ageSec === 0 && !isFetching());
    expectRefusal(await call(old), UNKNOWN);
    await expectGood();
  });

  it('may put a new key under the same kid', async () => {
    await startWithKeys();
    const old = issuer.mint({ exp: 1e12 });
    const key = await createTestKey('RS256', issuer.key.kid);
    issuer.keys = [key];
    issuer.published = [key.jwk];
    clock.advance(8 * MINUTE);
    await until(() => status().ageSec === 0 && !isFetching());
    await expectGood();
    expectRefusal(await call(old), { status: 401, code: 'signature_invalid' });
  });
});

describe('an unknown kid', () => {
  it('causes one refresh, for all tokens together, and then none for 30 s', async () => {
    await startWithKeys();
    const flood = await Promise.all(
      Array.from({ length: 200 }, () => call(unknownToken({ iat: 1 }))),
    );
    for (const answer of flood) expectRefusal(answer, UNKNOWN);
    expect(issuer.fetches.jwks).toBe(2);
    clock.advance(30 * SECOND - 1);
    expectRefusal(await call(unknownToken({ iat: 1 })), UNKNOWN);
    expect(issuer.fetches.jwks).toBe(2);
    clock.advance(1);
    expectRefusal(await call(unknownToken()), UNKNOWN);
    expect(issuer.fetches.jwks).toBe(3);
  });

  it('within the 30 s is answered with 503 when the token is newer than the set: it may be of a rotation', async () => {
    await startWithKeys();
    expectRefusal(await call(unknownToken()), UNKNOWN);
    const fetchedAt = Math.floor(clock.now() / 1000);
    clock.advance(20 * SECOND);
    const answer = await call(unknownToken());
    expectRefusal(answer, UNAVAILABLE);
    expect(answer.headers['retry-after']).toBe('10');
    expectRefusal(await call(unknownToken({ iat: fetchedAt - 5 })), UNAVAILABLE);
    expectRefusal(await call(unknownToken({ iat: fetchedAt - 6 })), UNKNOWN);
    expectRefusal(await call(unknownToken({ iat: undefined })), UNKNOWN);
    expectRefusal(await call(unknownToken({ iat: 'now' })), UNKNOWN);
    expectRefusal(await call(unknownToken({ iat: 1e308 * 10 })), UNKNOWN);
  });

  it('never delays a request whose key is known', async () => {
    await startWithKeys();
    issuer.fail('hang');
    const waiting = call(unknownToken());
    await until(() => issuer.fetches.jwks === 2);
    // The refresh hangs, and the clock does not move.
    await expectGood();
    clock.advance(5 * SECOND);
    expectRefusal(await waiting, UNAVAILABLE);
    await expectGood();
  });

  it('does not use up the refreshes by age', async () => {
    await startWithKeys();
    clock.advance(8 * MINUTE - SECOND);
    expectRefusal(await call(unknownToken()), UNKNOWN);
    expect(issuer.fetches.jwks).toBe(2);
    await issuer.rotate({ withdraw: true });
    // That refresh made the set new: the next one by age comes 8 minutes later.
    clock.advance(8 * MINUTE);
    await until(() => issuer.fetches.jwks === 3 && !isFetching());
    await expectGood();
    expect(issuer.fetches.jwks).toBe(3);
  });

  it('is looked for once more when the fetch it waited for had begun before it came', async () => {
    await startWithKeys();
    let release = () => {};
    const old = issuer.published;
    issuer.fail((_request, response) => {
      release = () => response.end(JSON.stringify({ keys: old }));
    });
    clock.advance(8 * MINUTE);
    await until(() => issuer.fetches.jwks === 2);
    await issuer.rotate();
    const answers = [call(), call(), call()];
    await new Promise((resolve) => setTimeout(resolve, 50));
    issuer.recover();
    release();
    for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ status: 200 });
    expect(issuer.fetches.jwks).toBe(3);
  });

  it('is answered with 503 while the issuer cannot be asked', async () => {
    await startWithKeys();
    issuer.fail('down');
    expectRefusal(await call(unknownToken()), UNAVAILABLE);
    expectRefusal(await call(unknownToken()), UNAVAILABLE);
    await expectGood();
    issuer.recover();
    await failOnce(SECOND);
    expectRefusal(await call(unknownToken({ iat: 1 })), UNKNOWN);
  });

  it('costs an issuer in an attack no more than one fetch in 30 s beyond those by age', async () => {
    await startWithKeys();
    for (let second = 0; second < 600; second += 10) {
      const answers = await Promise.all([
        ...Array.from({ length: 5 }, () => call(unknownToken())),
        call(),
      ]);
      expect(answers.at(-1)).toMatchObject({ status: 200 });
      clock.advance(10 * SECOND);
    }
    expect(issuer.fetches.jwks).toBeLessThanOrEqual(1 + 600 / 30 + 1);
  });
});

describe('1,000 tokens with made-up keys', () => {
  const FLOOD = 1000;
  const USERS = 20;

  /** Attackers and users at once; what the users get. */
  async function flood(): Promise<number[]> {
    const attackers = Array.from({ length: FLOOD }, () => call(unknownToken({ iat: 1 })));
    const users = Array.from({ length: USERS }, () => call());
    const refusals = await Promise.all(attackers);
    expect(new Set(refusals.map(({ status: code }) => code))).toEqual(new Set([401]));
    return (await Promise.all(users)).map(({ status: code }) => code);
  }

  const allGood = Array.from({ length: USERS }, () => 200);

  it('go unnoticed by users when nothing is known yet', async () => {
    await start({ tokenCache: false });
    expect(await flood()).toEqual(allGood);
    expect(issuer.fetches.jwks).toBe(2);
  });

  it('go unnoticed by users at the moment when the set expires', async () => {
    await startWithKeys({ tokenCache: false });
    clock.sleep(10 * MINUTE + 1);
    expect(await flood()).toEqual(allGood);
    expect(issuer.fetches.jwks).toBe(3);
    clock.sleep(10 * MINUTE + 1);
    expect(await flood()).toEqual(allGood);
    expect(issuer.fetches.jwks).toBe(5);
  });

  it('go unnoticed by users while the issuer is down', async () => {
    await startWithKeys({ tokenCache: false });
    issuer.fail('down');
    clock.sleep(10 * MINUTE + 1);
    const attackers = Array.from({ length: FLOOD }, () => call(unknownToken()));
    const users = Array.from({ length: USERS }, () => call());
    expect((await Promise.all(users)).map(({ status: code }) => code)).toEqual(allGood);
    for (const answer of await Promise.all(attackers)) expectRefusal(answer, UNAVAILABLE);
    expect(issuer.fetches.jwks).toBe(2);
  });
});

describe('a clock that is set back', () => {
  /** An hour, as a machine loses that has woken up with a wrong clock. */
  const BACK = -60 * MINUTE;

  it('does not make a rotation go unseen', async () => {
    await startWithKeys();
    expectRefusal(await call(unknownToken({ iat: 1 })), UNKNOWN);
    clock.sleep(BACK);
    await issuer.rotate();
    await expectGood();
  });

  it('does not make an outage longer', async () => {
    await start();
    await until(() => status().keys.length === 1);
    issuer.fail('down');
    clock.sleep(10 * MINUTE + 1);
    await expectGood();
    clock.sleep(BACK);
    issuer.recover();
    const before = issuer.fetches.jwks;
    expectRefusal(await call(unknownToken({ iat: 1 })), UNKNOWN);
    expect(issuer.fetches.jwks).toBe(before + 1);
  });
});

describe('a token without a kid', () => {
  it('is verified when exactly one key fits its algorithm', async () => {
    await startWithKeys();
    const token = issuer.mint({ exp: 1e12 }, { kid: undefined });
    await expectGood(token);
    await issuer.rotate();
    clock.advance(8 * MINUTE);
    await until(() => status().keys.length === 2);
    expectRefusal(await call(token), UNKNOWN);
    expect(issuer.fetches.jwks).toBe(2);
  });
});

describe('a key without a kid', () => {
  it('verifies tokens without one, and is told of by its algorithms', async () => {
    issuer.published = [{ ...issuer.key.jwk, kid: undefined }];
    await start();
    await expectGood(issuer.mint({ exp: 1e12 }, { kid: undefined }));
    expectRefusal(await call(issuer.mint({ exp: 1e12, iat: 1 })), UNKNOWN);
    expect(storyOf()).toEqual(['Signing keys of I loaded: without kid (RS256)']);
  });
});

describe('an algorithm that is not allowed', () => {
  it('is refused although a key of the issuer fits it and the signature is good', async () => {
    const curve = await createTestKey('ES256');
    issuer.keys.push(curve);
    issuer.published = [{ ...issuer.key.jwk, alg: undefined }, curve.jwk];
    const tokens = ['RS512', 'PS256', 'ES256'].map((alg) => issuer.mint({ exp: 1e12 }, { alg }));
    await start();
    await expectGood();
    for (const token of tokens) {
      expectRefusal(await call(token), { status: 401, code: 'algorithm_not_allowed' });
    }
    await fixture.close();
    await start({ algorithms: ['RS512', 'PS256', 'ES256'] });
    for (const token of tokens) await expectGood(token);
    expectRefusal(await call(), { status: 401, code: 'algorithm_not_allowed' });
  });
});

describe('unusable keys', () => {
  const jwkOf = (bits: number, publicExponent?: number) =>
    generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }).publicKey.export({
      format: 'jwk',
    });

  it('are left out, and do not spoil the others', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const good = issuer.key.jwk;
    issuer.published = [
      null,
      7,
      'key',
      [],
      {},
      { kty: 'oct', k: 'c2VjcmV0', kid: 'oct' },
      { kty: 'RSA', kid: 'broken', n: 'x', e: 'AQAB' },
      { ...good, kid: 'enc', use: 'enc' },
      { ...good, kid: 'ops', key_ops: ['sign'] },
      { ...good, kid: 'other-alg', alg: 'RSA-OAEP' },
      { ...good, kid: 'wrong-alg', alg: 'ES256' },
      { ...good, kid: 7 },
      { ...good, kid: '' },
      { ...jwkOf(1024), kid: 'short' },
      { ...jwkOf(2048, 3), kid: 'weak' },
      { ...privateKey.export({ format: 'jwk' }), kid: 'private' },
      { ...publicKey.export({ format: 'jwk' }), kid: 'p-256' },
      { ...publicKey.export({ format: 'jwk' }), kid: 'curve', crv: '__proto__' },
      { kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'okp' },
      good,
    ] as TestIssuer['published'];
    await startWithKeys();
    expect(status().keys).toEqual([
      { kid: 'p-256', algorithms: ['ES256'] },
      { kid: issuer.key.kid, algorithms: ['RS256'] },
    ]);
  });

  it('alone make an answer a failure that replaces nothing', async () => {
    await startWithKeys();
    issuer.published = [{ ...issuer.key.jwk, use: 'enc' }];
    clock.advance(8 * MINUTE);
    await until(() => status().lastError !== undefined);
    expect(status().lastError).toBe('no usable key among the 1 published');
    await expectGood();
  });
});

describe('an issuer in trouble', () => {
  const faults: (Fault | RequestListener)[] = [
    'down',
    'error',
    'hang',
    'stall',
    'drip',
    'cut',
    'html',
    'empty',
    'huge',
    'redirect',
    function keysThatAreNoList(_request, response) {
      response.end('{"keys":{}}');
    },
    function nullAsJson(_request, response) {
      response.end('null');
    },
    function byteOrderMark(_request, response) {
      response.end(`\uFEFF${JSON.stringify({ keys: issuer.published })}`);
    },
    function brotli(_request, response) {
      response.setHeader('Content-Encoding', 'br');
      response.end(brotliCompressSync(JSON.stringify({ keys: issuer.published })));
    },
    function gzipBomb(_request, response) {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(Buffer.alloc(20_000_000, ' ')));
    },
  ];

  it.each(faults.map((fault) => [typeof fault === 'string' ? fault : fault.name, fault] as const))(
    'that answers with %s costs a 503, and is forgotten once it is healthy',
    async (_, fault) => {
      issuer.fail(fault);
      await start();
      const waiting = call();
      // Faults that never end are ended by the timeout; the others do not need the clock.
      await until(() => issuer.fetches.jwks === 1);
      const timer = setTimeout(() => clock.advance(5 * SECOND), 200);
      expectRefusal(await waiting, UNAVAILABLE);
      clearTimeout(timer);
      issuer.recover();
      clock.advance(SECOND);
      await expectGood();
    },
  );

  it('may compress its answer', async () => {
    issuer.fail((_request, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(JSON.stringify({ keys: issuer.published })));
    });
    await startWithKeys();
  });
});

describe('discovery', () => {
  const discover = (issuerUrl = issuer.url) => start({ jwksUri: undefined, issuer: issuerUrl });

  it('finds the keys by the discovery document', async () => {
    await discover();
    await expectGood();
    expect(issuer.fetches).toEqual({ discovery: 1, jwks: 1 });
  });

  it('forgives a missing final slash, and says whose spelling counts', async () => {
    const configured = issuer.url.slice(0, -1);
    await discover(configured);
    await expectGood();
    expectRefusal(await call(issuer.mint({ iss: configured, exp: 1e12 })), {
      status: 401,
      code: 'issuer_mismatch',
    });
    expect(fixture.log.starting('The issuer')).toEqual([
      expect.objectContaining({
        level: 'warn',
        message: `The issuer ${configured} spells itself ${issuer.url}; so must the iss claim.`,
      }),
    ]);
  });

  it.each<[string, object]>([
    ['of another issuer', { issuer: 'https://other.test/' }],
    ['without an issuer', { issuer: undefined }],
    ['without jwks_uri', { jwks_uri: undefined }],
    ['with a jwks_uri over http', { jwks_uri: 'http://keys.test/jwks' }],
    ['with a jwks_uri that is no URL', { jwks_uri: 'file:///etc/passwd' }],
  ])('refuses a document %s', async (_, change) => {
    issuer.fail((_request, response) => {
      response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: issuer.jwksUri, ...change }));
    });
    await discover();
    expectRefusal(await call(), UNAVAILABLE);
    expect(issuer.fetches.jwks).toBe(0);
  });

  it('refuses a document that is no object', async () => {
    issuer.fail((_request, response) => void response.end('null'));
    await discover();
    expectRefusal(await call(), UNAVAILABLE);
    expect(status().lastError).toContain('is of another issuer: undefined');
  });

  it('is held to the same timeout, together with the keys', async () => {
    issuer.fail('hang');
    await discover();
    const waiting = call();
    await until(() => issuer.fetches.discovery === 1);
    clock.advance(5 * SECOND);
    expectRefusal(await waiting, UNAVAILABLE);
    expect(status().lastError).toBe('no complete answer within 5000 ms');
  });
});

describe('a log that fails', () => {
  const broken = () => {
    throw new Error('the disk is full');
  };

  it('costs no key: not of a set that came, not of one that cannot be had', async () => {
    await start();
    Object.assign(fixture.log, { log: broken, warn: broken, error: broken });
    await expectGood();
    issuer.fail('error');
    await failOnce(8 * MINUTE);
    await expectGood();
    expect(status()).toMatchObject({ isOut: true });
    issuer.recover();
    await issuer.rotate();
    clock.advance(SECOND);
    await until(() => !status().isOut);
    await expectGood();
  });
});
