/** Node runs a timer with a longer delay at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** Time, as everything in this module reads it; a test puts a clock of its own in its place. */
export class Clock {
  /** Milliseconds since 1970. */
  now(): number {
    return Date.now();
  }

  /**
   * Runs a task once, later. The timer does not keep the process alive.
   *
   * @param delayMs from now, in milliseconds; at most 24 days.
   * @returns a function that calls it off.
   */
  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, Math.min(delayMs, MAX_DELAY_MS)).unref();
    return () => clearTimeout(timer);
  }
}
