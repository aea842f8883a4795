import { issuerDomain } from '../../src/browser/issuer-domain.js';

describe('The domain that the browser client gets', () => {
  it.each([
    ['https://dev-abc123.us.auth0.com/', 'dev-abc123.us.auth0.com'],
    ['https://login.example.com', 'login.example.com'],
    ['https://login.example.com:8443/', 'login.example.com:8443'],
    ['https://example.com/realms/one', 'https://example.com/realms/one'],
    ['http://localhost:4010/', 'http://localhost:4010'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
  ])('for the issuer %s is %s', (issuer, domain) => {
    expect(issuerDomain(issuer)).toBe(domain);
  });
});
