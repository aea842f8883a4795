import type { Browser } from 'playwright-core';
import { type Demo, startDemo } from './support/demo.js';
import { launchBrowser, Visitor } from './support/visitor.js';

let demo: Demo;
let browser: Browser;
let visitor: Visitor;
let expected: string[];

beforeAll(async () => {
  [demo, browser] = await Promise.all([startDemo(), launchBrowser()]);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

beforeEach(async () => {
  expected = [];
  visitor = await Visitor.arrive(browser, demo.url);
});

afterEach(async () => {
  await visitor.leave();
  expect([...visitor.errors].toSorted()).toEqual(expected.toSorted());
});

describe('A visitor who is not logged in', () => {
  it('finds the buttons disabled until the page knows whether somebody is logged in', async () => {
    const page = await visitor.context.newPage();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await page.route('**/config.json', async (route) => {
      await asked;
      await route.continue();
    });
    await page.goto(demo.url);
    for (const button of await page.locator('#btn-login, #btn-logout, [data-call]').all()) {
      expect(await button.isDisabled()).toBe(true);
    }
    answer();
    await visitor.is('out', page);
    expect(await page.locator('#btn-login').isEnabled()).toBe(true);
    expect(await page.locator('#btn-logout').isDisabled()).toBe(true);
    expect(await page.locator('[data-call]:disabled').count()).toBe(0);
  });

  it('sees nothing that requires a login', async () => {
    const { page } = visitor;
    for (const id of ['gated-content', 'messages-in', 'moderation']) {
      expect(await page.locator(`#${id}`).isVisible()).toBe(false);
    }
    expect(await page.locator('#ipt-access-token').textContent()).toBe('');
  });

  it('gets the open message', async () => {
    const { page } = visitor;
    await page.getByRole('button', { name: 'Call the open endpoint' }).click();
    await page.locator('#openMessage', { hasText: '"Open Endpoint"' }).waitFor();
    expect(await page.locator('#openMessage').textContent()).toBe('"Open Endpoint"');
    expect(await page.locator('#openMessage + .meaning').textContent()).toBe(
      'Sent without an access token.',
    );
  });

  it.each([
    ['members-only', 'moMessage'],
    ['protected', 'protectedMessage'],
  ])('sees the 401 of the %s endpoint and an explanation', async (name, id) => {
    const { page } = visitor;
    expected = [`401 /api/${name}`];
    await page.getByRole('button', { name: `Call the ${name} endpoint` }).click();
    await page.locator(`#${id}`, { hasText: '401' }).waitFor();
    expect(await page.locator(`#${id}`).textContent()).toBe(
      '401 Unauthorized\nWWW-Authenticate: Bearer\n{"statusCode":401,"message":"Unauthorized"}',
    );
    expect(await page.locator(`#${id} + .meaning`).textContent()).toContain(
      'No access token was sent',
    );
  });

  it('sees in the table of routes which requests the API accepts', async () => {
    const { page } = visitor;
    const rows = page.locator('#route-rows tr:not(.panel)');
    await rows.first().waitFor();
    const verdicts = new Map<string, string | null>();
    for (const row of await rows.all()) {
      const [method, path] = await row.locator('th span, th code').allTextContents();
      const verdict = await row.locator('.verdict').getAttribute('data-passes');
      verdicts.set(`${method} ${path}`, verdict);
    }
    expect(verdicts.size).toBeGreaterThan(20);
    for (const [route, verdict] of verdicts) {
      const [method, path = ''] = route.split(' ');
      const url = new URL(path.replace('{id}', '01890a5d-ac96-774b-bcce-b302099a8057'), demo.url);
      const { status } = await fetch(url, { method });
      // Requests without a body: those that need one get a 4xx status in any case.
      expect([route, verdict]).toEqual([route, String(status === 200)]);
    }
  });

  it('calls a route from the table and sees request, status, challenge and body', async () => {
    const { page } = visitor;
    expected = ['401 /api/me'];
    await page.getByRole('button', { name: 'Call GET /api/me', exact: true }).click();
    const exchange = page.locator('.panel:visible .exchange');
    await exchange.waitFor();
    expect(await exchange.locator('dt').allTextContents()).toEqual([
      'Request',
      'Status',
      'WWW-Authenticate',
      'Body',
    ]);
    expect(await exchange.locator('dd').allTextContents()).toEqual([
      'GET /api/me',
      '401 Unauthorized',
      'Bearer',
      JSON.stringify({ statusCode: 401, message: 'Unauthorized' }, null, 2),
    ]);
  });
});

describe('The page', () => {
  it.each(['light', 'dark'] as const)('is accessible in %s mode', async (colorScheme) => {
    expected = ['401 /api/protected'];
    await visitor.page.emulateMedia({ colorScheme });
    await visitor.page.getByRole('button', { name: 'Call the protected endpoint' }).click();
    await visitor.page.locator('#protectedMessage', { hasText: '401' }).waitFor();
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot(`logged-out-${colorScheme}`);
  });

  it.each([360, 768, 1600])('does not scroll horizontally at %d px', async (width) => {
    await visitor.page.setViewportSize({ width, height: 800 });
    const wide = await visitor.page.evaluate('document.documentElement.scrollWidth');
    expect(wide).toBeLessThanOrEqual(width);
    await visitor.screenshot(`logged-out-${width}`);
  });

  it('loads resources only from its own origin', async () => {
    const hosts = new Set<string>();
    visitor.page.on('request', (request) => hosts.add(new URL(request.url()).origin));
    await visitor.open();
    expect([...hosts]).toEqual([new URL(demo.url).origin]);
  });
});
