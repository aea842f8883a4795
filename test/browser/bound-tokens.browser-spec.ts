import type { Request } from 'playwright-core';
import { demo, page, visitDemo, visitor } from './support/visit.js';

const binding = () => page.getByLabel('Bind my tokens to this browser');
const steal = (name: string) => page.locator('#bound-buttons').getByRole('button', { name });
const failed = (step: string) => page.locator('.steps [data-state=failed]', { hasText: step });

/** The requests to a path, while the work runs. */
async function requestsDuring(path: string, work: () => Promise<unknown>): Promise<Request[]> {
  const seen: Request[] = [];
  const note = (request: Request) => new URL(request.url()).pathname === path && seen.push(request);
  page.on('request', note);
  await work();
  page.off('request', note);
  return seen;
}

const claimsOf = (jwt: string) =>
  JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;

/** Opens a route that is sent at once. Resolves with the requests that were made. */
const open = (path: string, status = '200 OK') =>
  requestsDuring(path, async () => {
    await visitor.choose(`GET ${path}`);
    await visitor.gets(status);
  });

describe('With DPOP=allowed', () => {
  visitDemo();

  it('tokens are bearer tokens until the switch is on', async () => {
    expect(await binding().isChecked()).toBe(false);
    await visitor.logInAs('writer');
    const [request] = await open('/api/me');
    expect(request!.headers().authorization).toMatch(/^Bearer /);
    expect(request!.headers()).not.toHaveProperty('dpop');
    expect(await page.locator('#break-bound').isVisible()).toBe(false);
    await visitor.screenshot('binding-off');
  });

  it('the switch binds the tokens of the next login, and each request has a proof', async () => {
    await binding().check();
    await visitor.logInAs('writer');
    expect(await binding().isChecked()).toBe(true);
    const requests = await open('/api/me');
    expect(requests).toHaveLength(1);
    const { authorization, dpop } = requests[0]!.headers();
    expect(authorization).toMatch(/^DPoP /);
    expect(claimsOf(authorization!)).toMatchObject({ cnf: { jkt: expect.any(String) } });
    expect(claimsOf(dpop!)).toMatchObject({
      htm: 'GET',
      htu: `${demo.url}api/me`,
      ath: expect.any(String),
    });
    const [again] = await requestsDuring('/api/me', async () => {
      await visitor.send();
      await page.locator('#call-work:not([aria-busy])').waitFor();
    });
    expect(claimsOf(again!.headers().dpop!).jti).not.toBe(claimsOf(dpop!).jti);
    await page.locator('details.raw summary', { hasText: 'The proof' }).click();
    expect(await page.getByLabel('The proof of this request').innerText()).toContain(
      '"htm": "GET"',
    );
    await page.locator('details.raw summary', { hasText: 'Raw headers' }).click();
    expect(await page.getByLabel('Raw headers').innerText()).toContain(
      'authorization: DPoP …\ndpop: …',
    );
    expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toMatch(/eyJ[\w-]+\.eyJ/);
    expect(await visitor.accessibilityViolations()).toEqual([]);
  });

  it('somebody who is logged in gets a new token, and keeps the answers', async () => {
    await visitor.logIn('writer');
    await open('/api/me');
    // `check()` would look at the box again while the page goes to the tenant and back.
    await Promise.all([page.waitForEvent('load'), binding().click()]);
    await visitor.is('in');
    expect(await page.locator('#who-name').textContent()).toBe('writer');
    expect(await binding().isChecked()).toBe(true);
    await visitor.gets('200 OK');
    const [request] = await open('/api/private');
    expect(request!.headers().authorization).toMatch(/^DPoP /);

    await page.reload();
    await visitor.is('in');
    expect(await binding().isChecked()).toBe(true);
    const [bound] = await open('/api/me');
    expect(bound!.headers().authorization).toMatch(/^DPoP /);

    await Promise.all([page.waitForEvent('load'), binding().click()]);
    await visitor.is('in');
    const [unbound] = await open('/api/me');
    expect(unbound!.headers().authorization).toMatch(/^Bearer /);
  });

  it('a stolen copy is refused: with a used proof, with a proof of another key, and without', async () => {
    visitor.expectedErrors = ['401 /api/private'];
    await binding().check();
    await visitor.logInAs('writer');
    await open('/api/private');
    const answered = async (name: string) => {
      const answer = page.waitForResponse((response) => response.url().endsWith('/api/private'));
      await steal(name).click();
      const { code } = (await (await answer).json()) as { code: string };
      await page.locator('#call-work:not([aria-busy])').waitFor();
      return [code, await page.locator('.steps [data-state=failed] strong').innerText()];
    };
    expect(await answered('As Bearer')).toEqual(['token_bound', 'Kind']);
    expect(await answered('Other key')).toEqual(['dpop_proof_invalid', 'Kind']);
    expect(await answered('Used proof')).toEqual(['dpop_proof_invalid', 'Kind']);
    expect(await page.locator('#call-result').innerText()).toContain('Send one new proof');
    expect(await visitor.accessibilityViolations()).toEqual([]);
    expect(await page.locator('#call-result').innerText()).toContain('has been used before');
    for (const width of [1280, 800, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await visitor.pageWidth()).toBeLessThanOrEqual(width);
      await visitor.screenshot(`binding-replay-${width}`, page, false);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
    await visitor.send();
    await visitor.gets('200 OK');
  });

  it('a proof is needed before it can be used again', async () => {
    await binding().check();
    await visitor.logInAs('writer');
    await visitor.choose('DELETE /api/messages/{id}');
    expect(await steal('Used proof').isDisabled()).toBe(true);
    expect(await page.locator('#bound-hint').innerText()).toContain('Send the request once');
  });

  it('the other parts of the page send proofs, too', async () => {
    await binding().check();
    await visitor.logInAs('writer');
    const [posted] = await requestsDuring('/api/messages', async () => {
      await visitor.post('With a proof');
      await visitor.messages('With a proof').waitFor();
    });
    expect(claimsOf(posted!.headers().dpop!)).toMatchObject({ htm: 'POST' });
  });

  it('a command has a proof that works once', async () => {
    await binding().check();
    await visitor.logInAs('writer');
    await open('/api/me');
    const command = page.locator('#curl-command');
    await page.locator('#curl > summary').click();
    expect(await command.innerText()).toContain(
      '-H "Authorization: DPoP $TOKEN" \\\n  -H "DPoP: $PROOF"',
    );
    await page.getByLabel('with my token').check();
    await page.locator('#curl-command', { hasText: "-H 'DPoP: eyJ" }).waitFor();
    expect(await visitor.accessibilityViolations()).toEqual([]);
    await visitor.screenshot('binding-curl');
    await page.locator('#curl-copy').click();
    await page.locator('#curl-copy', { hasText: 'Copied' }).waitFor();
    const copied = await visitor.clipboard();
    expect(copied).toMatch(/^# A proof works once/);
    const [, authorization = ''] = /Authorization: (DPoP [\w.-]+)/.exec(copied)!;
    const [, dpop = ''] = /DPoP: ([\w.-]+)/.exec(copied)!;
    const request = () => fetch(`${demo.url}api/me`, { headers: { authorization, dpop } });
    expect((await request()).status).toBe(200);
    expect((await request()).status).toBe(401);
  });
});

describe('With DPOP=required and nonces', () => {
  visitDemo({ variables: { DPOP: 'required', DPOP_NONCE_SECRET: 'n'.repeat(32) } });

  it('the switch is on and fixed, and the first request is repeated with the nonce', async () => {
    expect(await binding().isChecked()).toBe(true);
    expect(await binding().isDisabled()).toBe(true);
    // The list of messages is the first to learn the nonce, or this request is.
    visitor.expectedErrors = ['401 /api/messages'];
    const lists = await requestsDuring('/api/messages', async () => {
      await visitor.logInAs('writer');
      await page.locator('#messages-list[data-empty]').waitFor();
    });
    expect(lists.map((request) => claimsOf(request.headers().dpop!).nonce)).toEqual([
      undefined,
      expect.any(String),
    ]);
    const requests = await open('/api/me');
    expect(requests).toHaveLength(1);
    await visitor.screenshot('binding-required');
  });

  it('broken tokens are refused for what is wrong with them', async () => {
    visitor.expectedErrors = ['401 /api/messages', '401 /api/private'];
    await visitor.logInAs('writer');
    await open('/api/private');
    for (const [name, step] of [
      ['Expired', 'Time'],
      ['Other audience', 'Audience'],
      ['Tampered', 'Signature'],
      ['ID token', 'Kind'],
    ] as const) {
      await page.locator('#break-buttons').getByRole('button', { name, exact: true }).click();
      await failed(step).waitFor();
    }
    await steal('As Bearer').click();
    await failed('Token found').waitFor();
    expect(await page.locator('#call-result').innerText()).toContain('this API reads no others');
    await steal('Used proof').click();
    await page.locator('#call-result', { hasText: 'dpop_proof_invalid' }).waitFor();
  });
});

describe('With DPOP=off', () => {
  visitDemo({ variables: { DPOP: 'off' } });

  it('there is no trace of it', async () => {
    await page.evaluate("localStorage.setItem('bind-tokens', 'on')");
    await visitor.open();
    expect(await page.locator('#binding').isVisible()).toBe(false);
    await visitor.logInAs('writer');
    const [request] = await open('/api/me');
    expect(request!.headers().authorization).toMatch(/^Bearer /);
    expect(await page.locator('main').innerText()).not.toMatch(/bind|DPoP/i);
  });
});
