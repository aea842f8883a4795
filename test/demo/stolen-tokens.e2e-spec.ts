import { calculateThumbprint, generateKeyPair, generateProof, type KeyPair } from 'dpop';
import { request } from '../support/http.js';
import { type Demo, startDemo } from '../support/tenant.js';
import { claimsOf } from './browser.js';

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo();
}, 30_000);

afterAll(() => demo.close());

const get = (authorization: string, headers: Record<string, string> = {}) =>
  demo.api.send('GET', '/api/private', { headers: { authorization, ...headers } });

describe('a stolen token that is bound to a key', () => {
  let keyPair: KeyPair;
  let token: string;

  beforeAll(async () => {
    keyPair = await generateKeyPair('ES256');
    const endpoint = `${demo.tenant.url}oauth/token`;
    const { json } = await request(demo.tenant.url, 'POST', '/oauth/token', {
      headers: { dpop: await generateProof(keyPair, endpoint, 'POST') },
      json: {
        grant_type: 'client_credentials',
        client_id: 'demo-machine',
        client_secret: 'demo-secret',
        audience: 'https://api.example.com',
      },
    });
    token = json.access_token;
  });

  const proof = (pair = keyPair) =>
    generateProof(pair, `${demo.publicUrl}/api/private`, 'GET', undefined, token);

  it('is accepted from the client that has the key, once for each proof', async () => {
    expect(claimsOf(token).cnf).toEqual({ jkt: await calculateThumbprint(keyPair.publicKey) });
    const headers = { dpop: await proof() };
    expect(await get(`DPoP ${token}`, headers)).toMatchObject({ status: 200 });
    expect(await get(`DPoP ${token}`, headers)).toMatchObject({
      status: 401,
      json: { code: 'dpop_proof_invalid' },
    });
  });

  it('is refused without a proof, and with a proof of another key', async () => {
    expect(await get(`Bearer ${token}`)).toMatchObject({
      status: 401,
      json: { code: 'token_bound' },
    });
    const other = { dpop: await proof(await generateKeyPair('ES256')) };
    expect(await get(`DPoP ${token}`, other)).toMatchObject({ status: 401 });
  });
});
