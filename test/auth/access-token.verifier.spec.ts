import { jest } from '@jest/globals';
import {
  AccessTokenVerifier,
  authenticateRequest,
  type AuthOptions,
  InvalidTokenError,
} from '../../src/auth/index.js';
import { TrustedIssuers } from '../../src/auth/keys/trusted-issuers.js';
import { createTestIssuer, createTestKey, type TestIssuer } from '../../src/auth/testing/index.js';
import { startVerifier, type VerifierFixture } from './support/fixture.js';
import { ACCEPTED, IssuerFixture, MINUTE, UNKNOWN } from './support/issuer-fixture.js';

let issuer: TestIssuer;
let fixture: VerifierFixture;
let verifier: AccessTokenVerifier;

beforeAll(async () => {
  issuer = await createTestIssuer({ algorithms: ['ES256'] });
  fixture = await startVerifier({ issuer, options: { algorithms: ['ES256'] } });
  ({ verifier } = fixture);
});

afterAll(async () => {
  await fixture.close();
  await issuer.close();
});

describe('AccessTokenVerifier', () => {
  it('resolves with payload, header, scopes and token', async () => {
    const token = issuer.mint({ sub: 'alice', scope: 'a b', scp: ['c'], permissions: ['d'] });
    const auth = await verifier.verify(token);
    expect(auth).toMatchObject({
      payload: { iss: issuer.url, sub: 'alice' },
      header: { alg: 'ES256', typ: 'JWT', kid: issuer.key.kid },
      scopes: ['a', 'b', 'c'],
    });
    expect(auth.token).toBe(token);
    expect(Object.keys(auth)).not.toContain('token');
  });

  it('rejects with an error that has a code and a challenge', async () => {
    const refusal = verifier.verify(issuer.mint({ exp: 1 }));
    await expect(refusal).rejects.toBeInstanceOf(InvalidTokenError);
    await expect(refusal).rejects.toMatchObject({
      code: 'token_expired',
      message: 'The access token has expired.',
      challenge: 'Bearer error="invalid_token", error_description="The access token has expired."',
    });
  });

  it.each([undefined, null, 7, {}, ['a.b.c']])(
    'refuses %j, which is not a string',
    async (token) => {
      const refusal = verifier.verify(token as never);
      await expect(refusal).rejects.toMatchObject({ code: 'token_malformed' });
    },
  );

  it('never mixes up tokens that are verified at once', async () => {
    const stranger = await createTestKey('ES256', issuer.key.kid);
    const forger = await createTestIssuer({ algorithms: ['ES256'] });
    forger.keys = [stranger];
    const forged = (sub: string) => forger.mint({ iss: issuer.url, sub });
    const subjects = Array.from({ length: 50 }, (_, index) => `user-${index}`);
    const outcomes = await Promise.all(
      subjects.flatMap((sub) => [
        verifier.verify(issuer.mint({ sub })).then(({ payload }) => payload.sub),
        verifier.verify(forged(sub)).catch(({ code }: InvalidTokenError) => code),
        verifier.verify(issuer.mint({ sub, exp: 1 })).catch(({ code }: InvalidTokenError) => code),
      ]),
    );
    expect(outcomes).toEqual(
      subjects.flatMap((sub) => [sub, 'signature_invalid', 'token_expired']),
    );
    await forger.close();
  });
});

