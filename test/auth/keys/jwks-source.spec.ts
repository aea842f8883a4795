import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { JwksSource } from '../../../src/auth/keys/jwks-source.js';
import { FakeClock } from '../support/fake-clock.js';

describe('JwksSource', () => {
  it('never contacts an https issuer without TLS', async () => {
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
    const source = new JwksSource({ issuer }, 5000, new FakeClock());
    await expect(source.fetch()).rejects.toThrow('fetch failed');
    server.close();
    // The first byte of a TLS handshake record (RFC 8446 §5.1).
    expect(received.map((bytes) => bytes[0])).toEqual([0x16]);
    expect(Buffer.concat(received).toString('latin1')).not.toContain('well-known');
  });
});
