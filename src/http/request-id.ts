import { randomUUID } from 'node:crypto';

/** What a client may send as an id. It goes into the log and back into a header. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** Returns the client's `X-Request-Id`, or a new id when there is none or it is not usable. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}
