import * as dpop from 'dpop';
import * as oauth from 'oauth4webapi';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CatsController, PUBLIC_URL } from './support.js';

const URL_OF_CATS = new URL('/api/cats?limit=1', PUBLIC_URL);

describe.each(ADAPTERS)('Independent clients of DPoP, on %s:', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;
  let origin: string;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [CatsController],
      options: {
        publicUrl: PUBLIC_URL,
        dpop: { mode: 'required', nonceSecret: 'n'.repeat(32) },
      },
      setup: (app) => app.setGlobalPrefix('api'),
    });
    origin = await fixture.app.getUrl();
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  /** As if the public URL led to the application. */
  const route = (url: string | URL, { headers }: { headers: Record<string, string> }) => {
    const { pathname, search } = new URL(url);
    return fetch(origin + pathname + search, { headers });
  };

  describe.each(['ES256', 'RS256', 'PS256', 'Ed25519'] as const)('with %s,', (alg) => {
    it('dpop makes proofs that are accepted, with the nonce', async () => {
      const keys = await dpop.generateKeyPair(alg);
      const token = issuer.mint({ cnf: { jkt: await dpop.calculateThumbprint(keys.publicKey) } });
      const send = async (nonce?: string) => {
        const htu = PUBLIC_URL + URL_OF_CATS.pathname;
        const proof = await dpop.generateProof(keys, htu, 'GET', nonce, token);
        return route(URL_OF_CATS, { headers: { authorization: `DPoP ${token}`, dpop: proof } });
      };
      const first = await send();
      expect(first.status).toBe(401);
      expect((await send(first.headers.get('dpop-nonce')!)).status).toBe(200);
    });

    it('oauth4webapi makes requests that are accepted, with the nonce', async () => {
      const keys = await oauth.generateKeyPair(alg);
      const handle = oauth.DPoP({}, keys);
      const token = issuer.mint({ cnf: { jkt: await handle.calculateThumbprint() } });
      const send = () =>
        oauth.protectedResourceRequest(token, 'GET', URL_OF_CATS, undefined, undefined, {
          DPoP: handle,
          [oauth.customFetch]: route,
        });
      const refused = await send().catch((error: unknown) => error);
      expect(oauth.isDPoPNonceError(refused)).toBe(true);
      expect((await send()).status).toBe(200);
      // It remembers the nonce.
      expect((await send()).status).toBe(200);
    });
  });

  it('oauth4webapi reads the challenges', async () => {
    const refused = (await oauth
      .protectedResourceRequest('x', 'GET', URL_OF_CATS, undefined, undefined, {
        [oauth.customFetch]: route,
      })
      .catch((error: unknown) => error)) as oauth.WWWAuthenticateChallengeError;
    expect(refused.cause).toMatchObject([
      { scheme: 'dpop', parameters: { algs: expect.stringContaining('ES256') } },
    ]);
  });
});
