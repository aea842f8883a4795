import { randomUUID } from 'node:crypto';
import { createTestIssuer, type TestIssuer } from '../../../src/auth/testing/index.js';
import { requestRaw } from '../../support/raw-http.js';
import { expectRefusal } from '../../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';
import { BEYOND_LIMITS, WITHIN_LIMITS } from './hostile.js';

const PATH = '/routes/closed';

/** Hostile requests, sent together with a valid one. */
const CROWD = 20;

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

describe.each(ADAPTERS)('a hostile token on %s', (adapter) => {
  let fixture: Fixture;
  let url: string;

  beforeAll(async () => {
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: CONTROLLERS,
      // Lets a test send larger headers than Node accepts by default.
      setup: (app) => {
        app.use((request: RequestOfNode, _response: unknown, next: () => void) => {
          const value = enlarged.get(request.headers['x-enlarged'] ?? '');
          if (value) request.rawHeaders = ['Authorization', value];
          next();
        });
      },
    });
    url = await fixture.app.getUrl();
    // Loads the key set, so that the first test does not wait for it.
    await fixture.get(PATH, issuer.mint());
  });

  afterAll(() => fixture.close());

  const ask = (...lines: string[]) => requestRaw(url, 'GET', PATH, lines);
  const askValid = () => ask(`Authorization: Bearer ${issuer.mint({ jti: randomUUID() })}`);

  /** Sends many hostile requests and one valid request at once. */
  async function crowd(line: string) {
    const before = Array.from({ length: CROWD / 2 }, () => ask(line));
    const valid = askValid();
    const after = Array.from({ length: CROWD / 2 }, () => ask(line));
    expect(await valid).toMatchObject({ status: 200 });
    return Promise.all([...before, ...after]);
  }

  it.each(WITHIN_LIMITS)('does not stall a valid request: %s', async (_title, make) => {
    for (const answer of await crowd(`Authorization: ${make(issuer)}`)) {
      expectRefusal(answer, { status: 401, code: answer.json?.code as string });
    }
  });

  it.each(BEYOND_LIMITS)(
    'does not stall a valid request, and the server refuses it: %s',
    async (_title, make) => {
      fixture.log.clear();
      for (const answer of await crowd(`Authorization: ${make(issuer)}`)) {
        // The connection may close before the client has read the answer.
        expect([431, 0]).toContain(answer.status);
      }
      expect(fixture.log.starting('Refused')).toEqual([]);
    },
  );

  it.each(BEYOND_LIMITS)(
    'does not stall a valid request on a server with larger headers: %s',
    async (_title, make) => {
      const name = enlarge(make(issuer));
      for (const answer of await crowd(`X-Enlarged: ${name}`)) {
        expectRefusal(answer, { status: 401, code: answer.json?.code as string });
      }
    },
  );

  it('is not read beyond 12 KiB', async () => {
    for (const [, make] of BEYOND_LIMITS.slice(0, 2)) {
      fixture.log.clear();
      expectRefusal(await ask(`X-Enlarged: ${enlarge(make(issuer))}`), {
        status: 401,
        code: 'token_malformed',
      });
      expect(fixture.log.starting('Refused')).toEqual([
        expect.objectContaining({ reason: 'longer than 12288 characters' }),
      ]);
    }
  });

  it('with the wrong form causes no fetch of keys', async () => {
    const before = issuer.fetches.jwks;
    const kids = Array.from({ length: 50 }, () => randomUUID());
    for (const kid of kids) {
      const answer = await fixture.get(PATH, issuer.mint({}, { kid, crit: ['exp'] }));
      expectRefusal(answer, { status: 401, code: 'critical_header' });
    }
    expect(issuer.fetches.jwks).toBe(before);
  });
});

interface RequestOfNode {
  rawHeaders: string[];
  headers: Record<string, string | undefined>;
}

/** Values that are too large for a header, by the name that a request sends. */
const enlarged = new Map<string, string>();

function enlarge(value: string): string {
  const name = randomUUID();
  enlarged.set(name, value);
  return name;
}
