export { signCompactJws } from './compact-jws.signer.js';
export type { Fault } from './faults.js';
export { createTestIssuer, TestIssuer, type TestIssuerOptions } from './test-issuer.js';
export { createTestKey, type TestKey } from './test-key.js';
