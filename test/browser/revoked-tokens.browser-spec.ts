import { browser, demo, visitDemo, visitor } from './support/visit.js';
import { Visitor } from './support/visitor.js';

visitDemo();

const NOTICE =
  'You were logged out elsewhere, so your access token is refused. Log in to continue.';

/** Logs the visitor in, and opens another window with the same login. */
async function openSecondWindow(): Promise<Visitor> {
  await visitor.logInAs('writer');
  const storageState = await visitor.context.storageState();
  const second = await Visitor.arrive(browser, demo.url, { storageState });
  await second.is('in');
  await second.messages().first().waitFor();
  return second;
}

describe('A logout', () => {
  it('is felt in another window of the same login, at its next call', async () => {
    const second = await openSecondWindow();
    await second.choose('GET /api/me');
    await second.gets('200 OK');

    await visitor.logOut();
    await second.send();
    await second.gets('401 Unauthorized');
    await second.is('ended');
    expect(await second.notice()).toBe(NOTICE);
    expect(await second.steps('failed')).toEqual(['Time']);
    const answer = await second.page.locator('#call-result').innerText();
    expect(answer).toContain('token_revoked');
    expect(answer).toContain('The login that this token came from has ended');
    expect(await second.page.locator('#messages-in').isVisible()).toBe(false);
    expect(await second.accessibilityViolations()).toEqual([]);
    for (const width of [1280, 800, 390]) {
      await second.page.setViewportSize({ width, height: 900 });
      expect(await second.pageWidth()).toBeLessThanOrEqual(width);
      await second.screenshot(`revoked-${width}`, second.page, false);
    }

    await second.page.getByRole('button', { name: 'Log in again' }).click();
    await second.fillIn('writer', 'demo');
    await second.is('in');
    await second.send();
    await second.gets('200 OK');
    await second.leave();
    expect([...second.errors]).toEqual(['401 /api/me']);
  });

  it('is felt by any part of the page', async () => {
    const second = await openSecondWindow();
    await visitor.logOut();
    await second.post('Am I still here?');
    await second.is('ended');
    expect(await second.notice()).toBe(NOTICE);
    await second.leave();
    expect([...second.errors]).toEqual(['401 /api/messages']);
  });
});
