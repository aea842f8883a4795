import { demo, page, visitDemo, visitor } from './support/visit.js';

visitDemo();

const result = () => page.locator('#call-result');
const breakers = () => page.locator('#break-buttons');

const AUTHENTICATED = [
  'Token found',
  'Form',
  'Key',
  'Signature',
  'Issuer',
  'Kind',
  'Audience',
  'Time',
];

describe('A call from the access map', () => {
  it('shows status, time, request id, the step that failed, what was needed and what to do', async () => {
    visitor.expectedErrors = ['401 /api/me'];
    await visitor.choose('GET /api/me');
    await visitor.gets('401 Unauthorized');
    const text = (await result().innerText()).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(/401 Unauthorized \d+ ms/);
    expect(text).toMatch(/Request [\da-f-]{36}/);
    expect(text).toContain('Needed An access token for this API.');
    expect(text).toContain('What to do Log in, or use a token');
    expect(await visitor.steps('failed')).toEqual(['Token found']);
    const body = await result().locator('pre').first().textContent();
    expect(JSON.parse(body!)).toEqual({ statusCode: 401, message: 'Unauthorized' });

    const headers = result().locator('details.raw');
    expect(await headers.getByText('www-authenticate: Bearer').isVisible()).toBe(false);
    await headers.locator('summary').click();
    const raw = await headers.locator('pre').innerText();
    expect(raw).toMatch(/^GET \/api\/me\n\n401 Unauthorized\n/);
    expect(raw).toContain('www-authenticate: Bearer');
  });

  it('names the scope that is missing, after every other step has passed', async () => {
    visitor.expectedErrors = ['403 /api/admin/edit'];
    await visitor.logInAs('reader');
    await visitor.choose('GET /api/admin/edit');
    await visitor.gets('403 Forbidden');
    expect(await visitor.steps('passed')).toEqual(AUTHENTICATED);
    expect(await visitor.steps('failed')).toEqual(['Scopes']);
    expect(await result().innerText()).toContain('The scopes read:admin and write:admin.');
  });

  it('names the claim that is missing', async () => {
    visitor.expectedErrors = ['401 /api/admin'];
    await visitor.logInAs('reader');
    await visitor.choose('GET /api/admin');
    await visitor.gets('401 Unauthorized');
    expect(await visitor.steps('failed')).toEqual(['Claims']);
    expect(await result().innerText()).toContain('A claim: isAdmin is true.');
  });

  it('closes, and gives the focus back to the route', async () => {
    await visitor.choose('GET /api/public');
    await visitor.gets('200 OK');
    await page.keyboard.press('Escape');
    expect(await page.locator('#call').isVisible()).toBe(false);
    expect(await page.locator('.route:focus').innerText()).toMatch(/GET\s+\/api\/public/);
  });

  it('shows the refusal of another part of the page as well', async () => {
    visitor.expectedErrors = ['403 /api/messages'];
    await visitor.logInAs('reader');
    await visitor.post('May I?');
    await page.locator('#post-error').getByRole('button', { name: 'Show the answer' }).click();
    await visitor.gets('403 Forbidden');
    expect(await page.locator('#call-title').innerText()).toMatch(/POST\s+\/api\/messages/);
    expect(await visitor.steps('failed')).toEqual(['Scopes']);
  });
});

