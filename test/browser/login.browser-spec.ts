import { demo, page, visitDemo, visitor } from './support/visit.js';

visitDemo();

describe('The login page', () => {
  beforeEach(async () => {
    await page.locator('#btn-login').click();
    await page.locator('#username').waitFor();
  });

  it('names the application, says that it is a demo, and logs in with one click', async () => {
    const text = await page.locator('main').innerText();
    expect(text).toContain('to continue to Browser pages of nestjs-auth0-api');
    expect(text).toContain('This is a demo');
    await page.getByRole('button', { name: 'Continue as writer' }).click();
    await visitor.is('in');
    expect(await page.locator('#who-name').textContent()).toBe('writer');
  });

  it('lists the three people, their permissions and their password', async () => {
    const people = page.getByRole('region', { name: 'Who can log in' });
    expect(await people.locator('dt').allTextContents()).toEqual(['reader', 'writer', 'admin']);
    const text = (await people.innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toContain('The password is always demo.');
    expect(text).toContain('reader Reads messages. read:messages');
    expect(text).toContain('write:admin');
  });

  it.each(['light', 'dark'] as const)('is accessible in %s mode', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot(`login-${colorScheme}`);
  });

  it('does not scroll horizontally at 360 px', async () => {
    await page.setViewportSize({ width: 360, height: 780 });
    expect(await visitor.pageWidth()).toBeLessThanOrEqual(360);
    await visitor.screenshot('login-360');
  });

  it('reports a wrong password, keeps the username, and accepts another attempt', async () => {
    await visitor.fillIn('writer', 'wrong');
    await page.getByRole('alert').filter({ hasText: 'Wrong username or password.' }).waitFor();
    visitor.expectedErrors = [`401 ${new URL(page.url()).pathname}`];
    expect(await page.locator('#username').inputValue()).toBe('writer');
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await page.locator('#password').fill('demo');
    await page.keyboard.press('Enter');
    await visitor.is('in');
    expect(await page.locator('#who-name').textContent()).toBe('writer');
  });
});

describe('Logging in', () => {
  it('takes one click in the demo, and another one to become somebody else', async () => {
    const logins: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/u/login/')) logins.push(request.method());
    });
    await visitor.logInAs('reader');
    expect(await page.locator('#map-you').textContent()).toBe('reader');
    await visitor.logInAs('admin');
    expect(await page.locator('#person-sub').textContent()).toBe('auth0|admin');
    expect(logins).toEqual(['GET', 'GET']);
  });

  it('works with the keyboard only', async () => {
    const login = page.locator('#btn-login:focus');
    while ((await login.count()) === 0) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('#username:focus').waitFor();
    await page.keyboard.type('reader');
    await page.keyboard.press('Tab');
    await page.keyboard.type('demo');
    await page.keyboard.press('Enter');
    await visitor.is('in');
  });

  it('returns to the page and leaves no parameters in its address', async () => {
    await visitor.logIn('reader');
    expect(page.url()).toBe(demo.url);
  });

  it('shows why it failed, and is not repeated', async () => {
    await page.goto(`${demo.url}?error=access_denied&error_description=Not%20you&state=x`);
    await visitor.is('out');
    expect(await visitor.notice()).toContain('Login failed:');
    expect(page.url()).toBe(demo.url);
  });

  it('lasts after a reload and in a second tab', async () => {
    await visitor.logIn('writer');
    await page.reload();
    await visitor.is('in');
    const second = await visitor.tab();
    await visitor.is('in', second);
    expect(await second.locator('#who-name').textContent()).toBe('writer');
  });

  it('ends the access token as well: it is refused from the logout on', async () => {
    await visitor.logIn('reader');
    const token = await visitor.showToken();
    const answer = async () => {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await fetch(new URL('/api/me', demo.url), { headers });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    expect(await answer()).toEqual([200, undefined]);
    await visitor.logOut();
    expect(await answer()).toEqual([401, 'token_revoked']);
  });

  it('ends in all tabs with Log out; the next login asks for a password again', async () => {
    await visitor.logIn('writer');
    const second = await visitor.tab();
    await visitor.is('in', second);
    await visitor.logOut();
    expect(page.url()).toBe(demo.url);
    expect(await page.locator('#gated-content').isVisible()).toBe(false);
    expect(await page.locator('#messages-in').isVisible()).toBe(false);
    expect(await visitor.messages().count()).toBe(0);
    await visitor.is('ended', second);
    expect(await second.locator('#gated-content').isVisible()).toBe(false);
    expect(await visitor.notice(second)).toBe('You logged out in another tab.');
    await page.reload();
    await visitor.is('out');
    await visitor.logIn('admin');
    expect(await page.locator('#who-name').textContent()).toBe('admin');
  });
});

