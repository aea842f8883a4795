import { createSecretKey } from 'node:crypto';
import { ServerNonces } from '../../../src/auth/bound/server-nonces.js';
import { FakeClock } from '../support/fake-clock.js';

const SECRET = createSecretKey(Buffer.from('a secret of at least thirty-two bytes'));
const PERIOD_MS = 5 * 60 * 1000;

describe('ServerNonces (RFC 9449 §9)', () => {
  const clock = new FakeClock();

  it('change with each period, and the last one stays known for one more', () => {
    const nonces = new ServerNonces(SECRET, clock);
    const first = nonces.current;
    expect(first).toMatch(/^[\w-]{43}$/);
    clock.advance(PERIOD_MS - 1);
    expect(nonces.current).toBe(first);
    clock.advance(1);
    expect(nonces.current).not.toBe(first);
    expect(nonces.previous).toBe(first);
    clock.advance(PERIOD_MS);
    expect([nonces.current, nonces.previous]).not.toContain(first);
  });

  it('are the same on every instance with the secret, and on no other', () => {
    const [one, two] = [new ServerNonces(SECRET, clock), new ServerNonces(SECRET, clock)];
    expect(one.current).toBe(two.current);
    expect(one.previous).toBe(two.previous);
    const other = createSecretKey(Buffer.from('another secret of thirty-two bytes'));
    expect(new ServerNonces(other, clock).current).not.toBe(one.current);
  });
});
