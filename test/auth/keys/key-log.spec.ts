import { Logger } from '@nestjs/common';
import { logFailure } from '../../../src/auth/keys/key-log.js';
import { LogRecorder } from '../support/log-recorder.js';

describe('the log line of a failed fetch', () => {
  const log = new LogRecorder();

  beforeAll(() => Logger.overrideLogger(log));

  /** Node's error for a host of which every address refuses the connection. */
  const allRefused = () => Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });

  it.each<[string, string, Error]>([
    ['message', 'connect ECONNREFUSED 127.0.0.1:1', new Error('connect ECONNREFUSED 127.0.0.1:1')],
    ['cause', 'other side closed', new TypeError('x', { cause: new Error('other side closed') })],
    ['code if it has no message', 'ECONNREFUSED', allRefused()],
    ['name if it has neither', 'RangeError', new RangeError()],
  ])('names the error by its %s', (_, reason, error) => {
    log.clear();
    logFailure('https://issuer.test/', error, undefined);
    expect(log.lines).toEqual([
      {
        level: 'error',
        message:
          'Cannot fetch the signing keys of https://issuer.test/; tokens are answered with 503: ' +
          reason,
      },
    ]);
  });
});
