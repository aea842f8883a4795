import { demo, page, visitDemo, visitor } from './support/visit.js';

visitDemo();

describe('The reader', () => {
  beforeEach(() => visitor.logIn('reader'));

  it('gets the members-only message, and sees which scope another endpoint requires', async () => {
    visitor.expectedErrors = ['403 /api/protected'];
    await visitor.callEndpoint('members-only', '"Members Only Endpoint"');
    await visitor.callEndpoint('protected', '403 Forbidden');
    const text = await page.locator('#protectedMessage').textContent();
    expect(text).toContain('WWW-Authenticate: Bearer error="insufficient_scope"');
    expect(text).toContain('scope="read:protected"');
    expect(text).toContain('"code":"insufficient_scope"');
    expect(await page.locator('#protectedMessage + .meaning').textContent()).toContain(
      'The access token is valid but does not grant read:protected.',
    );
  });

  it('reads messages but cannot change them', async () => {
    await visitor.messages().first().waitFor();
    expect(await visitor.messages().count()).toBeGreaterThan(2);
    expect(await visitor.messages().getByRole('button').count()).toBe(0);
    expect(await page.locator('#moderation').isVisible()).toBe(false);
  });

  it('sees the refusal of a post next to the form, which keeps the text', async () => {
    visitor.expectedErrors = ['403 /api/messages'];
    await visitor.post('May I?');
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
    await visitor.post('First version');
    await visitor.messages('First version').waitFor();
    expect(await page.getByLabel('New message').inputValue()).toBe('');
    expect(await visitor.messages('First version').textContent()).toContain('auth0|writeryou');

    await visitor.messages('First version').getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Text of the message').fill('Second version');
    await page.getByRole('button', { name: 'Save' }).click();
    await visitor.messages('Second version').waitFor();
    expect(await visitor.messages('Second version').textContent()).toContain('edited');

    await page.reload();
    await visitor.is('in');
    await visitor.messages('Second version').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Keep' }).click();
    await visitor.messages('Second version').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await visitor.messages('Second version').waitFor({ state: 'detached' });
    expect(await page.locator('#announcements').textContent()).toBe('Message deleted.');
  });

  it('sees next to the field what is wrong with a text', async () => {
    visitor.expectedErrors = ['400 /api/messages'];
    await visitor.post('   ');
    await page
      .locator('#post-error', { hasText: 'must have 1 to 2000 characters after trimming' })
      .waitFor();
    expect(await page.getByLabel('New message').getAttribute('aria-invalid')).not.toBeNull();
    expect(await visitor.accessibilityViolations()).toEqual([]);
  });

  it('sees markup in a message as text', async () => {
    const text = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
    await visitor.post(text);
    await visitor.messages('<img').waitFor();
    expect(await visitor.messages('<img').locator('.message-text').textContent()).toBe(text);
    expect(await page.locator('#messages-list img, #messages-list script').count()).toBe(0);
    expect(await page.title()).toBe('Who may call what: the access map of this API');
    await visitor.messages('<img').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await visitor.messages('<img').waitFor({ state: 'detached' });
  });

  it("cannot change another person's message, and sees that no scope is missing", async () => {
    await visitor.messages().first().waitFor();
    const id = (await visitor.messages().last().getAttribute('data-id'))!;
    visitor.expectedErrors = [`403 /api/messages/${id}`];
    const text = await visitor.call('PATCH /api/messages/{id}', { id });
    expect(text).toContain('403 Forbidden');
    expect(await visitor.steps('failed')).toEqual(['The route itself']);
    expect(await visitor.steps('passed')).toContain('Scopes');
    expect(text).toContain('no scope is missing');
  });

  it('posts, reads and deletes a message in the access map, and the list follows', async () => {
    const body = JSON.stringify({ text: 'From the access map' });
    const posted = await visitor.call('POST /api/messages', { Body: body });
    expect(posted).toContain('201 Created');
    await visitor.messages('From the access map').waitFor();
    const id = (await visitor.messages('From the access map').getAttribute('data-id'))!;
    expect(await visitor.call('GET /api/messages/{id}', { id })).toContain('200 OK');
    const changed = JSON.stringify({ text: 'Changed there' });
    expect(await visitor.call('PATCH /api/messages/{id}', { id, Body: changed })).toContain(
      '200 OK',
    );
    await visitor.messages('Changed there').waitFor();
    expect(await visitor.call('DELETE /api/messages/{id}', { id })).toContain('204 No Content');
    await visitor.messages('Changed there').waitFor({ state: 'detached' });
  });

  it('sees which field is invalid before anything is sent, until it changes', async () => {
    await visitor.choose('PATCH /api/messages/{id}');
    const panel = page.locator('#call');
    await panel.getByLabel('id').fill('');
    await visitor.send();
    await panel.locator('#call-fault', { hasText: 'id is missing.' }).waitFor();
    await panel.getByLabel('id').fill('1');
    expect(await panel.locator('#call-fault').textContent()).toBe('');
    await panel.getByLabel('Body').fill('{');
    await visitor.send();
    await panel.locator('#call-fault', { hasText: 'The body is not JSON' }).waitFor();
  });

  it('loads older messages page by page', async () => {
    const token = await visitor.showToken();
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
    await visitor.messages('Number 25.').waitFor();
    expect(await visitor.messages().count()).toBe(20);
    await older.click();
    await visitor.messages('Number 5.').waitFor();
    await older.click();
    await visitor.messages('Number 0.').waitFor();
    await visitor.messages('The demo machine posted').waitFor();
    await older.waitFor({ state: 'hidden' });
    expect(await page.locator('#messages-list > li:focus').count()).toBe(1);
  });
});

