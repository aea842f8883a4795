import { certificateFromHeader } from '../../../src/auth/bound/certificate-header.js';
import { createCertificate, pemOf } from '../../support/certificates.js';

const PROXIES = ['127.0.0.1', '10.0.0.0/8', 'fd00::/8'];

const { der, pem } = createCertificate('client.test');
const other = createCertificate('other.test');

/** As nginx's `$ssl_client_escaped_cert` and Envoy write it. */
const escaped = encodeURIComponent(pem);
/** As an AWS load balancer writes it: `+`, `=` and `/` stay. */
const partlyEscaped = encodeURI(pem);
const bytes = `:${der.toString('base64')}:`;
const hash = `By=spiffe://cluster.test/ns/api;Hash=${'ab'.repeat(32)}`;

/** What is read of a request with these headers, from a proxy unless told otherwise. */
function read(name: string, values: string[], remoteAddress?: string, sentName = name) {
  const rawHeaders = ['Host', 'api.test', ...values.flatMap((value) => [sentName, value])];
  const socket = { remoteAddress: remoteAddress ?? '127.0.0.1' };
  return certificateFromHeader(name, PROXIES)({ raw: { rawHeaders, socket } });
}

describe('The certificate of a client is read from', () => {
  it.each([
    ['Client-Cert (RFC 9440)', 'Client-Cert', bytes],
    ['Client-Cert without padding', 'Client-Cert', bytes.replaceAll('=', '')],
    ['X-Forwarded-Client-Cert', 'X-Forwarded-Client-Cert', `Cert="${escaped}"`],
    ['Cert among other keys', 'X-Forwarded-Client-Cert', `${hash};Cert="${escaped}";DNS=a.test`],
    ['a key in lower case', 'X-Forwarded-Client-Cert', `cert="${escaped}"`],
    ['a value without quotes', 'X-Forwarded-Client-Cert', `Cert=${escaped};URI=`],
    [
      'Cert after a text that looks like one',
      'X-Forwarded-Client-Cert',
      `Subject="CN=\\",Cert=x;\\"";Cert="${escaped}"`,
    ],
    ['percent-encoded PEM', 'X-SSL-Client-Cert', escaped],
    ['a header with the name of a property', 'constructor', escaped],
    ['PEM with few characters encoded', 'X-Amzn-Mtls-Clientcert', partlyEscaped],
    ['PEM with CRLF', 'ssl-client-cert', encodeURIComponent(pem.replaceAll('\n', '\r\n'))],
    ['PEM without the last line break', 'ssl-client-cert', encodeURIComponent(pem.trimEnd())],
  ])('%s', (_, header, value) => {
    expect(read(header, [value])).toEqual(der);
  });

  it('a header whatever the case of its name', () => {
    expect(read('client-cert', [bytes], undefined, 'CLIENT-CERT')).toEqual(der);
    expect(read('X-FORWARDED-client-CERT', [`Cert="${escaped}"`])).toEqual(der);
  });

  it.each(['10.1.2.3', '::ffff:127.0.0.1', '::ffff:10.1.2.3', 'fd12::1'])(
    'a connection of the proxy %s',
    (address) => {
      expect(read('Client-Cert', [bytes], address)).toEqual(der);
    },
  );
});

describe('A request has no certificate', () => {
  it.each(['192.0.2.1', '::ffff:192.0.2.1', '127.0.0.2', '2001:db8::1', 'fe80::1%eth0', ''])(
    'on a connection from %j, which is not a proxy, whatever the header is',
    (address) => {
      expect(read('Client-Cert', [bytes], address)).toBeUndefined();
      expect(read('Client-Cert', [bytes, bytes], address)).toBeUndefined();
      expect(read('Client-Cert', ['nonsense'], address)).toBeUndefined();
    },
  );

  it('on a connection without an address, such as a Unix socket', () => {
    const request = { raw: { rawHeaders: ['Client-Cert', bytes], socket: {} } };
    expect(certificateFromHeader('Client-Cert', PROXIES)(request)).toBeUndefined();
  });

  it.each(['Client-Cert', 'X-Forwarded-Client-Cert', 'X-SSL-Client-Cert'])(
    'when the proxy sends no %s, or an empty one',
    (header) => {
      expect(read(header, [])).toBeUndefined();
      expect(read(header, [''])).toBeUndefined();
    },
  );

  it('in a header that is not the configured one', () => {
    expect(read('Client-Cert', [bytes], undefined, 'X-Client-Cert')).toBeUndefined();
  });

  it('on a request that an adapter has built, whose headers nobody received', () => {
    const headers = { 'client-cert': bytes };
    const request = { headers, rawHeaders: [], socket: { remoteAddress: '127.0.0.1' } };
    expect(certificateFromHeader('Client-Cert', PROXIES)(request)).toBeUndefined();
  });

  it('in a header whose value is the name of the configured one', () => {
    const rawHeaders = ['X-Note', 'Client-Cert', bytes, 'x'];
    const request = { raw: { rawHeaders, socket: { remoteAddress: '127.0.0.1' } } };
    expect(certificateFromHeader('Client-Cert', PROXIES)(request)).toBeUndefined();
  });
});