describe('A person who is logged in', () => {
  it('sees profile, scopes and claims, and the token only after Show', async () => {
    await visitor.logIn('writer');
    const token = page.locator('#ipt-access-token');
    await page.locator('#token-details summary').click();
    expect(await token.textContent()).toMatch(/^•+$/);
    expect(await page.locator('#token-expiry').textContent()).toMatch(/^Expires in 2[34] h/);
    expect(JSON.parse((await page.locator('#ipt-user-profile').textContent())!)).toMatchObject({
      sub: 'auth0|writer',
      name: 'writer',
    });
    expect(await page.locator('#token-scopes li').allTextContents()).toEqual(
      expect.arrayContaining(['read:messages', 'write:messages']),
    );
    expect(await page.locator('#token-claims').textContent()).toContain('https://api.example.com');

    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const shown = (await token.textContent())!;
    expect(shown).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    expect(await visitor.clipboard()).toBe(shown);
    const { status } = await fetch(new URL('/api/private', demo.url), {
      headers: { Authorization: `Bearer ${shown}` },
    });
    expect(status).toBe(200);
    await page.getByRole('button', { name: 'Hide' }).click();
    expect(await token.textContent()).toMatch(/^•+$/);
  });

  it.each(['reader', 'writer', 'admin'])(
    'sees as %s in the access map which requests the API accepts',
    async (username) => {
      await visitor.logInAs(username);
      const column = ['reader', 'writer', 'admin'].indexOf(username) + 1;
      const rows = page.locator('#route-rows tr');
      const statuses = new Map<string, string>();
      for (const row of await rows.all()) {
        const route = (await row.locator('.route').innerText()).replace(/\s+/, ' ').trim();
        const cells = row.locator('.cell');
        const passes = await row.locator('.mine').getAttribute('data-passes');
        // The column of this person is that of the person who is logged in.
        expect(await cells.nth(column).getAttribute('data-passes')).toBe(passes);
        if (!route.startsWith('GET') || route.includes('{')) continue;
        const [status = ''] = (await visitor.call(route)).split(' ');
        statuses.set(route.slice(4), status);
        if (passes === 'undefined') expect(['200', '401']).toContain(status);
        else expect([route, passes]).toEqual([route, String(status === '200')]);
      }
      visitor.expectedErrors = [...statuses]
        .filter(([, status]) => status !== '200')
        .map(([path, status]) => `${status} ${path}`);
      expect(statuses.size).toBeGreaterThan(15);
      expect(visitor.expectedErrors.length > 0).toBe(username !== 'admin');
    },
  );

  it.each(['light', 'dark'] as const)('gets an accessible page in %s mode', async (colorScheme) => {
    visitor.expectedErrors = ['403 /api/admin/edit'];
    await page.emulateMedia({ colorScheme });
    await visitor.logInAs('writer');
    await visitor.messages().first().waitFor();
    const openAll = () =>
      page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
    await openAll();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.choose('GET /api/admin/edit');
    await visitor.gets('403 Forbidden');
    await openAll();
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot(`logged-in-${colorScheme}`);
  });

  it('does not have to scroll horizontally, from 320 to 1600 px', async () => {
    visitor.expectedErrors = ['403 /api/feed'];
    await visitor.logInAs('writer');
    await visitor.messages().first().waitFor();
    await visitor.choose('GET /api/feed');
    await visitor.gets('403 Forbidden');
    for (const width of [320, 360, 768, 900, 1080, 1280, 1600]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await visitor.pageWidth()).toBeLessThanOrEqual(width);
      expect(await visitor.accessibilityViolations()).toEqual([]);
      await visitor.screenshot(`call-${width}`, page, false);
    }
  });

  it('keeps the header in one piece, whatever their name, from 320 to 1600 px', async () => {
    await visitor.logInAs('admin');
    await page.locator('#moderation-link').waitFor();
    const name = 'a.person.with.a.very.long.name@subsidiary.of.a.large.company.example.com';
    await page.locator('#who-name').evaluate((shown, text) => (shown.textContent = text), name);
    for (let width = 320; width <= 1600; width += 40) {
      await page.setViewportSize({ width, height: 900 });
      const parts = ['.brand', '.bar nav', '.who-name', '#btn-logout'];
      const boxes = await Promise.all(parts.map((part) => page.locator(part).boundingBox()));
      const [brand, nav, shown, button] = boxes.map((box) => box!);
      expect([width, await visitor.pageWidth()]).toEqual([width, expect.any(Number)]);
      expect(await visitor.pageWidth()).toBeLessThanOrEqual(width);
      const bar = (await page.locator('.bar').boundingBox())!;
      expect(bar.height).toBeLessThanOrEqual(96);
      expect(shown!.x).toBeGreaterThanOrEqual(brand!.x + brand!.width);
      expect(button!.x).toBeGreaterThanOrEqual(shown!.x + shown!.width);
      expect(button!.x + button!.width).toBeLessThanOrEqual(width);
      const isOneRow = nav!.y < button!.y + button!.height - 4;
      if (isOneRow) expect(shown!.x).toBeGreaterThanOrEqual(nav!.x + nav!.width);
      expect(shown!.width).toBeGreaterThan(60);
    }
  });
});

describe('The page', () => {
  // A Cumulative Layout Shift of up to 0.1 counts as good.
  it.each([360, 1280])('does not shift when it restores a session at %d px', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await visitor.logIn('admin');
    await page.reload();
    await visitor.is('in');
    await visitor.messages().first().waitFor();
    await page.locator('#route-rows > tr').first().waitFor();
    expect(await visitor.layoutShift()).toBeLessThan(0.05);
  });
});
