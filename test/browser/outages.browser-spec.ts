import type { Browser, Page } from 'playwright-core';
import { type Demo, startDemo } from './support/demo.js';
import { launchBrowser, Visitor } from './support/visitor.js';

const TOKEN_SEC = 600;

/** A second after the page has begun to renew a token: `public/session.js` does 55 seconds before its end. */
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
  expect([...visitor.complaints].toSorted()).toEqual(expected.toSorted());
});

/** Time passes in the browser; the API and the issuer have their own. */
const elapse = (seconds: number) => page.clock.fastForward(seconds * 1000);

const notice = () => page.locator('#session-notice').textContent();

/** Waits until the page says this of the session. */
const says = (text: string) => page.locator('#session-notice', { hasText: text }).waitFor();

/** Calls the members-only endpoint, and waits for the answer to say so. */
async function callMembersOnly(answer: string): Promise<void> {
  await page.getByRole('button', { name: 'Call the members-only endpoint' }).click();
  await page.locator('#moMessage', { hasText: answer }).waitFor();
}

/** Waits for the answer to the next renewal, and for the page to show its token. */
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
  it('is renewed silently, again and again, and nobody is asked anything', async () => {
    await visitor.logIn('writer');
    const asked: string[] = [];
    page.on('framenavigated', (frame) => asked.push(frame.url()));
    await Promise.all([renewed(), elapse(RENEWAL_SEC)]);
    await Promise.all([renewed(), elapse(RENEWAL_SEC)]);
    await visitor.is('in');
    expect(asked).toEqual([]);
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

  it('the present token is used, and then a login is asked for, without a loop', async () => {
    await visitor.logIn('writer');
    await page.locator('#messages-list').waitFor({ state: 'attached' });
    const asked: string[] = [];
    page.on('framenavigated', (frame) => asked.push(frame.url()));
    await demo.stopTenant();

    await elapse(RENEWAL_SEC);
    await says('The issuer cannot be reached, so your token was not renewed.');
    await callMembersOnly('"Members Only Endpoint"');

    await elapse(TOKEN_SEC - RENEWAL_SEC);
    await visitor.is('ended');
    expect(await notice()).toBe(
      'The issuer cannot be reached, and your token has expired. Log in when it is back.',
    );
    expect(await page.locator('#gated-content').isVisible()).toBe(false);
    expect(await page.locator('#messages-in').isVisible()).toBe(false);
    expect(await page.locator('#btn-login').isEnabled()).toBe(true);
    expect(await visitor.barriers()).toEqual([]);

    await callMembersOnly('No answer');
    expect(await page.locator('#moMessage + .meaning').textContent()).toContain(
      'Your session has ended, so nothing was sent.',
    );
    expect(asked).toEqual([]);

    await demo.startTenant();
    await visitor.logIn('writer');
    await callMembersOnly('"Members Only Endpoint"');
  });
});

describe('A session that the issuer has forgotten', () => {
  it('ends with a word, asks for a login once, and goes nowhere by itself', async () => {
    await visitor.logIn('writer');
    await demo.stopTenant();
    await demo.startTenant();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(`${demo.issuer}authorize`)) asked.push(request.url());
    });
    await elapse(RENEWAL_SEC);
    await visitor.is('ended');
    expect(await notice()).toBe('Your session has ended. Log in to go on.');
    expect(page.url()).toBe(demo.url);
    expect(asked.length).toBeLessThanOrEqual(1);
    // So says the tenant in the hidden frame that a login is needed.
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

  it('each call says so where its answer would be, and works once it is back', async () => {
    await visitor.logIn('writer');
    await demo.stopApi();
    expected = [
      'net::ERR_CONNECTION_REFUSED /api/members-only',
      'net::ERR_CONNECTION_REFUSED /api/messages',
    ];
    await callMembersOnly('No answer');
    expect(await page.locator('#moMessage + .meaning').textContent()).toBe(
      'The API cannot be reached. Is it running? Try again in a moment.',
    );
    await page.getByLabel('New message').fill('Is anybody there?');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.locator('#post-error', { hasText: 'The API cannot be reached.' }).waitFor();
    expect(await page.getByLabel('New message').inputValue()).toBe('Is anybody there?');

    await demo.startApi();
    await callMembersOnly('"Members Only Endpoint"');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.locator('#messages-list > li', { hasText: 'Is anybody there?' }).waitFor();
  });
});
