import { Controller, Get } from '@nestjs/common';
import { createTestIssuer, type TestIssuer } from '../../src/auth/testing/index.js';
import { certificateFromHeader } from '../../src/auth/index.js';
import { type Fixture, startFixture } from '../auth/support/fixture.js';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { createCertificate } from '../support/certificates.js';
import { requestRaw } from '../support/raw-http.js';

const PROXY = '127.0.0.1';
const MISMATCH = { status: 401, json: { code: 'certificate_mismatch' } };

const ann = createCertificate('ann.test');
const ben = createCertificate('ben.test');

type Of = typeof ann;
const bytesOf = ({ der }: Of) => `:${der.toString('base64')}:`;
const xfccOf = ({ pem }: Of) => `Hash=${'ab'.repeat(32)};Cert="${encodeURIComponent(pem)}"`;
const escapedOf = ({ pem }: Of) => encodeURIComponent(pem);

@Controller()
class ClosedController {
  @Get('closed')
  closed() {
    return {};
  }
}

let issuer: TestIssuer;
let token: string;

beforeAll(async () => {
  issuer = await createTestIssuer({ audience: AUDIENCE });
  token = issuer.mint({ cnf: { 'x5t#S256': ann.thumbprint } });
});

afterAll(() => issuer.close());

describe('A bound token behind a proxy', () => {
  let fixture: Fixture;
  let url: string;
  let find: ReturnType<typeof certificateFromHeader>;

  beforeAll(async () => {
    fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [ClosedController],
      options: { mtls: { certificate: (request) => find(request) } },
    });
    url = await fixture.app.getUrl();
  });

  afterAll(() => fixture.close());

  const ask = (lines: string[]) =>
    requestRaw(url, 'GET', '/closed', [`Authorization: Bearer ${token}`, ...lines]);

  describe.each([
    ['Client-Cert', bytesOf],
    ['X-Forwarded-Client-Cert', xfccOf],
    ['X-SSL-Client-Cert', escapedOf],
  ])('with %s', (header, valueOf) => {
    beforeEach(() => {
      find = certificateFromHeader(header, [PROXY]);
    });

    it('passes with its certificate', async () => {
      expect(await ask([`${header}: ${valueOf(ann)}`])).toMatchObject({ status: 200 });
      expect(await ask([`${header.toLowerCase()}:${valueOf(ann)}  `])).toMatchObject({
        status: 200,
      });
    });

    it.each<[string, (name: string) => string[]]>([
      ['another certificate', (name) => [`${name}: ${valueOf(ben)}`]],
      ['no certificate', () => []],
      ['an empty value', (name) => [`${name}:`]],
      ['nonsense', (name) => [`${name}: nonsense`]],
      ['bytes that are not ASCII', (name) => [`${name}: \xff\x80${valueOf(ann)}`]],
      ['part of the certificate', (name) => [`${name}: ${valueOf(ann).slice(0, -20)}`]],
      ['two values', (name) => [`${name}: ${valueOf(ann)},${valueOf(ann)}`]],
      ['two lines', (name) => [`${name}: ${valueOf(ann)}`, `${name}: ${valueOf(ann)}`]],
      [
        'two lines, the second another',
        (name) => [valueOf(ann), valueOf(ben)].map((v) => `${name}: ${v}`),
      ],
      ['another header', (name) => [`X-${name}: ${valueOf(ann)}`]],
      ['a very long value', (name) => [`${name}: ${'A'.repeat(14_000)}`]],
    ])('is refused with %s', async (_, linesFor) => {
      expect(await ask(linesFor(header))).toMatchObject(MISMATCH);
    });

    it('is refused when the connection is not from the proxy, whatever its headers say', async () => {
      find = certificateFromHeader(header, ['192.0.2.1']);
      const lines = [`${header}: ${valueOf(ann)}`, 'X-Forwarded-For: 192.0.2.1'];
      expect(await ask(lines)).toMatchObject(MISMATCH);
    });
  });
});

describe('MTLS_CERT_HEADER', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({
      issuer,
      environment: {
        TRUSTED_PROXIES: PROXY,
        MTLS_CERT_HEADER: 'Client-Cert',
        PUBLIC_URL: 'https://api.example.com',
      },
    });
  });

  afterAll(() => api.close());

  it('names the header in which the application finds a certificate', async () => {
    const ask = (headers: Record<string, string>) => api.get('/api/private', token, { headers });
    expect(await ask({ 'Client-Cert': bytesOf(ann) })).toMatchObject({ status: 200 });
    expect(await ask({ 'Client-Cert': bytesOf(ben) })).toMatchObject(MISMATCH);
    expect(await ask({ 'X-SSL-Client-Cert': escapedOf(ann) })).toMatchObject(MISMATCH);
    expect(await api.get('/api/private', issuer.mint())).toMatchObject({ status: 200 });
  });

  it('is announced in the metadata', async () => {
    const { json } = await api.get('/.well-known/oauth-protected-resource');
    expect(json).toMatchObject({ tls_client_certificate_bound_access_tokens: true });
  });
});
