import { randomUUID } from 'node:crypto';

/** What a request id may look like. It goes into the log and back into a header, so nothing else gets in. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;

/** The id that came as `X-Request-Id`, or a new one where none came or it is not usable. */
export function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && REQUEST_ID.test(header) ? header : randomUUID();
}
