import type { Browser } from 'playwright-core';
import { type Api, startApi } from '../support/api.js';
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

  it('the page explains how to configure the login', async () => {
    await visitor.is('unconfigured');
    const text = await visitor.page.locator('#session-unconfigured').innerText();
    expect(text).toContain('AUTH0_CLIENT_ID=');
    expect(text).toContain(`Allow ${api.url} as its callback URL`);
    expect(await visitor.page.locator('#btn-login').isDisabled()).toBe(true);
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot('unconfigured');
  });

  it('the public endpoint can be called', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Call the open endpoint' }).click();
    await page.locator('#openMessage', { hasText: '"Open Endpoint"' }).waitFor();
  });

  it('the page hides the table of routes and the links to the docs', async () => {
    expect(await visitor.page.locator('#routes').isVisible()).toBe(false);
    expect(await visitor.page.locator('a[href="/docs"]').isVisible()).toBe(false);
    expect(await visitor.page.locator('a[href="#routes"]').isVisible()).toBe(false);
  });

  it('the console shows the two 404 responses and no other errors', () => {
    expect([...visitor.errors].toSorted()).toEqual(['404 /config.json', '404 /docs-json']);
  });
});
