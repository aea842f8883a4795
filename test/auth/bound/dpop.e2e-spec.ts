import { createSecretKey, type JsonWebKey, generateKeyPairSync } from 'node:crypto';
import {
  createDpopKey,
  createTestIssuer,
  type DpopKey,
  signCompactJws,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { FakeClock } from '../support/fake-clock.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { ALGS, CatsController, type Changes, DpopClient, PUBLIC_URL } from './support.js';

const ACCEPTED = { status: 200, json: { sub: 'auth0|test' } };

const URL_OF_CATS = `${PUBLIC_URL}/api/cats`;

const sentences = {
  malformed: 'The DPoP proof is malformed.',
  signature: 'The signature of the DPoP proof is invalid.',
  algorithm: 'The DPoP proof is signed with an algorithm that is not allowed.',
  key: 'The DPoP proof has no usable public key.',
  htm: 'The htm claim of the DPoP proof is not the method of the request.',
  htu: 'The htu claim of the DPoP proof is not the URL of the request.',
  iat: 'The iat claim of the DPoP proof is too far from the present time.',
  ath: 'The ath claim of the DPoP proof is not the hash of the access token.',
  jti: 'The jti claim of the DPoP proof must have 1 to 256 characters.',
};

const challenge = (error: string, description: string) =>
  `DPoP error="${error}", error_description="${description}", algs="${ALGS}", ` +
  `resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource"`;

const refusal = (
  description: string,
  error = 'invalid_dpop_proof',
  code = 'dpop_proof_invalid',
) => ({
  status: 401,
  headers: expect.objectContaining({
    'www-authenticate': challenge(error, description),
    'cache-control': 'no-store',
  }),
  json: { statusCode: 401, message: description, error, error_description: description, code },
});

describe.each(ADAPTERS)('DPoP on %s (RFC 9449)', (adapter) => {
  const clock = new FakeClock();
  const now = clock.now() / 1000;
  let issuer: TestIssuer;
  let fixture: Fixture;
  let key: DpopKey;
  let client: DpopClient;

  beforeAll(async () => {
    issuer = await createTestIssuer({ now: clock.now });
    fixture = await startFixture({
      adapter,
      issuer,
      clock,
      controllers: [CatsController],
      options: { publicUrl: PUBLIC_URL, dpop: { mode: 'allowed' } },
      setup: (app) => app.setGlobalPrefix('api'),
    });
    key = await createDpopKey('ES256', clock.now);
    client = new DpopClient(key, issuer, fixture.ask);
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  describe('accepts', () => {
    it.each<[string, Changes]>([
      ['a token with a proof', {}],
      ['a proof with further claims', { claims: { exp: now + 1, nonce: 'other', foo: [] } }],
      ['a typ in other letters (RFC 7515 §4.1.9)', { header: { typ: 'DPoP+JWT' } }],
      ['a proof made 8 seconds ago', { claims: { iat: now - 8 } }],
      ['a proof made 60 seconds ago', { claims: { iat: now - 60 } }],
      ['a proof dated 10 seconds ahead', { claims: { iat: now + 10 } }],
      ['a proof dated 60 seconds ahead', { claims: { iat: now + 60 } }],
      ['an iat with a fraction', { claims: { iat: now + 0.25 } }],
      ['a jti of one character', { claims: { jti: '1' } }],
      ['a jti of 256 characters', { claims: { jti: 'j'.repeat(256) } }],
      ['an htu with a query', { claims: { htu: `${URL_OF_CATS}?a=b` } }],
      ['an htu with a fragment', { claims: { htu: `${URL_OF_CATS}#a` } }],
      [
        'an htu with a scheme and host in upper case',
        {
          claims: { htu: 'HTTPS://API.EXAMPLE.COM/api/cats' },
        },
      ],
      ['an htu with the default port', { claims: { htu: 'https://api.example.com:443/api/cats' } }],
      ['an htu with dot segments', { claims: { htu: `${PUBLIC_URL}/api/./dogs/../cats` } }],
      ['an htu with encoded letters', { claims: { htu: `${PUBLIC_URL}/api/%63ats` } }],
      ['a request with a query', { path: '/api/cats?limit=1', claims: { htu: URL_OF_CATS } }],
      [
        'a path with encoded letters',
        { path: '/api/cats/named/%74om', claims: { htu: `${URL_OF_CATS}/named/tom` } },
      ],
      ['a path with an encoded slash', { path: '/api/cats/named/a%2fb' }],
      [
        'an encoding in upper case',
        {
          path: '/api/cats/named/a%2fb',
          claims: { htu: `${URL_OF_CATS}/named/a%2Fb` },
        },
      ],
      ['a path that is not ASCII', { path: '/api/cats/named/K%C3%A4tzchen' }],
    ])('%s', async (_, changes) => {
      expect(await client.send(changes)).toMatchObject(ACCEPTED);
    });

    it.each(['RS256', 'PS256', 'PS512', 'ES384', 'ES512'] as const)(
      'a proof signed with %s',
      async (alg) => {
        const own = new DpopClient(await createDpopKey(alg, clock.now), issuer, fixture.ask);
        expect(await own.send()).toMatchObject(ACCEPTED);
      },
    );

    it.each(['Ed25519', 'EdDSA'])('a proof signed with %s', async (alg) => {
      const { privateKey, publicKey } = generateKeyPairSync('ed25519');
      const jwk = publicKey.export({ format: 'jwk' });
      const { calculateJwkThumbprint } = await import('jose');
      const own: DpopKey = {
        jkt: await calculateJwkThumbprint(publicKey),
        jwk,
        proof: (options) => {
          const [, payload] = key.proof(options).split('.');
          const claims = Buffer.from(payload!, 'base64url').toString();
          return signCompactJws({ typ: 'dpop+jwt', alg, jwk }, claims, privateKey);
        },
      };
      expect(await new DpopClient(own, issuer, fixture.ask).send()).toMatchObject(ACCEPTED);
    });

    it('the scheme in any case, and several spaces (RFC 9110 §11.1)', async () => {
      for (const scheme of ['dpop ', 'DPOP   ']) {
        const headers = { Authorization: scheme + client.token, DPoP: client.proof() };
        expect(await fixture.ask('GET', '/api/cats', { headers })).toMatchObject(ACCEPTED);
      }
    });

    it('a bearer token, whatever the header DPoP says', async () => {
      const token = issuer.mint();
      expect(await fixture.get('/api/cats', token)).toMatchObject(ACCEPTED);
      const headers = { Authorization: `Bearer ${token}`, DPoP: 'x' };
      expect(await fixture.ask('GET', '/api/cats', { headers })).toMatchObject(ACCEPTED);
    });

    it('a proof for a URL of its own, whatever the Host header says', async () => {
      const proof = client.proof();
      const headers = [
        ['Host', 'evil.example.com'],
        ['X-Forwarded-Host', 'evil.example.com'],
        ['X-Forwarded-Proto', 'http'],
        ['Forwarded', 'host=evil.example.com;proto=http'],
        ['Authorization', `DPoP ${client.token}`],
        ['DPoP', proof],
      ].flat();
      expect(await fixture.ask('GET', '/api/cats', { headers })).toMatchObject(ACCEPTED);
    });
  });

  describe('refuses a proof with', () => {
    it.each<[string, Changes, string]>([
      ['no typ', { header: { typ: undefined } }, sentences.malformed],
      ['another typ', { header: { typ: 'JWT' } }, sentences.malformed],
      ['a typ that is not a string', { header: { typ: ['dpop+jwt'] } }, sentences.malformed],
      ['alg none', { header: { alg: 'none' } }, sentences.algorithm],
      ['an unknown alg', { header: { alg: 'ES257' } }, sentences.algorithm],
      ['no alg', { header: { alg: undefined } }, sentences.malformed],
      ['an alg that is not that of the key', { header: { alg: 'ES384' } }, sentences.key],
      ['a critical header', { header: { crit: ['x'], x: 1 } }, sentences.malformed],
      ['an unencoded payload', { header: { crit: ['b64'], b64: false } }, sentences.malformed],
      ['no jwk', { header: { jwk: undefined } }, sentences.key],
      ['a jwk that is a string', { header: { jwk: 'x' } }, sentences.key],
      ['a jwk without a type', { header: { jwk: {} } }, sentences.key],
      ['no htm', { claims: { htm: undefined } }, sentences.malformed],
      ['another htm', { claims: { htm: 'POST' } }, sentences.htm],
      ['an htm in lower case', { claims: { htm: 'get' } }, sentences.htm],
      ['an htm that is an array', { claims: { htm: ['GET'] } }, sentences.htm],
      ['no htu', { claims: { htu: undefined } }, sentences.malformed],
      ['an htu of another path', { claims: { htu: `${PUBLIC_URL}/api/dogs` } }, sentences.htu],
      [
        'an htu of another host',
        {
          claims: { htu: 'https://other.example.com/api/cats' },
        },
        sentences.htu,
      ],
      [
        'an htu of another scheme',
        {
          claims: { htu: 'http://api.example.com/api/cats' },
        },
        sentences.htu,
      ],
      [
        'an htu of another port',
        {
          claims: { htu: 'https://api.example.com:444/api/cats' },
        },
        sentences.htu,
      ],
      ['an htu with a final slash', { claims: { htu: `${URL_OF_CATS}/` } }, sentences.htu],
      [
        'an htu with a path in upper case',
        {
          claims: { htu: `${PUBLIC_URL}/API/cats` },
        },
        sentences.htu,
      ],
      ['an htu that is a path', { claims: { htu: '/api/cats' } }, sentences.htu],
      [
        'an htu with a user name',
        {
          claims: { htu: 'https://me@api.example.com/api/cats' },
        },
        sentences.htu,
      ],
      [
        'an htu with a decoded slash',
        {
          path: '/api/cats/named/a%2Fb',
          claims: { htu: `${URL_OF_CATS}/named/a/b` },
        },
        sentences.htu,
      ],
      ['an htu that is an array', { claims: { htu: [URL_OF_CATS] } }, sentences.htu],
      ['no iat', { claims: { iat: undefined } }, sentences.malformed],
      ['an iat 61 seconds ago', { claims: { iat: now - 61 } }, sentences.iat],
      ['an iat 61 seconds ahead', { claims: { iat: now + 61 } }, sentences.iat],
      ['an iat in milliseconds', { claims: { iat: now * 1000 } }, sentences.iat],
      ['an iat that is a string', { claims: { iat: String(now) } }, sentences.malformed],
      ['an iat of null', { claims: { iat: null } }, sentences.malformed],
      ['no ath', { claims: { ath: undefined } }, sentences.malformed],
      ['the ath of another token', { claims: { ath: 'A'.repeat(43) } }, sentences.ath],
      ['an ath of null', { claims: { ath: null } }, sentences.ath],
      ['no jti', { claims: { jti: undefined } }, sentences.malformed],
      ['an empty jti', { claims: { jti: '' } }, sentences.jti],
      ['a jti of 257 characters', { claims: { jti: 'j'.repeat(257) } }, sentences.jti],
      ['a jti that is a number', { claims: { jti: 7 } }, sentences.jti],
      ['an exp in the past', { claims: { exp: now - 1 } }, sentences.malformed],
      ['an nbf in the future', { claims: { nbf: now + 1 } }, sentences.malformed],
    ])('%s', async (_, changes, description) => {
      expect(await client.send(changes)).toMatchObject(refusal(description));
    });

    const keyCases = (): [string, Changes, string][] => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const { publicKey: short } = generateKeyPairSync('rsa', { modulusLength: 1024 });
      const { publicKey: weak } = generateKeyPairSync('rsa', {
        modulusLength: 2048,
        publicExponent: 3,
      });
      const jwkOf = (pair: { export(options: { format: 'jwk' }): JsonWebKey }) =>
        pair.export({ format: 'jwk' });
      const { jwk } = key;
      const k = Buffer.alloc(32).toString('base64url');
      return [
        ['a private key', { header: { jwk: jwkOf(privateKey) } }, sentences.key],
        ['an empty private part', { header: { jwk: { ...jwk, d: '' } } }, sentences.key],
        ['a symmetric key', { header: { jwk: { kty: 'oct', k } } }, sentences.key],
        [
          'a key that is not on its curve',
          { header: { jwk: { ...jwk, y: jwk.x } } },
          sentences.key,
        ],
        ['a key for encryption', { header: { jwk: { ...jwk, use: 'enc' } } }, sentences.key],
        [
          'a key for another algorithm',
          { header: { jwk: { ...jwk, alg: 'ES384' } } },
          sentences.key,
        ],
        ['a short RSA key', { header: { alg: 'RS256', jwk: jwkOf(short) } }, sentences.key],
        ['a weak RSA key', { header: { alg: 'RS256', jwk: jwkOf(weak) } }, sentences.key],
      ];
    };

    it('a key that is not a public key of its kind', async () => {
      for (const [name, changes, description] of keyCases()) {
        const answer = await client.send(changes);
        expect([name, answer]).toMatchObject([name, refusal(description)]);
      }
    });

    it('an HMAC by its public key', async () => {
      const secret = createSecretKey(Buffer.from(JSON.stringify(key.jwk)));
      const [, payload] = client.proof().split('.');
      const claims = Buffer.from(payload!, 'base64url');
      const header = { typ: 'dpop+jwt', alg: 'HS256', jwk: key.jwk };
      const proof = signCompactJws(header, claims, secret);
      expect(await client.sendWith(proof)).toMatchObject(refusal(sentences.algorithm));
    });

    it('another signature', async () => {
      const [header, payload] = client.proof().split('.');
      const [, , other] = client.proof().split('.');
      const proof = [header, payload, other].join('.');
      expect(await client.sendWith(proof)).toMatchObject(refusal(sentences.signature));
    });

    it('another key in its header', async () => {
      const { jwk } = await createDpopKey();
      expect(await client.send({ header: { jwk } })).toMatchObject(refusal(sentences.signature));
    });

    it.each([
      ['one part', 'x'],
      ['two parts', 'x.y'],
      ['five parts', 'e30.e30.e30.e30.e30'],
      ['a header that is not JSON', 'e30x.e30.AAAA'],
      ['other characters', 'e30!.e30.AAAA'],
      ['an empty header', 'e30.e30.AAAA'],
    ])('%s', async (_, proof) => {
      expect(await client.sendWith(proof)).toMatchObject(refusal(sentences.malformed));
    });

    it('a payload that is not a JSON object', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
      const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: publicKey.export({ format: 'jwk' }) };
      for (const payload of ['[]', 'null', '"x"', '{']) {
        const proof = signCompactJws(header, payload, privateKey);
        expect(await client.sendWith(proof)).toMatchObject(refusal(sentences.malformed));
      }
    });
  });

  describe('refuses a request with', () => {
    it('no proof', async () => {
      const expected = refusal('The request has no DPoP proof.');
      expect(await client.sendWith([])).toMatchObject(expected);
    });

    it('an empty proof', async () => {
      expect(await client.sendWith('')).toMatchObject(refusal(sentences.malformed));
    });

    it('two proofs, in one header or in two', async () => {
      const [one, two] = [client.proof(), client.proof()];
      const expected = refusal('The request has more than one DPoP proof.');
      expect(await client.sendWith([one, two])).toMatchObject(expected);
      expect(await client.sendWith([one, one])).toMatchObject(expected);
      const joined = await client.sendWith(`${one}, ${two}`);
      expect(joined).toMatchObject(refusal(sentences.malformed));
      // None of them was used.
      expect(await client.sendWith(one)).toMatchObject(ACCEPTED);
    });

    it('a proof of another key', async () => {
      const thief = new DpopClient(await createDpopKey('ES256', clock.now), issuer, fixture.ask, {
        cnf: { jkt: key.jkt },
      });
      expect(await thief.send()).toMatchObject(
        refusal('The access token is bound to another key than that of the DPoP proof.'),
      );
    });

    it('the method of another request', async () => {
      const proof = client.proof({ method: 'GET' });
      expect(await client.sendWith(proof, { method: 'POST' })).toMatchObject(
        refusal(sentences.htm),
      );
    });

    it('a bound token under Bearer (§7.2)', async () => {
      const headers = { Authorization: `Bearer ${client.token}`, DPoP: client.proof() };
      const answer = await fixture.ask('GET', '/api/cats', { headers });
      expect(answer).toMatchObject({ status: 401, json: { code: 'token_bound' } });
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", /);
    });

    it('an unbound token under DPoP', async () => {
      const token = issuer.mint();
      const description = 'The access token is not bound to the key of a DPoP proof.';
      expect(await client.send({ token })).toMatchObject(
        refusal(description, 'invalid_token', 'token_bound'),
      );
    });

    it('a token that has expired', async () => {
      const token = issuer.mint({ cnf: { jkt: key.jkt }, exp: 1 });
      expect(await client.send({ token })).toMatchObject(
        refusal('The access token has expired.', 'invalid_token', 'token_expired'),
      );
    });

    it('a token that lacks a scope, in the scheme DPoP', async () => {
      const answer = await client.send({ method: 'POST' });
      expect(answer).toMatchObject({ status: 403, json: { code: 'insufficient_scope' } });
      expect(answer.headers['www-authenticate']).toMatch(
        /^DPoP error="insufficient_scope", .*, scope="write:cats", algs="/,
      );
    });

    it('a bad token where it is optional', async () => {
      const path = '/api/cats/greeting';
      expect(await client.send({ path })).toMatchObject({ json: { sub: 'auth0|test' } });
      expect(await client.sendWith('x', { path })).toMatchObject(refusal(sentences.malformed));
    });

    it('credentials twice', async () => {
      const dpop = `DPoP ${client.token}`;
      const twice = ['Authorization', dpop, 'Authorization', `Bearer ${issuer.mint()}`];
      for (const [path, headers] of [
        ['/api/cats', [...twice, 'DPoP', client.proof()]],
        ['/api/cats?access_token=x', ['Authorization', dpop, 'DPoP', client.proof()]],
      ] as const) {
        const answer = await fixture.ask('GET', path, { headers: [...headers] });
        expect(answer).toMatchObject({ status: 400, json: { code: 'credentials_repeated' } });
        expect(answer.headers['www-authenticate']).toMatch(/^DPoP error="invalid_request", /);
      }
    });
  });

  it.each([
    ['nothing', {}],
    ['another scheme', { Authorization: 'Basic eDp5' }],
    ['a longer scheme', { Authorization: 'DPoPX y' }],
    ['DPoP alone', { Authorization: 'DPoP' }],
    ['two tokens', { Authorization: 'DPoP x y' }],
    ['a proof alone', { DPoP: 'x' }],
  ])('offers both schemes in one header to a request with %s (§7.1)', async (_, headers) => {
    const answer = await fixture.ask('GET', '/api/cats', { headers });
    expect(answer).toMatchObject({
      status: 401,
      json: { statusCode: 401, message: 'Unauthorized' },
    });
    const metadata = `resource_metadata="${PUBLIC_URL}/.well-known/oauth-protected-resource"`;
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer ${metadata}, DPoP algs="${ALGS}", ${metadata}`,
    );
  });

  it('names its algorithms in the metadata (RFC 9728 §2)', async () => {
    const { json } = await fixture.get('/.well-known/oauth-protected-resource');
    expect(json).toMatchObject({ dpop_signing_alg_values_supported: ALGS.split(' ') });
    expect(json).not.toHaveProperty('dpop_bound_access_tokens_required');
  });

  describe('a proof that was used', () => {
    const used = refusal('The DPoP proof has been used before.');

    it('is refused (§11.1)', async () => {
      const proof = client.proof();
      expect(await client.sendWith(proof)).toMatchObject(ACCEPTED);
      expect(await client.sendWith(proof)).toMatchObject(used);
    });

    it('passes once when it is sent by 20 requests at the same time', async () => {
      const proof = client.proof();
      const sent = await Promise.all(Array.from({ length: 20 }, () => client.sendWith(proof)));
      const withStatus = (wanted: number) => sent.filter(({ status }) => status === wanted);
      expect([withStatus(200).length, withStatus(401).length]).toEqual([1, 19]);
    });

    it('is known by its jti, its URL and its key', async () => {
      const claims = { jti: 'known' };
      expect(await client.send({ claims })).toMatchObject(ACCEPTED);
      expect(await client.send({ claims })).toMatchObject(used);
      expect(await client.send({ claims, path: '/api/cats?other' })).toMatchObject(used);
      expect(await client.send({ claims, path: '/api/cats/named/tom' })).toMatchObject(ACCEPTED);
      const other = new DpopClient(await createDpopKey('ES256', clock.now), issuer, fixture.ask);
      expect(await other.send({ claims })).toMatchObject(ACCEPTED);
    });

    it('is remembered as long as it could pass, also one that is dated ahead', async () => {
      const iat = clock.now() / 1000 + 60;
      const proof = client.proof({ claims: { iat } });
      expect(await client.sendWith(proof)).toMatchObject(ACCEPTED);
      clock.advance(120_000);
      expect(await client.sendWith(proof)).toMatchObject(used);
      clock.advance(1);
      expect(await client.sendWith(proof)).toMatchObject(refusal(sentences.iat));
    });

    it('is not one that was refused for another reason', async () => {
      const revoked = issuer.mint({ cnf: { jkt: key.jkt }, aud: 'https://elsewhere.example.com' });
      const claims = { jti: 'not used' };
      expect(await client.send({ claims, token: revoked })).toMatchObject({ status: 401 });
      expect(await client.send({ claims })).toMatchObject(ACCEPTED);
    });
  });

  it('logs the reason of a refusal, and neither the token nor the proof', async () => {
    fixture.log.clear();
    const proof = client.proof({ claims: { htu: `${PUBLIC_URL}/api/dogs` } });
    await client.sendWith(proof);
    expect(fixture.log.lines).toMatchObject([
      {
        level: 'warn',
        code: 'dpop_proof_invalid',
        expected: URL_OF_CATS,
        actual: `${PUBLIC_URL}/api/dogs`,
      },
    ]);
    expect(fixture.log.text()).not.toContain(proof.split('.')[1]);
    expect(fixture.log.text()).not.toContain(client.token.split('.')[1]);
  });
});
