import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

const PATH = '/routes/closed';
const b64 = (text: string) => Buffer.from(text).toString('base64url');

describe.each(ADAPTERS)('what is told of a refusal, on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({ adapter, issuer, controllers: CONTROLLERS });
  });

  afterEach(async () => {
    // Whatever was sent, a good token still passes.
    expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
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
