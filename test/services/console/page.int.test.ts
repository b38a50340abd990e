import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LatencyFilter } from '../../../connectors/clickhouse/index.ts';
import type { StateView } from '../../../services/console/state-view.ts';
import { visit } from './browser.ts';
import { chromiumPath, launchBrowser } from './chromium.ts';
import {
  job,
  letter,
  openView,
  session,
  sessionRecord,
  step,
  stream,
  tombstone,
  video,
  videoRecord,
} from './fixture.ts';

const sessionId = 'play.example.com/live/room-42/2026-03-01T09:30:00.000Z';
const startMs = Date.parse('2026-03-01T09:30:00Z');
const minuteMs = 60_000;

const event = (name: string, minute: number, receivedMinute: number) => ({
  eventId: `${name}-${minute}`,
  eventType: name,
  eventTime: startMs + minute * minuteMs,
  receivedAt: startMs + receivedMinute * minuteMs,
  status: 'success',
  source: 'http',
  jobId: null,
  errorCode: null,
  implausible: [],
});

const segment = video('segment-1', {
  kind: 'SEGMENT',
  status: 'SOURCE_READY',
  stream,
  recordedTime: startMs + 30 * minuteMs,
  sourceReadyTime: startMs + 31 * minuteMs,
  timeline: [event('AddLiveRecordVideoComplete', 30, 33), event('FileUploadComplete', 31, 32)],
  jobs: [job()],
});

const show = session(sessionId, {
  status: 'ENDED',
  startTime: startMs,
  endTime: startMs + 30 * minuteMs,
  segments: [
    {
      videoId: 'segment-1',
      startTime: startMs,
      endTime: startMs + 30 * minuteMs,
      status: 'SOURCE_READY',
      format: 'm3u8',
    },
  ],
});

async function oneShow(): Promise<StateView> {
  const view = await openView();
  await view.apply([videoRecord(0, 0, segment), sessionRecord(0, show)]);
  return view;
}

const latency = async () => ({
  stages: (['recording', 'end_to_end'] as const).map((stage) => ({
    stage,
    hour: '2026-03-01T09:00:00Z',
    count: 3,
    failures: 0,
    p50: 12,
    p90: 20,
    p95: 25,
    p99: 30,
  })),
});

const path = (view: string, id: string) => `#/${view}/${encodeURIComponent(id)}`;
const go = (page: Page, hash: string) => page.evaluate(`location.hash = ${JSON.stringify(hash)}`);

if (chromiumPath === null) console.warn('the page is not tested in a browser: no Chromium in /usr/bin');

