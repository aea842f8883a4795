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

/** Calls a route from the table of routes. Resolves with the text of the result. */
async function call(route: string): Promise<string> {
  await page.getByRole('button', { name: `Call ${route}`, exact: true }).click();
  const panel = page.locator('.panel:visible');
  if ((await panel.locator('textarea').count()) > 0) {
    await panel.getByRole('button', { name: 'Send' }).click();
  }
  await panel.locator('.exchange').waitFor();
  const text = await panel.locator('.result').innerText();
  await page.getByRole('button', { name: `Close ${route}`, exact: true }).click();
  return text;
}

describe('The login page', () => {
  beforeEach(async () => {
    await page.locator('#btn-login').click();
    await page.locator('input[name=username]').waitFor();
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
    expect(await page.locator('input[name=username]').inputValue()).toBe('writer');
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await page.locator('input[name=password]').fill('demo');
    await page.keyboard.press('Enter');
    await visitor.is('in');
    expect(await page.locator('#who-name').textContent()).toBe('writer');
  });
});

describe('Logging in', () => {
  it('works with the keyboard only', async () => {
    const login = page.locator('#btn-login:focus');
    while ((await login.count()) === 0) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('input[name=username]:focus').waitFor();
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

    await page.getByRole('button', { name: 'Show' }).click();
    const shown = (await token.textContent())!;
    expect(shown).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
    await page.getByRole('button', { name: 'Copy' }).click();
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
    'sees as %s in the table of routes which requests the API accepts',
    async (username) => {
      await visitor.logIn(username);
      const rows = page.locator('#route-rows tr:not(.panel)', {
        has: page.getByText('GET', { exact: true }),
      });
      await rows.first().waitFor();
      const statuses = new Map<string, string>();
      for (const row of await rows.all()) {
        const path = (await row.locator('code').first().textContent())!;
        const passes = await row.locator('.verdict').getAttribute('data-passes');
        if (path.includes('{')) continue;
        const text = await call(`GET ${path}`);
        const [, status = ''] = /Status\s+(\d+)/.exec(text) ?? [];
        statuses.set(path, status);
        if (passes === 'undefined') expect(['200', '401']).toContain(status);
        else expect([path, passes]).toEqual([path, String(status === '200')]);
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
    await visitor.logIn('writer');
    await messages().first().waitFor();
    for (const summary of await page.locator('.session summary').all()) await summary.click();
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('button', { name: 'Call GET /api/admin/edit' }).click();
    await page.locator('.panel:visible .exchange').waitFor();
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot(`logged-in-${colorScheme}`);
  });

  it.each([360, 1600])('does not have to scroll horizontally at %d px', async (width) => {
    await page.setViewportSize({ width, height: 900 });
    await visitor.logIn('admin');
    await page.locator('#moderation-list > li').first().waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot(`admin-${width}`);
  });
});

describe('The page', () => {
  // A Cumulative Layout Shift of up to 0.1 counts as good.
  it.each([360, 1280])('does not shift when it restores a session at %d px', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await visitor.logIn('admin');
    await page.reload();
    await visitor.is('in');
    await page.locator('#moderation-list > li').first().waitFor();
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
    expect(await page.title()).toBe('Try the API with your access token');
    await messageWith('<img').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await messageWith('<img').waitFor({ state: 'detached' });
  });

  it("cannot change another person's message, and sees that no scope is missing", async () => {
    await messages().first().waitFor();
    const id = await messages().last().getAttribute('data-id');
    expected = [`403 /api/messages/${id}`];
    await page.getByRole('button', { name: 'Call PATCH /api/messages/{id}' }).click();
    const panel = page.locator('.panel:visible');
    await panel.getByLabel('id').fill(id!);
    await panel.getByRole('button', { name: 'Send' }).click();
    await panel.locator('.exchange').waitFor();
    const text = await panel.locator('.result').innerText();
    expect(text).toContain('403 Forbidden');
    expect(text).not.toContain('WWW-Authenticate');
    expect(text).toContain('belongs to somebody else');
  });

  it('posts, reads and deletes a message in the table of routes', async () => {
    const posted = await call('POST /api/messages');
    expect(posted).toContain('201 Created');
    const [, id = ''] = /"id": "([^"]+)"/.exec(posted) ?? [];
    for (const [route, answer] of [
      ['GET /api/messages/{id}', '200 OK'],
      ['DELETE /api/messages/{id}', '204 No Content'],
    ]) {
      await page.getByRole('button', { name: `Call ${route}`, exact: true }).click();
      const panel = page.locator('.panel:visible');
      await panel.getByLabel('id').fill(id);
      await panel.getByRole('button', { name: 'Send' }).click();
      await panel.locator('.exchange').waitFor();
      expect(await panel.locator('.result').innerText()).toContain(answer);
      await page.getByRole('button', { name: `Close ${route}`, exact: true }).click();
    }
  });

  it('sees in the table of routes which field is invalid, before anything is sent', async () => {
    await page.getByRole('button', { name: 'Call PATCH /api/messages/{id}' }).click();
    const panel = page.locator('.panel:visible');
    await panel.getByLabel('id').fill('');
    await panel.getByRole('button', { name: 'Send' }).click();
    await panel.getByText('id is missing.').waitFor();
    await panel.getByLabel('id').fill('1');
    await panel.getByLabel('Body').fill('{');
    await panel.getByRole('button', { name: 'Send' }).click();
    await panel.getByText('The body is not JSON').waitFor();
  });

  it('loads older messages page by page', async () => {
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
  it("deletes another person's message, and sees that in the audit trail", async () => {
    await visitor.logIn('writer');
    await post('To be removed');
    await messageWith('To be removed').waitFor();
    await page.locator('#btn-logout').click();
    await visitor.is('out');
    await visitor.logIn('admin');

    await page.getByLabel('Author', { exact: true }).fill('auth0|writer');
    await page.getByRole('button', { name: 'Filter' }).click();
    const found = page.locator('#moderation-list > li');
    await page.locator('#moderation-list:not(:has-text("demo-machine"))').waitFor();
    await found.filter({ hasText: 'To be removed' }).waitFor();
    const id = await found.filter({ hasText: 'To be removed' }).getAttribute('data-id');
    await found
      .filter({ hasText: 'To be removed' })
      .getByRole('button', { name: 'Delete' })
      .click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    const entry = page.locator('#audit-list > li', { hasText: id! });
    await entry.waitFor();
    expect(await entry.textContent()).toContain('auth0|admin');
    expect(await entry.textContent()).toContain('message.delete');
    await messageWith('To be removed').waitFor({ state: 'detached' });
  });
});
