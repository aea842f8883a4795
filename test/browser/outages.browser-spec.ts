import type { Browser, Page } from 'playwright-core';
import { type Demo, startDemo } from './support/demo.js';
import { launchBrowser, Visitor } from './support/visitor.js';

const TOKEN_SEC = 600;

/** One second after a renewal starts: `public/session.js` renews 55 seconds before the expiry. */
const RENEWAL_SEC = TOKEN_SEC - 54;

let demo: Demo;
let browser: Browser;
let visitor: Visitor;
let page: Page;
let expected: string[];

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo({ tokenSec: TOKEN_SEC }), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

beforeEach(async () => {
  expected = [];
  visitor = await Visitor.arrive(browser, demo.url);
  ({ page } = visitor);
  await page.clock.install();
});

afterEach(async () => {
  await visitor.leave();
  expect([...visitor.errors].toSorted()).toEqual(expected.toSorted());
});

/** Advances the browser's clock. The clocks of the API and the issuer do not change. */
const advance = (seconds: number) => page.clock.fastForward(seconds * 1000);

const notice = () => page.locator('#session-notice').textContent();

/** Waits until the page shows this notice. */
const waitForNotice = (text: string) =>
  page.locator('#session-notice', { hasText: text }).waitFor();

/** Calls the members-only endpoint and waits for this answer. */
async function callMembersOnly(answer: string): Promise<void> {
  await page.getByRole('button', { name: 'Call the members-only endpoint' }).click();
  await page.locator('#moMessage', { hasText: answer }).waitFor();
}

/** Waits for the response to the next renewal, and for the page to show the new token. */
async function renewed(): Promise<void> {
  const answer = await page.waitForResponse(
    (response) =>
      response.url() === `${demo.issuer}oauth/token` && response.request().method() === 'POST',
  );
  expect(answer.request().postData()).toContain('grant_type=refresh_token');
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const { jti } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
  await page.locator('#token-claims', { hasText: jti }).waitFor({ state: 'attached' });
}

describe('A token that is about to expire', () => {
  it('is renewed repeatedly, without a login page', async () => {
    await visitor.logIn('writer');
    const navigations: string[] = [];
    page.on('framenavigated', (frame) => navigations.push(frame.url()));
    await Promise.all([renewed(), advance(RENEWAL_SEC)]);
    await Promise.all([renewed(), advance(RENEWAL_SEC)]);
    await visitor.is('in');
    expect(navigations).toEqual([]);
    expect(await notice()).toBe('');
    expect(await page.locator('#token-expiry').textContent()).toMatch(
      /^Expires in (10 min 0|9 min \d+) s\.$/,
    );
    await callMembersOnly('"Members Only Endpoint"');
  });
});

describe('While the issuer is down', () => {
  afterEach(async () => {
    await demo.stopTenant();
    await demo.startTenant();
  });

  it('the page uses the current token until it expires, then offers a login', async () => {
    await visitor.logIn('writer');
    await page.locator('#messages-list').waitFor({ state: 'attached' });
    await page.locator('#token-details summary').click();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const token = (await page.locator('#ipt-access-token').textContent())!;
    const navigations: string[] = [];
    page.on('framenavigated', (frame) => navigations.push(frame.url()));
    await demo.stopTenant();

    await advance(RENEWAL_SEC);
    await waitForNotice('The issuer is unreachable, so your access token was not renewed.');
    await callMembersOnly('"Members Only Endpoint"');

    await advance(TOKEN_SEC - RENEWAL_SEC);
    await visitor.is('ended');
    expect(await notice()).toBe(
      'Your access token has expired, and the issuer is unreachable. Try to log in later.',
    );
    expect(await page.locator('#gated-content').isVisible()).toBe(false);
    expect(await page.locator('#messages-in').isVisible()).toBe(false);
    expect(await page.locator('#btn-login').isEnabled()).toBe(true);
    expect(await visitor.accessibilityViolations()).toEqual([]);

    // A click on Log in stays on the page, and a pasted token still works.
    await page.locator('#btn-login').click();
    await waitForNotice('The issuer is unreachable, so nobody can log in.');
    expected = ['net::ERR_CONNECTION_REFUSED /.well-known/openid-configuration'];
    await page.locator('#session-paste summary').click();
    await page.getByLabel('Paste the access token').fill(token);
    await page.getByRole('button', { name: 'Use this token' }).click();
    await visitor.is('in');
    await callMembersOnly('"Members Only Endpoint"');
    await page.getByRole('button', { name: 'Forget token' }).click();
    await visitor.is('ended');

    await callMembersOnly('No response');
    expect(await page.locator('#moMessage + .meaning').textContent()).toContain(
      'Your session has ended, so nothing was sent.',
    );
    expect(navigations).toEqual([]);

    await demo.startTenant();
    await visitor.logIn('writer');
    await callMembersOnly('"Members Only Endpoint"');
  });
});

describe('A session that the issuer has ended', () => {
  it('ends with a notice, after one silent attempt and without a redirect', async () => {
    await visitor.logIn('writer');
    await demo.stopTenant();
    await demo.startTenant();
    const attempts: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(`${demo.issuer}authorize`)) attempts.push(request.url());
    });
    await advance(RENEWAL_SEC);
    await visitor.is('ended');
    expect(await notice()).toBe('Your session has ended. Log in to continue.');
    expect(page.url()).toBe(demo.url);
    expect(attempts.length).toBeLessThanOrEqual(1);
    // The tenant's response in the hidden frame: a login is required.
    expected = ['400 /authorize'];

    await page.reload();
    await visitor.is('out');
    await visitor.logIn('reader');
    expect(await page.locator('#who-name').textContent()).toBe('reader');
  });
});

describe('While the API is down', () => {
  afterEach(async () => {
    await demo.stopApi();
    await demo.startApi();
  });

  it('each call shows that, and works again after a restart', async () => {
    await visitor.logIn('writer');
    await demo.stopApi();
    expected = [
      'net::ERR_CONNECTION_REFUSED /api/members-only',
      'net::ERR_CONNECTION_REFUSED /api/messages',
    ];
    await callMembersOnly('No response');
    expect(await page.locator('#moMessage + .meaning').textContent()).toBe(
      'The API is unreachable. Check that it is running, then try again.',
    );
    await page.getByLabel('New message').fill('Is anybody there?');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.locator('#post-error', { hasText: 'The API is unreachable.' }).waitFor();
    expect(await page.getByLabel('New message').inputValue()).toBe('Is anybody there?');

    await demo.startApi();
    await callMembersOnly('"Members Only Endpoint"');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.locator('#messages-list > li', { hasText: 'Is anybody there?' }).waitFor();
  });
});
