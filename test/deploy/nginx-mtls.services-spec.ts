import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { freePorts, killAll } from '../cluster/processes.mjs';
import { startNginx } from '../cluster/servers.mjs';
import { type Api, startApi } from '../support/api.js';
import { createCertificate, type TestCertificate } from '../support/certificates.js';
import { type Ask, request } from '../support/http.js';

const LISTEN = 'deploy/nginx/listen.mtls.conf';

const server = createCertificate('localhost');
const authority = createCertificate('authority.test', { isAuthority: true });
const ann = createCertificate('ann.test', { issuer: authority });
const ben = createCertificate('ben.test', { issuer: authority });
const selfSigned = createCertificate('self-signed.test');

describe('Behind nginx with deploy/nginx/listen.mtls.conf (RFC 8705)', () => {
  let directory: string;
  let api: Api;
  let port: number;
  let plainPort: number;
  let origin: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'nginx-'));
    await chmod(directory, 0o755);
    await writeFile(join(directory, 'fullchain.pem'), server.pem);
    await writeFile(join(directory, 'privkey.pem'), server.key);
    api = await startApi({
      environment: { TRUSTED_PROXIES: '127.0.0.1', MTLS_CERT_HEADER: 'X-SSL-Client-Cert' },
    });
    [port, plainPort] = (await freePorts(2)) as [number, number];
    origin = `https://127.0.0.1:${port}`;
    const file = await readFile(LISTEN, 'utf8');
    const listen = file
      .replace('listen 443 ssl;', `listen 127.0.0.1:${port} ssl; listen 127.0.0.1:${plainPort};`)
      .replaceAll('/etc/nginx/tls', directory);
    const instances = [{ port: Number(new URL(api.url).port) }];
    await startNginx({ directory, port, instances, listen });
  });

  afterAll(async () => {
    await killAll();
    await api.close();
    await rm(directory, { recursive: true, force: true });
  });

  const bound = (certificate: TestCertificate) =>
    api.issuer.mint({ cnf: { 'x5t#S256': certificate.thumbprint } });

  /** Asks through nginx. */
  const ask = (token: string | undefined, client?: TestCertificate, more: Ask = {}) => {
    const tls = { ca: server.pem, servername: server.name, cert: client?.pem, key: client?.key };
    const path = token ? '/api/private' : '/api/public';
    return request(origin, 'GET', path, { ...more, token, tls: { ...tls, ...more.tls } });
  };

  const REFUSED = { status: 401, json: { code: 'certificate_mismatch' } };

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('a bound token passes with its certificate: %s', (v) =>
    expect(ask(bound(ann), ann, { tls: { minVersion: v, maxVersion: v } })).resolves.toMatchObject({
      status: 200,
    }),
  );

  it('a bound token passes with a certificate that signed itself (§2.2)', async () => {
    expect(await ask(bound(selfSigned), selfSigned)).toMatchObject({ status: 200 });
  });

  it('a bound token passes on a TLS session that is resumed', async () => {
    const options = { port, ca: server.pem, servername: server.name, cert: ann.pem, key: ann.key };
    const head = `GET /api/private HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${bound(ann)}\r\n`;
    const exchange = async (session?: Buffer) => {
      const socket = connect({ ...options, maxVersion: 'TLSv1.2', session });
      await once(socket, 'secureConnect');
      const state = { isReused: socket.isSessionReused(), session: socket.getSession() };
      socket.write(`${head}Connection: close\r\n\r\n`);
      return { ...state, answer: await text(socket) };
    };
    const { session } = await exchange();
    const { answer, isReused } = await exchange(session);
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(isReused).toBe(true);
  });

  it('a bound token is refused with another certificate', async () => {
    expect(await ask(bound(ann), ben)).toMatchObject(REFUSED);
  });

  it('a bound token is refused without a certificate', async () => {
    expect(await ask(bound(ann))).toMatchObject(REFUSED);
  });

  it.each([
    ['X-SSL-Client-Cert', encodeURIComponent(ann.pem)],
    ['x_ssl_client_cert', encodeURIComponent(ann.pem)],
    ['Client-Cert', `:${ann.der.toString('base64')}:`],
    ['X-Forwarded-Client-Cert', `Cert="${encodeURIComponent(ann.pem)}"`],
  ])('a client cannot send %s itself', async (name, value) => {
    const headers = { [name]: value };
    expect(await ask(bound(ann), undefined, { headers })).toMatchObject(REFUSED);
    expect(await ask(bound(ann), ben, { headers })).toMatchObject(REFUSED);
    expect(await ask(bound(ann), ann, { headers })).toMatchObject({ status: 200 });
    // Without TLS, as with deploy/nginx/listen.conf.
    const plain = `http://127.0.0.1:${plainPort}`;
    const answer = await request(plain, 'GET', '/api/private', { token: bound(ann), headers });
    expect(answer).toMatchObject(REFUSED);
  });

  it('a bearer token passes with any certificate, and without one', async () => {
    const token = api.issuer.mint();
    expect(await ask(token)).toMatchObject({ status: 200 });
    expect(await ask(token, ann)).toMatchObject({ status: 200 });
    expect(await ask(undefined)).toMatchObject({ status: 200 });
  });
});
