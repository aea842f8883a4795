import { Controller, Get } from '@nestjs/common';
import { check, Claim } from '../../src/auth/index.js';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { expectRefusal } from '../support/refusal.js';
import { REFUSED } from './cases/case.js';
import { base64url } from './cases/token.js';
import { ADAPTERS, type Fixture, startFixture } from './support/fixture.js';
import { CONTROLLERS } from './support/routes.controller.js';

const PATH = '/routes/closed';

/** The longest text that one refused token may add to the log, in characters. */
const LONGEST_LOG = 1500;

@Controller('wordless')
class WordlessController {
  @Get()
  @Claim(
    check(() => {
      throw new RangeError();
    }),
  )
  wordless() {
    return {};
  }
}

describe.each(ADAPTERS)('a refusal on %s', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    const controllers = [...CONTROLLERS, WordlessController];
    fixture = await startFixture({ adapter, issuer, controllers });
  });

  beforeEach(() => fixture.log.clear());

  afterEach(async () => {
    // The next valid token is accepted.
    expect(await fixture.get(PATH, issuer.mint())).toMatchObject({ status: 200 });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const refusals = () => fixture.log.starting('Refused');

  it('is logged with route, subject, expected and actual value, but not the token', async () => {
    const token = issuer.mint({ aud: 'https://other.test', sub: 'alice' });
    await fixture.get(`${PATH}?secret=1`, token);
    expect(refusals()).toEqual([
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

  it('is logged at level log when the request has no credentials', async () => {
    await fixture.get(PATH);
    expect(refusals()).toEqual([
      expect.objectContaining({ level: 'log', status: 401, route: `GET ${PATH}` }),
    ]);
  });

  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it.each([
    ['typ', 'type_not_allowed', () => `{"alg":"RS256","typ":${nested(31)}}`, () => '{}'],
    ['crit', 'critical_header', () => `{"alg":"RS256","crit":${nested(31)}}`, () => '{}'],
    ['iss', 'issuer_mismatch', () => '{"alg":"RS256"}', () => `{"iss":${nested(31)}}`],
  ])('is logged in short when %s nests deep', async (_, code, header, payload) => {
    const token = `${base64url(header())}.${base64url(payload())}.xxxx`;
    expectRefusal(await fixture.get(PATH, token), { status: 401, code });
    expect(refusals()).toHaveLength(1);
    expect(fixture.log.text().length).toBeLessThan(LONGEST_LOG);
  });

  it('is logged in short when aud nests deep', async () => {
    const payload = `{"iss":"${issuer.url}","aud":${nested(31)}}`;
    const token = issuer.sign({ alg: 'RS256', kid: issuer.key.kid }, payload);
    expectRefusal(await fixture.get(PATH, token), { status: 401, code: 'audience_mismatch' });
    expect(fixture.log.text().length).toBeLessThan(LONGEST_LOG);
  });

  it('is logged in short when a claim is long', async () => {
    await fixture.get(PATH, issuer.mint({ iss: `https://${'x'.repeat(5000)}/` }));
    expect(fixture.log.text().length).toBeLessThan(LONGEST_LOG);
  });

  it('is logged with the request id', async () => {
    await fixture.ask('GET', PATH, { headers: { 'X-Request-Id': 'abc-1' } });
    expect(fixture.log.text()).toMatch(adapter === 'Express' ? /"abc-1"/ : /"requestId":"req-/);
  });

  it('is logged with the name of an exception that has no message', async () => {
    expectRefusal(await fixture.get('/wordless', issuer.mint()), REFUSED.requirement);
    expect(refusals()).toEqual([
      expect.objectContaining({ code: 'claim_requirement', cause: 'RangeError' }),
    ]);
  });

  it('is the same when the logger throws', async () => {
    const { warn } = fixture.log;
    fixture.log.warn = () => {
      throw new Error('the disk is full');
    };
    const answer = await fixture.get(PATH, issuer.mint({ exp: 1 }));
    fixture.log.warn = warn;
    expectRefusal(answer, REFUSED.expired);
  });

  it('reveals nothing from the token or the configuration', async () => {
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
