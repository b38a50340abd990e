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

async function setUp(partitions: number) {
  const topics = await countingTopics(brokers, partitions);
  cleanUp.push(() => topics.close());
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-group-'));
  cleanUp.push(() => rm(folder, { recursive: true, force: true }));
  const start = (instance: string): CountingChild => {
    const child = countingChild({ brokers, prefix: topics.prefix, instance, stateFolder: join(folder, instance) });
    cleanUp.push(async () => {
      child.signal('SIGCONT');
      child.signal('SIGKILL');
      await child.gone;
    });
    return child;
  };
  return { topics, start };
}

const revoked = (child: CountingChild): number[] =>
  child.seen('rebalance').flatMap(({ detail }) => {
    const { kind, partitions } = detail as { kind: string; partitions: number[] };
    return kind === 'assign' ? [] : partitions;
  });

test('an owner that freezes in the middle of its work and wakes up after another took over changes nothing', async () => {
  const { topics, start } = await setUp(3);
  const { feed } = feeder(topics, 50);
  const zombie = start('a');
  const feeding = feed(3_000);
  await eventually(() => zombie.seen('transaction').length >= 3, { timeoutMs: 20_000, intervalMs: 5 });
  zombie.signal('SIGSTOP');

  const heir = start('b');
  await feeding;
  await allProcessed(topics, 3);
  const processedByHeir = heir.seen('transaction').length;
  expect(processedByHeir).toBeGreaterThan(0);

  zombie.signal('SIGCONT');
  await feed(1_000);
  await allProcessed(topics, 3);
  await eventually(() => zombie.seen('rebalance').some(({ detail }) => (detail as { kind: string }).kind !== 'assign'));
  for (const child of [zombie, heir]) {
    child.signal('SIGTERM');
    await child.gone;
    expect(child.events.at(-1)).toEqual({ event: 'stopped', detail: null });
  }
  await expectExactCounts(byConsole(brokers), topics, 4_000, 50);
});

test('a second instance takes its share while the first goes on with the rest', async () => {
  const { topics, start } = await setUp(4);
  const load = feeder(topics, 40);
  const { feed } = load;
  const first = start('a');
  await feed(500);
  await allProcessed(topics, 4);

  const second = start('b');
  await eventually(
    async () => {
      await feed(100);
      return second.seen('transaction').length > 2;
    },
    { timeoutMs: 20_000, intervalMs: 20 },
  );
  await allProcessed(topics, 4);
  // Cooperative: only what moves is taken away from the first.
  expect(revoked(first)).toHaveLength(2);
  expect(first.seen('failed')).toEqual([]);

  second.signal('SIGTERM');
  await second.gone;
  await feed(500);
  // A static member's partitions wait for it until its session ends; then the first gets them back.
  await allProcessed(topics, 4);
  first.signal('SIGTERM');
  await first.gone;
  await expectExactCounts(byConsole(brokers), topics, load.sent, 40);
});
