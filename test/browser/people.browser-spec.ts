import type { Browser, Page } from 'playwright-core';
import { type Demo, startDemo } from './support/demo.js';
import { launchBrowser, Visitor } from './support/visitor.js';

let demo: Demo;
let browser: Browser;
let visitor: Visitor;
let page: Page;
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
  ({ page } = visitor);
});

afterEach(async () => {
  await visitor.leave();
  expect([...visitor.errors].toSorted()).toEqual(expected.toSorted());
});

const messages = () => page.locator('#messages-list > li');
const messageWith = (text: string) => messages().filter({ hasText: text });

async function post(text: string): Promise<void> {
  await page.getByLabel('New message').fill(text);
  await page.getByRole('button', { name: 'Post', exact: true }).click();
}

/** Calls a route from the access map. Resolves with the text of the status and the body. */
async function call(route: string, parameters: Record<string, string> = {}): Promise<string> {
  const isSentAtOnce = route.startsWith('GET') && !route.includes('{');
  const answered = () => page.waitForResponse((response) => response.url().startsWith(demo.url));
  if (isSentAtOnce) {
    await Promise.all([answered(), visitor.choose(route)]);
  } else {
    await visitor.choose(route);
    for (const [name, value] of Object.entries(parameters)) {
      await page.locator('#call-fields').getByLabel(name).fill(value);
    }
    const send = page.getByRole('button', { name: 'Send', exact: true });
    await Promise.all([answered(), send.click()]);
  }
  await page.locator('#call-work:not([aria-busy])').waitFor();
  return page.locator('#call-result').innerText();
}

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
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    await visitor.screenshot('login-360');
  });

  it('reports a wrong password, keeps the username, and accepts another attempt', async () => {
    await visitor.fillIn('writer', 'wrong');
    await page.getByRole('alert').filter({ hasText: 'Wrong username or password.' }).waitFor();
    expected = [`401 ${new URL(page.url()).pathname}`];
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
    const { page: shown } = visitor;
    const logins: string[] = [];
    shown.on('request', (request) => {
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
    expect(await page.locator('#session-notice').textContent()).toContain('Login failed:');
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
    await page.locator('#token-details summary').click();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const token = await page.locator('#ipt-access-token').textContent();
    const answer = async () => {
      const headers = { Authorization: `Bearer ${token}` };
      const response = await fetch(new URL('/api/me', demo.url), { headers });
      return [response.status, ((await response.json()) as { code?: string }).code];
    };
    expect(await answer()).toEqual([200, undefined]);
    await page.locator('#btn-logout').click();
    await visitor.is('out');
    expect(await answer()).toEqual([401, 'token_revoked']);
  });

  it('ends in all tabs with Log out; the next login asks for a password again', async () => {
    await visitor.logIn('writer');
    const second = await visitor.tab();
    await visitor.is('in', second);
    await page.locator('#btn-logout').click();
    await visitor.is('out');
    expect(page.url()).toBe(demo.url);
    expect(await page.locator('#gated-content').isVisible()).toBe(false);
    expect(await page.locator('#messages-in').isVisible()).toBe(false);
    expect(await messages().count()).toBe(0);
    await visitor.is('ended', second);
    expect(await second.locator('#gated-content').isVisible()).toBe(false);
    expect(await second.locator('#session-notice').textContent()).toBe(
      'You logged out in another tab.',
    );
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
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(shown);
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
        const [status = ''] = (await call(route)).split(' ');
        statuses.set(route.slice(4), status);
        if (passes === 'undefined') expect(['200', '401']).toContain(status);
        else expect([route, passes]).toEqual([route, String(status === '200')]);
      }
      expected = [...statuses]
        .filter(([, status]) => status !== '200')
        .map(([path, status]) => `${status} ${path}`);
      expect(statuses.size).toBeGreaterThan(15);
      expect(expected.length > 0).toBe(username !== 'admin');
    },
  );

  it.each(['light', 'dark'] as const)('gets an accessible page in %s mode', async (colorScheme) => {
    expected = ['403 /api/admin/edit'];
    await page.emulateMedia({ colorScheme });
    await visitor.logInAs('writer');
    await messages().first().waitFor();
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

  it.each([320, 360, 768, 900, 1080, 1280, 1600])(
    'does not have to scroll horizontally at %d px',
    async (width) => {
      expected = ['403 /api/feed'];
      await page.setViewportSize({ width, height: 900 });
      await visitor.logInAs('writer');
      await messages().first().waitFor();
      await visitor.choose('GET /api/feed');
      await visitor.gets('403 Forbidden');
      expect(await visitor.pageWidth()).toBeLessThanOrEqual(width);
      expect(await visitor.accessibilityViolations()).toEqual([]);
      await visitor.screenshot(`call-${width}`, page, false);
    },
  );

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
    await messages().first().waitFor();
    await page.locator('#route-rows > tr').first().waitFor();
    expect(await visitor.layoutShift()).toBeLessThan(0.05);
  });
});

