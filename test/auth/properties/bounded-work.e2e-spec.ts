import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import {
  createTestIssuer,
  createTestKey,
  signCompactJws,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { requestRaw } from '../../support/raw-http.js';
import { expectRefusal } from '../../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CONTROLLERS } from '../support/routes.controller.js';
import { BEYOND_LIMITS, type Hostile, WITHIN_LIMITS } from './hostile.js';

const PATH = '/routes/closed';

/** Hostile requests beside a good one. */
const CROWD = 20;

/** What a refusal may cost, in ordinary ones. */
const MOST_RATIO = 3;

/** In a run for coverage the code counts its own steps, and those are not the product's. */
const COUNTING = '__coverage__' in globalThis ? 1.5 : 1;

/**
 * Of each kind, in turns, so that what else the machine does falls on all of them. It can only make a round dearer: the
 * cheapest one counts, and what is too dear after a few rounds has more of them.
 */
const ROUNDS = 6;
const MOST_ROUNDS = 20;
const REQUESTS = 30;

let issuer: TestIssuer;

beforeAll(async () => {
  issuer = await createTestIssuer();
});

afterAll(() => issuer.close());

describe.each(ADAPTERS)('the work of a refusal on %s', (adapter) => {
  let fixture: Fixture;
  let url: string;

  beforeAll(async () => {
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: CONTROLLERS,
      // As a server does that lets through more than Node by itself.
      setup: (app) => {
        app.use((request: RequestOfNode, _response: unknown, next: () => void) => {
          const value = enlarged.get(request.headers['x-enlarged'] ?? '');
          if (value) request.rawHeaders = ['Authorization', value];
          next();
        });
      },
    });
    url = await fixture.app.getUrl();
    // So that the first test does not wait for the first key set.
    await fixture.get(PATH, issuer.mint());
  });

  afterAll(() => fixture.close());

  const ask = (...lines: string[]) => requestRaw(url, 'GET', PATH, lines);
  const askGood = () => ask(`Authorization: Bearer ${issuer.mint({ jti: randomUUID() })}`);

  /** Sends the lines many times over and a good request among them, all at once. */
  async function crowd(line: string) {
    const before = Array.from({ length: CROWD / 2 }, () => ask(line));
    const good = askGood();
    const behind = Array.from({ length: CROWD / 2 }, () => ask(line));
    expect(await good).toMatchObject({ status: 200 });
    return Promise.all([...before, ...behind]);
  }

  it.each(WITHIN_LIMITS)('keeps nobody waiting beside %s', async (_title, make) => {
    for (const answer of await crowd(`Authorization: ${make(issuer)}`)) {
      expectRefusal(answer, { status: 401, code: answer.json?.code as string });
    }
  });

  it.each(BEYOND_LIMITS)(
    'keeps nobody waiting beside %s, which the server refuses',
    async (_title, make) => {
      fixture.log.clear();
      for (const answer of await crowd(`Authorization: ${make(issuer)}`)) {
        // It may close the connection before the client has read why.
        expect([431, 0]).toContain(answer.status);
      }
      expect(fixture.log.starting('Refused')).toEqual([]);
    },
  );

  it.each(BEYOND_LIMITS)(
    'keeps nobody waiting beside %s, at a server that lets it through',
    async (_title, make) => {
      const name = enlarge(make(issuer));
      for (const answer of await crowd(`X-Enlarged: ${name}`)) {
        expectRefusal(answer, { status: 401, code: answer.json?.code as string });
      }
    },
  );

  it('does not look into a token beyond 12 KiB', async () => {
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

  it('asks for no key for a token whose form is wrong', async () => {
    const before = issuer.fetches.jwks;
    const kids = Array.from({ length: 50 }, () => randomUUID());
    for (const kid of kids) {
      const answer = await fixture.get(PATH, issuer.mint({}, { kid, crit: ['exp'] }));
      expectRefusal(answer, { status: 401, code: 'critical_header' });
    }
    expect(issuer.fetches.jwks).toBe(before);
  });

  it(`costs at most ${MOST_RATIO} times that of a forged token, whatever was sent`, async () => {
    const stranger = await createTestKey('RS256', issuer.key.kid);
    const header = { alg: 'RS256', kid: stranger.kid };
    const ordinary = `Bearer ${signCompactJws(header, { iss: issuer.url }, stranger.privateKey)}`;
    expectRefusal(await ask(`Authorization: ${ordinary}`), {
      status: 401,
      code: 'signature_invalid',
    });
    const kinds: Hostile[] = [['an ordinary one', () => ordinary], ...WITHIN_LIMITS];
    const costs = new Map<string, number>();
    const ratio = (title: string) => costs.get(title)! / costs.get('an ordinary one')!;
    const isDear = ([title]: Hostile) => ratio(title) > MOST_RATIO * COUNTING;
    const client = await Client.open(url);
    const measure = async ([title, make]: Hostile) => {
      // Two in turns, so that nothing is gained by what was remembered of the one before.
      const requests = [make(issuer), make(issuer)].map((authorization) =>
        Buffer.from(`GET ${PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n\r\n`),
      );
      const cost = await client.cpuOf(requests, REQUESTS);
      costs.set(title, Math.min(cost, costs.get(title) ?? Infinity));
      fixture.log.clear();
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const kind of kinds) await measure(kind);
      // The first round is for the compiler.
      if (round === 0) costs.clear();
    }
    for (let round = ROUNDS; round < MOST_ROUNDS && kinds.some(isDear); round += 1) {
      for (const kind of [kinds[0]!, ...kinds.filter(isDear)]) await measure(kind);
    }
    client.close();
    const dear = kinds
      .filter(isDear)
      .map(([title]) => `${title}: ${ratio(title).toFixed(1)} times`);
    expect(dear).toEqual([]);
  });
});

interface RequestOfNode {
  rawHeaders: string[];
  headers: Record<string, string | undefined>;
}

/** Values too large for a real header, by the name that a request gives. */
const enlarged = new Map<string, string>();

function enlarge(value: string): string {
  const name = randomUUID();
  enlarged.set(name, value);
  return name;
}

/** One connection that stays open, with next to no work of its own. */
class Client {
  private constructor(private readonly socket: Socket) {}

  static async open(base: string): Promise<Client> {
    const { port, hostname } = new URL(base);
    const socket = connect(Number(port), hostname).setNoDelay();
    await once(socket, 'connect');
    return new Client(socket);
  }

  /** Processor time of the whole process for these requests, one after the other, in microseconds for each. */
  async cpuOf(requests: Buffer[], count: number): Promise<number> {
    const before = process.cpuUsage();
    for (let index = 0; index < count; index += 1) {
      await this.exchange(requests[index % requests.length]!);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / count;
  }

  close(): void {
    this.socket.destroy();
  }

  private exchange(request: Buffer): Promise<void> {
    return new Promise((resolve) => {
      let text = '';
      const read = (chunk: Buffer) => {
        text += chunk.toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1]);
        if (end < 0 || text.length < end + 4 + length) return;
        this.socket.off('data', read);
        resolve();
      };
      this.socket.on('data', read);
      this.socket.write(request);
    });
  }
}
