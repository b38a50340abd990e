/** Several tabs of the page in one browser, over HTTP/1.1: six connections to a host are all that a browser makes. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { visit } from './browser.ts';
import { chromiumPath, launchBrowser } from './chromium.ts';
import { openView, session, sessionRecord, stream, video, videoRecord } from './fixture.ts';

if (chromiumPath === null) console.warn('tabs are not tested in a browser: no Chromium in /usr/bin');

const room = (name: string) => ({ ...stream, streamName: name });
const sessionOf = (name: string, revision: number) =>
  session(`play.example.com/live/${name}/2026-03-01T09:30:00.000Z`, {
    stream: room(name),
    status: revision === 1 ? 'RECORDING' : 'ENDED',
    startTime: Date.parse('2026-03-01T09:30:00Z'),
    revision,
  });
const statusOf = (page: Page, name: string) =>
  page.locator('a.row', { hasText: name }).locator('.status').textContent();

/** Hides or shows a tab as a person would who changes to another. */
const setVisibility = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true });
    document.dispatchEvent(new Event('visibilitychange'))`);

describe.skipIf(chromiumPath === null)('tabs of one browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('eight share one live stream, each shows what it follows, and none waits for a connection', async () => {
    // Each tab had an event stream of its own: the seventh never loaded, and the others could ask nothing more.
    const view = await openView();
    await view.apply([
      videoRecord(0, 0, video('v-1', { kind: 'SEGMENT', stream })),
      sessionRecord(0, sessionOf('room-1', 1)),
    ]);
    await visit(browser, { view }, async ({ page, follower, url, readers }) => {
      const tabs = [page];
      for (let n = 1; n < 8; n += 1) {
        const tab = await page.context().newPage();
        tab.setDefaultTimeout(20_000);
        await tab.goto(`${url}/${n === 6 ? '#/videos' : n === 7 ? '#/video/v-1' : ''}`);
        tabs.push(tab);
      }
      for (const tab of tabs) await tab.locator('.connection.up').waitFor();
      await expect.poll(readers).toBe(1);

      await view.apply([
        sessionRecord(1, sessionOf('room-1', 2)),
        videoRecord(0, 1, video('v-1', { kind: 'SEGMENT', stream, status: 'SOURCE_READY', revision: 2 })),
      ]);
      follower.announce();
      for (const tab of tabs.slice(0, 6)) await expect.poll(() => statusOf(tab, 'room-1')).toBe('ENDED');
      await expect.poll(() => tabs[6]?.locator('.status').first().textContent()).toBe('SOURCE_READY');
      await expect.poll(() => tabs[7]?.locator('h2 .status').textContent()).toBe('SOURCE_READY');
    });
  });

  test('a tab that is hidden follows nothing, and shows what it missed when it is seen again', async () => {
    const view = await openView();
    await view.apply([sessionRecord(0, sessionOf('room-1', 1))]);
    await visit(browser, { view }, async ({ page, follower, readers }) => {
      await page.locator('.connection.up').waitFor();
      await setVisibility(page, 'hidden');
      await expect.poll(readers).toBe(0);
      await view.apply([sessionRecord(1, sessionOf('room-1', 2))]);
      follower.announce();
      await setVisibility(page, 'visible');
      await expect.poll(() => statusOf(page, 'room-1')).toBe('ENDED');
      await expect.poll(readers).toBe(1);
    });
  });

  test('the others go on where the tab that began the stream is closed', async () => {
    const view = await openView();
    await view.apply([sessionRecord(0, sessionOf('room-1', 1))]);
    await visit(browser, { view }, async ({ page, follower, url, readers }) => {
      await page.locator('.connection.up').waitFor();
      const other = await page.context().newPage();
      await other.goto(`${url}/`);
      await other.locator('.connection.up').waitFor();
      await page.close();
      await view.apply([sessionRecord(1, sessionOf('room-1', 2))]);
      follower.announce();
      await expect.poll(() => statusOf(other, 'room-1')).toBe('ENDED');
      await expect.poll(readers).toBe(1);
      await other.close();
      await expect.poll(readers).toBe(0);
    });
  });
});
