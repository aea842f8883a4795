import { BlockList, isIPv4 } from 'node:net';
import { nodeRequestOf } from '../node-request.js';
import { receivedValues } from '../token/credentials.js';

/** A byte sequence of structured fields (RFC 8941 §3.3.5), without parameters. */
const BYTE_SEQUENCE = /^:([A-Za-z0-9+/]+={0,2}):$/;

/** One certificate (RFC 7468 §5.1), and nothing else. */
const PEM = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*$/;

/** A key of `X-Forwarded-Client-Cert` with its value, which may be quoted. */
const XFCC_PAIR = /([A-Za-z]+)=(?:"((?:[^"\\]|\\.)*)"|([^",;]*))(?:;|$)/y;

/**
 * For the option `mtls`: returns the function that reads a client's certificate from the header
 * with which a proxy hands it over. The form depends on the header:
 *
 * - `Client-Cert`: a byte sequence (RFC 9440 §2.2);
 * - `X-Forwarded-Client-Cert`: one element with the key `Cert` (Envoy);
 * - any other: PEM, percent-encoded, such as nginx's `$ssl_client_escaped_cert`.
 *
 * The header counts only on connections from `trustedProxies`, whatever `X-Forwarded-For` says;
 * from elsewhere the request has no certificate. The bytes are not parsed: they matter only when
 * their hash is the one in the token. Only the proxy can check chain and dates.
 *
 * @param trustedProxies IP addresses and CIDR ranges.
 * @throws TypeError when there is no trusted proxy, or one is neither.
 * @throws Error of the returned function, when the header has several values or another form.
 */
export function certificateFromHeader(
  header: string,
  trustedProxies: readonly string[],
): (request: object) => Buffer | undefined {
  const name = header.toLowerCase();
  const read = READERS.get(name) ?? readEscapedPem;
  const proxies = blockListOf(trustedProxies);
  return (request) => {
    const { remoteAddress = '' } = nodeRequestOf(request).socket ?? {};
    if (!proxies.check(remoteAddress, isIPv4(remoteAddress) ? 'ipv4' : 'ipv6')) return undefined;
    const [value = '', ...others] = receivedValues(request, name);
    if (others.length > 0) throw new Error(`${header} has several values`);
    // A proxy may send an empty header where there is no certificate.
    if (value === '') return undefined;
    return Buffer.from(read(value), 'base64');
  };
}

/** The headers with a form of their own. They return base64. */
const READERS = new Map([
  ['client-cert', readByteSequence],
  ['x-forwarded-client-cert', readForwarded],
]);

function readByteSequence(value: string): string {
  const [, base64] = BYTE_SEQUENCE.exec(value) ?? [];
  if (base64 === undefined) throw new Error('Client-Cert is not a byte sequence (RFC 9440 §2.1)');
  return base64;
}

function readForwarded(value: string): string {
  const certificates: string[] = [];
  const pair = new RegExp(XFCC_PAIR);
  while (pair.lastIndex < value.length) {
    const match = pair.exec(value);
    if (!match) throw new Error('X-Forwarded-Client-Cert is not one element');
    const [, key, quoted, unquoted] = match;
    if (key!.toLowerCase() === 'cert') certificates.push(quoted ?? unquoted!);
  }
  const [certificate, ...others] = certificates;
  if (certificate === undefined || others.length > 0) {
    throw new Error('X-Forwarded-Client-Cert must have the key Cert once');
  }
  return readEscapedPem(certificate);
}

/** Returns the base64 between the lines of the PEM. A `+` means itself, not a space. */
function readEscapedPem(value: string): string {
  const [, base64] = PEM.exec(decodeURIComponent(value)) ?? [];
  if (base64 === undefined) throw new Error('The value is not one percent-encoded PEM certificate');
  return base64;
}

/** It also compares IPv4 addresses as a socket for IPv6 has them (RFC 4291 §2.5.5.2). */
function blockListOf(ranges: readonly string[]): BlockList {
  if (ranges.length === 0) throw new TypeError('trustedProxies is empty: no header would count');
  const list = new BlockList();
  for (const range of ranges) {
    const [, address = '', prefix] = /^([^/]+)(?:\/(\d+))?$/.exec(range) ?? [];
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    try {
      if (prefix === undefined) list.addAddress(address, family);
      else list.addSubnet(address, Number(prefix), family);
    } catch (cause) {
      const text = JSON.stringify(range);
      throw new TypeError(`trustedProxies has ${text}; write IP addresses or CIDR ranges`, {
        cause,
      });
    }
  }
  return list;
}
