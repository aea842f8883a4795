import { sql } from 'drizzle-orm';
import { v7 as uuidv7 } from 'uuid';
import type { AccessTokenClaims } from '../../src/auth/index.js';
import type { Connection, Database } from '../../src/database/connection.js';
import { revocations } from '../../src/database/schema.js';
import { RevocationCopy } from '../../src/revocation/revocation-copy.js';
import { RevocationsService } from '../../src/revocation/revocations.service.js';
import { FakeClock } from '../auth/support/fake-clock.js';
import { openTestDatabase } from '../support/database.js';
import { captureLog, type LogLine } from '../support/log.js';

const ISSUER = 'https://issuer.test/';
const CONFIG = { tokenLifeSec: 3600, logoutClientId: undefined };
const LIFE_MS = 3600 * 1000 + 60_000;

describe('The copy of the revocations', () => {
  let connection: Connection;
  let db: Database;
  let clock: FakeClock;
  let copies: RevocationCopy[];
  let log: LogLine[];

  beforeAll(async () => {
    connection = await openTestDatabase();
    ({ db } = connection);
  });

  beforeEach(async () => {
    clock = new FakeClock();
    copies = [];
    log = captureLog();
    await db.delete(revocations);
  });

  afterEach(() => {
    for (const copy of copies) copy.onApplicationShutdown();
  });

  afterAll(() => connection.close());

  /** That of an instance of its own. */
  const start = async (on = db) => {
    const copy = new RevocationCopy(on, clock, CONFIG);
    copies.push(copy);
    await copy.onModuleInit();
    return copy;
  };

  const revoke = (copy: RevocationCopy, sub: string) =>
    new RevocationsService(db, copy, clock, CONFIG).revoke({ sub }, ISSUER, 'auth0|root');

  const claims = (sub: string) => ({ iss: ISSUER, sub, iat: 0 }) as AccessTokenClaims;
  const refuses = (copy: RevocationCopy, sub: string) => copy.isRevoked(claims(sub));

  /** Lets the time pass in which an instance looks at the database, until it has looked. */
  const look = async (copy: RevocationCopy) => {
    clock.advance(2000);
    await copy.follow(); // which the clock has started
  };

  it('has what was written before, at the start', async () => {
    await revoke(await start(), 'ann');
    const restarted = await start();
    expect(refuses(restarted, 'ann')).toBe(true);
    expect(refuses(restarted, 'bob')).toBe(false);
    expect(restarted.status()).toEqual({ known: 1, ageSec: 0 });
  });

  it('has what this instance has written at once, and others in two seconds', async () => {
    const one = await start();
    const other = await start();
    await revoke(one, 'ann');
    expect([refuses(one, 'ann'), refuses(other, 'ann')]).toEqual([true, false]);
    await look(other);
    expect(refuses(other, 'ann')).toBe(true);
  });

  /** What was written since the oldest open transaction began, in any database, is read again. */
  const untilOldTransactionsEnd = async () => {
    const open = sql`transaction >= pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;
    while ((await db.$count(revocations, open)) > 0);
  };

  it('reads only what is new, and nothing twice', async () => {
    const copy = await start();
    await revoke(copy, 'ann');
    await untilOldTransactionsEnd();
    await look(copy);
    await revoke(copy, 'bob');
    await untilOldTransactionsEnd();
    const added: unknown[] = [];
    const { tokens } = copy as unknown as { tokens: { add: (row: { sub: string }) => void } };
    tokens.add = ({ sub }) => added.push(sub);
    await look(copy);
    await look(copy);
    expect(added).toEqual(['bob']);
  });

  it('reads any number of rows', async () => {
    await db.execute(sql`insert into revocations (id, iss, sub, at, expires_at)
      select gen_random_uuid(), ${ISSUER}, 'many-' || n, now(), now() + interval '1 hour'
      from generate_series(1, 10001) n`);
    const copy = await start();
    expect(copy.status().known).toBe(10_001);
    expect([refuses(copy, 'many-1'), refuses(copy, 'many-10001')]).toEqual([true, true]);
  });

  it('has the rows of a restored backup, which have numbers of transactions to come', async () => {
    const at = new Date(clock.now());
    const row = { id: uuidv7(), iss: ISSUER, sub: 'old', at, expiresAt: at };
    await db.insert(revocations).values({ ...row, transaction: 2n ** 40n });
    const copy = await start();
    expect(refuses(copy, 'old')).toBe(true);
    await revoke(await start(), 'ann');
    await look(copy);
    expect(refuses(copy, 'ann')).toBe(true);
  });

  describe('while the database is unavailable', () => {
    /** A database that fails while it is down. */
    const outage = () => {
      const state = { isDown: false };
      const failing = new Proxy(db, {
        get: (target, name) => {
          if (state.isDown) throw new Error('gone');
          return Reflect.get(target, name) as unknown;
        },
      });
      return { state, failing };
    };

    it('stays in force, says its age, and follows again afterwards', async () => {
      const { state, failing } = outage();
      const copy = await start(failing);
      const other = await start();
      await revoke(copy, 'ann');
      state.isDown = true;
      await revoke(other, 'bob');
      for (let times = 0; times < 5; times += 1) await look(copy);
      expect(copy.status().ageSec).toBe(10);
      expect([refuses(copy, 'ann'), refuses(copy, 'bob')]).toEqual([true, false]);
      state.isDown = false;
      await look(copy);
      expect(copy.status().ageSec).toBe(0);
      expect(refuses(copy, 'bob')).toBe(true);
    });

    it('reads everything afterwards: numbers of transactions may have been used again', async () => {
      const { state, failing } = outage();
      const copy = await start(failing);
      await look(copy);
      state.isDown = true;
      await look(copy);
      const at = new Date(clock.now());
      const row = { id: uuidv7(), iss: ISSUER, sub: 'ann', at, expiresAt: at };
      await db.insert(revocations).values({ ...row, transaction: 1n });
      state.isDown = false;
      await look(copy);
      expect(refuses(copy, 'ann')).toBe(true);
    });

    it('logs once when it is older than five seconds, and once when that is over', async () => {
      const { state, failing } = outage();
      const copy = await start(failing);
      state.isDown = true;
      await look(copy);
      await look(copy);
      expect(log).toEqual([]);
      await look(copy);
      await look(copy);
      state.isDown = false;
      await look(copy);
      await look(copy);
      const context = 'RevocationCopy';
      expect(log).toEqual([
        {
          level: 'error',
          message: 'Cannot read the revocations; those from 6 s ago stay in force: gone',
          context,
        },
        { level: 'log', message: 'The revocations are up to date again.', context },
      ]);
    });

    it('an instance does not start, because it would accept what is revoked', async () => {
      const { state, failing } = outage();
      state.isDown = true;
      await expect(start(failing)).rejects.toThrow('gone');
    });
  });

  describe('when no token can have been issued before', () => {
    it('forgets a revocation, and deletes its row', async () => {
      const copy = await start();
      await revoke(copy, 'ann');
      clock.advance(LIFE_MS - 3000);
      await revoke(copy, 'bob');
      await look(copy);
      expect(await db.select({ sub: revocations.sub }).from(revocations)).toHaveLength(2);
      clock.advance(60_000);
      await look(copy);
      expect(await db.select({ sub: revocations.sub }).from(revocations)).toEqual([{ sub: 'bob' }]);
      expect([refuses(copy, 'ann'), refuses(copy, 'bob')]).toEqual([false, true]);
      expect(copy.status().known).toBe(1);
    });

    it('deletes 500 rows at a time', async () => {
      const at = new Date(clock.now());
      const rows = Array.from({ length: 1100 }, (_, n) => ({
        id: uuidv7(),
        iss: ISSUER,
        sub: `many-${n}`,
        at,
        expiresAt: at,
      }));
      await db.insert(revocations).values(rows);
      const copy = await start();
      const left: number[] = [];
      for (let times = 0; times < 4; times += 1) {
        await look(copy);
        left.push((await db.select({ id: revocations.id }).from(revocations)).length);
      }
      expect(left).toEqual([600, 100, 0, 0]);
    });
  });

  it('stops following when the application stops', async () => {
    const copy = await start();
    copy.onApplicationShutdown();
    await revoke(await start(), 'ann');
    clock.advance(60_000);
    expect((copy as unknown as { following?: unknown }).following).toBeUndefined();
    expect(refuses(copy, 'ann')).toBe(false);
  });
});
