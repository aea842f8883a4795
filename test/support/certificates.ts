import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

/** An X.509 certificate with its key, valid from 2020 to 2049. */
export interface TestCertificate {
  name: string;
  der: Buffer;
  pem: string;
  /** The private key, in PEM. */
  key: string;
  privateKey: KeyObject;
  /** `x5t#S256` (RFC 8705 §3.1). */
  thumbprint: string;
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BOOLEAN = 0x01;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;

/** Encoded object identifiers. */
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');
const COMMON_NAME = Buffer.from('0603550403', 'hex');
const SUBJECT_ALT_NAME = Buffer.from('0603551d11', 'hex');
const BASIC_CONSTRAINTS = Buffer.from('0603551d13', 'hex');

/**
 * Creates a certificate for an EC key, signed by `issuer`, which must be an authority, or by
 * itself.
 *
 * @param options.isAuthority whether it may sign others. @default false
 */
export function createCertificate(
  name: string,
  { issuer, isAuthority = false }: { issuer?: TestCertificate; isAuthority?: boolean } = {},
): TestCertificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = tlv(SEQUENCE, ECDSA_WITH_SHA256);
  const extensions = [
    extension(BASIC_CONSTRAINTS, tlv(SEQUENCE, isAuthority ? tlv(BOOLEAN, [0xff]) : [])),
    // [2] is a DNS name.
    extension(SUBJECT_ALT_NAME, tlv(SEQUENCE, tlv(0x82, Buffer.from(name)))),
  ];
  const content = tlv(
    SEQUENCE,
    tlv(0xa0, tlv(INTEGER, [2])), // Version 3.
    tlv(INTEGER, [1], randomBytes(8)),
    algorithm,
    nameOf(issuer?.name ?? name),
    tlv(SEQUENCE, utcTime('200101000000Z'), utcTime('490101000000Z')),
    nameOf(name),
    publicKey.export({ format: 'der', type: 'spki' }),
    tlv(0xa3, tlv(SEQUENCE, ...extensions)),
  );
  const signature = sign('sha256', content, issuer?.privateKey ?? privateKey);
  const der = tlv(SEQUENCE, content, algorithm, tlv(BIT_STRING, [0], signature));
  return {
    name,
    der,
    pem: pemOf(der),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    privateKey,
    thumbprint: createHash('sha256').update(der).digest('base64url'),
  };
}

/** A certificate as text (RFC 7468 §5.1). */
export function pemOf(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function nameOf(text: string): Buffer {
  const attribute = tlv(SEQUENCE, COMMON_NAME, tlv(UTF8_STRING, Buffer.from(text)));
  return tlv(SEQUENCE, tlv(SET, attribute));
}

function extension(id: Buffer, value: Buffer): Buffer {
  return tlv(SEQUENCE, id, tlv(OCTET_STRING, value));
}

const utcTime = (text: string): Buffer => tlv(UTC_TIME, Buffer.from(text));

/** Tag, length and value of DER (X.690 §8.1). */
function tlv(tag: number, ...parts: (Uint8Array | readonly number[])[]): Buffer {
  const value = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = value;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), value]);
}
