import { AsyncLocalStorage } from 'node:async_hooks';

const requestIds = new AsyncLocalStorage<string>();

/** Runs a function, and all that it starts, as part of the request with this id. */
export function inRequest<T>(id: string, run: () => T): T {
  return requestIds.run(id, run);
}

/** Id of the request that the caller works for; undefined outside of any. */
export function currentRequestId(): string | undefined {
  return requestIds.getStore();
}
