import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import {
  AccessTokenVerifier,
  authenticateRequest,
  MemoryReplayStore,
  type ReplayStore,
} from '../../../src/auth/index.js';
import {
  createDpopKey,
  createTestIssuer,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { expectRefusal } from '../../support/refusal.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { ALGS, CatsController, DpopClient, PUBLIC_URL } from './support.js';

const ACCEPTED = { status: 200, json: { sub: 'auth0|test' } };
const METADATA = `${PUBLIC_URL}/.well-known/oauth-protected-resource`;
const PERIOD_MS = 5 * 60 * 1000;

/** A store of the test, which counts and may be out of order. */
class TestStore implements ReplayStore {
  asked = 0;
  fault?: () => unknown;
  private readonly memory: MemoryReplayStore;

  constructor(clock: FakeClock) {
    this.memory = new MemoryReplayStore({ clock });
  }

  async remember(key: string, ttlMs: number): Promise<boolean> {
    this.asked += 1;
    if (this.fault) return this.fault() as boolean;
    return this.memory.remember(key, ttlMs);
  }
}

/** Asks who calls before AccessTokenGuard does, like a rate limit, also for another audience. */
@Injectable()
class EarlyGuard implements CanActivate {
  constructor(private readonly verifier: AccessTokenVerifier) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<object>();
    for (const audience of ['https://other.example.com', undefined, undefined]) {
      await authenticateRequest(request, this.verifier, { audience }).catch(() => {});
    }
    return true;
  }
}

