import { MigrationsError } from '../src/database/migrations.js';
import { reportFailure } from '../src/start-failure.js';
import { captureLog } from './support/log.js';

describe('A start that fails', () => {
  /** What is logged for an error. */
  const messagesFor = (error: unknown) => {
    const log = captureLog();
    reportFailure(error);
    return log.map(({ level, message }) => `${level}: ${message}`);
  };

  it.each([
    [
      'Port 80 needs privileges. Set a PORT above 1023.',
      { syscall: 'listen', code: 'EACCES', port: 80 },
    ],
    [
      'Port 9464 is in use. Stop the process that uses it, or set another METRICS_PORT.',
      { syscall: 'listen', code: 'EADDRINUSE', port: 9464, variable: 'METRICS_PORT' },
    ],
    [
      'This machine does not have the address 192.0.2.1. Set another HOST, or unset it.',
      { syscall: 'listen', code: 'EADDRNOTAVAIL', address: '192.0.2.1' },
    ],
    [
      'The host name db.test cannot be resolved. Correct HOST or DATABASE_URL.',
      { syscall: 'getaddrinfo', code: 'ENOTFOUND', hostname: 'db.test' },
    ],
  ])('is explained in a sentence: %s', (sentence, members) => {
    const error = Object.assign(new Error('from Node'), members);
    expect(messagesFor(error)).toEqual([`fatal: ${sentence}`]);
  });

  it('is explained by the message alone where the options of AuthModule are wrong', () => {
    const message = 'AuthModule: the option audience must be a non-empty array of strings.';
    expect(messagesFor(new TypeError(message))).toEqual([`fatal: ${message}`]);
  });

  it('is explained by the message alone where the database lacks migrations', () => {
    const message = 'The database lacks 2 migrations of this release, and MIGRATE is off.';
    expect(messagesFor(new MigrationsError(message))).toEqual([`fatal: ${message}`]);
  });

  it('is logged whole where the cause is unknown', () => {
    expect(messagesFor(new TypeError('x is undefined'))).toEqual([
      'fatal: TypeError: x is undefined',
    ]);
  });
});