describe('Break it', () => {
  const CASES = [
    ['No token', 'Token found', []],
    ['Expired', 'Time', ['Token found', 'Form']],
    ['Other audience', 'Audience', AUTHENTICATED.slice(0, 6)],
    ['Tampered', 'Signature', ['Token found', 'Form', 'Key', 'Issuer']],
    ['ID token', 'Kind', AUTHENTICATED.slice(0, 5)],
  ] as const;

  it.each(['nobody', 'writer'])(
    'sends tokens that the API refuses, and shows why, when %s is logged in',
    async (who) => {
      visitor.expectedErrors = ['401 /api/private'];
      if (who !== 'nobody') await visitor.logInAs(who);
      await visitor.choose('GET /api/private');
      await visitor.gets(who === 'nobody' ? '401 Unauthorized' : '200 OK');
      for (const [name, failed, passed] of CASES) {
        const answer = page.waitForResponse((response) => response.url().endsWith('/api/private'));
        await breakers().getByRole('button', { name, exact: true }).click();
        expect((await answer).status()).toBe(401);
        await page.locator('.steps [data-state=failed]', { hasText: failed }).waitFor();
        expect([name, await visitor.steps('passed')]).toEqual([name, passed]);
        // An expired token is refused before its signature is verified.
        const early = await page.getByText('checks what is cheap before the signature').count();
        expect([name, early]).toEqual([name, name === 'Expired' ? 1 : 0]);
      }
      expect(await visitor.accessibilityViolations()).toEqual([]);
      await visitor.screenshot(`break-it-${who}`);
      if (who === 'nobody') return;
      // The person's own token still works.
      await visitor.send();
      await visitor.gets('200 OK');
    },
  );

  it('is not offered for a public route, where a token is ignored', async () => {
    await visitor.choose('GET /api/public');
    await visitor.gets('200 OK');
    expect(await page.locator('#break').isVisible()).toBe(false);
  });

  it('explains which tokens a real tenant cannot make', async () => {
    visitor.expectedErrors = ['401 /api/private'];
    await page.route('**/.well-known/openid-configuration', (route) =>
      route.fulfill({ json: {}, headers: { 'access-control-allow-origin': '*' } }),
    );
    await visitor.open();
    expect(await page.locator('#session-people').isVisible()).toBe(false);
    expect(await page.locator('#map-people').textContent()).toContain('examples');
    await visitor.choose('GET /api/private');
    await visitor.gets('401 Unauthorized');
    const disabled = breakers().locator('button:disabled');
    expect(await disabled.allTextContents()).toEqual([
      'Expired',
      'Other audience',
      'Tampered',
      'ID token',
    ]);
    expect(await page.locator('#break-hint').innerText()).toContain('Only an issuer can sign');

    await visitor.logIn('writer');
    await visitor.choose('GET /api/private');
    await visitor.gets('200 OK');
    expect(await disabled.allTextContents()).toEqual(['Expired', 'Other audience']);
    await breakers().getByRole('button', { name: 'Tampered' }).click();
    await visitor.gets('401 Unauthorized');
    await breakers().getByRole('button', { name: 'ID token' }).click();
    await page.locator('.steps [data-state=failed]', { hasText: 'Kind' }).waitFor();
  });
});

describe('Copy as curl', () => {
  it('copies the request, with a variable in place of the token', async () => {
    await visitor.logInAs('writer');
    await visitor.choose('POST /api/messages');
    await page.locator('#call-fields').getByLabel('Body').fill('{"text":"it\'s me"}');
    await page.locator('#call-copy').click();
    await page.locator('#call-copy', { hasText: 'Copied' }).waitFor();
    const command = [
      String.raw`curl -i -w '\n' '${demo.url}api/messages'`,
      '-X POST',
      '-H "Authorization: Bearer $TOKEN"',
      "-H 'Content-Type: application/json'",
      String.raw`-d '{"text":"it'\''s me"}'`,
    ].join(' \\\n  ');
    expect(await visitor.clipboard()).toBe(command);
    expect(await page.locator('#curl-set').textContent()).toBe("TOKEN='…'");

    await page.getByLabel('Shell').selectOption('powershell');
    expect(await page.locator('#curl-command').textContent()).toContain('| curl.exe -i -w');
    expect(await page.locator('#curl-set').textContent()).toBe("$TOKEN = '…'");
  });

  it('has the token only if the person wants that', async () => {
    await visitor.logInAs('writer');
    await visitor.choose('GET /api/me');
    await visitor.gets('200 OK');
    await page.locator('#call-copy').click();
    await page.locator('#call-copy', { hasText: 'Copied' }).waitFor();
    expect(await visitor.clipboard()).not.toContain('eyJ');
    await page.getByLabel('with my token').check();
    await page.locator('#curl').getByRole('button', { name: 'Copy', exact: true }).click();
    await page.locator('#curl').getByRole('button', { name: 'Copied' }).waitFor();
    expect(await visitor.clipboard()).toMatch(
      /-H 'Authorization: Bearer eyJ[\w-]+\.[\w-]+\.[\w-]+'$/,
    );
  });

  it('is also next to the form and the three calls', async () => {
    await visitor.logInAs('writer');
    await page.getByLabel('New message').fill('Hello');
    await page.locator('#post-curl').click();
    await page.locator('#post-curl', { hasText: 'Copied' }).waitFor();
    expect(await visitor.clipboard()).toContain(`-d '{"text":"Hello"}'`);
    for (const [path, header] of [
      ['/api/open', ''],
      ['/api/protected', ' \\\n  -H "Authorization: Bearer $TOKEN"'],
    ]) {
      const button = page.locator(`[data-curl="${path}"]`);
      await button.click();
      await page.locator(`[data-curl="${path}"]`, { hasText: 'Copied' }).waitFor();
      expect(await visitor.clipboard()).toBe(
        String.raw`curl -i -w '\n' '${new URL(path!, demo.url).href}'${header}`,
      );
    }
  });

  it('needs no token for a public route', async () => {
    await visitor.choose('GET /api/public');
    await visitor.gets('200 OK');
    expect(await page.locator('#curl-command').textContent()).toBe(
      String.raw`curl -i -w '\n' '${demo.url}api/public'`,
    );
  });
});