describe('The admin', () => {
  const entries = () => page.locator('#audit-list > li');

  it("finds an author's messages, deletes one, and sees that in the audit trail", async () => {
    await visitor.logInAs('writer');
    await visitor.post('To be removed');
    await visitor.messages('To be removed').waitFor();
    await visitor.logInAs('admin');
    await visitor.post('By the admin');
    await visitor.messages('By the admin').waitFor();

    await visitor.messages('To be removed').getByRole('button', { name: 'auth0|writer' }).click();
    await visitor.messages('By the admin').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Author', { exact: true }).inputValue()).toBe('auth0|writer');
    const id = await visitor.messages('To be removed').getAttribute('data-id');
    await visitor.messages('To be removed').getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('button', { name: 'Delete for good' }).click();
    await visitor.messages('To be removed').waitFor({ state: 'detached' });
    const entry = page.locator(`#audit-list > li[data-message="${id}"]`);
    await entry.waitFor();
    expect((await entry.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /^auth0\|admin deleted a message of auth0\|writer .* To be removed$/,
    );
    await page.getByRole('button', { name: 'Show all' }).click();
    await visitor.messages('By the admin').waitFor();
    await page.getByLabel('Author', { exact: true }).fill('nobody');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('#messages-list[data-empty]:empty').waitFor();
  });

  it('logs an author out everywhere, whose token is refused until the next login', async () => {
    await visitor.logInAs('writer');
    await visitor.post('By somebody who is logged out');
    await visitor.messages('By somebody who is logged out').waitFor();
    const token = await visitor.showToken();
    const statusOf = async () =>
      (await fetch(new URL('/api/me', demo.url), { headers: { Authorization: `Bearer ${token}` } }))
        .status;
    expect(await statusOf()).toBe(200);

    await visitor.logInAs('admin');
    await visitor.post('By the one who logs out others');
    await visitor.messages('By the one who logs out others').waitFor();
    expect(
      await visitor
        .messages('By the one who logs out others')
        .getByText('Log out everywhere')
        .count(),
    ).toBe(0);
    const row = visitor.messages('By somebody who is logged out');
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
    await visitor.post('After the next login');
    await visitor.messages('After the next login').waitFor();
  });

  it('sees in both lists what a call from the access map deletes', async () => {
    await visitor.logInAs('writer');
    await visitor.post('Deleted from the map');
    await visitor.messages('Deleted from the map').waitFor();
    await visitor.logInAs('admin');
    await visitor.messages('Deleted from the map').waitFor();
    const id = (await visitor.messages('Deleted from the map').getAttribute('data-id'))!;
    expect(await visitor.call('DELETE /api/admin/messages/{id}', { id })).toContain(
      '204 No Content',
    );
    await visitor.messages('Deleted from the map').waitFor({ state: 'detached' });
    await entries().filter({ hasText: 'Deleted from the map' }).waitFor();
  });
});
