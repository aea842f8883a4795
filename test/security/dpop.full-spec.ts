import { createDpopKey } from '../../src/auth/testing/index.js';
import { DpopClient, PUBLIC_URL } from '../auth/bound/support.js';
import { type Api, startApi } from '../support/api.js';

describe('The API with DPOP and DPOP_NONCE_SECRET', () => {
  const ORIGIN = 'https://app.example.com';
  let api: Api;
  let client: DpopClient;
  const path = '/api/private';

  beforeAll(async () => {
    api = await startApi({
      environment: {
        PUBLIC_URL,
        DPOP: 'allowed',
        DPOP_NONCE_SECRET: 'n'.repeat(32),
        CORS_ORIGINS: ORIGIN,
        // The limit asks who calls before AuthModule does.
        RATE_LIMIT: '1000',
      },
    });
    client = new DpopClient(await createDpopKey(), api.issuer, (...sent) => api.send(...sent));
  });

  afterAll(() => api.close());

  it('accepts bound tokens with a proof and its nonce, and bearer tokens', async () => {
    const first = await client.send({ path });
    expect(first).toMatchObject({ status: 401, json: { error: 'use_dpop_nonce' } });
    const proof = client.proof({ path, nonce: first.headers['dpop-nonce'] as string });
    expect(await client.sendWith(proof, { path })).toMatchObject({
      status: 200,
      json: { sub: 'auth0|test' },
    });
    const again = await client.sendWith(proof, { path });
    expect(again).toMatchObject({ status: 401, json: { code: 'dpop_proof_invalid' } });
    expect(await api.get(path, api.issuer.mint())).toMatchObject({ status: 200 });
  });

  it('lets scripts of other origins send proofs and read the nonce', async () => {
    const answer = await api.send('OPTIONS', path, {
      headers: {
        Origin: ORIGIN,
        'Access-Control-Request-Method': 'GET',
        'Access-Control-Request-Headers': 'authorization,dpop',
      },
    });
    expect(answer).toMatchObject({
      status: 204,
      headers: {
        'access-control-allow-headers': 'authorization,dpop',
        'access-control-expose-headers': expect.stringMatching(/\bDPoP-Nonce\b/),
      },
    });
  });
});
