import { DrizzleQueryError } from 'drizzle-orm';
import { ConnectionError, isUnavailable, reason } from '../../src/database/outage.js';

const failure = (message: string, code?: string) => Object.assign(new Error(message), { code });
const wrapped = (cause: Error) => new DrizzleQueryError('select 1', [], cause);

describe('isUnavailable', () => {
  it.each([
    ['a connection exception', failure('connection failure', '08006')],
    ['a server that shuts down', failure('terminating connection', '57P01')],
    ['a server that starts', failure('the database system is starting up', '57P03')],
    ['too many connections', failure('sorry, too many clients already', '53300')],
    ['a standby', failure('cannot execute INSERT in a read-only transaction', '25006')],
    ['a statement over the time', failure('canceling statement', '57014')],
    ['a refused connection', failure('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
    ['a broken connection', failure('read ECONNRESET', 'ECONNRESET')],
    ['a closed connection', failure('Connection terminated unexpectedly')],
    ['a silent server', failure('Query read timeout')],
    ['a closed embedded database', failure('PGlite is closed')],
    ['no connection at all', new ConnectionError({ cause: failure('self-signed certificate') })],
  ])('is true of %s, also under the wrapper of drizzle', (_, error) => {
    expect(isUnavailable(error)).toBe(true);
    expect(isUnavailable(wrapped(error))).toBe(true);
  });

  it.each([
    ['a duplicate key', failure('duplicate key', '23505')],
    ['a NUL in a text', failure('invalid byte sequence', '22021')],
    ['a missing table', failure('relation does not exist', '42P01')],
    ['a fault of the program', new TypeError('x is not a function')],
    ['nothing', undefined],
  ])('is false of %s', (_, error) => {
    expect(isUnavailable(error)).toBe(false);
    expect(isUnavailable(wrapped(error as Error))).toBe(false);
  });
});

describe('reason', () => {
  it('is the innermost cause, with its code when the message does not say it', () => {
    expect(reason(wrapped(failure('connect ECONNREFUSED ::1:5432', 'ECONNREFUSED')))).toBe(
      'connect ECONNREFUSED ::1:5432',
    );
    expect(reason(wrapped(failure('terminating connection', '57P01')))).toBe(
      'terminating connection (57P01)',
    );
  });

  it('lists what each address said', () => {
    expect(reason(new AggregateError([failure('refused on ::1'), failure('refused on v4')]))).toBe(
      'refused on ::1, refused on v4',
    );
  });
});
