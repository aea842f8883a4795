import type { Browser } from 'playwright-core';
import { type Api, AUDIENCE, startApi } from '../support/api.js';
import { launchBrowser, Visitor } from './support/visitor.js';

describe('Without AUTH0_CLIENT_ID, and with the docs off', () => {
  let api: Api;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    [api, browser] = await Promise.all([
      startApi({ environment: { DOCS: 'off' } }),
      launchBrowser(),
    ]);
    visitor = await Visitor.arrive(browser, `${api.url}/`);
  });

  afterAll(async () => {
    await browser?.close();
    await api?.close();
  });

  const send = async (method: string, path: string) => {
    await visitor.page.getByLabel('Method').selectOption(method);
    await visitor.page.getByLabel('Path').fill(path);
    await visitor.send();
  };

  it('the page explains how to configure the login', async () => {
    await visitor.is('unconfigured');
    await visitor.page.getByText('Configure the login').click();
    const text = await visitor.page.locator('#session-unconfigured').innerText();
    expect(text).toContain('AUTH0_CLIENT_ID=');
    expect(text).toContain(`Allow ${api.url} as its callback URL`);
    expect(await visitor.page.locator('#btn-login').isDisabled()).toBe(true);
    expect(await visitor.page.locator('#session-people').isVisible()).toBe(false);
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot('unconfigured');
  });

  it('the public endpoint can be called', async () => {
    await visitor.callEndpoint('open', '"Open Endpoint"');
  });

  it('the page hides the map and the link to the docs, and says why', async () => {
    expect(await visitor.page.locator('#map').isVisible()).toBe(false);
    expect(await visitor.page.locator('a[href="/docs"]').isVisible()).toBe(false);
    expect(await visitor.page.locator('#map-off').innerText()).toContain('DOCS=on');
  });

  it('any route can be called, by its method and path', async () => {
    await visitor.page.getByRole('button', { name: 'Call a route' }).click();
    await send('GET', '/api/public');
    await visitor.gets('200 OK');
    await send('GET', '/api/private');
    await visitor.gets('401 Unauthorized');
    expect(await visitor.steps('failed')).toEqual(['Token found']);
    for (const path of [
      '//other.example.com/',
      '/\\other.example.com/',
      '/\t/other.example.com/',
    ]) {
      await send('GET', '/api/public');
      await send('GET', path);
      await visitor.page
        .locator('#call-fault', { hasText: 'The path must begin with one slash.' })
        .waitFor();
    }
  });

  it('a token that is not a JWT is not used, and the page says what it may be', async () => {
    await visitor.page.locator('#session-paste summary').click();
    await visitor.pasteToken('opaque-token');
    const error = visitor.page.locator('#paste-error');
    expect(await error.innerText()).toContain('This is not a JWT');
    await visitor.page.getByLabel('Paste the access token').fill('a');
    expect(await error.textContent()).toBe('');
  });

  it('a pasted token is used until it is forgotten, and is not stored', async () => {
    const { page } = visitor;
    const token = api.issuer.mint({ sub: 'a-machine', scope: 'read:messages' });
    await visitor.pasteToken(`Bearer ${token}`);
    await visitor.is('in');
    expect(await page.locator('#who-name').textContent()).toBe('a-machine');
    expect(await page.locator('#token-scopes li').allTextContents()).toEqual(['read:messages']);
    expect(await page.getByLabel('Paste the access token').inputValue()).toBe('');
    await send('GET', '/api/private-scoped');
    await visitor.gets('200 OK');
    await page.locator('#messages-list').waitFor({ state: 'attached' });
    const stored = await page.evaluate('JSON.stringify({ ...sessionStorage, ...localStorage })');
    expect(stored).not.toContain(token);

    await page.getByRole('button', { name: 'Forget token' }).click();
    await visitor.is('unconfigured');
    expect(await page.locator('#call-result').textContent()).toBe('');
    await send('GET', '/api/private');
    await visitor.gets('401 Unauthorized');
  });

  it.each([
    ['an expired token', { exp: 1 }, 'Time'],
    ['a token for another audience', { aud: `${AUDIENCE}/other` }, 'Audience'],
  ])('the page takes the refusal of %s apart', async (_, claims, step) => {
    await visitor.pasteToken(api.issuer.mint(claims));
    await visitor.is('in');
    await send('GET', '/api/private');
    await visitor.gets('401 Unauthorized');
    expect(await visitor.steps('failed')).toEqual([step]);
    await visitor.page.getByRole('button', { name: 'Forget token' }).click();
  });

  it('the page asks no other server', async () => {
    const hosts = new Set<string>();
    visitor.page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await visitor.open();
    expect([...hosts]).toEqual([api.url]);
  });

  it('the console shows the expected failed requests and no other errors', () => {
    expect([...visitor.errors].toSorted()).toEqual([
      '401 /api/messages',
      '401 /api/private',
      '404 /config.json',
      '404 /docs-json',
    ]);
  });
});
