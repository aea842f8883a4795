import { MemoryReplayStore } from '../../../src/auth/bound/replay-store.js';
import { RedisReplayStore } from '../../../src/auth/bound/redis-replay-store.js';
import { FakeClock } from '../support/fake-clock.js';

describe('MemoryReplayStore', () => {
  it('lets exactly one of several calls with one key pass', async () => {
    const store = new MemoryReplayStore({ clock: new FakeClock() });
    const calls = Array.from({ length: 20 }, () => store.remember('key', 1000));
    expect((await Promise.all(calls)).filter(Boolean)).toHaveLength(1);
    expect(await store.remember('other', 1000)).toBe(true);
  });

  it('remembers a proof until its time has passed, and not until that of others', async () => {
    const clock = new FakeClock();
    const store = new MemoryReplayStore({ clock });
    await store.remember('long', 120_000);
    await store.remember('short', 1000);
    clock.advance(1000);
    expect(await store.remember('short', 1000)).toBe(false);
    clock.advance(1);
    expect(await store.remember('short', 1000)).toBe(true);
    clock.advance(118_999);
    expect(await store.remember('long', 1)).toBe(false);
  });

  it('refuses further proofs when it is full, and forgets none before its time', async () => {
    const clock = new FakeClock();
    const store = new MemoryReplayStore({ clock, maxProofs: 3 });
    for (const key of ['a', 'b', 'c']) expect(await store.remember(key, 60_000)).toBe(true);
    await expect(store.remember('d', 60_000)).rejects.toThrow(/full: 3 proofs/);
    expect(await store.remember('a', 60_000)).toBe(false);
    clock.advance(60_001);
    expect(await store.remember('d', 60_000)).toBe(true);
  });

  it('gives back the memory of proofs that have expired', async () => {
    const clock = new FakeClock();
    const store = new MemoryReplayStore({ clock });
    const { proofs } = store as unknown as { proofs: { size: number } };
    for (let index = 0; index < 20_000; index++) {
      await store.remember(String(index), 60_000);
      clock.advance(60);
    }
    // A thousand are alive at any time.
    expect(proofs.size).toBeLessThan(5000);
  });
});

describe('RedisReplayStore', () => {
  it('sets a key that ends by itself, if there is none', async () => {
    const commands: unknown[][] = [];
    const answers = ['OK', null];
    const store = new RedisReplayStore({
      set: async (...command) => {
        commands.push(command);
        return answers.shift();
      },
    });
    expect(await store.remember('key', 61_000)).toBe(true);
    expect(await store.remember('key', 60_000)).toBe(false);
    expect(commands[0]).toEqual(['dpop:key', '1', 'PX', 61_000, 'NX']);
  });
});
