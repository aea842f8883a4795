import { AsyncLocalStorage } from 'node:async_hooks';

const followed = new AsyncLocalStorage<string>();

/** The request that a function works for which has not returned yet. */
let current: string | undefined;

/**
 * Whether Node follows a request through promises at next to no cost. Before version 24 it calls a hook for every
 * promise of the process: a fifth of the time of a request.
 */
export const FOLLOWS_FOR_NOTHING = Number.parseInt(process.versions.node, 10) >= 24;

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