describe('The reader', () => {
  beforeEach(() => visitor.logIn('reader'));

  it('gets the members-only message, and sees which scope another endpoint requires', async () => {
    expected = ['403 /api/protected'];
    await page.getByRole('button', { name: 'Call the members-only endpoint' }).click();
    await page.locator('#moMessage', { hasText: '"Members Only Endpoint"' }).waitFor();
    await page.getByRole('button', { name: 'Call the protected endpoint' }).click();
    await page.locator('#protectedMessage', { hasText: '403 Forbidden' }).waitFor();
    const text = await page.locator('#protectedMessage').textContent();
    expect(text).toContain('WWW-Authenticate: Bearer error="insufficient_scope"');
    expect(text).toContain('scope="read:protected"');
    expect(text).toContain('"code":"insufficient_scope"');
    expect(await page.locator('#protectedMessage + .meaning').textContent()).toContain(
      'The access token is valid but does not grant read:protected.',
    );
  });

  it('reads messages but cannot change them', async () => {
    await messages().first().waitFor();
    expect(await messages().count()).toBeGreaterThan(2);
    expect(await messages().getByRole('button').count()).toBe(0);
    expect(await page.locator('#moderation').isVisible()).toBe(false);
  });

  it('sees the refusal of a post next to the form, which keeps the text', async () => {
    expected = ['403 /api/messages'];
    await post('May I?');
    await page.locator('#post-error', { hasText: '403 Forbidden.' }).waitFor();
    expect(await page.locator('#post-error').textContent()).toContain(
      'does not grant write:messages',
    );
    expect(await page.getByLabel('New message').inputValue()).toBe('May I?');
  });
});

describe('The writer', () => {
  beforeEach(() => visitor.logIn('writer'));

  it('posts, changes and deletes a message', async () => {
    await post('First version');
    await messageWith('First version').waitFor();
    expect(await page.getByLabel('New message').inputValue()).toBe('');
    expect(await messageWith('First version').textContent()).toContain('auth0|writeryou');

    await messageWith('First version').getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Text of the message').fill('Second version');
    await page.getByRole('button', { name: 'Save' }).click();
    await messageWith('Second version').waitFor();
    expect(await messageWith('Second version').textContent()).toContain('edited');

    await page.reload();
    await visitor.is('in');
    await messageWith('Second version').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    await messageWith('Second version').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await messageWith('Second version').waitFor({ state: 'detached' });
    expect(await page.locator('#announcements').textContent()).toBe('Message deleted.');
  });

  it('sees next to the field what is wrong with a text', async () => {
    expected = ['400 /api/messages'];
    await post('   ');
    await page
      .locator('#post-error', { hasText: 'must have 1 to 2000 characters after trimming' })
      .waitFor();
    expect(await page.getByLabel('New message').getAttribute('aria-invalid')).not.toBeNull();
    expect(await visitor.accessibilityViolations()).toEqual([]);
  });

  it('sees markup in a message as text', async () => {
    const text = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await post(text);
    await messageWith('<img').waitFor();
    expect(await messageWith('<img').locator('.message-text').textContent()).toBe(text);
    expect(await page.locator('#messages-list img, #messages-list script').count()).toBe(0);
    expect(await page.title()).toBe('Who may call what: the access map of this API');
    await messageWith('<img').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await messageWith('<img').waitFor({ state: 'detached' });
  });

  it("cannot change another person's message, and sees that no scope is missing", async () => {
    await messages().first().waitFor();
    const id = (await messages().last().getAttribute('data-id'))!;
    expected = [`403 /api/messages/${id}`];
    const text = await call('PATCH /api/messages/{id}', { id });
    expect(text).toContain('403 Forbidden');
    expect(await visitor.steps('failed')).toEqual(['The route itself']);
    expect(await visitor.steps('passed')).toContain('Scopes');
    expect(text).toContain('no scope is missing');
  });

  it('posts, reads and deletes a message in the access map, and the list follows', async () => {
    const body = JSON.stringify({ text: 'From the access map' });
    const posted = await call('POST /api/messages', { Body: body });
    expect(posted).toContain('201 Created');
    await messageWith('From the access map').waitFor();
    const id = (await messageWith('From the access map').getAttribute('data-id'))!;
    expect(await call('GET /api/messages/{id}', { id })).toContain('200 OK');
    const changed = JSON.stringify({ text: 'Changed there' });
    expect(await call('PATCH /api/messages/{id}', { id, Body: changed })).toContain('200 OK');
    await messageWith('Changed there').waitFor();
    expect(await call('DELETE /api/messages/{id}', { id })).toContain('204 No Content');
    await messageWith('Changed there').waitFor({ state: 'detached' });
  });

  it('sees which field is invalid before anything is sent, until it changes', async () => {
    await visitor.choose('PATCH /api/messages/{id}');
    const panel = page.locator('#call');
    const send = panel.getByRole('button', { name: 'Send', exact: true });
    await panel.getByLabel('id').fill('');
    await send.click();
    await panel.locator('#call-fault', { hasText: 'id is missing.' }).waitFor();
    await panel.getByLabel('id').fill('1');
    expect(await panel.locator('#call-fault').textContent()).toBe('');
    await panel.getByLabel('Body').fill('{');
    await send.click();
    await panel.locator('#call-fault', { hasText: 'The body is not JSON' }).waitFor();
  });

  it('loads older messages page by page', async () => {
    await page.locator('#token-details summary').click();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const token = await page.locator('#ipt-access-token').textContent();
    for (let count = 0; count < 45; count += 1) {
      await fetch(new URL('/api/messages', demo.url), {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ text: `Number ${count}.` }),
      });
    }
    await page.reload();
    await visitor.is('in');
    const older = page.getByRole('button', { name: 'Show older messages' });
    await messageWith('Number 25.').waitFor();
    expect(await messages().count()).toBe(20);
    await older.click();
    await messageWith('Number 5.').waitFor();
    await older.click();
    await messageWith('Number 0.').waitFor();
    await messageWith('The demo machine posted').waitFor();
    await older.waitFor({ state: 'hidden' });
    expect(await page.locator('#messages-list > li:focus').count()).toBe(1);
  });
});