describe.each(ADAPTERS)('DPoP with nonces and a store of its own, on %s', (adapter) => {
  const clock = new FakeClock();
  const store = new TestStore(clock);
  const revoked = new Set<string>();
  let issuer: TestIssuer;
  let fixture: Fixture;
  let client: DpopClient;
  let nonce: string;

  beforeAll(async () => {
    issuer = await createTestIssuer({ now: clock.now });
    fixture = await startFixture({
      adapter,
      issuer,
      clock,
      controllers: [CatsController],
      providers: [{ provide: APP_GUARD, useClass: EarlyGuard }],
      options: {
        publicUrl: PUBLIC_URL,
        dpop: { mode: 'allowed', replays: store, nonceSecret: 'n'.repeat(32) },
        isRevoked: ({ jti }) => revoked.has(jti!),
      },
      setup: (app) => {
        app.setGlobalPrefix('api');
        // On Fastify, middleware gets Node's request, which is part of that of the guards.
        app.use(async (request: object, _response: object, next: () => void) => {
          await authenticateRequest(request, app.get(AccessTokenVerifier)).catch(() => {});
          next();
        });
      },
    });
    client = new DpopClient(await createDpopKey('ES256', clock.now), issuer, fixture.ask);
  });

  beforeEach(async () => {
    nonce = (await client.send()).headers['dpop-nonce'] as string;
    store.asked = 0;
    store.fault = undefined;
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  it.each([
    ['no nonce', undefined],
    ['another nonce', 'x'],
    ['a nonce that is a number', 7],
  ])('asks for the nonce when a proof has %s (§9)', async (_, sent) => {
    const answer = await client.send({ claims: { nonce: sent } });
    const description = 'The DPoP proof needs the nonce of the header DPoP-Nonce.';
    expect(answer).toMatchObject({
      status: 401,
      headers: {
        'dpop-nonce': nonce,
        'cache-control': 'no-store',
        'www-authenticate':
          `DPoP error="use_dpop_nonce", error_description="${description}", ` +
          `algs="${ALGS}", resource_metadata="${METADATA}"`,
      },
      json: { error: 'use_dpop_nonce', code: 'dpop_nonce_required', message: description },
    });
    expect(nonce).toMatch(/^[\w-]{43}$/);
  });

  it('accepts the nonce, and repeats it in no answer', async () => {
    const answer = await client.send({ nonce });
    expect(answer).toMatchObject(ACCEPTED);
    expect(answer.headers).not.toHaveProperty('dpop-nonce');
    expect(answer.headers['cache-control']).toBe('private, no-cache');
  });

  it('gives a fresh nonce with the answer when the period has changed (§8.2)', async () => {
    clock.advance(PERIOD_MS);
    const answer = await client.send({ nonce });
    expect(answer).toMatchObject(ACCEPTED);
    expect(answer.headers['cache-control']).toBe('no-store');
    const fresh = answer.headers['dpop-nonce'] as string;
    expect(fresh).not.toBe(nonce);
    expect((await client.send({ nonce: fresh })).headers).not.toHaveProperty('dpop-nonce');
    const refused = await client.send({ method: 'POST', nonce });
    expect(refused).toMatchObject({ status: 403, headers: { 'dpop-nonce': fresh } });
    clock.advance(PERIOD_MS);
    expect(await client.send({ nonce })).toMatchObject({ json: { error: 'use_dpop_nonce' } });
  });

  it('asks for no nonce before the rest of the proof is right, and where there is none', async () => {
    const answer = await client.send({ claims: { htm: 'PUT' } });
    expect(answer).toMatchObject({ json: { error: 'invalid_dpop_proof' } });
    expect(answer.headers).not.toHaveProperty('dpop-nonce');
    expect((await fixture.get('/api/cats')).headers).not.toHaveProperty('dpop-nonce');
    expect(await fixture.get('/api/cats', issuer.mint())).toMatchObject(ACCEPTED);
  });

  it('asks the store once per request, however often the request is judged', async () => {
    expect(await client.send({ nonce })).toMatchObject(ACCEPTED);
    expect(store.asked).toBe(1);
  });

  it('asks the store last: not for a request that is refused for another reason', async () => {
    const bound = (claims: object) => issuer.mint({ cnf: { jkt: client.key.jkt }, ...claims });
    revoked.add('revoked');
    for (const token of [
      bound({ exp: 1 }),
      bound({ aud: 'https://elsewhere.example.com' }),
      bound({ jti: 'revoked' }),
      bound({ cnf: { jkt: 'x' } }),
      issuer.mint(),
    ]) {
      expect(await client.send({ nonce, token })).toMatchObject({ status: 401 });
    }
    expect(await client.send()).toMatchObject({ status: 401 });
    expect(await client.send({ nonce, claims: { ath: 'x' } })).toMatchObject({ status: 401 });
    expect(store.asked).toBe(0);
  });

  it('answers 503 while the store is out of order, and bearer tokens go on', async () => {
    store.fault = () => {
      throw new Error('the store is on fire');
    };
    const answer = await client.send({ nonce });
    expectRefusal(answer, {
      status: 503,
      code: 'replay_memory_unavailable',
      description: 'Replays of DPoP proofs cannot be ruled out now. Try again later.',
    });
    expect(fixture.log.text()).toContain('the store is on fire');
    expect(await fixture.get('/api/cats', issuer.mint())).toMatchObject(ACCEPTED);
    store.fault = undefined;
    expect(await client.send({ nonce })).toMatchObject(ACCEPTED);
  });

  it('accepts nothing that the store does not confirm', async () => {
    for (const answer of [undefined, null, 'OK', 1]) {
      store.fault = () => answer;
      expect(await client.send({ nonce })).toMatchObject({ json: { code: 'dpop_proof_invalid' } });
    }
  });

  it('takes the token from its cache, and verifies the proof of every request', async () => {
    const hits = () => fixture.app.get(AccessTokenVerifier).status().tokenCache!.hits;
    await client.send({ nonce });
    const before = hits();
    expect(await client.send({ nonce })).toMatchObject(ACCEPTED);
    expect(hits()).toBeGreaterThan(before);
    expect(await client.send({ nonce, claims: { ath: 'x' } })).toMatchObject({ status: 401 });
  });

  if (adapter === 'Express') {
    it('takes the path, and not the host, of a target in absolute form', async () => {
      const url = 'http://evil.example.com/api/cats';
      const proof = client.proof({ nonce });
      expect(await client.sendWith(proof, { path: url })).toMatchObject(ACCEPTED);
      const evil = client.proof({ nonce, claims: { htu: url } });
      expect(await client.sendWith(evil, { path: url })).toMatchObject({
        json: { code: 'dpop_proof_invalid' },
      });
    });
  }
});

describe.each(ADAPTERS)('DPoP that is required, on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;
  let client: DpopClient;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [CatsController],
      options: { publicUrl: PUBLIC_URL, dpop: { mode: 'required' } },
      setup: (app) => app.setGlobalPrefix('api'),
    });
    client = new DpopClient(await createDpopKey(), issuer, fixture.ask);
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  it('is accepted', async () => {
    expect(await client.send()).toMatchObject(ACCEPTED);
  });

  it.each([
    ['no credentials', () => ({})],
    ['a bearer token, which is another scheme', () => ({ token: issuer.mint() })],
    ['a bound token under Bearer', () => ({ token: client.token })],
    ['a broken Bearer header', () => ({ headers: { Authorization: 'Bearer' } })],
  ])('is the only scheme offered to a request with %s', async (_, ask) => {
    const answer = await fixture.ask('GET', '/api/cats', ask());
    expect(answer).toMatchObject({
      status: 401,
      json: { statusCode: 401, message: 'Unauthorized' },
    });
    expect(answer.headers['www-authenticate']).toBe(
      `DPoP algs="${ALGS}", resource_metadata="${METADATA}"`,
    );
  });

  it('leaves a bearer token anonymous where a token is optional', async () => {
    const answer = await fixture.get('/api/cats/greeting', issuer.mint());
    expect(answer).toMatchObject({ status: 200, json: { sub: null } });
  });

  it('says so in the metadata (RFC 9728 §2)', async () => {
    const { json } = await fixture.get('/.well-known/oauth-protected-resource');
    expect(json).toMatchObject({
      dpop_signing_alg_values_supported: ALGS.split(' '),
      dpop_bound_access_tokens_required: true,
    });
  });

  it('leaves no token to messages, which have no proofs', async () => {
    const verifier = fixture.app.get(AccessTokenVerifier);
    for (const token of [issuer.mint(), client.token]) {
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'token_bound' });
    }
  });
});
