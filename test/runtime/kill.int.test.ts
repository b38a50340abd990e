import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, inject, test } from 'vitest';
import { eventually } from '../support/eventually.ts';
import { type CountingChild, countingChild } from './counting-child.ts';
import { allProcessed, byConsole, expectExactCounts, feeder } from './counting-oracle.ts';
import { countingTopics } from './counting-topics.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

test('a processor that is killed with SIGKILL again and again counts every record exactly once', async () => {
  const topics = await countingTopics(brokers, 3);
  cleanUp.push(() => topics.close());
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-kill-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const { feed } = feeder(topics, 50);
  const feeding = feed(6_000);

  let child: CountingChild | undefined;
  cleanUp.push(async () => {
    child?.signal('SIGKILL');
    await child?.gone;
  });
  const start = () => {
    child = countingChild({ brokers, prefix: topics.prefix, instance: 'a', stateFolder: folder });
    return child;
  };
  for (let kill = 0; kill < 3; kill++) {
    const running = start();
    await eventually(() => running.seen('transaction').length >= 3, { timeoutMs: 20_000, intervalMs: 5 });
    running.signal('SIGKILL');
    await running.gone;
  }
  const last = start();
  await feeding;
  await allProcessed(topics, 3);
  last.signal('SIGTERM');
  await last.gone;
  expect(last.seen('stopped')).toHaveLength(1);
  expect(last.seen('rebuild')).toEqual([]);
  await expectExactCounts(byConsole(brokers), topics, 6_000, 50);
});
