import { browser, demo, page, visitDemo, visitor } from './support/visit.js';

visitDemo();

describe('A visitor who is not logged in', () => {
  it('finds the buttons disabled until the page knows whether somebody is logged in', async () => {
    const tab = await visitor.context.newPage();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => (answer = resolve));
    await tab.route('**/config.json', async (route) => {
      await asked;
      await route.continue();
    });
    await tab.goto(demo.url);
    for (const button of await tab.locator('#btn-login, #btn-logout, [data-call]').all()) {
      expect(await button.isDisabled()).toBe(true);
    }
    answer();
    await visitor.is('out', tab);
    expect(await tab.locator('#btn-login').isEnabled()).toBe(true);
    expect(await tab.locator('#btn-logout').isDisabled()).toBe(true);
    expect(await tab.locator('[data-call]:disabled').count()).toBe(0);
  });

  it('sees nothing that requires a login', async () => {
    for (const id of ['gated-content', 'messages-in', 'moderation']) {
      expect(await page.locator(`#${id}`).isVisible()).toBe(false);
    }
    expect(await page.locator('#ipt-access-token').textContent()).toBe('');
  });

  it('gets the open message', async () => {
    await visitor.callEndpoint('open', '"Open Endpoint"');
    expect(await page.locator('#openMessage').textContent()).toBe('"Open Endpoint"');
    expect(await page.locator('#openMessage + .meaning').textContent()).toBe(
      'Sent without an access token.',
    );
  });

  it.each([
    ['members-only', 'moMessage'],
    ['protected', 'protectedMessage'],
  ])('sees the 401 of the %s endpoint and an explanation', async (name, id) => {
    visitor.expectedErrors = [`401 /api/${name}`];
    await visitor.callEndpoint(name, '401');
    expect(await page.locator(`#${id}`).textContent()).toMatch(
      /^401 Unauthorized\nWWW-Authenticate: Bearer .+\n{"statusCode":401,"message":"Unauthorized"}$/,
    );
    expect(await page.locator(`#${id} + .meaning`).textContent()).toContain(
      'No access token was sent',
    );
  });

  it('sees in the access map which requests the API accepts', async () => {
    const rows = page.locator('#route-rows tr');
    await rows.first().waitFor();
    expect(await page.locator('.who-head').allTextContents()).toEqual([
      'anonymous',
      'reader',
      'writer',
      'admin',
      'you',
    ]);
    const verdicts = new Map<string, (string | null)[]>();
    for (const row of await rows.all()) {
      const cells = await row.locator('.cell').all();
      const passes = await Promise.all(cells.map((cell) => cell.getAttribute('data-passes')));
      verdicts.set((await row.locator('.route').innerText()).trim(), passes);
    }
    expect(verdicts.size).toBeGreaterThan(20);
    for (const [route, [anonymous, , , , you]] of verdicts) {
      const [method, path = ''] = route.split(/\s+/);
      const url = new URL(path.replace('{id}', '01890a5d-ac96-774b-bcce-b302099a8057'), demo.url);
      const { status } = await fetch(url, { method });
      // Requests without a body: those that need one get a 4xx status in any case.
      const expectation = String(status === 200);
      expect([route, anonymous, you]).toEqual([route, expectation, expectation]);
    }
    expect(verdicts.get('GET /api/messages')).toEqual(['false', 'true', 'true', 'true', 'false']);
    expect(verdicts.get('POST /api/messages')).toEqual(['false', 'false', 'true', 'true', 'false']);
    expect(verdicts.get('GET /api/admin')).toEqual(['false', 'false', 'false', 'true', 'false']);
  });

  it.each([
    ['GET /api/public', '@Public()'],
    ['GET /api/greeting', '@OptionalAuth()'],
    ['GET /api/private', 'no decorator: any valid token'],
    ['GET /api/messages', "@Scopes('read:messages')"],
    ['GET /api/editor', "@Claim('roles', includes('admin', 'editor'))"],
  ])('sees which decorator guards %s: %s', async (route, decorator) => {
    const row = page.locator('#route-rows tr', {
      has: page.getByRole('button', { name: route, exact: true }),
    });
    expect(await row.locator('.guards').innerText()).toBe(decorator);
  });

  it('sees the whole map on the first screen', async () => {
    await page.locator('#route-rows tr').first().waitFor();
    const box = await page.locator('#map').boundingBox();
    expect(box!.y + box!.height).toBeLessThanOrEqual(900);
  });
});

describe('The page', () => {
  it.each(['light', 'dark'] as const)('is accessible in %s mode', async (colorScheme) => {
    visitor.expectedErrors = ['401 /api/protected'];
    await page.emulateMedia({ colorScheme });
    await visitor.callEndpoint('protected', '401');
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot(`logged-out-${colorScheme}`);
  });

  it('does not scroll horizontally, from 320 to 1600 px', async () => {
    await page.locator('#route-rows tr').first().waitFor();
    for (const width of [320, 360, 480, 768, 900, 1080, 1280, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await visitor.pageWidth()).toBeLessThanOrEqual(width);
      await visitor.screenshot(`logged-out-${width}`);
    }
  });

  it('loads nothing from another origin, and asks only a tenant on this machine', async () => {
    const asked = new Set<string>();
    page.on('request', (request) => asked.add(request.url()));
    await visitor.open();
    const others = [...asked].filter((url) => !url.startsWith(demo.url));
    expect(others).toEqual([`${demo.issuer}.well-known/openid-configuration`]);
  });

  it.each(['routes', 'messages', 'endpoints'])('has links to its parts: /#%s', async (id) => {
    await page.setViewportSize({ width: 800, height: 500 });
    await page.goto('about:blank');
    await page.goto(`${demo.url}#${id}`);
    await visitor.settled();
    await page.waitForFunction(
      `document.querySelector('#${id}').getBoundingClientRect().top < 250`,
    );
    expect(await page.locator(`#${id}`).isVisible()).toBe(true);
  });

  it('is useful without JavaScript', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(demo.url);
    const text = await plain.locator('main').innerText();
    expect(text).toContain("@Scopes('read:messages')");
    expect(text).toContain('curl -i localhost:3001/api/public');
    expect(text).toContain('curl.exe');
    const link = await plain.locator('main a').getAttribute('href');
    expect((await fetch(new URL(link!, demo.url))).status).toBe(200);
    for (const id of ['map', 'messages', 'endpoints', 'btn-login', 'call']) {
      expect([id, await plain.locator(`#${id}`).isVisible()]).toEqual([id, false]);
    }
    await visitor.screenshot('no-javascript', plain);
    await context.close();
  });
});
