/** The page over the running demo: shows come in live, go through all their stages, and people act on them. */
import { Kafka, logLevel } from 'kafkajs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { quietKafkajs } from '../../../client/quiet-kafkajs.ts';
import { templateGroupIds } from '../../../emulator/index.ts';
import { chromiumPath, launchBrowser } from './chromium.ts';
import { type RunningDemo, startDemo } from './demo.ts';

if (chromiumPath === null) console.warn('the page is not tested over the demo: no Chromium in /usr/bin');

quietKafkajs();
const stack = inject('stack');
const patient = { timeout: 60_000, interval: 200 };

describe.skipIf(chromiumPath === null)('the page over the running demo', () => {
  let demo: RunningDemo;
  let browser: Browser;
  let page: Page;
  const trouble: string[] = [];
  const rows = () => page.locator('a.row');
  const main = () => page.locator('main').textContent();
  const go = async (hash: string) => {
    await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
    await page.locator('main section').waitFor();
  };

  beforeAll(async () => {
    browser = await launchBrowser();
    demo = await startDemo(stack, ['--shows', '1', '--seed', '4']);
    await demo.said(/ready after/);
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 } });
    page = await context.newPage();
    page.setDefaultTimeout(60_000);
    page.on('pageerror', (error) => trouble.push(error.message));
    page.on('console', (message) => message.type() === 'error' && trouble.push(message.text()));
    await page.goto(`${demo.url}/`);
  });
  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  test('fills the list of sessions without being loaded again, and each comes to its end', async () => {
    await page.evaluate('window.mark = "kept"');
    await demo.said(/^Equal: /m);
    // One show of each practice; a long interruption makes two sessions of one.
    await expect.poll(() => rows().count(), patient).toBeGreaterThanOrEqual(4);
    const statuses = () => page.locator('a.row > :nth-child(2) .status').allTextContents();
    await expect
      .poll(async () => (await statuses()).every((one) => ['READY', 'PARTIAL'].includes(one)), patient)
      .toBe(true);
    expect(await page.evaluate('window.mark')).toBe('kept');
  });

  test('shows a composed session as a picture, and its video with renditions and ledger', async () => {
    await page.getByRole('searchbox').fill('practice-3b');
    await expect
      .poll(() => rows().allTextContents(), patient)
      .toSatisfy((all: string[]) => all.length > 0 && all.every((one) => one.includes('practice-3b')));
    await rows().first().click();
    await page.locator('main canvas').first().waitFor();
    expect(await page.locator('main canvas').count()).toBe(2);
    expect(await main()).toContain('out of order:');
    await page.locator('.videos a').last().click();
    await page.locator('h2', { hasText: 'COMPOSED' }).waitFor();
    await expect.poll(() => page.locator('td .status', { hasText: 'SUCCESS' }).count(), patient).toBeGreaterThan(1);
    const text = await main();
    expect(text).toContain('LiveRecordVideoComposeStart');
    expect(text).toContain('PIPELINE');
    expect(text).toContain('l2v-');
  });

  test('has a transcode started on approval, and shows it under way and done', async () => {
    await page.getByLabel('Template group').fill(templateGroupIds.byHand);
    await page.getByLabel('Console token').fill('wrong');
    await page.getByRole('button', { name: 'Transcode' }).click();
    await page.locator('output', { hasText: 'bearer token' }).waitFor();
    trouble.splice(0, trouble.length, ...trouble.filter((one) => !one.includes('401')));
    await page.getByLabel('Console token').fill('demo');
    await page.getByRole('button', { name: 'Transcode' }).click();
    await page.locator('output', { hasText: 'Asked for.' }).waitFor();
    const ledger = page.locator('tr', { hasText: templateGroupIds.byHand }).filter({ hasText: '#1' });
    await expect.poll(() => ledger.locator('.status').textContent(), patient).toBe('DONE');
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.getByLabel('Status').selectOption('DONE');
    await page.getByRole('searchbox').fill('practice-3b');
    await expect.poll(() => rows().count(), patient).toBe(2);
  });

  test('plays a video, from where the cloud says that it plays', async () => {
    const { items } = (await (await fetch(`${demo.url}/api/videos?source=live&status=TRANSCODED&limit=1`)).json()) as {
      items: { videoId: string }[];
    };
    await go(`#/video/${items[0]?.videoId}`);
    await page.getByRole('button', { name: 'Play' }).click();
    const shown = page.frameLocator('iframe').locator('video');
    const time = () => shown.evaluate((element) => (element as unknown as { currentTime: number }).currentTime);
    await expect.poll(time, patient).toBeGreaterThan(0.5);
  });

  test('draws the latency of every stage, and of one app', async () => {
    await go('#/latency');
    const counts = (stage: string) => page.locator('tr', { hasText: stage }).locator('td').nth(1).textContent();
    await expect.poll(async () => Number(await counts('end to end')), patient).toBeGreaterThan(3);
    expect(await page.locator('main canvas').count()).toBe(2);
    const all = Number(await counts('transcode'));
    await page.getByLabel('App').fill('practice-3b');
    await expect.poll(async () => Number(await counts('our trigger')), patient).toBe(1);
    expect(Number(await counts('transcode'))).toBeLessThan(all);
  });

  test('shows a dead letter and why it is one, and sends it again', async () => {
    const kafka = new Kafka({ brokers: stack.brokers.split(','), logLevel: logLevel.NOTHING });
    const producer = kafka.producer();
    await producer.connect();
    const messages = [{ key: 'broken', value: '{"EventType":', headers: { source: 'http' } }];
    // A demo uses the names that it is told.
    await producer.send({ topic: `${demo.prefix}callbacks`, messages });
    await producer.disconnect();
    await go('#/dead-letters');
    const letters = page.locator('tbody tr', { hasText: 'broken' });
    await expect.poll(() => letters.count(), patient).toBe(1);
    await page.getByLabel('Console token').fill('demo');
    await letters.getByRole('button', { name: 'Send again' }).click();
    // What can't be parsed can't be parsed again: there are two now, of which the first was sent again.
    await expect.poll(() => letters.count(), patient).toBe(2);
    expect(await letters.last().textContent()).toContain('sent again');
  });

  test('meets no error on the way, and ends as it was told to', async () => {
    expect(trouble).toEqual([]);
    expect(await demo.stop()).toBe(0);
  });
});
