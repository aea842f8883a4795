import { Clock } from '../../../src/auth/clock.js';

interface Timer {
  at: number;
  task: () => void;
}

/** A clock that only moves when a test moves it. */
export class FakeClock extends Clock {
  private time = Date.parse('2026-01-01T00:00:00Z');
  private timers: Timer[] = [];

  override now = (): number => this.time;

  /** Always the latest, so that a test knows when. */
  override between = (_earliestMs: number, latestMs: number): number => latestMs;

  override after(delayMs: number, task: () => void): () => void {
    const timer = { at: this.time + delayMs, task };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  /** Moves the time forward and runs the tasks that become due, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const [next] = this.timers.filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.time = Math.max(this.time, next.at);
      next.task();
    }
    this.time = end;
  }

  /** Moves the time like a suspended machine: tasks become due and have not run yet. */
  sleep(ms: number): void {
    this.time += ms;
  }
}
