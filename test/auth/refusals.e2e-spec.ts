import { createHmac, createSecretKey } from 'node:crypto';
import {
  createTestIssuer,
  createTestKey,
  signCompactJws,
  type TestIssuer,
  type TestKey,
} from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

const PATH = '/routes/closed';
const b64 = (text: string | Buffer) => Buffer.from(text).toString('base64url');

describe.each(ADAPTERS)('refusals on %s', (adapter) => {
  let issuer: TestIssuer;
  let other: TestIssuer;
  let stranger: TestKey;
  let fixture: Fixture;

  beforeAll(async () => {
    [issuer, other, stranger] = await Promise.all([
      createTestIssuer({ algorithms: ['RS256', 'PS256', 'ES256'] }),
      createTestIssuer(),
      createTestKey('RS256'),
    ]);
    fixture = await startFixture({ adapter, issuer, controllers: CONTROLLERS });
  });

  afterEach(async () => {
    // Whatever was sent, a good token still passes.
    expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
  });

  afterAll(async () => {
    await fixture.close();
    await Promise.all([issuer.close(), other.close()]);
  });

  const nowSec = () => Math.floor(Date.now() / 1000);

  describe('credentials', () => {
    it.each([
      ['none', []],
      ['an empty header', ['Authorization', '']],
      ['another scheme', ['Authorization', 'Basic YTpi']],
      ['a scheme that begins like Bearer', ['Authorization', 'BearerToken abc']],
      ['Bearer alone', ['Authorization', 'Bearer']],
      ['Bearer and a space', ['Authorization', 'Bearer ']],
      ['two tokens', ['Authorization', 'Bearer a.b.c d.e.f']],
      ['a comma-separated list', ['Authorization', 'Bearer a.b.c, Bearer d.e.f']],
      ['a tab in place of the space', ['Authorization', 'Bearer\ta.b.c']],
      ['a quoted token', ['Authorization', 'Bearer "a.b.c"']],
      ['a long run of spaces', ['Authorization', `Bearer ${' '.repeat(8000)}!`]],
      ['a cookie', ['Cookie', 'access_token=a.b.c']],
    ])('asks for a token when it gets %s', async (_, headers) => {
      expectRefusal(await fixture.ask('GET', PATH, { headers }), { status: 401 });
    });

    it('does not read a token from the query', async () => {
      const answer = await fixture.get(`${PATH}?access_token=${issuer.mint()}`);
      expectRefusal(answer, { status: 401 });
    });

    it.each([
      ['Bearer', ' '],
      ['bearer', ' '],
      ['BEARER', '   '],
    ])('takes the scheme %s with %j behind it (RFC 9110 §11.1)', async (scheme, space) => {
      const headers = { Authorization: `${scheme}${space}${issuer.mint()}` };
      expect(await fixture.ask('GET', PATH, { headers })).toMatchObject({ status: 200 });
    });

    const repeated = {
      status: 400,
      code: 'credentials_repeated',
      description: 'The request carries credentials more than once.',
    };

    it('refuses several Authorization headers, even equal ones', async () => {
      const value = `Bearer ${issuer.mint()}`;
      const headers = ['Authorization', value, 'authorization', value];
      expectRefusal(await fixture.ask('GET', PATH, { headers }), repeated);
    });

    it('refuses an Authorization header beside one of another scheme', async () => {
      const headers = ['Authorization', 'Basic YTpi', 'Authorization', `Bearer ${issuer.mint()}`];
      expectRefusal(await fixture.ask('GET', PATH, { headers }), repeated);
    });

    it('refuses a token in the header and in the query', async () => {
      expectRefusal(await fixture.get(`${PATH}?access_token=x`, issuer.mint()), repeated);
    });

    it('refuses a token in the header and in a form', async () => {
      const answer = await fixture.ask('POST', '/routes/echo', {
        token: issuer.mint(),
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: 'access_token=x',
      });
      expectRefusal(answer, repeated);
    });

    it('takes access_token in JSON for what it is, a field', async () => {
      const answer = await fixture.ask('POST', '/routes/echo', {
        token: issuer.mint(),
        json: { access_token: 'x' },
      });
      expect(answer.status).toBe(201);
    });
  });

  describe('the form of a token', () => {
    const header = () => b64(JSON.stringify({ alg: 'RS256', kid: issuer.key.kid }));
    const payload = b64(JSON.stringify({ exp: 1 }));
    const parts = () => issuer.mint().split('.') as [string, string, string];

    it.each<[string, () => string]>([
      ['one part', () => 'opaque'],
      ['two parts', () => `${header()}.${payload}`],
      ['four parts', () => `${issuer.mint()}.x`],
      ['five parts, as a JWE has', () => `${header()}....`],
      ['an empty header', () => `.${payload}.x`],
      ['an empty payload', () => `${header()}..xxxx`],
      ['an empty signature', () => `${header()}.${payload}.`],
      ['padding', () => `${header()}.${payload}.xxx=`],
      ['base64 that is no base64url', () => `${header()}.${payload}.++//`],
      ['a length that base64url cannot have', () => `${header()}.${payload}.xxxxx`],
      ['a signature with unused bits set', () => `${header()}.${payload}.xx`],
      [
        'a header that is no UTF-8',
        () => `${b64(Buffer.from([0x7b, 0xff, 0x7d]))}.${payload}.xxxx`,
      ],
      ['a header with a byte-order mark', () => `${b64('\uFEFF{"alg":"RS256"}')}.${payload}.xxxx`],
      ['a header that is no JSON', () => `${b64('{"alg":')}.${payload}.xxxx`],
      ['a header that is a list', () => `${b64('["RS256"]')}.${payload}.xxxx`],
      ['a header that is null', () => `${b64('null')}.${payload}.xxxx`],
      ['a header without alg', () => `${b64('{"typ":"JWT"}')}.${payload}.xxxx`],
      ['an alg that is no text', () => `${b64('{"alg":["RS256"]}')}.${payload}.xxxx`],
      ['a kid that is a number', () => issuer.mint({}, { kid: 7 })],
      ['an empty kid', () => issuer.mint({}, { kid: '' })],
      ['a kid that is null', () => issuer.mint({}, { kid: null })],
      ['a payload that is a text', () => issuer.sign({ alg: 'RS256', kid: issuer.key.kid }, '"x"')],
      ['a payload that is a list', () => issuer.sign({ alg: 'RS256', kid: issuer.key.kid }, '[]')],
      ['a payload that is no JSON', () => issuer.sign({ alg: 'RS256', kid: issuer.key.kid }, 'x')],
      ['more than 12 KiB', () => issuer.mint({ padding: 'x'.repeat(9_300) })],
      ['a space in its place', () => parts().join('~.~')],
    ])('refuses a token with %s', async (_, token) => {
      expectRefusal(await fixture.get(PATH, token()), {
        status: 401,
        code: 'token_malformed',
        description: 'The access token is malformed.',
      });
    });
  });

  describe('the header of a token', () => {
    it.each([
      ['none'],
      ['None'],
      ['HS256'],
      ['PS256'],
      ['ES256'],
      ['EdDSA'],
      ['rs256'],
      ['RS1'],
      ['__proto__'],
    ])('refuses the algorithm %s, which is not on the list', async (alg) => {
      expectRefusal(await fixture.get(PATH, forged({ alg })), {
        status: 401,
        code: 'algorithm_not_allowed',
        description: 'The access token is signed with an algorithm that is not allowed.',
      });
    });

    it('refuses an HMAC made with the public key', async () => {
      const pem = issuer.key.publicKey.export({ format: 'pem', type: 'spki' });
      const [header, payload] = issuer.mint({}, { alg: 'HS256' }).split('.');
      const mac = createHmac('sha256', pem).update(`${header}.${payload}`).digest('base64url');
      expectRefusal(await fixture.get(PATH, `${header}.${payload}.${mac}`), {
        status: 401,
        code: 'algorithm_not_allowed',
      });
    });

    it.each([['ID'], ['id+jwt'], ['JWE'], ['dpop+jwt'], ['jwt '], [''], [7], [null]])(
      'refuses the type %j',
      async (typ) => {
        expectRefusal(await fixture.get(PATH, issuer.mint({}, { typ })), {
          status: 401,
          code: 'type_not_allowed',
          description: 'The access token has a type that is not allowed.',
        });
      },
    );

    it.each([[undefined], ['JWT'], ['jwt'], ['at+jwt'], ['AT+JWT'], ['application/at+jwt']])(
      'takes the type %j',
      async (typ) => {
        const answer = await fixture.get(PATH, issuer.mint({}, { typ }));
        expect(answer).toMatchObject({ status: 200 });
      },
    );

    it.each([
      [{ crit: ['exp'] }],
      [{ crit: [] }],
      [{ crit: null }],
      [{ b64: false, crit: ['b64'] }],
      [{ b64: true }],
    ])('refuses %j', async (header) => {
      expectRefusal(await fixture.get(PATH, issuer.mint({}, header)), {
        status: 401,
        code: 'critical_header',
        description: 'The access token has a header parameter that must be understood and is not.',
      });
    });

    it('does not follow keys that the token brings along', async () => {
      const jwksUri = other.jwksUri;
      const before = { ...other.fetches };
      const header = {
        jwk: other.key.jwk,
        jku: jwksUri,
        x5u: jwksUri,
        x5c: ['MII'],
        kid: other.key.kid,
      };
      expectRefusal(await fixture.get(PATH, other.mint({ iss: issuer.url, iat: 1 }, header)), {
        status: 401,
        code: 'key_unknown',
      });
      expect(other.fetches).toEqual(before);
    });

    const forged = (header: Record<string, unknown>) =>
      signCompactJws(
        { typ: 'JWT', kid: issuer.key.kid, ...header },
        { iss: issuer.url, aud: issuer.audience, sub: 'x', exp: nowSec() + 60 },
        header.alg === 'HS256' ? createSecretKey(Buffer.alloc(32)) : stranger.privateKey,
        header.alg === 'HS256' ? 'HS256' : 'RS256',
      );
  });

  describe('the signature', () => {
    it('refuses a token that another key signed under the same kid', async () => {
      const token = signCompactJws(
        { alg: 'RS256', typ: 'JWT', kid: issuer.key.kid },
        { iss: issuer.url, aud: issuer.audience, sub: 'x', exp: nowSec() + 60 },
        stranger.privateKey,
      );
      expectRefusal(await fixture.get(PATH, token), {
        status: 401,
        code: 'signature_invalid',
        description: 'The signature of the access token is invalid.',
      });
    });

    it('refuses a payload that was changed after it was signed', async () => {
      const [header, , signature] = issuer.mint().split('.');
      const [, payload] = issuer.mint({ sub: 'admin' }).split('.');
      expectRefusal(await fixture.get(PATH, `${header}.${payload}.${signature}`), {
        status: 401,
        code: 'signature_invalid',
      });
    });

    it.each([1, 64, 255, 257])('refuses a signature of %d bytes', async (length) => {
      const [header, payload] = issuer.mint().split('.');
      const signature = b64(Buffer.alloc(length, 7));
      expectRefusal(await fixture.get(PATH, `${header}.${payload}.${signature}`), {
        status: 401,
        code: 'signature_invalid',
      });
    });

    it('refuses a token that names a key for another algorithm', async () => {
      const key = issuer.keys.find(({ alg }) => alg === 'PS256')!;
      const token = signCompactJws(
        { alg: 'RS256', typ: 'JWT', kid: key.kid },
        { iss: issuer.url, aud: issuer.audience, sub: 'x', exp: nowSec() + 60 },
        key.privateKey,
      );
      expectRefusal(await fixture.get(PATH, token), {
        status: 401,
        code: 'algorithm_not_allowed',
      });
    });

    it('takes a token without a kid when one key alone fits its algorithm', async () => {
      const answer = await fixture.get(PATH, issuer.mint({}, { kid: undefined }));
      expect(answer).toMatchObject({ status: 200 });
    });
  });

  describe('the claims', () => {
    const CLAIM_INVALID = 'The access token lacks a registered claim, or has a malformed one.';
    const AUDIENCE = 'The access token is for another audience.';
    const ISSUER = 'The access token is from another issuer.';
    const ID_TOKEN = 'An ID token was sent in place of an access token.';
    const BOUND = 'The access token is bound to a key or a certificate and is no bearer token.';

    it.each<[string, string, () => Record<string, unknown>]>([
      ['issuer_mismatch', ISSUER, () => ({ iss: 'https://other.test/' })],
      ['issuer_mismatch', ISSUER, () => ({ iss: issuer.url.slice(0, -1) })],
      ['issuer_mismatch', ISSUER, () => ({ iss: issuer.url.toUpperCase() })],
      ['issuer_mismatch', ISSUER, () => ({ iss: `${issuer.url}/` })],
      ['issuer_mismatch', ISSUER, () => ({ iss: [issuer.url] })],
      ['issuer_mismatch', ISSUER, () => ({ iss: undefined })],
      ['issuer_mismatch', ISSUER, () => ({ iss: null })],
      ['audience_mismatch', AUDIENCE, () => ({ aud: 'https://other.test' })],
      ['audience_mismatch', AUDIENCE, () => ({ aud: `${issuer.audience}/` })],
      ['audience_mismatch', AUDIENCE, () => ({ aud: `x ${issuer.audience}` })],
      ['audience_mismatch', AUDIENCE, () => ({ aud: [] })],
      ['audience_mismatch', AUDIENCE, () => ({ aud: ['a', [issuer.audience]] })],
      ['audience_mismatch', AUDIENCE, () => ({ aud: { [issuer.audience]: true } })],
      ['audience_mismatch', AUDIENCE, () => ({ aud: undefined })],
      ['token_expired', 'The access token has expired.', () => ({ exp: nowSec() - 10 })],
      ['token_expired', 'The access token has expired.', () => ({ exp: 0 })],
      ['token_expired', 'The access token has expired.', () => ({ exp: -1e300 })],
      ['claim_invalid', CLAIM_INVALID, () => ({ exp: undefined })],
      ['claim_invalid', CLAIM_INVALID, () => ({ exp: null })],
      ['claim_invalid', CLAIM_INVALID, () => ({ exp: String(nowSec() + 60) })],
      ['claim_invalid', CLAIM_INVALID, () => ({ exp: [nowSec() + 60] })],
      ['claim_invalid', CLAIM_INVALID, () => ({ exp: true })],
      ['token_not_active', 'The access token is not active yet.', () => ({ nbf: nowSec() + 30 })],
      ['claim_invalid', CLAIM_INVALID, () => ({ nbf: null })],
      ['claim_invalid', CLAIM_INVALID, () => ({ nbf: '0' })],
      ['claim_invalid', CLAIM_INVALID, () => ({ sub: '' })],
      ['claim_invalid', CLAIM_INVALID, () => ({ sub: null })],
      ['claim_invalid', CLAIM_INVALID, () => ({ sub: 7 })],
      ['id_token_used', ID_TOKEN, () => ({ nonce: 'x' })],
      ['id_token_used', ID_TOKEN, () => ({ at_hash: 'x' })],
      ['id_token_used', ID_TOKEN, () => ({ c_hash: 'x', aud: 'client' })],
      ['id_token_used', ID_TOKEN, () => ({ s_hash: null })],
      ['token_bound', BOUND, () => ({ cnf: { jkt: 'x' } })],
      ['token_bound', BOUND, () => ({ cnf: { 'x5t#S256': 'x' } })],
      ['token_bound', BOUND, () => ({ cnf: null })],
    ])('refuses with %s and the sentence %j', async (code, description, claims) => {
      const answer = await fixture.get(PATH, issuer.mint(claims()));
      expectRefusal(answer, { status: 401, code, description });
    });

    it('refuses an expiry beyond all numbers', async () => {
      const payload = `{"iss":"${issuer.url}","aud":"${issuer.audience}","exp":1e999}`;
      const token = issuer.sign({ alg: 'RS256', kid: issuer.key.kid }, payload);
      expectRefusal(await fixture.get(PATH, token), { status: 401, code: 'claim_invalid' });
    });

    it.each<[string, () => Record<string, unknown>]>([
      ['one of several audiences', () => ({ aud: ['x', issuer.audience] })],
      ['no subject', () => ({ sub: undefined })],
      ['an expiry within the clock tolerance', () => ({ exp: nowSec() - 2 })],
      ['a start within the clock tolerance', () => ({ nbf: nowSec() + 3 })],
      ['an expiry with a fraction', () => ({ exp: nowSec() + 60.5 })],
    ])('takes a token with %s', async (_, claims) => {
      expect(await fixture.get(PATH, issuer.mint(claims()))).toMatchObject({ status: 200 });
    });

    it('takes the hashes of an ID token in a token that says it is an access token', async () => {
      const token = issuer.mint({ nonce: 'x', at_hash: 'x' }, { typ: 'at+jwt' });
      expect(await fixture.get(PATH, token)).toMatchObject({ status: 200 });
    });

    it('does not take what every object inherits for a claim', async () => {
      const payload = JSON.stringify({ aud: issuer.audience, exp: nowSec() + 60 });
      const inherited = `{"__proto__":{"iss":"${issuer.url}"},${payload.slice(1)}`;
      const token = issuer.sign({ alg: 'RS256', kid: issuer.key.kid }, inherited);
      expectRefusal(await fixture.get(PATH, token), { status: 401, code: 'issuer_mismatch' });
    });
  });

  describe('the log', () => {
    it('says what was expected and what came, on which route, and never the token', async () => {
      fixture.log.clear();
      const token = issuer.mint({ aud: 'https://other.test', sub: 'alice' });
      await fixture.get(`${PATH}?secret=1`, token);
      expect(fixture.log.starting('Refused')).toEqual([
        expect.objectContaining({
          level: 'warn',
          message: 'Refused: The access token is for another audience.',
          status: 401,
          code: 'audience_mismatch',
          route: `GET ${PATH}`,
          handler: 'RoutesController.closed',
          sub: 'alice',
          expected: [issuer.audience],
          actual: 'https://other.test',
        }),
      ]);
      expect(fixture.log.text()).not.toContain(token);
      expect(fixture.log.text()).not.toContain('secret=1');
    });

    it('has a line for a request without credentials, below the level of a warning', async () => {
      fixture.log.clear();
      await fixture.get(PATH);
      expect(fixture.log.starting('Refused')).toEqual([
        expect.objectContaining({ level: 'log', status: 401, route: `GET ${PATH}` }),
      ]);
    });

    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

    it.each([
      ['typ', 'type_not_allowed', () => `{"alg":"RS256","typ":${nested(31)}}`, () => '{}'],
      ['crit', 'critical_header', () => `{"alg":"RS256","crit":${nested(31)}}`, () => '{}'],
      ['iss', 'issuer_mismatch', () => '{"alg":"RS256"}', () => `{"iss":${nested(31)}}`],
    ])('copes with a %s as deep as a token may be', async (_, code, header, payload) => {
      fixture.log.clear();
      const token = `${b64(header())}.${b64(payload())}.xxxx`;
      expectRefusal(await fixture.get(PATH, token), { status: 401, code });
      expect(fixture.log.starting('Refused')).toHaveLength(1);
      expect(fixture.log.text().length).toBeLessThan(1500);
    });

    it('copes with claims as deep as a token may be', async () => {
      const payload = `{"iss":"${issuer.url}","aud":${nested(31)}}`;
      const token = issuer.sign({ alg: 'RS256', kid: issuer.key.kid }, payload);
      expectRefusal(await fixture.get(PATH, token), { status: 401, code: 'audience_mismatch' });
    });

    it('that fails does not change the refusal', async () => {
      const warn = fixture.log.warn;
      fixture.log.warn = () => {
        throw new Error('the disk is full');
      };
      const answer = await fixture.get(PATH, issuer.mint({ exp: 1 }));
      fixture.log.warn = warn;
      expectRefusal(answer, { status: 401, code: 'token_expired' });
    });

    it('has the request id where there is one', async () => {
      fixture.log.clear();
      await fixture.ask('GET', PATH, { headers: { 'X-Request-Id': 'abc-1' } });
      expect(fixture.log.text()).toMatch(adapter === 'Express' ? /"abc-1"/ : /"requestId":"req-/);
    });

    it('cuts what a token brings', async () => {
      fixture.log.clear();
      await fixture.get(PATH, issuer.mint({ iss: `https://${'x'.repeat(5000)}/` }));
      expect(fixture.log.text().length).toBeLessThan(1500);
    });
  });

  it('keeps its texts free of what a token or the configuration says', async () => {
    const tokens = [
      issuer.mint({ iss: 'https://évil.test/"' }),
      issuer.mint({ aud: 'späm"\r\nX: y' }),
      issuer.mint({ iat: 1 }, { kid: 'späm"\r\nX: y' }),
    ];
    for (const token of tokens) {
      const answer = await fixture.get(PATH, token);
      expect(answer.status).toBe(401);
      const sent = [answer.body, ...Object.values(answer.headers)].join('\n');
      for (const text of [issuer.url, issuer.audience, 'vil', 'm"', 'X: y']) {
        expect(sent).not.toContain(text);
      }
    }
  });
});
