import '../../../src/auth/index.js';

declare module '../../../src/auth/index.js' {
  interface AccessTokenClaims {
    'https://example.com/device'?: string;
  }
}
