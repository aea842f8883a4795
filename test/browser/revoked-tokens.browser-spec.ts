import type { Browser, Page } from 'playwright-core';
import { type Demo, startDemo } from './support/demo.js';
import { launchBrowser, Visitor } from './support/visitor.js';

let demo: Demo;
let browser: Browser;

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

const NOTICE =
  'You were logged out elsewhere, so your access token is refused. Log in to continue.';

/** Two windows of one session: the second one has its login from the session of the other. */
async function twoWindows(): Promise<[Visitor, Visitor]> {
  const first = await Visitor.arrive(browser, demo.url);
  await first.logInAs('writer');
  const storageState = await first.context.storageState();
  const second = await Visitor.arrive(browser, demo.url, { storageState });
  await second.is('in');
  await second.page.locator('#messages-list > li').first().waitFor();
  return [first, second];
}

const notice = (page: Page) => page.locator('#session-notice').textContent();

async function close(...visitors: Visitor[]): Promise<string[]> {
  await Promise.all(visitors.map((visitor) => visitor.leave()));
  return visitors.flatMap(({ errors }) => [...errors]);
}

describe('A logout', () => {
  it('is felt in another window of the same login, at its next call', async () => {
    const [first, second] = await twoWindows();
    await second.choose('GET /api/me');
    await second.gets('200 OK');

    await first.page.locator('#btn-logout').click();
    await first.is('out');
    await second.page.getByRole('button', { name: 'Send', exact: true }).click();
    await second.gets('401 Unauthorized');
    await second.is('ended');
    expect(await notice(second.page)).toBe(NOTICE);
    expect(await second.steps('failed')).toEqual(['Time']);
    const answer = await second.page.locator('#call-result').innerText();
    expect(answer).toContain('token_revoked');
    expect(answer).toContain('The login that this token came from has ended');
    expect(await second.page.locator('#messages-in').isVisible()).toBe(false);
    expect(await second.accessibilityViolations()).toEqual([]);
    for (const width of [1280, 800, 390]) {
      await second.page.setViewportSize({ width, height: 900 });
      expect(await second.pageWidth()).toBeLessThanOrEqual(width);
      await second.screenshot(`revoked-${width}`, second.page, false);
    }

    await second.page.getByRole('button', { name: 'Log in again' }).click();
    await second.fillIn('writer', 'demo');
    await second.is('in');
    await second.page.getByRole('button', { name: 'Send', exact: true }).click();
    await second.gets('200 OK');
    expect(await close(first, second)).toEqual(['401 /api/me']);
  });

  it('is felt by any part of the page', async () => {
    const [first, second] = await twoWindows();
    await first.page.locator('#btn-logout').click();
    await first.is('out');
    await second.page.getByLabel('New message').fill('Am I still here?');
    await second.page.getByRole('button', { name: 'Post', exact: true }).click();
    await second.is('ended');
    expect(await notice(second.page)).toBe(NOTICE);
    expect(await close(first, second)).toEqual(['401 /api/messages']);
  });
});
