import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type ConsoleMessage,
  type Locator,
  type Page,
} from 'playwright-core';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For people to look at. Ignored by git. */
const SCREENSHOTS = join(import.meta.dirname, '../screenshots');

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const COUNT_SHIFTS = `
  globalThis.shifted = 0;
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries()) {
      if (!hadRecentInput) shifted += value;
    }
  }).observe({ type: 'layout-shift', buffered: true });
`;

/** Starts Chromium. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
  return chromium.launch({ executablePath, args: FLAGS });
}

/** A person with their own cookies and tabs. Collects the errors of the browser console. */
export class Visitor {
  /**
   * Console errors and warnings of all tabs: the text, or `401 /api/private` for a failed request.
   */
  readonly errors = new Set<string>();

  /** The {@link errors} that the current test expects. */
  expectedErrors: string[] = [];

  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private readonly address: string,
  ) {}

  /** Opens the browser client. */
  static async arrive(browser: Browser, address: string, options: BrowserContextOptions = {}) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
      ...options,
    });
    const visitor = new Visitor(context, await context.newPage(), address);
    await context.addInitScript(COUNT_SHIFTS);
    context.on('console', (message) => visitor.note(message));
    context.on('weberror', (error) => visitor.errors.add(String(error.error())));
    await visitor.open();
    return visitor;
  }

  /** Loads the page and waits until it knows whether somebody is logged in. */
  async open(page = this.page): Promise<void> {
    await page.goto(this.address);
    await this.settled(page);
  }

  /** Waits until the page knows whether somebody is logged in. */
  async settled(page = this.page): Promise<void> {
    await page.locator('body:not([data-session=starting])').waitFor();
  }

  /** Waits until the session has this state. */
  async is(state: 'out' | 'in' | 'ended' | 'unconfigured', page = this.page): Promise<void> {
    await page.locator(`body[data-session=${state}]`).waitFor();
  }

  /** Opens another tab of the same browser. */
  async tab(): Promise<Page> {
    const page = await this.context.newPage();
    await this.open(page);
    return page;
  }

  /** Logs in with the form of the tenant. */
  async logIn(username: string): Promise<void> {
    await this.page.locator('#btn-login').click();
    await this.fillIn(username, 'demo');
    await this.is('in');
  }

  /** Logs in with one click, which only the demo offers. */
  async logInAs(username: string): Promise<void> {
    await this.page.getByRole('button', { name: `Log in as ${username}` }).click();
    await this.page.locator('#who-name', { hasText: username }).waitFor();
    await this.is('in');
  }

  async logOut(): Promise<void> {
    await this.page.locator('#btn-logout').click();
    await this.is('out');
  }

  /** Uses an access token from elsewhere. */
  async pasteToken(token: string): Promise<void> {
    await this.page.getByLabel('Paste the access token').fill(token);
    await this.page.getByRole('button', { name: 'Use this token' }).click();
  }

  /** What the page says about the session, such as that it has ended. */
  notice(page = this.page): Promise<string | null> {
    return page.locator('#session-notice').textContent();
  }

  /** Opens the details of the access token, shows the token and returns it. */
  async showToken(): Promise<string> {
    await this.page.locator('#token-details summary').click();
    await this.page.getByRole('button', { name: 'Show', exact: true }).click();
    return (await this.page.locator('#ipt-access-token').textContent())!;
  }

  /** Calls the open, members-only or protected endpoint. Waits for an answer with this text. */
  async callEndpoint(name: string, answer: string): Promise<void> {
    const button = this.page.getByRole('button', { name: `Call the ${name} endpoint` });
    await button.click();
    const id = await button.getAttribute('data-answer');
    await this.page.locator(`#${id}`, { hasText: answer }).waitFor();
  }

  /** Clicks a route of the access map. */
  async choose(route: string, page = this.page): Promise<void> {
    await page.getByRole('button', { name: route, exact: true }).click();
  }

  /** The messages of the list, all or those that contain a text. */
  messages(text = ''): Locator {
    return this.page.locator('#messages-list > li').filter({ hasText: text });
  }

  async post(text: string): Promise<void> {
    await this.page.getByLabel('New message').fill(text);
    await this.page.getByRole('button', { name: 'Post', exact: true }).click();
  }

  /** Sends the open call. */
  async send(): Promise<void> {
    await this.page.getByRole('button', { name: 'Send', exact: true }).click();
  }

  /** Calls a route from the access map. Resolves with the text of the status and the body. */
  async call(route: string, parameters: Record<string, string> = {}): Promise<string> {
    const { page, address } = this;
    const isSentAtOnce = route.startsWith('GET') && !route.includes('{');
    const answered = () => page.waitForResponse((response) => response.url().startsWith(address));
    if (isSentAtOnce) {
      await Promise.all([answered(), this.choose(route)]);
    } else {
      await this.choose(route);
      for (const [name, value] of Object.entries(parameters)) {
        await page.locator('#call-fields').getByLabel(name).fill(value);
      }
      await Promise.all([answered(), this.send()]);
    }
    await page.locator('#call-work:not([aria-busy])').waitFor();
    return page.locator('#call-result').innerText();
  }

  /** Waits for the status of the open call, such as `401 Unauthorized`. */
  async gets(status: string, page = this.page): Promise<void> {
    await page.locator('#call-result .status', { hasText: status }).waitFor();
  }

  /** The steps of the open call that are in this state. */
  steps(state: string): Promise<string[]> {
    return this.page.locator(`.steps [data-state=${state}] strong`).allTextContents();
  }

  /** The width of the whole page, which is more than the window's if it scrolls sideways. */
  pageWidth(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollWidth');
  }

  clipboard(): Promise<string> {
    return this.page.evaluate('navigator.clipboard.readText()');
  }

  /** Fills in and submits the login form. */
  async fillIn(username: string, password: string, page = this.page): Promise<void> {
    await page.locator('#username').fill(username);
    await page.locator('#password').fill(password);
    await page.getByRole('button', { name: 'Log in' }).click();
  }

  /** Checks the current page with axe. */
  async accessibilityViolations(page = this.page): Promise<string[]> {
    await page.evaluate(AXE);
    const { violations } = (await page.evaluate('axe.run()')) as {
      violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
    };
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  }

  /** The Cumulative Layout Shift since the page was loaded. */
  layoutShift(): Promise<number> {
    return this.page.evaluate('shifted');
  }

  async screenshot(name: string, page = this.page, fullPage = true): Promise<void> {
    await page.evaluate('scrollTo({ top: 0, behavior: "instant" })');
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
  }

  leave(): Promise<void> {
    return this.context.close();
  }

  private note(message: ConsoleMessage): void {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    const [, reason] =
      /^Failed to load resource: (?:the server responded with a status of (\d+)|(net::\w+))/
        .exec(message.text())
        ?.filter(Boolean) ?? [];
    const { url } = message.location();
    this.errors.add(reason === undefined ? message.text() : `${reason} ${new URL(url).pathname}`);
  }
}
