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
    await page.locator('.swagger-ui .opblock-tag').first().waitFor();

    await page.locator('.auth-wrapper .btn.authorize').first().click();
    const dialog = page.locator('.dialog-ux');
    expect(
      await dialog
        .locator('#client_id_authorizationCode, input[data-name=clientId]')
        .first()
        .inputValue(),
    ).toBe('demo-spa');
    // A public client has no secret, so only its flow is there.
    expect(await dialog.locator('[data-name=clientSecret]').count()).toBeGreaterThan(0);
    expect(await dialog.locator('[data-name=clientSecret]:visible').count()).toBe(0);
    expect(await dialog.locator('.btn.authorize:visible').count()).toBe(1);
    // Swagger UI preselects the scopes of the API; the issuer does not list them.
    const opened = visitor.context.waitForEvent('page');
    await dialog.locator('button.authorize').first().click();
    const login = await opened;
    const closed = login.waitForEvent('close');
    await visitor.fillIn('writer', 'demo', login);
    await closed;
    await dialog.locator('button', { hasText: 'Logout' }).first().waitFor();
    await dialog.locator('.btn-done').first().click();

    const operation = page.locator('.opblock', {
      has: page.locator('[data-path="/api/private-scoped"]'),
    });
    // The page starts with the tags alone.
    expect(await operation.count()).toBe(0);
    await page.locator('#operations-tag-Scopes').click();
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.try-out__btn').click();
    await operation.locator('.execute').click();
    const answer = operation.locator('.live-responses-table .response').first();
    await answer.waitFor();
    expect(await answer.locator('.response-col_status').textContent()).toContain('200');
    expect(await answer.textContent()).toContain('Hello from a private endpoint!');
    await visitor.screenshot('docs');
  });

  it('show examples, and nothing in the optional fields of a request', async () => {
    const { page } = visitor;
    await page.locator('#operations-tag-Messages').click();
    const write = page.locator('#operations-Messages-Messages_create');
    await write.locator('.opblock-summary-control').click();
    const examples = await write.locator('.example, .body-param__example').allTextContents();
    const shown = examples.filter(Boolean).map((text) => JSON.parse(text) as object);
    expect(shown).toEqual(
      expect.arrayContaining([
        { text: 'Hello!' },
        expect.objectContaining({ text: 'Hello!', createdAt: '2026-01-15T09:30:00.000Z' }),
        expect.objectContaining({ code: 'token_expired' }),
        expect.objectContaining({ code: 'insufficient_scope' }),
      ]),
    );
    const list = page.locator('#operations-Messages-Messages_list');
    await list.locator('.opblock-summary-control').click();
    await list.locator('.try-out__btn').click();
    const inputs = await list.locator('.parameters input').all();
    expect(await Promise.all(inputs.map((input) => input.inputValue()))).toEqual(['', '']);
  });

  it('lead back to the pages', async () => {
    const { page } = visitor;
    await page.getByRole('link', { name: 'Back to the browser pages' }).click();
    await page.waitForURL(demo.url);
  });

  it('log no errors to the console', () => {
    expect([...visitor.errors]).toEqual([]);
  });
});
