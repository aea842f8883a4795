import { AccessTokenVerifier, authenticateRequest } from '../../src/auth/index.js';
import { createDpopKey, createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { DpopClient, PUBLIC_URL } from './bound/support.js';
import { FakeClock } from './support/fake-clock.js';
import { startVerifier, type VerifierFixture } from './support/fixture.js';

type Headers = Record<string, string>;

describe.each<[string, (headers: Headers) => object]>([
  ["Node's", (headers) => ({ method: 'GET', url: '/api/cats', upgrade: true, headers })],
  [
    "Fastify's",
    (headers) => {
      const raw = { method: 'GET', url: '/api/cats', upgrade: true };
      return { raw, headers, method: raw.method, url: raw.url };
    },
  ],
])('The request that opened a WebSocket, as %s', (_, requestWith) => {
  const clock = new FakeClock();
  let issuer: TestIssuer;
  let fixture: VerifierFixture;
  let verifier: AccessTokenVerifier;

  beforeAll(async () => {
    issuer = await createTestIssuer({ now: clock.now });
    const options = { publicUrl: PUBLIC_URL, dpop: { mode: 'allowed' as const } };
    fixture = await startVerifier({ issuer, clock, options });
    verifier = fixture.module.get(AccessTokenVerifier);
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  it('is judged each time: it lives longer than its token', async () => {
    const request = requestWith({ authorization: `Bearer ${issuer.mint({ sub: 'me' })}` });
    expect(await authenticateRequest(request, verifier)).toMatchObject({ payload: { sub: 'me' } });
    clock.advance(3_700_000);
    await expect(authenticateRequest(request, verifier)).rejects.toMatchObject({
      code: 'token_expired',
    });
  });

  it('can be judged by a gateway that does not handle a refusal: the process goes on', async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    try {
      void authenticateRequest(requestWith({ authorization: 'Bearer bad' }), verifier);
      void verifier.verify('bad');
      // Node looks for unhandled rejections after the microtasks of a turn.
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('is refused with a DPoP proof, which is for one request', async () => {
    const key = await createDpopKey('ES256', clock.now);
    const client = new DpopClient(key, issuer, () => Promise.reject(new Error('not used')));
    const headers = { authorization: `DPoP ${client.token}`, dpop: client.proof() };
    await expect(authenticateRequest(requestWith(headers), verifier)).rejects.toMatchObject({
      code: 'token_bound',
    });
    await expect(verifier.verify(client.token)).rejects.toMatchObject({ code: 'token_bound' });
  });
});
