import { runInNewContext } from 'node:vm';
import { type Api, startApi } from '../support/api.js';

const AUTH0 = {
  ISSUER_BASE_URL: undefined,
  AUTH0_DOMAIN: 'tenant.example.com',
  AUTH0_AUDIENCE: 'https://api.example.com,https://other.example.com',
  AUTH0_CLIENT_ID: 'a-client',
};

const PATHS = [
  '/docs/',
  '/docs/swagger-ui-init.js',
  '/docs/oauth2-redirect.html',
  '/docs-json',
  '/docs-yaml',
];

describe('The page of the API docs', () => {
  let api: Api;

  beforeAll(async () => {
    api = await startApi({ environment: { DOCS: 'on', ...AUTH0 } });
  });

  afterAll(() => api.close());

  it.each(PATHS)('is open to everyone: %s', async (path) => {
    expect((await api.get(path)).status).toBe(200);
  });

  it.each([
    ['/docs', './docs/'],
    ['/docs/index.html', './'],
  ])('is a directory: %s redirects to %s', async (path, location) => {
    expect(await api.get(path)).toMatchObject({ status: 302, headers: { location } });
  });

  it.each([...PATHS.slice(0, 3), '/docs', '/docs/nothing'])(
    'may load its own scripts only, and call the API and the issuer: %s',
    async (path) => {
      const { headers } = await api.get(path);
      expect(headers).toMatchObject({
        'content-security-policy': [
          "default-src 'none'",
          "base-uri 'none'",
          "form-action 'none'",
          "frame-ancestors 'none'",
          "script-src 'self'",
          "style-src 'self' 'unsafe-inline'",
          "img-src 'self' data:",
          "connect-src 'self' https://tenant.example.com",
        ].join(';'),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
    },
  );

  it.each(['/docs-json', '/docs-yaml', '/api/public', '/docsx'])(
    'has a policy that other responses do not have: %s',
    async (path) => {
      expect((await api.get(path)).headers).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      });
    },
  );

  it('has no inline script', async () => {
    const { body } = await api.get('/docs/');
    const scripts = [...body.matchAll(/<script([^>]*)>(.*?)<\/script>/gs)];
    expect(scripts.length).toBeGreaterThan(0);
    for (const [, attributes, text] of scripts) {
      expect(attributes).toMatch(/^ src="\.\/[\w-]+\.js"$/);
      expect(text!.trim()).toBe('');
    }
    expect(body).not.toMatch(/\son\w+=/);
  });

  it('logs in as the configured client, with PKCE, for the first audience', async () => {
    const { body } = await api.get('/docs/swagger-ui-init.js');
    const [, text] = /let options = (\{.*?\n\});/s.exec(body)!;
    const options = runInNewContext(`(${text})`);
    expect(options).toMatchObject({
      swaggerDoc: { components: { securitySchemes: { issuer: { type: 'oauth2' } } } },
      customOptions: {
        validatorUrl: 'none',
        docExpansion: 'none',
        initOAuth: {
          clientId: 'a-client',
          usePkceWithAuthorizationCodeGrant: true,
          additionalQueryStringParams: { audience: 'https://api.example.com' },
          scopes: expect.arrayContaining(['read:messages', 'write:messages']),
        },
      },
    });
    expect(options.customOptions.initOAuth.scopes.join()).not.toContain(':admin');
  });

  it('does not store the token', async () => {
    expect((await api.get('/docs/swagger-ui-init.js')).body).not.toContain('persistAuthorization');
  });
});

describe('The API docs are', () => {
  const look = async (environment: Record<string, string>) => {
    // An empty variable counts as unset: it removes the default of the tests.
    const api = await startApi({ environment: { DOCS: '', ...environment } });
    const answers = await Promise.all(['/docs', ...PATHS].map((path) => api.get(path)));
    await api.close();
    const linked = answers.some(({ body }) => /href:\s*'\.\.\/',\s*className:/.test(body));
    const statuses = [...new Set(answers.map(({ status }) => status))].toSorted((a, b) => a - b);
    return { statuses, linked };
  };

  it.each([
    ['served, with a link to the browser pages', {}, [200, 302], true],
    [
      'served in production with DOCS=on, without the link because the pages are off',
      { NODE_ENV: 'production', DOCS: 'on' },
      [200, 302],
      false,
    ],
    ['not served in production', { NODE_ENV: 'production' }, [404], false],
    ['not served with DOCS=off', { DOCS: 'off' }, [404], false],
  ])('%s', async (_, environment, statuses, linked) => {
    expect(await look(environment as Record<string, string>)).toEqual({ statuses, linked });
  });
});
