import { type Api, startApi } from '../support/api.js';

const PATH = '/.well-known/security.txt';

describe('GET /.well-known/security.txt (RFC 9116)', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({
      environment: {
        SECURITY_CONTACT: 'security@example.com',
        PUBLIC_URL: 'https://api.example.com',
      },
    });
  });

  afterAll(() => api.close());

  it('has the contact, the canonical URL, and a time within a year at which it expires', async () => {
    const { status, headers, body } = await api.get(PATH);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; charset=utf-8');
    const [contact, expires, canonical, ...rest] = body.split('\n');
    expect(contact).toBe('Contact: mailto:security@example.com');
    expect(canonical).toBe('Canonical: https://api.example.com/.well-known/security.txt');
    expect(rest).toEqual(['']);
    const days = (Date.parse(expires!.replace('Expires: ', '')) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(30);
    expect(days).toBeLessThan(365);
  });
});

describe('Without SECURITY_CONTACT', () => {
  it('there is no such file', async () => {
    const api = await startApi();
    const { status, json } = await api.get(PATH);
    await api.close();
    expect({ status, json }).toEqual({
      status: 404,
      json: { statusCode: 404, message: `Cannot GET ${PATH}`, error: 'Not Found' },
    });
  });
});