describe('the options of AccessTokenVerifier', () => {
  const own = new IssuerFixture();

  it('nonceInAccessToken accepts a nonce and no other claim of an ID token', async () => {
    await own.start({ nonceInAccessToken: true });
    expect(await own.verify(own.mint({ nonce: 'x' }))).toEqual(ACCEPTED);
    const idToken = own.mint({ nonce: 'x', at_hash: 'x' });
    expect(await own.verify(idToken)).toEqual({ status: 401, code: 'id_token_used' });
  });

  it('audience accepts any of several', async () => {
    await own.start({ audience: ['https://a.test', 'b'] });
    expect(await own.verify(own.mint({ aud: 'b' }))).toEqual(ACCEPTED);
    expect(await own.verify()).toEqual({ status: 401, code: 'audience_mismatch' });
  });

  it('clockToleranceSec can be 0', async () => {
    await own.start({ clockToleranceSec: 0 });
    const now = own.clock.now() / 1000;
    expect(await own.verify(own.mint({ exp: now + 1, nbf: now }))).toEqual(ACCEPTED);
    const expired = { status: 401, code: 'token_expired' };
    expect(await own.verify(own.mint({ exp: now }))).toEqual(expired);
  });

  it('issuers keeps keys and audiences apart (RFC 8725 §3.8)', async () => {
    const { issuer: first } = own;
    const algorithms: ['ES256'] = ['ES256'];
    const second = await createTestIssuer({ now: own.clock.now, algorithms, audience: 'second' });
    await own.start({
      issuer: undefined,
      audience: undefined,
      jwksUri: undefined,
      algorithms: undefined,
      issuers: [
        { issuer: first.url, audience: first.audience, algorithms },
        { issuer: second.url, audience: 'second', algorithms },
      ],
    } as Partial<AuthOptions>);
    expect(await own.verify()).toEqual(ACCEPTED);
    expect(await own.verify(second.mint())).toEqual(ACCEPTED);
    const forged = second.mint({ iss: first.url, aud: first.audience, iat: 1 });
    expect(await own.verify(forged)).toEqual(UNKNOWN);
    const misdirected = second.mint({ aud: first.audience });
    expect(await own.verify(misdirected)).toEqual({ status: 401, code: 'audience_mismatch' });
    await second.close();
  });

  it('rejects with a fault of its own as it is, not as a refusal of the token', async () => {
    const issuers = fixture.module.get(TrustedIssuers);
    const fault = jest.spyOn(issuers, 'of').mockImplementation(() => {
      throw new Error('a fault');
    });
    await expect(verifier.verify(issuer.mint({ jti: 'fault' }))).rejects.toThrow('a fault');
    fault.mockRestore();
    await expect(verifier.verify(issuer.mint({ jti: 'fault' }))).resolves.toBeDefined();
  });
});

describe('authenticateRequest()', () => {
  /** A request as Node parses it. */
  const requestWith = (...rawHeaders: string[]) => ({ rawHeaders, headers: {} });

  it('judges a request once, however often it is asked', async () => {
    const request = requestWith('Authorization', `Bearer ${issuer.mint()}`);
    const before = verifier.status().tokenCache!;
    const judgements = [
      authenticateRequest(request, verifier),
      authenticateRequest(request, verifier),
    ];
    const [one, two] = await Promise.all(judgements);
    expect(one).toBe(two);
    expect(one?.payload.iss).toBe(issuer.url);
    const { hits, misses } = verifier.status().tokenCache!;
    expect([hits - before.hits, misses - before.misses]).toEqual([0, 1]);
  });

  it('judges each request, also with one token', async () => {
    const token = issuer.mint();
    const before = verifier.status().tokenCache!;
    await authenticateRequest(requestWith('Authorization', `Bearer ${token}`), verifier);
    await authenticateRequest(requestWith('Authorization', `Bearer ${token}`), verifier);
    const { hits, misses } = verifier.status().tokenCache!;
    expect([hits - before.hits, misses - before.misses]).toEqual([1, 1]);
  });

  it.each([
    ['no credentials', []],
    ['another scheme', ['Authorization', 'Basic abc']],
  ])('resolves with undefined for %s', async (_, headers) => {
    expect(await authenticateRequest(requestWith(...headers), verifier)).toBeUndefined();
  });

  it('rejects, and never throws, for a header with two tokens', async () => {
    const refusal = authenticateRequest(requestWith('Authorization', 'Bearer a b'), verifier);
    await expect(refusal).rejects.toMatchObject({ status: 401 });
  });
});

describe('status()', () => {
  const keys = new IssuerFixture();

  it('says that keys are ready, how old they are, and how often they were fetched', async () => {
    await keys.start();
    expect(keys.verifier.status().issuers).toEqual([
      { issuer: keys.issuer.url, isReady: false, fetches: 0, failedFetches: 0 },
    ]);
    await keys.verify();
    keys.clock.advance(5000);
    expect(keys.verifier.status().issuers).toEqual([
      { issuer: keys.issuer.url, isReady: true, fetches: 1, failedFetches: 0, keysAgeSec: 5 },
    ]);
  });

  it('counts fetches that fail, and is ready with keys that stay in use', async () => {
    await keys.startWithKeys();
    keys.issuer.fail('error');
    await keys.failOnce(8 * MINUTE);
    expect(keys.verifier.status().issuers).toMatchObject([
      { isReady: true, fetches: 2, failedFetches: 1 },
    ]);
  });

  it('has no token cache when the option is off', async () => {
    await keys.start({ tokenCache: false });
    expect(keys.verifier.status().tokenCache).toBeUndefined();
  });
});
