import type { Browser } from 'playwright-core';
import { type Demo, startDemo } from './support/demo.js';
import { launchBrowser, Visitor } from './support/visitor.js';

describe('The API docs', () => {
  let demo: Demo;
  let browser: Browser;
  let visitor: Visitor;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
    visitor = await Visitor.arrive(browser, demo.url);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  it('are linked from the page, let people log in, and send their access token', async () => {
    const { page } = visitor;
    await page.getByRole('link', { name: 'API docs' }).click();
    await page.locator('.swagger-ui .opblock').first().waitFor();

    await page.locator('.auth-wrapper .btn.authorize').first().click();
    const dialog = page.locator('.dialog-ux');
    expect(
      await dialog
        .locator('#client_id_authorizationCode, input[data-name=clientId]')
        .first()
        .inputValue(),
    ).toBe('demo-spa');
    // Swagger UI preselects the scopes of the API; the issuer does not list them.
    const opened = visitor.context.waitForEvent('page');
    await dialog.locator('button.authorize').first().click();
    const login = await opened;
    await login.locator('#username').fill('writer');
    await login.locator('#password').fill('demo');
    const closed = login.waitForEvent('close');
    await login.getByRole('button', { name: 'Log in' }).click();
    await closed;
    await dialog.locator('button', { hasText: 'Logout' }).first().waitFor();
    await dialog.locator('.btn-done').first().click();

    const operation = page.locator('.opblock', {
      has: page.locator('[data-path="/api/private-scoped"]'),
    });
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.try-out__btn').click();
    await operation.locator('.execute').click();
    const answer = operation.locator('.live-responses-table .response').first();
    await answer.waitFor();
    expect(await answer.locator('.response-col_status').textContent()).toContain('200');
    expect(await answer.textContent()).toContain('Hello from a private endpoint!');
    await visitor.screenshot('docs');
  });

  it('log no errors to the console', () => {
    expect([...visitor.errors]).toEqual([]);
  });
});
