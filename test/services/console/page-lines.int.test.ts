/** Single lines of the page in a real browser: what a video resembles and shows, and what Live says of a recording. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LiveRecording } from '../../../schemas/generated/SessionState.ts';
import { visit } from './browser.ts';
import { chromiumPath, launchBrowser } from './chromium.ts';
import { openView, session, sessionRecord, video, videoRecord } from './fixture.ts';

if (chromiumPath === null) console.warn('lines of the page are not tested in a browser: no Chromium in /usr/bin');

const sessionId = 'play.example.com/live/room-42/2026-03-01T09:30:00.000Z';
const at = (time: string) => Date.parse(`2026-03-01T${time}Z`);
const path = (view: string, id: string) => `location.hash = ${JSON.stringify(`#/${view}/${encodeURIComponent(id)}`)}`;

describe.skipIf(chromiumPath === null)('a line of the page', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('says which videos one resembles, with a way to each, and what it shows by category; without either it is absent', async () => {
    const view = await openView();
    await view.apply([
      videoRecord(
        0,
        0,
        video('film', {
          similarVideos: [
            { videoId: 'segment-1', similarity: 0.987 },
            { videoId: '<b>2</b>', similarity: null },
          ],
          tags: [
            { category: 'Category', name: 'Sport', seen: 3 },
            { category: 'Keyword', name: 'goal', seen: 2 },
            { category: 'Category', name: 'Football', seen: 1 },
          ],
        }),
      ),
      videoRecord(0, 1, video('segment-1')),
    ]);
    await visit(browser, { view }, async ({ page }) => {
      await page.evaluate(path('video', 'film'));
      const resembles = page.locator('p.similar-videos');
      await resembles.waitFor();
      expect(await resembles.textContent()).toBe('Similar videos: segment-1 99 % · <b>2</b>');
      expect(await page.locator('p.video-tags').textContent()).toBe('Tags: Category Sport, Football · Keyword goal');
      await resembles.getByRole('link', { name: 'segment-1' }).click();
      await expect.poll(() => page.evaluate('location.hash')).toBe('#/video/segment-1');
      await resembles.waitFor({ state: 'detached' });
      expect(await page.locator('p.video-tags').count()).toBe(0);
    });
  });

  test('says what Live says of a recording, as it changes; where Live says nothing it is absent', async () => {
    const view = await openView();
    const none = { startedTime: null, pausedTime: null, resumedTime: null, endedTime: null, fileTime: null };
    let offset = 0;
    const told = (liveRecording: LiveRecording | null) =>
      view.apply([sessionRecord(offset++, session(sessionId, { startTime: at('09:30:00'), liveRecording }))]);
    await told(null);
    await visit(browser, { view }, async ({ page, follower }) => {
      await page.evaluate(path('session', sessionId));
      await page.locator('.connection.up').waitFor();
      await page.getByText('Waiting for').waitFor();
      // Two empty charts said nothing.
      await page.getByText('Nothing is recorded yet.').waitFor();
      await page.getByText('No callback about a video of this session has come yet').waitFor();
      expect(await page.locator('canvas').count()).toBe(0);
      const line = page.locator('p', { hasText: 'Live says' });
      expect(await line.count()).toBe(0);
      const began = { ...none, startedTime: at('09:30:00') };
      const paused = { ...began, pausedTime: at('09:40:00') };
      for (const [recording, expected] of [
        [{ ...began, state: 'RECORDING' }, /recording since .*09:30:00$/],
        [{ ...paused, state: 'PAUSED' }, /paused since .*09:40:00$/],
        [{ ...paused, resumedTime: at('09:41:00'), state: 'RECORDING' }, /recording since .*09:41:00$/],
        [{ ...paused, pausedTime: at('09:50:00'), endedTime: at('09:50:00'), state: 'ENDED' }, /ended at .*09:50:00$/],
        [{ ...none, fileTime: at('09:55:00'), state: 'UNKNOWN' }, /09:55:00$/],
      ] as const) {
        await told(recording);
        follower.announce();
        await expect.poll(() => line.textContent()).toMatch(expected);
      }
    });
  });
});
