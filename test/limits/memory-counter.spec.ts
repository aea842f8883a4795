import { MemoryCounter } from '../../src/limits/memory-counter.js';
import { FakeClock } from '../auth/support/fake-clock.js';

const MINUTE = 60_000;

describe('MemoryCounter', () => {
  it('counts each client apart, and begins again when its minute has ended', async () => {
    const clock = new FakeClock();
    const counter = new MemoryCounter(clock);
    const hit = (key: string) => counter.increment(key, MINUTE, 1);
    expect(await hit('a')).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
    clock.advance(30_001);
    expect(await hit('a')).toMatchObject({ totalHits: 2, isBlocked: true, timeToBlockExpire: 30 });
    expect(await hit('b')).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
    clock.advance(29_999);
    expect(await hit('a')).toMatchObject({ totalHits: 1, isBlocked: false, timeToExpire: 60 });
  });

  it('remembers the 100,000 clients that asked last, so that its memory is bounded', async () => {
    const counter = new MemoryCounter(new FakeClock());
    const hits = async (key: string) => (await counter.increment(key, MINUTE, 1)).totalHits;
    for (let client = 0; client < 100_001; client += 1) await hits(`${client}`);
    expect(await hits('1')).toBe(2);
    expect(await hits('0')).toBe(1);
  });
});