describe.skipIf(chromiumPath === null)('the page in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  test('asks for the token where reading needs one, and then shows all, live events too, also after it is loaded again', async () => {
    const doors = { readTokens: ['reading'], hosts: [] };
    await visit(browser, { view: await oneShow(), doors, expected: /401/ }, async ({ page, view, follower }) => {
      const field = page.getByLabel('Token for reading');
      await field.fill('wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.locator('output', { hasText: 'not the token' }).waitFor();
      expect(await page.locator('a.row').count()).toBe(0);
      await field.fill('reading');
      await page.getByRole('button', { name: 'Log in' }).click();
      const row = page.locator('a.row', { hasText: 'room-42' });
      await row.waitFor();
      await page.locator('.connection.up').waitFor();
      await view.apply([sessionRecord(1, { ...show, status: 'READY' })]);
      follower.announce();
      await expect.poll(() => row.locator('.status').textContent()).toBe('READY');
      expect(await page.evaluate('document.cookie')).toBe('');
      await page.reload();
      await row.waitFor();
    });
  });

  test('lists sessions and shows a change without being loaded again', async () => {
    await visit(browser, { view: await oneShow() }, async ({ page, view, follower }) => {
      const row = page.locator('a.row', { hasText: 'room-42' });
      await expect.poll(() => row.locator('.status').textContent()).toBe('ENDED');
      await page.locator('.connection.up').waitFor();
      await page.evaluate('window.mark = "kept"');
      const other = { ...stream, streamName: 'room-43' };
      await view.apply([
        sessionRecord(1, { ...show, status: 'READY' }),
        sessionRecord(2, session('another', { stream: other, startTime: startMs + minuteMs })),
      ]);
      follower.announce();
      await page.locator('a.row', { hasText: 'room-43' }).waitFor();
      await expect.poll(() => row.locator('.status').textContent()).toBe('READY');
      expect(await page.locator('a.row b').allTextContents()).toEqual(['room-43', 'room-42']);
      expect(await page.evaluate('window.mark')).toBe('kept');
    });
  });

  test('reads and follows anew when the console refuses for a while, and says so meanwhile', async () => {
    // A list that couldn't be read was not asked for again, and a browser gives a live connection up for good when
    // anything but events is answered: "reconnecting" stayed, and nobody did.
    const view = await oneShow();
    let refused = 0;
    let shown: Page | null = null;
    const before = async (page: Page) => {
      shown = page;
    };
    // At the console, since what a worker asks for can't be held up in the browser.
    const refuse = async (path: string) => {
      const first = path.startsWith('/api/sessions') ? refused < 1 : path.startsWith('/api/events') && refused < 2;
      if (!first) return null;
      refused += 1;
      if (refused === 2) {
        await shown?.locator('a.row').waitFor();
        await view.apply([sessionRecord(1, { ...show, status: 'READY' })]);
      }
      return refused === 1 ? 502 : 503;
    };
    await visit(browser, { view, before, refuse, expected: /status of 50[23]/ }, async ({ page, follower }) => {
      await page.locator('.connection.down').waitFor();
      await page.locator('a.row .status', { hasText: 'READY' }).waitFor();
      await page.locator('.connection.up').waitFor();
      expect(refused).toBe(2);
      await view.apply([sessionRecord(2, { ...show, status: 'FAILED' })]);
      follower.announce();
      await page.locator('a.row .status', { hasText: 'FAILED' }).waitFor();
    });
  });

  test('a video that is deleted while it is shown is said to be gone', async () => {
    await visit(browser, { view: await oneShow(), expected: /404/ }, async ({ page, view, follower }) => {
      await go(page, path('video', 'segment-1'));
      await page.locator('h2', { hasText: 'segment-1' }).waitFor();
      await view.apply([tombstone(0, 1, 'segment-1')]);
      follower.announce();
      await page.locator('.problem', { hasText: 'no longer kept' }).waitFor();
      await page.getByRole('button', { name: '中文' }).click();
      // Shown anew it is asked for anew.
      await page.locator('.problem', { hasText: 'segment-1 is not known' }).waitFor();
    });
  });

  test("an answer that was long on its way doesn't replace a change that came meanwhile", async () => {
    // The videos of a session are read while its changes are followed: whichever came last was shown.
    const view = await oneShow();
    const held = Promise.withResolvers<void>();
    const hold = (page: Page) =>
      page.route('**/api/videos/segment-1', async (route) => {
        const response = await route.fetch();
        await held.promise;
        await route.fulfill({ response });
      });
    await visit(browser, { view, before: hold }, async ({ page, follower }) => {
      const asked = page.waitForRequest('**/api/videos/segment-1');
      await go(page, path('session', sessionId));
      await asked;
      await page.locator('.connection.up').waitFor();
      const more = [...segment.timeline, event('StreamTranscodeComplete', 40, 41)];
      await view.apply([videoRecord(0, 1, { ...segment, revision: 9, timeline: more })]);
      follower.announce();
      await page.locator('main', { hasText: 'Callbacks: 3' }).waitFor();
      const answered = page.waitForResponse('**/api/videos/segment-1');
      held.resolve();
      await (await answered).finished();
      await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
      expect(await page.locator('main').textContent()).toContain('Callbacks: 3');
    });
  });

  test('a list drops what its filter leaves out since it changed', async () => {
    await visit(browser, { view: await oneShow() }, async ({ page, view, follower }) => {
      await page.getByLabel('Status').selectOption('ENDED');
      await page.locator('a.row', { hasText: 'room-42' }).waitFor();
      await page.locator('.connection.up').waitFor();
      await view.apply([sessionRecord(1, { ...show, status: 'READY' })]);
      follower.announce();
      await page.locator('.empty', { hasText: 'Nothing matches' }).waitFor();
    });
  });

  test('goes by keyboard from the list to a session, to its video, and asks for a transcode', async () => {
    await visit(browser, { view: await oneShow() }, async ({ page, published }) => {
      const focused = () => page.evaluate('document.activeElement.className');
      await page.locator('a.row').waitFor();
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('skip');
      await page.keyboard.press('Enter');
      for (const _ of ['search', 'status', 'domain', 'app', 'stream name']) await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      // A scrolling box may take the focus before the links in it.
      if ((await focused()) === 'scroll') await page.keyboard.press('Tab');
      expect(await focused()).toBe('row');
      await page.keyboard.press('Enter');
      await page.locator('h2', { hasText: 'room-42' }).waitFor();
      expect(await page.locator('canvas').count()).toBe(2);
      await expect.poll(() => page.locator('main').textContent()).toContain('out of order: 1');
      await page.locator('.videos a').focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('main').textContent()).toContain("Waiting for: a person's approval");
      expect(await page.locator('tr.moved').count()).toBe(2);
      await page.getByLabel('Template group').fill('tg-1');
      await page.getByLabel('Console token').fill('right');
      await page.keyboard.press('Enter');
      await page.locator('output', { hasText: 'Asked for.' }).waitFor();
      expect(published).toMatchObject([{ videoId: 'segment-1', body: { TemplateGroupId: 'tg-1' } }]);
    });
  });

  test('lists jobs, says how each stands in plain words, and leads to the video', async () => {
    const view = await openView();
    const held = (videoId: string, hold: 'AUDIT' | 'REVIEW' | 'BLOCKED' | 'PASSED', state = 'AWAITING_APPROVAL') =>
      video(videoId, {
        ...segment,
        videoId,
        steps: [step({ token: `audit-${videoId}` })],
        jobs: [job({ token: `tc-${videoId}`, hold, state: state as 'DONE' })],
      });
    await view.apply([
      videoRecord(0, 0, held('audited', 'AUDIT')),
      videoRecord(0, 1, held('reviewed', 'REVIEW')),
      videoRecord(0, 2, held('blocked', 'BLOCKED')),
      videoRecord(0, 3, held('passed', 'PASSED', 'DONE')),
      sessionRecord(0, {
        ...show,
        composition: { token: 'c1', reason: 'POLICY', state: 'IN_DOUBT', mediaId: null, errorCode: 'Throttling' },
      }),
    ]);
    await visit(browser, { view }, async ({ page }) => {
      await page.getByRole('link', { name: 'Jobs' }).click();
      const rows = page.locator('a.row');
      const row = (text: string) => rows.filter({ hasText: text });
      await expect.poll(() => rows.count()).toBe(9);
      await expect.poll(() => row('tc-audited').textContent()).toContain("waiting for the audit's verdict");
      expect(await row('tc-reviewed').textContent()).toContain("waiting for a person's review");
      expect(await row('tc-blocked').textContent()).toContain('blocked by review');
      expect(await row('tc-passed').textContent()).toContain('passed the audit');
      expect(await row('c1').textContent()).toContain('Throttling');
      await page.getByLabel('Type').selectOption('TRANSCODE');
      await expect.poll(() => rows.count()).toBe(4);
      await page.getByLabel('Status').selectOption('DONE');
      await expect.poll(() => rows.count()).toBe(1);
      await page.getByLabel('Status').selectOption('');
      await page.getByRole('searchbox').fill('TC-REVIEWED');
      await expect.poll(() => rows.count()).toBe(1);
      await rows.first().focus();
      await page.keyboard.press('Enter');
      await page.locator('h2', { hasText: 'reviewed' }).waitFor();
      const text = await page.locator('main').textContent();
      expect(text).toContain("Waiting for: a person's review of its content");
      expect(text).toContain('Before the transcode');
      expect(text).toContain('under way at the cloud');
    });
  });

  test('finds a session that was never loaded, by a part of its name', async () => {
    const view = await openView();
    await view.apply(
      Array.from({ length: 700 }, (_, n) => {
        const streamName = `room-${n}`;
        const of = { ...stream, streamName };
        const sessionId = `play.example.com/live/${streamName}/1`;
        return sessionRecord(n, { ...show, sessionId, startTime: startMs + n, stream: of });
      }),
    );
    await visit(browser, { view }, async ({ page }) => {
      await page.locator('a.row', { hasText: 'room-699' }).waitFor();
      expect(await page.locator('.filters output').textContent()).toBe('500+');
      await page.getByRole('searchbox').fill('ROOM-17');
      // room-17 and room-170 to room-179, all of them beyond the 500 newest.
      await expect.poll(() => page.locator('.filters output').textContent()).toBe('11');
      expect(await page.locator('a.row b').first().textContent()).toBe('room-179');
    });
  });

  test('narrows videos to recordings, and to a domain, app or stream name, alone and together', async () => {
    const view = await openView();
    const of = (domainName: string, appName: string) => ({ domainName, appName, streamName: 'room-42' });
    const recorded = (id: string, kind: 'SEGMENT' | 'COMPOSED', where: ReturnType<typeof of>) =>
      video(id, { kind, subject: 'VIDEO', stream: where, timeline: [event('FileUploadComplete', 31, 32)] });
    await view.apply([
      videoRecord(0, 0, recorded('a', 'SEGMENT', of('a.example.com', 'live'))),
      videoRecord(0, 1, recorded('b', 'COMPOSED', of('b.example.com', 'live'))),
      videoRecord(0, 2, recorded('c', 'SEGMENT', of('a.example.com', 'sport'))),
      videoRecord(
        0,
        3,
        video('d', { kind: 'UPLOAD', subject: 'VIDEO', timeline: [event('FileUploadComplete', 31, 32)] }),
      ),
      sessionRecord(0, show),
    ]);
    await visit(browser, { view }, async ({ page, view, follower }) => {
      await go(page, '#/videos');
      const ids = () => page.locator('a.row code').allTextContents();
      await expect.poll(ids).toEqual(['a', 'b', 'c', 'd']);
      await page.getByLabel('Source').selectOption('Live recordings');
      await expect.poll(ids).toEqual(['a', 'b', 'c']);
      await page.getByLabel('Domain').fill('a.example.com');
      await expect.poll(ids).toEqual(['a', 'c']);
      await page.getByLabel('App').fill('live');
      await expect.poll(ids).toEqual(['a']);
      await page.getByLabel('Domain').fill('');
      await expect.poll(ids).toEqual(['a', 'b']);
      await page.locator('.connection.up').waitFor();
      // What comes in live is narrowed as what was read.
      await view.apply([
        videoRecord(0, 4, recorded('e', 'SEGMENT', of('c.example.com', 'live'))),
        videoRecord(0, 5, recorded('f', 'SEGMENT', of('c.example.com', 'sport'))),
      ]);
      follower.announce();
      await expect.poll(ids).toEqual(['a', 'b', 'e']);
      await go(page, '#/');
      await page.getByLabel('Stream name').fill('room-4');
      await page.locator('.empty', { hasText: 'Nothing matches' }).waitFor();
      await page.getByLabel('Stream name').fill('room-42');
      await page.locator('a.row', { hasText: 'room-42' }).waitFor();
    });
  });

  test('asks for the latency of some streams and of some time, and says how old the answer is', async () => {
    const asked: LatencyFilter[] = [];
    const readLatency = async (filter: LatencyFilter) => {
      asked.push(filter);
      return filter.stream === 'nobody' ? { stages: [] } : latency();
    };
    await visit(browser, { view: await oneShow(), readLatency }, async ({ page }) => {
      await go(page, '#/latency');
      await page.locator('main small', { hasText: 'as of' }).waitFor();
      expect(await page.locator('#known-streamName option').getAttribute('value')).toBe('room-42');
      await page.getByLabel('Domain').fill('play.example.com');
      await page.getByLabel('Time').selectOption('day');
      await expect.poll(() => asked.filter(({ domain, fromMs }) => domain && fromMs).length).toBeGreaterThan(1);
      const { domain, fromMs = 0 } = asked.at(-1) ?? {};
      expect(domain).toBe('play.example.com');
      expect(Math.abs(Date.now() - 24 * 60 * minuteMs - fromMs)).toBeLessThan(10 * minuteMs);
      // The chart of one stage asks for that one.
      expect(asked.some(({ stages, by }) => stages?.join() === 'end_to_end' && by?.join() === 'hour')).toBe(true);
      await page.getByLabel('Stream name').fill('nobody');
      await page.locator('.empty', { hasText: 'Nothing matches' }).waitFor();
      await page.getByRole('button', { name: 'Clear' }).click();
      await page.locator('td', { hasText: 'end to end' }).waitFor();
    });
  });

  test('shows dead letters and sends one again', async () => {
    const sent: string[] = [];
    const letters = [letter(0, 1), letter(0, 2, { reason: 'refused-by-clickhouse', stage: 'sink' })];
    const redrive = async ({ id }: { id: string }) => {
      sent.push(id);
      return 'sent' as const;
    };
    await visit(browser, { letters, redrive }, async ({ page }) => {
      await go(page, '#/dead-letters');
      await expect.poll(() => page.locator('tbody tr').count()).toBe(2);
      await page.getByLabel('Console token').fill('right');
      await page.getByLabel('Reason').selectOption('unparsable');
      await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
      await page.getByRole('button', { name: 'Send again' }).click();
      await expect.poll(() => sent).toEqual(['0:1']);
      await page.locator('tbody', { hasText: 'sent again' }).waitFor();
    });
  });

  test('shows every dead letter, page after page, and keeps the pages that were asked for', {
    timeout: 120_000,
  }, async () => {
    // They ended at 500, and the jobs of further pages vanished again at the next refresh.
    const letters = Array.from({ length: 620 }, (_, offset) => letter(0, offset));
    await visit(browser, { letters, before: (page) => page.clock.install() }, async ({ page }) => {
      await go(page, '#/dead-letters');
      const rows = page.locator('tbody tr');
      const more = page.getByRole('button', { name: 'Load more' });
      const shown = (count: number) => expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(count);
      for (let count = 50; count < letters.length; count += 50) {
        await shown(count);
        await more.click();
      }
      await shown(letters.length);
      expect(await more.count()).toBe(0);
      await page.clock.fastForward(60_000);
      expect(await rows.count()).toBe(letters.length);
    });
  });

  test('speaks Chinese, keeps that and the theme, and turns dark', async () => {
    await visit(browser, { view: await oneShow(), readLatency: latency }, async ({ page }) => {
      const ground = () => page.evaluate(groundColour);
      const light = await ground();
      await page.getByRole('button', { name: '中文' }).click();
      await page.getByRole('button', { name: '主题' }).click();
      for (const hash of [
        '#/sessions',
        '#/videos',
        '#/jobs',
        '#/latency',
        '#/dead-letters',
        path('session', sessionId),
      ]) {
        await go(page, hash);
        await page.locator('main section').waitFor();
        expect(await page.locator('nav').textContent()).toBe('直播场次视频任务延迟死信');
      }
      await page.reload();
      await page.locator('.status', { hasText: '已结束' }).waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe('zh');
      expect(await ground()).not.toBe(light);
    });
    await visit(browser, { colorScheme: 'dark' }, async ({ page }) => {
      expect(await page.evaluate(groundColour)).toBe('rgb(16, 21, 27)');
    });
  });

  test('fits a phone without scrolling sideways', async () => {
    const viewport = { width: 360, height: 740 };
    const options = { view: await oneShow(), readLatency: latency, letters: [letter(0, 1)], viewport };
    await visit(browser, options, async ({ page }) => {
      const views = ['#/sessions', '#/videos', '#/jobs', '#/latency', '#/dead-letters'];
      for (const hash of [...views, path('session', sessionId), path('video', 'segment-1')]) {
        await go(page, hash);
        await page.locator('main section').waitFor();
        expect([hash, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([hash, viewport.width]);
      }
    });
  });

  test('shows names as text, whatever is in them', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '"><script>alert(1)</script>',
      "'-alert(1)-'",
      'javascript:alert(1)',
      '{{constructor.constructor("alert(1)")()}}',
      '../../etc/passwd',
      'a%2e%2e%00b\u202eevil',
      ...fc.sample(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), 6),
    ].map((name) => name.toWellFormed());
    const view = await openView();
    await view.apply(
      names.flatMap((streamName, index) => {
        const videoId = `${streamName}-${index}`;
        const nasty = { ...segment, videoId, errorMessage: streamName, stream: { ...stream, streamName } };
        const segments = show.segments.map((one) => ({ ...one, videoId }));
        return [
          videoRecord(0, index, { ...nasty, timeline: [{ ...event(streamName, 1, 2), status: streamName }] }),
          sessionRecord(index, { ...show, sessionId: videoId, stream: { ...stream, streamName }, segments }),
        ];
      }),
    );
    const letters = names.map((name, index) => letter(0, index, { reason: name, error: name, stage: name }));
    await visit(browser, { view, letters, viewport: { width: 1280, height: 1600 } }, async ({ page }) => {
      await expect.poll(() => page.locator('a.row').count()).toBe(names.length);
      const foreign = () => page.locator('main img, main script, main iframe').count();
      expect(await foreign()).toBe(0);
      for (const [index, name] of names.entries()) {
        await go(page, path('session', `${name}-${index}`));
        await page.locator('h2 small').waitFor();
        expect(await page.evaluate('document.querySelector("h2").firstChild.nodeValue')).toBe(name);
        if (index < 7) {
          await go(page, path('video', `${name}-${index}`));
          await page.locator('h2 code').waitFor();
        }
        expect(await foreign()).toBe(0);
      }
      await go(page, '#/dead-letters');
      await expect.poll(() => page.locator('tbody tr').count()).toBe(names.length);
      expect(await foreign()).toBe(0);
    });
  });

  test('shows 10,000 sessions and draws only those in sight', { timeout: 120_000 }, async () => {
    const count = 10_000;
    const view = await openView();
    const states = Array.from({ length: count }, (_, index) => {
      const streamName = `room-${index}`;
      return { ...show, sessionId: `${streamName}/1`, startTime: startMs + index, stream: { ...stream, streamName } };
    });
    await view.apply(states.map((state, index) => sessionRecord(index, state)));
    await visit(browser, { view, before: measureFrames }, async ({ page, follower }) => {
      await page.locator('a.row').first().waitFor();
      const mostRows = { drawn: 0 };
      await expect
        .poll(
          async () => {
            mostRows.drawn = Math.max(mostRows.drawn, await scrolledTo(page, 1));
            return page.locator('.filters output').textContent();
          },
          { timeout: 90_000, interval: 50 },
        )
        .toBe(String(count));
      const loading = await longestFrames(page);
      // Now all the way up, in steps, while changes pour in.
      await page.evaluate('frameMs.length = 0; tasks.length = 0');
      const steps = 40;
      for (let step = steps; step >= 0; step -= 1) {
        const changed = states
          .slice(step * 10, step * 10 + 10)
          .map((state) => ({ ...state, status: 'READY' as const }));
        const offset = count + (steps - step) * 10;
        await view.apply(changed.map((state, index) => sessionRecord(offset + index, state)));
        follower.announce();
        mostRows.drawn = Math.max(mostRows.drawn, await scrolledTo(page, step / steps));
      }
      await page.locator('a.row', { hasText: `room-${count - 1}` }).waitFor();
      expect(mostRows.drawn).toBeGreaterThan(0);
      expect(mostRows.drawn).toBeLessThan(60);
      const scrolling = await longestFrames(page);
      console.warn(`10,000 sessions, while loading ${loading}; while scrolling with changes ${scrolling}`);
    });
  });
});

// What runs in the page is text: its types are a browser's, not this program's.
const groundColour = 'getComputedStyle(document.body).backgroundColor';

/** Scrolls the list to a part of its height (0 to 1); gives how many rows are drawn. */
const scrolledTo = (page: Page, part: number): Promise<number> =>
  page.evaluate(`(() => {
    const box = document.querySelector('.scroll');
    box.scrollTop = box.scrollHeight * ${part};
    return document.querySelectorAll('.scroll li').length;
  })()`);

/** Notes the time between frames and the browser's long tasks (over 50 ms). */
const measureFrames = (page: Page) =>
  page.addInitScript(`
    window.frameMs = [];
    window.tasks = [];
    let last = performance.now();
    const frame = (now) => {
      frameMs.push(now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
      .observe({ type: 'longtask' });
  `);

async function longestFrames(page: Page): Promise<string> {
  const { frameMs, tasks } = await page.evaluate<{ frameMs: number[]; tasks: number[] }>('({ frameMs, tasks })');
  const ms = (list: number[]) => Math.round(Math.max(0, ...list));
  return `${frameMs.length} frames, longest ${ms(frameMs)} ms, ${tasks.length} long tasks, longest ${ms(tasks)} ms`;
}
