export { signCompactJws } from './compact-jws.signer.js';
export { type DenialCase, denialCases } from './denial-cases.js';
export { createDpopKey, type DpopKey, type ProofOptions } from './dpop-key.js';
export { fakeAccessToken, type FakeAccessToken } from './fake-access-token.js';
export type { Fault } from './faults.js';
export { createTestIssuer, TestIssuer, type TestIssuerOptions } from './test-issuer.js';
export { createTestKey, type TestKey } from './test-key.js';
