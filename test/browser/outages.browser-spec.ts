import type { Browser, Page } from 'playwright-core';
import { type Parts, startParts } from './support/parts.js';
import { launchBrowser, Visitor } from './support/visitor.js';

/** Long enough to be used, short enough to see it renewed. */
const TOKEN_SEC = 8;

let parts: Parts;
let browser: Browser;
let visitor: Visitor;
let page: Page;
let expected: string[];

beforeAll(async () => {
  [parts, browser] = await Promise.all([startParts({ tokenSec: TOKEN_SEC }), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await parts?.close();
});

beforeEach(async () => {
  expected = [];
  visitor = await Visitor.arrive(browser, parts.url);
  ({ page } = visitor);
});

afterEach(async () => {
  await visitor.leave();
  expect([...visitor.complaints].toSorted()).toEqual(expected.toSorted());
});

const notice = () => page.locator('#session-notice').textContent();

/** Calls the members-only endpoint, and waits for the answer to say so. */
async function callMembersOnly(answer: string): Promise<void> {
  await page.getByRole('button', { name: 'Call the members-only endpoint' }).click();
  await page.locator('#moMessage', { hasText: answer }).waitFor();
}

describe('A token that lives for seconds', () => {
  it('is renewed silently, again and again, and nobody is asked anything', async () => {
    await visitor.logIn('writer');
    const renewals: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'POST' && request.url() === `${parts.issuer}oauth/token`) {
        renewals.push(request.postData() ?? '');
      }
    });
    const id = page.locator('#token-claims dt:text-is("jti") + dd');
    for (let round = 0; round < 2; round += 1) {
      const present = await id.textContent();
      await page
        .locator(`#token-claims:not(:has-text("${present}"))`)
        .waitFor({ state: 'attached' });
    }
    expect(renewals.length).toBeGreaterThanOrEqual(2);
    for (const body of renewals) expect(body).toContain('grant_type=refresh_token');
    await visitor.is('in');
    expect(page.url()).toBe(parts.url);
    expect(await notice()).toBe('');
    expect(await page.locator('#token-expiry').textContent()).toMatch(/^Expires in \d s\.$/);
    await callMembersOnly('"Members Only Endpoint"');
  });
});

describe('While the issuer is down', () => {
  afterEach(async () => {
    await parts.stopTenant();
    await parts.startTenant();
  });

  it('the present token is used, and then a login is asked for, without a loop', async () => {
    await visitor.logIn('writer');
    await page.locator('#messages-list').waitFor({ state: 'attached' });
    const asked: string[] = [];
    page.on('framenavigated', (frame) => asked.push(frame.url()));
    await parts.stopTenant();

    await callMembersOnly('"Members Only Endpoint"');
    expect(await notice()).toContain(
      'The issuer cannot be reached, so your token was not renewed.',
    );

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

    await parts.startTenant();
    await visitor.logIn('writer');
    await callMembersOnly('"Members Only Endpoint"');
  });
});

describe('A session that the issuer has forgotten', () => {
  it('ends with a word, asks for a login once, and goes nowhere by itself', async () => {
    await visitor.logIn('writer');
    await parts.stopTenant();
    await parts.startTenant();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(`${parts.issuer}authorize`)) asked.push(request.url());
    });
    await visitor.is('ended');
    expect(await notice()).toBe('Your session has ended. Log in to go on.');
    expect(page.url()).toBe(parts.url);
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
    await parts.stopApi();
    await parts.startApi();
  });

  it('each call says so where its answer would be, and works once it is back', async () => {
    await visitor.logIn('writer');
    await parts.stopApi();
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

    await parts.startApi();
    await callMembersOnly('"Members Only Endpoint"');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await page.locator('#messages-list > li', { hasText: 'Is anybody there?' }).waitFor();
  });
});
