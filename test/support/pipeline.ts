import { requestText } from './wire.js';

/** Requests of one connection that may be under way at a time. */
export const LIMIT = 64;

export const SDK_FILE = '/vendor/auth0-spa-js.production.esm.js';

type Headers = Record<string, string>;
/** Makes the text of a request. */
export type MakeRequest = (token: string, headers?: Headers) => string;

export const get =
  (path: string): MakeRequest =>
  (_, headers) =>
    requestText('GET', path, { Connection: 'keep-alive', ...headers });

export const getProtected: MakeRequest = (token, headers) =>
  get('/api/private')(token, { Authorization: `Bearer ${token}`, ...headers });
