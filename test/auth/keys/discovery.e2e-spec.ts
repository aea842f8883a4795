import { ACCEPTED, IssuerFixture, SECOND, UNAVAILABLE, until } from '../support/issuer-fixture.js';

const keys = new IssuerFixture();

const ISSUER_MISMATCH = { status: 401, code: 'issuer_mismatch' };

/** Answers discovery and key requests with one document that has other members. */
const publish = (members: object): void =>
  keys.issuer.fail((_request, response) => {
    const { url: issuer, jwksUri: jwks_uri, published } = keys.issuer;
    response.end(JSON.stringify({ issuer, jwks_uri, keys: published, ...members }));
  });

describe('discovery (OpenID Connect Discovery 1.0 §4)', () => {
  it('finds the keys', async () => {
    await keys.discover();
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(keys.issuer.fetches).toEqual({ discovery: 1, jwks: 1 });
  });

  it('tolerates a missing final slash, and logs which spelling counts', async () => {
    const configured = keys.issuer.url.slice(0, -1);
    await keys.discover(configured);
    expect(await keys.verify()).toEqual(ACCEPTED);
    expect(await keys.verify(keys.mint({ iss: configured }))).toEqual(ISSUER_MISMATCH);
    expect(keys.log.starting('The discovery document')).toEqual([
      expect.objectContaining({
        level: 'warn',
        message:
          `The discovery document of ${configured} names the issuer ${keys.issuer.url}: ` +
          'tokens must have exactly this iss.',
      }),
    ]);
  });

  it.each<[string, object]>([
    ['of another issuer', { issuer: 'https://other.test/' }],
    ['without an issuer', { issuer: undefined }],
    ['without jwks_uri', { jwks_uri: undefined }],
    ['with a jwks_uri over http', { jwks_uri: 'http://keys.test/jwks' }],
    ['with a jwks_uri of another scheme', { jwks_uri: 'file:///etc/passwd' }],
  ])('refuses a document %s', async (_, members) => {
    publish(members);
    await keys.discover();
    expect(await keys.verify()).toMatchObject(UNAVAILABLE);
    expect(keys.issuer.fetches.jwks).toBe(0);
  });

  it('refuses a document that is not an object', async () => {
    keys.issuer.fail((_request, response) => void response.end('null'));
    await keys.discover();
    expect(await keys.verify()).toMatchObject(UNAVAILABLE);
    expect(keys.logged()[0]).toMatch(/issuer: undefined$/);
  });

  it('shares one timeout with the fetch of the keys', async () => {
    keys.issuer.fail('hang');
    await keys.discover();
    const waiting = keys.verify();
    await until(() => keys.issuer.fetches.discovery === 1);
    keys.clock.advance(5 * SECOND);
    expect(await waiting).toMatchObject(UNAVAILABLE);
    expect(keys.logged()[0]).toMatch(/no complete answer within 5000 ms$/);
  });

  it('applies the spelling of the document to the token that fetched it', async () => {
    keys.issuer.fail('down');
    const configured = keys.issuer.url.slice(0, -1);
    await keys.discover(configured);
    const token = keys.mint({ iss: configured });
    expect(await keys.verify(token)).toMatchObject(UNAVAILABLE);
    keys.issuer.recover();
    keys.clock.sleep(5 * SECOND);
    expect(await keys.verify(token)).toEqual(ISSUER_MISMATCH);
    expect(await keys.verify()).toEqual(ACCEPTED);
  });

  it('applies a changed spelling to cached tokens', async () => {
    await keys.start({ jwksUri: undefined, jwksMaxAgeSec: 60 });
    const token = keys.mint();
    expect(await keys.verify(token)).toEqual(ACCEPTED);
    const spelling = keys.issuer.url.slice(0, -1);
    publish({ issuer: spelling });
    await keys.refresh(48 * SECOND);
    expect(await keys.verify(token)).toEqual(ISSUER_MISMATCH);
    expect(await keys.verify(keys.mint({ iss: spelling }))).toEqual(ACCEPTED);
  });
});
