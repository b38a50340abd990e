/**
 * Takes the pictures of `docs/images` from a running demo, which has a dead letter once its `callbacks` topic was fed with
 * something that is no JSON. Those of a clip and of Live's own callbacks, which no demo has, are taken where a session has such
 * (docs/getting-started.md, *Without an account*):
 * `node test/services/console/screenshots.ts http://127.0.0.1:8080 docs/images [NAME ...]`
 */
import { join } from 'node:path';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser } from './chromium.ts';

const [url = 'http://127.0.0.1:8080', folder = 'docs/images', ...only] = process.argv.slice(2);
const desk: BrowserContextOptions = { locale: 'en-GB', viewport: { width: 1280, height: 800 }, colorScheme: 'light' };
const phone = { ...desk, viewport: { width: 390, height: 760 } };
const browser = await launchBrowser();

async function picture(name: string, options: BrowserContextOptions, open: (page: Page) => Promise<void>) {
  if (only.length > 0 && !only.includes(name)) return;
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    await page.goto(`${url}/`);
    await open(page);
    // The charts move for a moment after they are drawn.
    await page.waitForTimeout(1_500);
    await page.screenshot({ path: join(folder, `${name}.png`) });
    console.log(name);
  } finally {
    await context.close();
  }
}

const at = (hash: string) => async (page: Page) => {
  await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
  await page.locator('main section').waitFor();
};

type Session = {
  readonly sessionId: string;
  readonly segments: readonly { readonly videoId: string }[];
  readonly gaps: readonly unknown[];
  readonly composed: readonly { readonly videoId: string }[];
  readonly clips: readonly { readonly state: string; readonly parts: readonly unknown[] }[];
  readonly liveRecording: { readonly state: string } | null;
};
const answer = await fetch(`${url}/api/sessions?limit=500`);
const { items } = (await answer.json()) as { items: Session[] };
const score = (one: Session) => (one.composed.length > 0 ? 100 : 0) + one.segments.length + one.gaps.length;
const richest = items.toSorted((a, b) => score(b) - score(a))[0];
if (!richest) throw new Error(`${url} has no sessions: start ./live2vod demo and wait for its comparison`);
const pageOf = ({ sessionId }: Session) => `#/session/${encodeURIComponent(sessionId)}`;
const session = pageOf(richest);
const video = `#/video/${encodeURIComponent(richest.composed[0]?.videoId ?? richest.segments[0]?.videoId ?? '')}`;

const sessions = async (page: Page) => page.locator('a.row').first().waitFor();
await picture('sessions', desk, sessions);
await picture('sessions-dark', { ...desk, colorScheme: 'dark' }, sessions);
await picture('sessions-phone', phone, sessions);
await picture('sessions-chinese', { ...desk, locale: 'zh-CN' }, sessions);
await picture('session', { ...desk, viewport: { width: 1280, height: 960 } }, at(session));
await picture('session-dark', { ...desk, colorScheme: 'dark', viewport: { width: 1280, height: 960 } }, at(session));
await picture('session-phone', phone, at(session));
await picture('video', { ...desk, viewport: { width: 1280, height: 1100 } }, at(video));
await picture('player', { ...desk, viewport: { width: 1280, height: 860 } }, async (page) => {
  await at(video)(page);
  await page.getByRole('button', { name: 'Play' }).click();
  const shown = page.frameLocator('iframe').locator('video');
  await shown.waitFor();
  await shown.evaluate((element) => {
    const playing = element as { currentTime: number } & EventTarget;
    return new Promise<void>((resolve) => {
      playing.addEventListener('timeupdate', () => playing.currentTime > 1 && resolve());
    });
  });
});
await picture('videos', desk, async (page) => {
  await at('#/videos')(page);
  await page.locator('a.row').first().waitFor();
});
const jobs = async (page: Page) => {
  await at('#/jobs')(page);
  await page.locator('a.row').first().waitFor();
};
await picture('jobs', desk, jobs);
await picture('jobs-phone', phone, jobs);
await picture('latency', { ...desk, viewport: { width: 1280, height: 1700 } }, async (page) => {
  const byHour = page.waitForResponse(/by=hour/);
  await at('#/latency')(page);
  await byHour;
});
await picture('dead-letters', desk, at('#/dead-letters'));
const cut = items.find(({ clips }) => clips.some(({ state, parts }) => state === 'DONE' && parts.length > 1));
if (cut) await picture('clip', { ...desk, viewport: { width: 1280, height: 1180 } }, at(pageOf(cut)));
const toldBy = (wanted: string, segments: number) =>
  items.find(({ liveRecording, ...one }) => liveRecording?.state === wanted && one.segments.length === segments);
const pausedOnly = toldBy('PAUSED', 0);
if (pausedOnly)
  await picture('live-paused', { ...desk, viewport: { width: 1280, height: 260 } }, at(pageOf(pausedOnly)));
const ended = toldBy('ENDED', 1);
if (ended) await picture('live-ended', { ...desk, viewport: { width: 1280, height: 520 } }, at(pageOf(ended)));
await browser.close();