describe('Trusted proxies', () => {
  it.each(['10.0.0.0/33', '10.0.0.0/', '/8', '10.0.0.0/8/8', 'proxy.test', '', 'fd00::/129'])(
    'must be addresses or ranges, which %j is not',
    (range) => {
      const message = `trustedProxies has ${JSON.stringify(range)}; write IP addresses`;
      expect(() => certificateFromHeader('Client-Cert', [range])).toThrow(message);
    },
  );

  it('must be given: otherwise no header would count', () => {
    expect(() => certificateFromHeader('Client-Cert', [])).toThrow('trustedProxies is empty');
  });
});

describe('A header of a proxy is refused', () => {
  const SEVERAL = /has several values/;
  const NO_BYTES = /is not a byte sequence/;
  const NOT_ONE = /is not one element/;
  const NOT_ONCE = /must have the key Cert once/;
  const NO_PEM = /is not one percent-encoded PEM certificate/;
  const XFCC = 'X-Forwarded-Client-Cert';

  it.each<[string, string, string[], RegExp]>([
    ['that comes twice', 'Client-Cert', [bytes, bytes], SEVERAL],
    ['that comes twice, once empty', 'Client-Cert', ['', bytes], SEVERAL],
    ['that comes twice', XFCC, [`Cert="${escaped}"`, hash], SEVERAL],
    ['that comes twice', 'X-SSL-Client-Cert', [escaped, escaped], SEVERAL],
    ['with a list (RFC 9440 §2.2)', 'Client-Cert', [`${bytes}, ${bytes}`], NO_BYTES],
    ['with a parameter', 'Client-Cert', [`${bytes};a=1`], NO_BYTES],
    ['without colons', 'Client-Cert', [bytes.slice(1, -1)], NO_BYTES],
    ['with PEM in place of bytes', 'Client-Cert', [escaped], NO_BYTES],
    ['with base64url', 'Client-Cert', [`:${der.toString('base64url')}_-:`], NO_BYTES],
    ['without bytes', 'Client-Cert', ['::'], NO_BYTES],
    ['with two elements', XFCC, [`Cert="${escaped}",Cert="${escaped}"`], NOT_ONE],
    ['with two elements, one with Cert', XFCC, [`${hash},Cert="${escaped}"`], NOT_ONE],
    ['with an open quote', XFCC, [`Cert="${escaped}`], NOT_ONE],
    ['with text after a quote', XFCC, [`Cert="${escaped}"x`], NOT_ONE],
    ['that is not pairs', XFCC, ['nonsense'], NOT_ONE],
    ['with a hash only', XFCC, [hash], NOT_ONCE],
    ['with the chain only', XFCC, [`${hash};Chain="${escaped}"`], NOT_ONCE],
    ['with Cert twice', XFCC, [`Cert="${escaped}";Cert="${escaped}"`], NOT_ONCE],
    ['with an empty Cert', XFCC, ['Cert=""'], NO_PEM],
    ['with bytes in place of PEM', 'X-SSL-Client-Cert', [bytes], NO_PEM],
    ['with nonsense', 'X-SSL-Client-Cert', ['nonsense'], NO_PEM],
    ['with a bad percent sign', 'X-SSL-Client-Cert', [`${escaped}%`], /URI malformed/],
    ['with bytes that are not UTF-8', 'X-SSL-Client-Cert', ['%ff'], /URI malformed/],
    ['with two certificates', 'X-SSL-Client-Cert', [encodeURIComponent(pem + other.pem)], NO_PEM],
    ['with text before PEM', 'X-SSL-Client-Cert', [`x${escaped}`], NO_PEM],
    ['with a key', 'X-SSL-Client-Cert', [encodeURIComponent(other.key)], NO_PEM],
    ['with spaces for line breaks', 'X-SSL-Client-Cert', [pem.replaceAll('\n', ' ')], NO_PEM],
  ])('%s: %s', (_, header, values, message) => {
    expect(() => read(header, values)).toThrow(message);
  });

  it.each([
    ['Client-Cert', `:${'A'.repeat(16_000)}`, NO_BYTES],
    ['X-SSL-Client-Cert', `-----BEGIN CERTIFICATE-----\n${'\n'.repeat(16_000)}`, NO_PEM],
    ['X-SSL-Client-Cert', `${escaped}${'%20'.repeat(5000)}x`, NO_PEM],
    [XFCC, `Cert="${'\\"'.repeat(8000)}`, NOT_ONE],
    [XFCC, 'a=;'.repeat(5000), NOT_ONCE],
  ])('that a regular expression could take long for: %s', (header, value, message) => {
    expect(() => read(header, [value])).toThrow(message);
  });
});

it('Other bytes than a certificate are returned: no token has their hash', () => {
  const nonsense = Buffer.from('nonsense');
  expect(read('Client-Cert', [`:${nonsense.toString('base64')}:`])).toEqual(nonsense);
  expect(read('X-SSL-Client-Cert', [encodeURIComponent(pemOf(nonsense))])).toEqual(nonsense);
});
