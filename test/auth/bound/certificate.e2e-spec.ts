import type { TLSSocket } from 'node:tls';
import { Controller, Get } from '@nestjs/common';
import { AccessToken, type MtlsOptions, OptionalAuth, Public } from '../../../src/auth/index.js';
import {
  createDpopKey,
  createTestIssuer,
  type TestIssuer,
} from '../../../src/auth/testing/index.js';
import { createCertificate, type TestCertificate } from '../../support/certificates.js';
import { expectRefusal } from '../../support/refusal.js';
import { ADAPTERS, type Fixture, startFixture } from '../support/fixture.js';
import { CatsController, DpopClient, PUBLIC_URL } from './support.js';

const server = createCertificate('localhost');
const ann = createCertificate('ann.test');
const ben = createCertificate('ben.test');

@Controller()
class BoundController {
  @Get('closed')
  closed(@AccessToken('sub') sub: string) {
    return { sub };
  }

  @Get('optional')
  @OptionalAuth()
  optional(@AccessToken('sub') sub?: string) {
    return { sub: sub ?? null };
  }

  @Get('public')
  @Public()
  public() {
    return {};
  }
}

/** As an application finds the certificate that ended its own TLS. */
const ofConnection = (request: { socket: TLSSocket }) =>
  request.socket.getPeerCertificate().raw as Uint8Array | undefined;

describe.each(ADAPTERS)('A token that is bound to a certificate on %s (RFC 8705)', (adapter) => {
  let issuer: TestIssuer;
  let fixture: Fixture;
  let certificate: MtlsOptions['certificate'];

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter,
      issuer,
      controllers: [BoundController],
      options: {
        publicUrl: PUBLIC_URL,
        mtls: { certificate: (request) => certificate(request) },
      },
      // Any certificate: the handshake proves that the client has its key (§6.2).
      tls: { cert: server.pem, key: server.key, requestCert: true, rejectUnauthorized: false },
    });
  });

  beforeEach(() => {
    certificate = ofConnection;
    fixture.log.clear();
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  const boundTo = (cnf: unknown, claims: object = {}) => issuer.mint({ cnf, ...claims });
  const annToken = () => boundTo({ 'x5t#S256': ann.thumbprint });

  const get = (path: string, token?: string, client?: TestCertificate) => {
    const tls = { ca: server.pem, servername: server.name, cert: client?.pem, key: client?.key };
    return fixture.ask('GET', path, { token, tls });
  };

  const MISMATCH = {
    status: 401,
    code: 'certificate_mismatch',
    metadata: `${PUBLIC_URL}/.well-known/oauth-protected-resource`,
  };

  it('passes with its certificate', async () => {
    const answer = await get('/closed', boundTo({ 'x5t#S256': ann.thumbprint, kid: 'a' }), ann);
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'private, no-cache' },
    });
  });

  it('is refused with another certificate (§3)', async () => {
    expectRefusal(await get('/closed', annToken(), ben), MISMATCH);
  });

  it('is refused without a certificate', async () => {
    expectRefusal(await get('/closed', annToken()), MISMATCH);
  });

  it('is judged by the certificate of each request, when it was accepted before', async () => {
    const token = annToken();
    const statuses: number[] = [];
    for (const client of [ann, ben, undefined, ann]) {
      statuses.push((await get('/closed', token, client)).status);
    }
    expect(statuses).toEqual([200, 401, 401, 200]);
  });

  it('is judged where the token is optional, and ignored on public routes', async () => {
    expect(await get('/optional', annToken(), ann)).toMatchObject({ status: 200 });
    expectRefusal(await get('/optional', annToken(), ben), MISMATCH);
    expect(await get('/public', annToken(), ben)).toMatchObject({ status: 200 });
  });

  it.each<[string, unknown]>([
    ['in upper case', ann.thumbprint.toUpperCase()],
    ['with padding', `${ann.thumbprint}=`],
    ['in base64', Buffer.from(ann.thumbprint, 'base64url').toString('base64')],
    ['in hex', Buffer.from(ann.thumbprint, 'base64url').toString('hex')],
    ['cut', ann.thumbprint.slice(0, -1)],
    ['empty', ''],
    ['null', null],
    ['a number', 1],
    ['an array', [ann.thumbprint]],
  ])('is refused when its thumbprint is %s', async (_, thumbprint) => {
    expectRefusal(await get('/closed', boundTo({ 'x5t#S256': thumbprint }), ann), MISMATCH);
  });

  it.each<[string, unknown]>([
    ['a key as well, which is not checked', { jkt: 'a', 'x5t#S256': ann.thumbprint }],
    ['a SHA-1 thumbprint', { x5t: ann.thumbprint }],
    ['nothing that is known', { kid: 'a' }],
    ['nothing', {}],
    ['null', null],
    ['a string', ann.thumbprint],
  ])('is refused as bound when cnf has %s', async (_, cnf) => {
    const { metadata } = MISMATCH;
    const answer = await get('/closed', boundTo(cnf), ann);
    expectRefusal(answer, { status: 401, code: 'token_bound', metadata });
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('no socket');
      },
    ],
    ['returns a promise', () => Promise.resolve(ann.der)],
    ['returns PEM', () => ann.pem],
    ['returns PEM as bytes', () => Buffer.from(ann.pem)],
    ['returns nonsense', () => Buffer.from('nonsense')],
    ['returns no bytes', () => Buffer.alloc(0)],
    ['returns an object', () => ({ raw: ann.der })],
    ['returns null', () => null],
  ])('is refused when the function %s, and other tokens pass', async (_, find) => {
    certificate = find as MtlsOptions['certificate'];
    expectRefusal(await get('/closed', annToken(), ann), MISMATCH);
    expect(await get('/closed', issuer.mint(), ann)).toMatchObject({ status: 200 });
  });

  it('is refused with a reason for the log alone', async () => {
    certificate = () => {
      throw new Error('the header has several values');
    };
    const { body } = await get('/closed', annToken(), ann);
    expect(body).not.toContain('several values');
    expect(fixture.log.lines).toContainEqual(
      expect.objectContaining({
        code: 'certificate_mismatch',
        cause: 'the header has several values',
      }),
    );
  });

  it('leaves tokens without cnf as they are, with or without a certificate', async () => {
    let calls = 0;
    certificate = () => {
      calls += 1;
      return ben.der;
    };
    expect(await get('/closed', issuer.mint(), ben)).toMatchObject({ status: 200 });
    expect(await get('/closed', issuer.mint())).toMatchObject({ status: 200 });
    expect(await get('/closed')).toMatchObject({ status: 401 });
    expect(calls).toBe(0);
  });

  it('is announced in the metadata (RFC 9728 §2)', async () => {
    const { json } = await get('/.well-known/oauth-protected-resource');
    expect(json).toMatchObject({ tls_client_certificate_bound_access_tokens: true });
  });
});

