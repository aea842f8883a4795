import { DrizzleQueryError } from 'drizzle-orm';
import { DatabaseUnavailableError, isUnavailable, reason } from '../../src/database/outage.js';

/** An error as drivers throw it for an answer of the server: only those have a severity. */
const answer = (message: string, code: string) =>
  Object.assign(new Error(message), { severity: 'ERROR', code });
const failure = (message: string, code?: string) => Object.assign(new Error(message), { code });
const wrapped = (cause: Error) => new DrizzleQueryError('select 1', [], cause);

describe('isUnavailable', () => {
  it.each([
    ['a connection exception', answer('connection failure', '08006')],
    ['a server that shuts down', answer('terminating connection', '57P01')],
    ['a server that starts', answer('the database system is starting up', '57P03')],
    ['too many connections', answer('sorry, too many clients already', '53300')],
    ['a full disk', answer('could not extend file', '53100')],
    ['a password that the server refuses', answer('password authentication failed', '28P01')],
    ['a dropped database', answer('database "api" does not exist', '3D000')],
    ['a database that allows no connections', answer('not accepting connections', '55000')],
    ['a standby', answer('cannot execute INSERT in a read-only transaction', '25006')],
    ['a statement that takes too long', answer('canceling statement', '57014')],
    ['a refused connection', failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
    ['a broken connection', failure('read ECONNRESET', 'ECONNRESET')],
    ['a closed connection', failure('Connection terminated unexpectedly')],
    ['a pool without a free connection', failure('timeout exceeded when trying to connect')],
    ['a certificate that is not trusted', failure('self-signed certificate')],
    ['a silent server', failure('Query read timeout')],
    ['a closed embedded database', failure('PGlite is closed')],
    ['the error that says so', new DatabaseUnavailableError('The disk is full')],
  ])('is true for %s', (_, error) => {
    expect(isUnavailable(wrapped(error))).toBe(true);
  });

  it('is true for a transaction that did not begin', () => {
    expect(isUnavailable(new DatabaseUnavailableError('PGlite is closed'))).toBe(true);
  });

  it.each([
    ['a duplicate key', answer('duplicate key', '23505')],
    ['a NUL in a text', answer('invalid byte sequence', '22021')],
    ['a missing table', answer('relation does not exist', '42P01')],
    ['a bug', new TypeError('x is not a function')],
  ])('is false for %s', (_, error) => {
    expect(isUnavailable(wrapped(error))).toBe(false);
  });

  it('is false for an error that is not from the database', () => {
    expect(isUnavailable(failure('connect ECONNREFUSED', 'ECONNREFUSED'))).toBe(false);
    expect(isUnavailable(undefined)).toBe(false);
  });
});

describe('reason', () => {
  it('is the innermost cause, with its code unless the message contains it', () => {
    expect(reason(wrapped(failure('connect ECONNREFUSED ::1:5432', 'ECONNREFUSED')))).toBe(
      'connect ECONNREFUSED ::1:5432',
    );
    expect(reason(wrapped(failure('terminating connection', '57P01')))).toBe(
      'terminating connection (57P01)',
    );
  });

  it('lists the reason for each address of a host', () => {
    expect(reason(new AggregateError([failure('refused on ::1'), failure('refused on v4')]))).toBe(
      'refused on ::1, refused on v4',
    );
  });
});