describe('While a request runs', () => {
  /** Holds requests of one method back until `release` is called. Counts them. */
  async function hold(method: string, path: string) {
    const held: (() => void)[] = [];
    let count = 0;
    await page.route(`**${path}`, async (route) => {
      if (route.request().method() !== method) return route.fallback();
      count += 1;
      await new Promise<void>((resolve) => held.push(resolve));
      return route.continue();
    });
    return { count: () => count, release: () => held.forEach((resolve) => resolve()) };
  }

  it('its buttons are disabled, and nothing is sent twice', async () => {
    const { count, release } = await hold('GET', '/api/public');
    const send = page.getByRole('button', { name: 'Send', exact: true });
    await visitor.choose('GET /api/public');
    await page.locator('#call-work[aria-busy=true]').waitFor();
    expect(await send.isDisabled()).toBe(true);
    await visitor.choose('GET /api/public');
    release();
    await visitor.gets('200 OK');
    expect(await send.isEnabled()).toBe(true);
    expect(count()).toBe(1);
  });

  it('a message is posted once, however often the button is pressed', async () => {
    await visitor.logInAs('writer');
    await visitor.messages().first().waitFor();
    const { count, release } = await hold('POST', '/api/messages');
    await visitor.post('Posted once');
    expect(await page.getByRole('button', { name: 'Post', exact: true }).isDisabled()).toBe(true);
    await page.evaluate("document.querySelector('#post-form').requestSubmit()");
    release();
    await visitor.messages('Posted once').waitFor();
    expect(count()).toBe(1);
    expect(await visitor.messages('Posted once').count()).toBe(1);
  });

  it('a list shows placeholders until it is there', async () => {
    const { release } = await hold('GET', '/api/messages');
    await visitor.logInAs('writer');
    const list = page.locator('#messages-list');
    await page.locator('#messages-list[aria-busy=true]').waitFor();
    expect((await list.boundingBox())!.height).toBeGreaterThan(150);
    release();
    await list.locator('li').first().waitFor();
    expect(await list.getAttribute('aria-busy')).toBeNull();
  });
});

describe('Answers', () => {
  it('survive a login in the same tab, without any token, and end with the logout', async () => {
    visitor.expectedErrors = ['401 /api/private-scoped'];
    await visitor.choose('GET /api/private-scoped');
    await visitor.gets('401 Unauthorized');
    await visitor.logInAs('reader');
    await visitor.gets('401 Unauthorized');
    expect(await page.locator('#call-title').innerText()).toMatch(/GET\s+\/api\/private-scoped/);
    await visitor.send();
    await visitor.gets('200 OK');
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toMatch(/eyJ[\w-]+\.eyJ/);
    await visitor.logOut();
    expect(await page.evaluate('sessionStorage.answers')).not.toContain('200');
    expect(await page.locator('#call-result .status').count()).toBe(0);
  });
});

describe('Answers of one person', () => {
  it('end when somebody else logs in', async () => {
    await visitor.logInAs('admin');
    await visitor.choose('GET /api/me');
    await visitor.gets('200 OK');
    await visitor.logInAs('reader');
    expect(await page.locator('#call-title').innerText()).toMatch(/GET\s+\/api\/me/);
    expect(await page.locator('#call-result .status').count()).toBe(0);
    expect(await page.evaluate('sessionStorage.answers')).not.toContain('auth0|admin');
  });
});

describe('An error', () => {
  it('about a text goes as soon as the text changes', async () => {
    visitor.expectedErrors = ['400 /api/messages'];
    await visitor.logInAs('writer');
    await visitor.post('   ');
    await page.locator('#post-error', { hasText: '400 Bad Request' }).waitFor();
    await page.getByLabel('New message').fill('x');
    expect(await page.locator('#post-error').textContent()).toBe('');
    expect(await page.getByLabel('New message').getAttribute('aria-invalid')).toBeNull();
  });

  it('about a scope goes with the person who lacks it', async () => {
    visitor.expectedErrors = ['403 /api/messages'];
    await visitor.logInAs('reader');
    await visitor.post('May I?');
    await page.locator('#post-error', { hasText: '403 Forbidden' }).waitFor();
    await visitor.logInAs('writer');
    expect(await page.locator('#post-error').textContent()).toBe('');
  });
});
