import { DrizzleQueryError } from 'drizzle-orm';

/** The database cannot be reached, or cannot accept the statement now. */
export class DatabaseUnavailableError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DatabaseUnavailableError';
  }
}

/** SQLSTATEs of a server that cannot serve now (PostgreSQL manual, appendix A). */
const UNAVAILABLE = [
  /^08/, // connection exception
  /^28/, // login refused
  /^3D/, // no such database
  /^53/, // out of connections, memory or disk
  /^57P/, // shutting down, crashed, starting up, or closed by the administrator
  /^55000$/, // the administrator allows no connections
  /^57014$/, // cancelled by our own statement_timeout
  /^25P03$/, // closed after being idle in a transaction for too long
  /^25006$/, // read-only: a standby after a failover
];

/** Whether the database is unavailable, as opposed to having refused the query itself. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof DatabaseUnavailableError) return true;
  if (!(error instanceof DrizzleQueryError)) return false;
  const { cause } = error;
  if (cause instanceof DatabaseUnavailableError) return true;
  // Only the server's own answers have a severity. Without one, the connection failed.
  const { name, severity, code } = Object(cause) as {
    [key in 'name' | 'severity' | 'code']?: string;
  };
  if (severity === undefined) return name !== 'TypeError';
  return UNAVAILABLE.some((state) => state.test(code ?? ''));
}

/** A failed query without the values of its parameters, which are what people wrote. */
export function withoutValues(error: DrizzleQueryError): Error {
  const failure = new Error(`Failed query: ${error.query}: ${reason(error)}`);
  failure.stack = error.stack?.replace(error.message, () => failure.message);
  return failure;
}

/** The innermost cause, for a log line: the errors around it only repeat the query. */
export function reason(error: unknown): string {
  const { cause, code, errors, message, name } = Object(error) as Error & {
    code?: string;
    errors?: unknown[];
  };
  if (cause !== undefined) return reason(cause);
  // An AggregateError without a message: each address of a host refused the connection.
  const text = message || errors?.map(reason).join(', ') || name || String(error);
  return code === undefined || text.includes(code) ? text : `${text} (${code})`;
}
