import type { MtlsOptions } from '../../../src/auth/index.js';
import { certificateThumbprint } from '../../../src/auth/bound/client-certificate.js';
import { InvalidTokenError } from '../../../src/auth/index.js';

/** The certificate of RFC 8705, appendix A. */
const OF_THE_RFC = `
MIIBBjCBrAIBAjAKBggqhkjOPQQDAjAPMQ0wCwYDVQQDDARtdGxzMB4XDTE4MTAx
ODEyMzcwOVoXDTIyMDUwMjEyMzcwOVowDzENMAsGA1UEAwwEbXRsczBZMBMGByqG
SM49AgEGCCqGSM49AwEHA0IABNcnyxwqV6hY8QnhxxzFQ03C7HKW9OylMbnQZjjJ
/Au08/coZwxS7LfA4vOLS9WuneIXhbGGWvsDSb0tH6IxLm8wCgYIKoZIzj0EAwID
SQAwRgIhAP0RC1E+vwJD/D1AGHGzuri+hlV/PpQEKTWUVeORWz83AiEA5x2eXZOV
bUlJSGQgjwD5vaUaKlLR50Q2DmFfQj1L+SY=`;

const THUMBPRINT = 'A4DtL2JmUMhAsvJj5tKyn64SqzmuXbMrJa0n761y5v0';

const thumbprintOf = (certificate: () => unknown) =>
  certificateThumbprint({}, { certificate } as MtlsOptions);

describe('The thumbprint of a client certificate', () => {
  it.each([
    ['a Buffer', Buffer.from(OF_THE_RFC, 'base64')],
    ['a Uint8Array', new Uint8Array(Buffer.from(OF_THE_RFC, 'base64'))],
  ])('is that of RFC 8705, appendix A, from %s', (_, der) => {
    expect(thumbprintOf(() => der)).toBe(THUMBPRINT);
  });

  it('is undefined without a certificate', () => {
    expect(thumbprintOf(() => undefined)).toBeUndefined();
  });

  it('is of the certificate of this request', () => {
    const request = { der: Buffer.from(OF_THE_RFC, 'base64') };
    const certificate = (given: object) => (given as typeof request).der;
    expect(certificateThumbprint(request, { certificate })).toBe(THUMBPRINT);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no certificate here');
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
    ],
    ['returns null', () => null],
    ['returns PEM', () => OF_THE_RFC],
    ['returns a promise', () => Promise.resolve(Buffer.from(OF_THE_RFC, 'base64'))],
    ['returns an array', () => [1, 2, 3]],
    ['returns an ArrayBuffer', () => new ArrayBuffer(8)],
    ['returns no bytes', () => Buffer.alloc(0)],
  ])('is refused when the function %s', (_, certificate) => {
    const read = () => thumbprintOf(certificate);
    expect(read).toThrow(InvalidTokenError);
    expect(read).toThrow(expect.objectContaining({ code: 'certificate_mismatch' }));
  });

  it('keeps the cause of a refusal for the log', () => {
    const cause = new Error('several values');
    const read = () =>
      thumbprintOf(() => {
        throw cause;
      });
    expect(read).toThrow(expect.objectContaining({ cause }));
    expect(read).not.toThrow(/several values/);
  });
});
