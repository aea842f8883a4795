/** Node runs a timer with a longer delay immediately. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The time for everything in this module. A test replaces it with a clock of its own. */
export class Clock {
  /** Milliseconds since 1970. */
  now(): number {
    return Date.now();
  }

  /** A random moment between two others, so that several instances do not act together. */
  between(earliestMs: number, latestMs: number): number {
    return earliestMs + (latestMs - earliestMs) * Math.random();
  }

  /**
   * Runs a task once, later. The timer does not keep the process alive.
   *
   * @param delayMs from now, in milliseconds; at most 24 days.
   * @returns a function that cancels it.
   */
  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, Math.min(delayMs, MAX_DELAY_MS)).unref();
    return () => clearTimeout(timer);
  }
}
