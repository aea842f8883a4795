import type { Answer } from './http.js';

/** Asserts the whole answer while the database is unavailable. */
export function expectDatabaseUnavailable({ status, headers, json }: Answer): void {
  expect({
    status,
    retryAfter: headers['retry-after'],
    cacheControl: headers['cache-control'],
    challenge: headers['www-authenticate'],
    body: json,
  }).toEqual({
    status: 503,
    retryAfter: '5',
    cacheControl: 'no-store',
    challenge: undefined,
    body: {
      statusCode: 503,
      error: 'Service Unavailable',
      message: 'The database is unavailable. Try again later.',
      code: 'database_unavailable',
    },
  });
}
