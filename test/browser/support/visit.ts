import type { Browser, Page } from 'playwright-core';
import { type Demo, type DemoOptions, startDemo } from './demo.js';
import { launchBrowser, Visitor } from './visitor.js';

// visitDemo assigns these. Suites that import them always see the current values.
export let demo: Demo;
export let browser: Browser;
/** The visitor of the current test. */
export let visitor: Visitor;
/** The first tab of that visitor. */
export let page: Page;

/**
 * Starts a demo and Chromium for the tests of a file or a `describe`, and closes them afterwards.
 * Each test gets a new visitor, whose console errors must be those that the test expects.
 */
export function visitDemo(options?: DemoOptions): void {
  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo(options), launchBrowser()]);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.close();
  });

  beforeEach(async () => {
    visitor = await Visitor.arrive(browser, demo.url);
    ({ page } = visitor);
  });

  afterEach(async () => {
    await visitor.leave();
    expect([...visitor.errors].toSorted()).toEqual(visitor.expectedErrors.toSorted());
  });
}
