import type { Browser } from 'playwright-core';
import { type Api, startApi } from '../support/api.js';
import { launchBrowser, Visitor } from './support/visitor.js';

describe('Where nobody has set AUTH0_CLIENT_ID, and the docs are off', () => {
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

  it('the page says how to set it up', async () => {
    await visitor.is('unconfigured');
    const text = await visitor.page.locator('#session-unconfigured').innerText();
    expect(text).toContain('AUTH0_CLIENT_ID=');
    expect(text).toContain(`Allow ${api.url} as its callback URL`);
    expect(await visitor.page.locator('#btn-login').isDisabled()).toBe(true);
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('unconfigured');
  });

  it('still calls what is public', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Call the open endpoint' }).click();
    await page.locator('#openMessage', { hasText: '"Open Endpoint"' }).waitFor();
  });

  it('shows no table of routes, and no way to docs that are not there', async () => {
    expect(await visitor.page.locator('#routes').isVisible()).toBe(false);
    expect(await visitor.page.locator('a[href="/docs"]').isVisible()).toBe(false);
    expect(await visitor.page.locator('a[href="#routes"]').isVisible()).toBe(false);
  });

  it('complains of what is not there, and of nothing else', () => {
    expect([...visitor.complaints].toSorted()).toEqual(['404 /config.json', '404 /docs-json']);
  });
});
