import { AsyncLocalStorage } from 'node:async_hooks';
import type { LOG_LEVELS } from '../config/environment.js';

const followed = new AsyncLocalStorage<string>();

/** The request that a function works for which has not returned yet. */
let current: string | undefined;

/** Before version 24 Node calls a hook for every promise of the process: a fifth of the time of a request. */
const FOLLOWS_FOR_NOTHING = Number.parseInt(process.versions.node, 10) >= 24;

/**
 * Whether requests are to be followed through what they start. With `LOG_LEVEL` `error` or `fatal`, lines come from where a
 * request fails, and there its id is at hand: they are then followed only where it costs nothing.
 */
export function followsRequests(logLevel: (typeof LOG_LEVELS)[number] = 'info'): boolean {
  return FOLLOWS_FOR_NOTHING || !['error', 'fatal'].includes(logLevel);
}

/** Runs a function, and all that it starts, as part of the request with this id. */
export function inRequest<T>(id: string, run: () => T): T {
  return followed.run(id, run);
}

/** The same for what is done when the function returns; what it starts is not followed. It costs nothing. */
export function duringRequest<T>(id: string, run: () => T): T {
  const before = current;
  current = id;
  try {
    return run();
  } finally {
    current = before;
  }
}

/** Id of the request that the caller works for; undefined outside of any. */
export function currentRequestId(): string | undefined {
  return current ?? followed.getStore();
}