describe('A token that is bound to a key and to a certificate', () => {
  let issuer: TestIssuer;
  let fixture: Fixture;
  let client: DpopClient;
  let certificate: TestCertificate | undefined;

  beforeAll(async () => {
    issuer = await createTestIssuer();
    fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [CatsController],
      options: {
        publicUrl: PUBLIC_URL,
        dpop: { mode: 'allowed' },
        mtls: { certificate: () => certificate?.der },
      },
      setup: (app) => app.setGlobalPrefix('api'),
    });
    const key = await createDpopKey();
    const cnf = { jkt: key.jkt, 'x5t#S256': ann.thumbprint };
    client = new DpopClient(key, issuer, fixture.ask, { cnf });
  });

  afterAll(async () => {
    await fixture.close();
    await issuer.close();
  });

  it('needs both', async () => {
    certificate = ann;
    expect(await client.send()).toMatchObject({ status: 200 });
    const bearer = await fixture.get('/api/cats', client.token);
    expect(bearer).toMatchObject({ status: 401, json: { code: 'token_bound' } });
    certificate = ben;
    const other = await client.send();
    expect(other).toMatchObject({ status: 401, json: { code: 'certificate_mismatch' } });
    expect(other.headers['www-authenticate']).toMatch(/^DPoP error="invalid_token", /);
  });

  it('has not used its proof when the certificate refuses it', async () => {
    const proof = client.proof();
    certificate = undefined;
    expect(await client.sendWith(proof)).toMatchObject({ status: 401 });
    certificate = ann;
    expect(await client.sendWith(proof)).toMatchObject({ status: 200 });
    expect(await client.sendWith(proof)).toMatchObject({ status: 401 });
  });

  it('leaves tokens that are bound to a certificate alone to the scheme Bearer', async () => {
    certificate = ann;
    const token = issuer.mint({ cnf: { 'x5t#S256': ann.thumbprint } });
    expect(await fixture.get('/api/cats', token)).toMatchObject({ status: 200 });
    expect(await client.send({ token })).toMatchObject({
      status: 401,
      json: { code: 'token_bound' },
    });
  });
});

describe('Without the option mtls', () => {
  it('a bound token is refused, and the metadata do not announce it', async () => {
    const issuer = await createTestIssuer();
    const fixture = await startFixture({
      adapter: 'Fastify',
      issuer,
      controllers: [BoundController],
      options: { publicUrl: PUBLIC_URL },
    });
    const token = issuer.mint({ cnf: { 'x5t#S256': ann.thumbprint } });
    expect(await fixture.get('/closed', token)).toMatchObject({
      status: 401,
      json: { code: 'token_bound' },
    });
    const { json } = await fixture.get('/.well-known/oauth-protected-resource');
    expect(json).not.toHaveProperty('tls_client_certificate_bound_access_tokens');
    await fixture.close();
    await issuer.close();
  });
});
