import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { IssuerKeys } from '../../../src/auth/keys/issuer-keys.js';
import { fetchPublishedKeys } from '../../../src/auth/keys/jwks-source.js';
import { FakeClock } from '../support/fake-clock.js';
import { LogRecorder } from '../support/log-recorder.js';

const OPTIONS = {
  jwksTimeoutMs: 5000,
  jwksMaxAgeSec: 600,
  jwksMaxStaleSec: 86_400,
  clockToleranceSec: 5,
};

describe('the log of an issuer that cannot be reached', () => {
  /** As Node reports a host with several addresses that all refuse. */
  const allRefused = () => Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' });

  it.each([
    ['its text', 'connect ECONNREFUSED 127.0.0.1:1', new Error('connect ECONNREFUSED 127.0.0.1:1')],
    ['its code where it has no text', 'ECONNREFUSED', allRefused()],
    ['its name where it has neither', 'RangeError', new RangeError()],
  ])('tells of the error by %s', async (_, told, error) => {
    const log = new LogRecorder();
    const fail = () => Promise.reject(error);
    const keys = new IssuerKeys('https://issuer.test/', false, OPTIONS, fail, new FakeClock(), log);
    const answer = async () => keys.find({ alg: 'RS256', kid: 'x', iat: 1 });
    await expect(answer()).rejects.toMatchObject({ code: 'keys_unavailable', status: 503 });
    keys.stop();
    expect(keys.status()).toMatchObject({ isOut: true, lastError: told });
    expect(log.lines).toEqual([
      {
        level: 'error',
        message: `Signing keys of https://issuer.test/ cannot be had, tokens are answered with 503: ${told}`,
      },
    ]);
  });
});

describe('an issuer with https', () => {
  it('is never asked in the clear', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.once('data', (bytes) => {
        received.push(bytes);
        socket.destroy();
      });
      socket.on('error', () => {});
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const issuer = `https://127.0.0.1:${port}/`;
    const { signal } = new AbortController();
    await expect(fetchPublishedKeys({ issuer }, signal)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    server.close();
    // A TLS handshake begins so (RFC 8446 §5.1).
    expect(received.map((bytes) => bytes[0])).toEqual([0x16]);
    expect(Buffer.concat(received).toString('latin1')).not.toContain('well-known');
  });
});