describe('The admin', () => {
  const entries = () => page.locator('#audit-list > li');

  it("finds an author's messages, deletes one, and sees that in the audit trail", async () => {
    await visitor.logInAs('writer');
    await post('To be removed');
    await messageWith('To be removed').waitFor();
    await visitor.logInAs('admin');
    await post('By the admin');
    await messageWith('By the admin').waitFor();

    await messageWith('To be removed').getByRole('button', { name: 'auth0|writer' }).click();
    await messageWith('By the admin').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Author', { exact: true }).inputValue()).toBe('auth0|writer');
    const id = await messageWith('To be removed').getAttribute('data-id');
    await messageWith('To be removed').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await messageWith('To be removed').waitFor({ state: 'detached' });
    const entry = page.locator(`#audit-list > li[data-message="${id}"]`);
    await entry.waitFor();
    expect((await entry.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /^auth0\|admin deleted a message of auth0\|writer .* To be removed$/,
    );
    await page.getByRole('button', { name: 'Show all' }).click();
    await messageWith('By the admin').waitFor();
    await page.getByLabel('Author', { exact: true }).fill('nobody');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('#messages-list[data-empty]:empty').waitFor();
  });

  it('logs an author out everywhere, whose token is refused until the next login', async () => {
    await visitor.logInAs('writer');
    await post('By somebody who is logged out');
    await messageWith('By somebody who is logged out').waitFor();
    await page.locator('#token-details summary').click();
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    const token = await page.locator('#ipt-access-token').textContent();
    const statusOf = async () =>
      (await fetch(new URL('/api/me', demo.url), { headers: { Authorization: `Bearer ${token}` } }))
        .status;
    expect(await statusOf()).toBe(200);

    await visitor.logInAs('admin');
    await post('By the one who logs out others');
    await messageWith('By the one who logs out others').waitFor();
    expect(
      await messageWith('By the one who logs out others').getByText('Log out everywhere').count(),
    ).toBe(0);
    const row = messageWith('By somebody who is logged out');
    await row.getByRole('button', { name: 'Log out everywhere' }).click();
    await row.getByRole('button', { name: 'Cancel' }).click();
    await row.getByRole('button', { name: 'Log out everywhere' }).click();
    await row.getByRole('button', { name: 'Refuse all their access tokens' }).click();
    await entries().filter({ hasText: 'revoked all access tokens of auth0|writer' }).waitFor();
    expect(await statusOf()).toBe(401);
    expect(await page.locator('#announcements').textContent()).toBe(
      'The access tokens of auth0|writer are refused from now on.',
    );

    // The times in a token are whole seconds, so one of the same second would be refused.
    const nextSecond = Math.ceil(Date.now() / 1000) * 1000;
    await page.waitForFunction((time) => Date.now() >= time, nextSecond);
    await visitor.logInAs('writer');
    await post('After the next login');
    await messageWith('After the next login').waitFor();
  });

  it('sees in both lists what a call from the access map deletes', async () => {
    await visitor.logInAs('writer');
    await post('Deleted from the map');
    await messageWith('Deleted from the map').waitFor();
    await visitor.logInAs('admin');
    await messageWith('Deleted from the map').waitFor();
    const id = (await messageWith('Deleted from the map').getAttribute('data-id'))!;
    expect(await call('DELETE /api/admin/messages/{id}', { id })).toContain('204 No Content');
    await messageWith('Deleted from the map').waitFor({ state: 'detached' });
    await entries().filter({ hasText: 'Deleted from the map' }).waitFor();
  });
});
