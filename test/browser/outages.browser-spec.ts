import { demo, page, visitDemo, visitor } from './support/visit.js';

const TOKEN_SEC = 600;

/** One second after a renewal starts: `public/session.js` renews 55 seconds before the expiry. */
const RENEWAL_SEC = TOKEN_SEC - 54;

visitDemo({ tokenSec: TOKEN_SEC });

beforeEach(() => page.clock.install());

/** Advances the browser's clock. The clocks of the API and the issuer do not change. */
const advance = (seconds: number) => page.clock.fastForward(seconds * 1000);

/** Waits until the page shows this notice. */
const waitForNotice = (text: string) =>
  page.locator('#session-notice', { hasText: text }).waitFor();

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
    expect(await visitor.notice()).toBe('');
    expect(await page.locator('#token-expiry').textContent()).toMatch(
      /^Expires in (10 min 0|9 min \d+) s\.$/,
    );
    await visitor.callEndpoint('members-only', '"Members Only Endpoint"');
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
    const token = await visitor.showToken();
    const navigations: string[] = [];
    page.on('framenavigated', (frame) => navigations.push(frame.url()));
    await demo.stopTenant();

    await advance(RENEWAL_SEC);
    await waitForNotice('The issuer is unreachable, so your access token was not renewed.');
    await visitor.callEndpoint('members-only', '"Members Only Endpoint"');

    await advance(TOKEN_SEC - RENEWAL_SEC);
    await visitor.is('ended');
    expect(await visitor.notice()).toBe(
      'Your access token has expired, and the issuer is unreachable. Try to log in later.',
    );
    expect(await page.locator('#gated-content').isVisible()).toBe(false);
    expect(await page.locator('#messages-in').isVisible()).toBe(false);
    expect(await page.locator('#btn-login').isEnabled()).toBe(true);
    expect(await visitor.accessibilityViolations()).toEqual([]);

    // A click on Log in stays on the page, and a pasted token still works.
    await page.locator('#btn-login').click();
    await waitForNotice('The issuer is unreachable, so nobody can log in.');
    visitor.expectedErrors = ['net::ERR_CONNECTION_REFUSED /.well-known/openid-configuration'];
    await page.locator('#session-paste summary').click();
    await visitor.pasteToken(token);
    await visitor.is('in');
    await visitor.callEndpoint('members-only', '"Members Only Endpoint"');
    await page.getByRole('button', { name: 'Forget token' }).click();
    await visitor.is('ended');

    await visitor.callEndpoint('members-only', 'No response');
    expect(await page.locator('#moMessage + .meaning').textContent()).toContain(
      'Your session has ended, so nothing was sent.',
    );
    expect(navigations).toEqual([]);

    await demo.startTenant();
    await visitor.logIn('writer');
    await visitor.callEndpoint('members-only', '"Members Only Endpoint"');
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
    expect(await visitor.notice()).toBe('Your session has ended. Log in to continue.');
    expect(page.url()).toBe(demo.url);
    expect(attempts.length).toBeLessThanOrEqual(1);
    // The tenant's response in the hidden frame: a login is required.
    visitor.expectedErrors = ['400 /authorize'];

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
    visitor.expectedErrors = [
      'net::ERR_CONNECTION_REFUSED /api/members-only',
      'net::ERR_CONNECTION_REFUSED /api/messages',
    ];
    await visitor.callEndpoint('members-only', 'No response');
    expect(await page.locator('#moMessage + .meaning').textContent()).toBe(
      'The API is unreachable. Check that it is running, then try again.',
    );
    await visitor.post('Is anybody there?');
    await page.locator('#post-error', { hasText: 'The API is unreachable.' }).waitFor();
    expect(await page.getByLabel('New message').inputValue()).toBe('Is anybody there?');

    await demo.startApi();
    await visitor.callEndpoint('members-only', '"Members Only Endpoint"');
    await page.getByRole('button', { name: 'Post', exact: true }).click();
    await visitor.messages('Is anybody there?').waitFor();
  });
});
