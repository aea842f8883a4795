import { createHash } from 'node:crypto';
import { types } from 'node:util';
import { InvalidTokenError } from '../refusals/auth.errors.js';

/** The option `mtls`: how a token is tied to the certificate of its client (RFC 8705). */
export interface MtlsOptions {
  /**
   * Returns the certificate with which the client of this request has authenticated to TLS, in DER,
   * or undefined when it has none. The TLS handshake has proved that the client holds its key; who
   * signed it is not checked, and need not be (RFC 8705 §6.2). An exception, or anything else than
   * bytes, refuses a token that is bound to a certificate.
   *
   * The request is the adapter's: Fastify's or Express'.
   */
  certificate(request: object): Uint8Array | undefined;
}

/**
 * `x5t#S256` of the client's certificate: base64url of the SHA-256 of its DER (RFC 8705 §3.1).
 * Undefined when the client has none.
 *
 * @throws InvalidTokenError `certificate_mismatch` when the certificate cannot be read.
 */
export function certificateThumbprint(request: object, mtls: MtlsOptions): string | undefined {
  let der: unknown;
  try {
    der = mtls.certificate(request);
  } catch (cause) {
    throw new InvalidTokenError('certificate_mismatch', { cause });
  }
  if (der === undefined) return undefined;
  if (!types.isUint8Array(der) || der.length === 0) {
    const cause = new TypeError('mtls.certificate() must return the DER of a certificate');
    throw new InvalidTokenError('certificate_mismatch', { cause });
  }
  return createHash('sha256').update(der).digest('base64url');
}
