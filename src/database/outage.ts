import { types } from 'node:util';

// Not `instanceof Error`: what Node itself throws is of another realm where code runs in a VM context, as under Jest.
const { isNativeError } = types;

/** No connection to the database could be had; the cause says why. */
export class ConnectionError extends Error {
  constructor(options: { message?: string; cause: unknown }) {
    super(options.message ?? `No connection to the database: ${reason(options.cause)}`, options);
    this.name = 'ConnectionError';
  }
}

/** What PostgreSQL answers when it cannot serve now (PostgreSQL manual, appendix A). */
const SQLSTATES = [
  /^08/, // connection exception
  /^57P/, // shut down, crashed, still starting, session closed by the administrator
  /^53/, // out of connections, memory or disk
  /^25P03$/, // closed: idle in transaction for too long
  /^25006$/, // read only: a standby, after a failover
  /^57014$/, // cancelled: over our own statement_timeout
];

/** What the network says of a connection that was there before. */
const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** What the drivers say in plain sentences, without a code. */
const SENTENCES =
  /^(Connection terminated|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|PGlite is clos)/;

/** Whether the database could not be reached or could not serve, as opposed to: it answered that the query is wrong. */
export function isUnavailable(error: unknown): boolean {
  for (let at = error; isNativeError(at); at = at.cause) {
    if (at instanceof ConnectionError) return true;
    if ('code' in at && typeof at.code === 'string') {
      const { code } = at;
      if (NETWORK_CODES.has(code) || SQLSTATES.some((state) => state.test(code))) return true;
    }
    if (SENTENCES.test(at.message)) return true;
  }
  return false;
}

/** The innermost cause in a few words, for a log line: drivers wrap, and the wrapper tells the query instead. */
export function reason(error: unknown): string {
  let root = error;
  while (isNativeError(root) && root.cause !== undefined) root = root.cause;
  if (!isNativeError(root)) return String(root);
  const code = 'code' in root && typeof root.code === 'string' ? root.code : undefined;
  // Both addresses of `localhost` refused is an AggregateError without a message.
  const message =
    root.message || ('errors' in root ? (root.errors as unknown[]).map(reason).join(', ') : '');
  return code && !message.includes(code) ? `${message} (${code})` : message;
}
