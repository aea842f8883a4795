/** Makes runs repeatable. A failure prints it, and a path to the failing input. */
export const SEED = 6750;

/** Time for one property on a busy machine. */
export const TIMEOUT_MS = 180_000;
