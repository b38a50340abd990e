/** The player in a real browser: a console whose play addresses lead to the emulated cloud's clip. */
import type { Browser, Frame, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callLimiter, cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { playReader } from '../../../services/console/index.ts';
import { type calmEmulator, playedShow } from '../../emulator/world.ts';
import { visit } from './browser.ts';
import { chromiumPath, launchBrowser } from './chromium.ts';
import { openView, testConsole, video, videoRecord } from './fixture.ts';

if (chromiumPath === null) console.warn('the player is not tested in a browser: no Chromium in /usr/bin');

type Cloud = Awaited<ReturnType<typeof calmEmulator>>;

/** A console with the emulator's videos, that asks the emulator where they play. */
async function overCloud({ url, ledger }: Cloud) {
  const view = await openView();
  const videos = ledger().videos;
  await view.apply(
    videos.map(({ videoId, kind, status }, offset) =>
      videoRecord(0, offset, video(videoId, { kind, status, subject: 'VIDEO' })),
    ),
  );
  const credentials = fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' });
  const client = cloudClient({ vodEndpoint: url, liveEndpoint: url, credentials });
  const readPlay = playReader({
    getPlayInfo: ({ videoId }) => client.getPlayInfo({ videoId, validSeconds: 60, newestOnly: true }),
    limiter: callLimiter({ perSecond: 100, atOnce: 4 }, systemPlatform),
    clock: systemPlatform,
  });
  const options = { view, doors: { readPlay, playSeconds: 60 } };
  return { options, videoId: videos[0]?.videoId ?? '', close: () => client.close() };
}

/** Only the emulator is asked besides the console, and only below `/cdn`. */
const asked = ({ url }: Cloud) => new RegExp(`^request: ${url}/cdn/|^request: blob:`);

const open = (page: Page, videoId: string) => page.evaluate(`location.hash = ${JSON.stringify(`#/video/${videoId}`)}`);

async function playerOf(page: Page): Promise<Frame> {
  const handle = await page.locator('iframe').elementHandle();
  const frame = await handle?.contentFrame();
  if (!frame) throw new Error('the page has no player');
  return frame;
}

type Shown = { currentTime: number; width: number; source: string; poster: string; error: number | null };
const shown = (frame: Frame) =>
  frame.evaluate(`(() => {
    const video = document.querySelector('video');
    return { currentTime: video.currentTime, width: video.videoWidth, source: video.currentSrc, poster: video.poster, error: video.error?.code ?? null };
  })()`) as Promise<Shown>;

/** Waits until pictures come and time moves on, twice. */
async function plays(page: Page): Promise<Shown> {
  const now = async () => shown(await playerOf(page));
  await expect.poll(async () => (await now()).currentTime, { timeout: 30_000 }).toBeGreaterThan(0.3);
  const { currentTime } = await now();
  await expect.poll(async () => (await now()).currentTime, { timeout: 30_000 }).toBeGreaterThan(currentTime + 0.3);
  const last = await now();
  expect([last.error, last.width]).toEqual([null, 320]);
  return last;
}

describe.skipIf(chromiumPath === null)('the player', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('plays mp4 and m3u8: time moves, in each definition that is chosen', async () => {
    const cloud = await playedShow('1');
    const { options, videoId, close } = await overCloud(cloud);
    await visit(browser, { ...options, expected: asked(cloud) }, async ({ page }) => {
      await open(page, videoId);
      expect(await page.locator('iframe').count()).toBe(0);
      await page.getByRole('button', { name: 'Play' }).click();
      const choice = page.getByLabel('Definition');
      await choice.waitFor();
      const names = await choice.locator('option').allTextContents();
      expect(names.toSorted()).toEqual(['HD · m3u8 · 1920×1080', 'LD · mp4 · 960×540', 'SD · m3u8 · 1280×720']);
      await page.locator('small', { hasText: 'addresses end' }).waitFor();
      await choice.selectOption('LD · mp4 · 960×540');
      const file = await plays(page);
      expect(file.source).toContain(`${cloud.url}/cdn/${videoId}/`);
      expect(file.source).toContain('.mp4?auth_key=');
      expect(file.poster).toContain('.jpg?auth_key=');
      await choice.selectOption('SD · m3u8 · 1280×720');
      await expect.poll(async () => (await shown(await playerOf(page))).source).toMatch(/^blob:/);
      await plays(page);
      expect(await page.locator('[role=alert]').count()).toBe(0);
    });
    close();
  });

  test('lets its document load from where that one video lies, and the page from nowhere else', async () => {
    const cloud = await playedShow('1');
    const { options, videoId, close } = await overCloud(cloud);
    const { app } = await testConsole(options);
    const policyOf = async (path: string) =>
      String((await app.inject(path)).headers['content-security-policy']).split('; ');
    const ofPage = await policyOf('/');
    expect(ofPage).toContain("default-src 'none'");
    expect(ofPage).toContain("frame-src 'self'");
    expect(ofPage).toContain("connect-src 'self'");
    expect(ofPage).toContain("frame-ancestors 'none'");
    expect(ofPage.join()).not.toMatch(/media-src|127\.0\.0\.1/);
    const ofPlayer = await policyOf(`/player.html?video=${videoId}`);
    expect(ofPlayer).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      `img-src data: ${cloud.url}`,
      `media-src blob: ${cloud.url}`,
      `connect-src ${cloud.url}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'self'",
    ]);
    expect((await app.inject('/player.html?video=nobody')).statusCode).toBe(404);
    expect((await app.inject('/player.html')).statusCode).toBe(400);
    const guarded = await testConsole({ ...options, doors: { ...options.doors, readTokens: ['reading'], hosts: [] } });
    for (const path of [`/player.html?video=${videoId}`, `/api/videos/${videoId}/play`])
      expect((await guarded.app.inject(path)).statusCode).toBe(401);
    close();
  });

  test('says why a video does not play', async () => {
    const cloud = await playedShow('2');
    const { options, videoId, close } = await overCloud(cloud);
    await visit(browser, { ...options, expected: /409/ }, async ({ page }) => {
      await open(page, videoId);
      await page.getByRole('button', { name: 'Play' }).click();
      await page.locator('[role=alert]', { hasText: 'Not playable because it waits for its transcode' }).waitFor();
      expect(await page.locator('iframe').count()).toBe(0);
    });
    close();
  });

  test('asks for new addresses once the old ones have ended, and says that they had', async () => {
    const cloud = await playedShow('1');
    const { options, videoId, close } = await overCloud(cloud);
    // What the CDN answers to an address that has ended.
    await visit(browser, { ...options, expected: /403|^request: / }, async ({ page }) => {
      await open(page, videoId);
      await page.route('**/cdn/**', (route) => route.fulfill({ status: 403, body: '' }));
      await page.getByRole('button', { name: 'Play' }).click();
      await page.locator('[role=alert]', { hasText: 'the address may have ended' }).waitFor();
      await page.unroute('**/cdn/**');
      const again = page.waitForResponse(`**/api/videos/${videoId}/play`);
      await page.getByRole('button', { name: 'Play anew' }).click();
      expect((await again).status()).toBe(200);
      await plays(page);
      await expect.poll(() => page.locator('[role=alert]').count()).toBe(0);
    });
    close();
  });
});
