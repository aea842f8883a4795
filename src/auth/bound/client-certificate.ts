import { createHash } from 'node:crypto';
import { types } from 'node:util';
import type { MtlsOptions } from '../auth.options.js';
import { InvalidTokenError } from '../refusals/auth.errors.js';

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
