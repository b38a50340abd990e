/**
 * A clip across the end of a recording, on the whole system: asked for in the page of its session, cut by the emulated cloud
 * once, and shown. The oracle is the emulator's ledger: which seconds of which show are in what was produced.
 */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import type { Ledger } from '../../../emulator/index.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import { chromiumPath, launchBrowser } from './chromium.ts';
import { type RunningDemo, startDemo } from './demo.ts';

if (chromiumPath === null) console.warn('clips are not tested in the page: no Chromium in /usr/bin');

const stack = inject('stack');
const patient = { timeout: 90_000, interval: 300 };
const wholeMs = 2_000;

describe.skipIf(chromiumPath === null)('a clip of a session of several recordings', () => {
  let demo: RunningDemo;
  let browser: Browser;
  let page: Page;
  const ledger = async () => (await (await fetch(`${demo.emulatorUrl}/_emulator/ledger`)).json()) as Ledger;
  const sessionOf = async (id: string) =>
    (await (await fetch(`${demo.url}/api/sessions/${encodeURIComponent(id)}`)).json()) as SessionState;

  beforeAll(async () => {
    browser = await launchBrowser();
    demo = await startDemo(stack, ['--shows', '1', '--seed', '4']);
    await demo.said(/ready after/);
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    await page.goto(`${demo.url}/`);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  test('is cut across a boundary, once, and belongs to it', async () => {
    await demo.said(/^Equal: /m);
    const { items } = (await (await fetch(`${demo.url}/api/sessions?limit=100`)).json()) as { items: SessionState[] };
    const isPlayable = ({ status }: SessionState['segments'][number]) => status === 'TRANSCODED';
    const session = items.find(
      ({ segments, gaps }) => segments.length >= 3 && gaps.length === 0 && segments.every(isPlayable),
    );
    if (!session) throw new Error('the demo has no session of three recordings that can be cut');
    const { sessionId, startTime, segments } = session;
    const boundary = segments[1]?.startTime ?? 0;
    const [from, to] = [(boundary - startTime) / 1000 - 30, (boundary - startTime) / 1000 + 45];

    await page.evaluate(`location.hash = ${JSON.stringify(`#/session/${encodeURIComponent(sessionId)}`)}`);
    await page.getByLabel('From', { exact: true }).fill(String(from));
    await page.getByLabel('To', { exact: true }).fill(String(to));
    await page.getByLabel('Title').fill('the goal');
    await page.getByLabel('Console token').fill('demo');
    // Twice: the second is the same clip.
    for (let times = 0; times < 2; times += 1) {
      await page.getByRole('button', { name: 'Cut' }).click();
      await page.locator('output', { hasText: 'Asked for' }).waitFor();
    }
    await expect.poll(async () => (await sessionOf(sessionId)).clips[0]?.state, patient).toBe('DONE');
    const after = await sessionOf(sessionId);
    expect(after.clips).toHaveLength(1);
    const [clip] = after.clips;
    expect(clip?.parts.map(({ videoId }) => videoId)).toEqual(segments.slice(0, 2).map(({ videoId }) => videoId));
    // It is no film, and the session stands where it stood.
    expect({ ...after, clips: [], revision: 0 }).toEqual({ ...session, clips: [], revision: 0 });

    const { productions, calls, videos } = await ledger();
    const produced = productions.filter(({ title }) => title.startsWith('the goal'));
    expect(produced).toMatchObject([{ videoId: clip?.videoId }]);
    expect(
      calls.filter(({ action, videoId }) => action === 'ProduceEditingProjectVideo' && videoId === clip?.videoId)
        .length,
    ).toBeLessThanOrEqual(1);
    const shown = produced[0]?.shows ?? [];
    expect(shown.map((one) => one.sessionId)).toEqual(shown.map(() => sessionId));
    const [first, last] = [shown[0], shown.at(-1)];
    // Recordings are told in whole seconds, so a picture may be off by as much.
    expect(Math.abs((first?.startTime ?? 0) - (boundary - 30_000))).toBeLessThanOrEqual(wholeMs);
    expect(Math.abs((last?.endTime ?? 0) - (boundary + 45_000))).toBeLessThanOrEqual(wholeMs);
    expect(videos.find(({ videoId }) => videoId === clip?.videoId)).toMatchObject({ kind: 'UPLOAD', sessionId: null });

    await page.locator('td', { hasText: 'the goal' }).waitFor();
    await page.locator('td .status', { hasText: 'DONE' }).first().waitFor();
    await page.locator(`td a[href*="${clip?.videoId}"]`).click();
    await page.locator('h2', { hasText: 'UPLOAD' }).waitFor();
  });
});
