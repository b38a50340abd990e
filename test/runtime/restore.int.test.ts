import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, inject, test } from 'vitest';
import { KafkaFault, TransactionalProducer } from '../../connectors/kafka/index.ts';
import type { ProcessorFault, RestoreProgress } from '../../runtime/index.ts';
import { eventually } from '../support/eventually.ts';
import { counting, jsonCodecs } from './counting.ts';
import { allProcessed, byClient, expectExactCounts, feeder } from './counting-oracle.ts';
import { countingTopics } from './counting-topics.ts';
import { type Running, ready, startProcessor, temporaryFolder } from './running.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function setUp(partitions = 1) {
  const topics = await countingTopics(brokers, partitions);
  cleanUp.push(() => topics.close());
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const start = (stateFolder = folder) => {
    const running = startProcessor({
      topology: counting,
      topics: topics.topics,
      kafka: topics.kafka,
      instance: 'a',
      stateFolder,
      codecs: jsonCodecs,
    });
    cleanUp.push(() => running.stop());
    return running;
  };
  return { topics, folder, start, load: feeder(topics, 20) };
}

const restored = (running: Running): number =>
  running
    .called('onRestore')
    .map(([, progress]) => progress as RestoreProgress)
    .filter((progress) => progress.done)
    .reduce((sum, progress) => sum + progress.records, 0);

test('a planned restart with its stores restores nothing', async () => {
  const { topics, start, load } = await setUp(3);
  const first = start();
  await load.feed(1_000);
  await allProcessed(topics, 3);
  await first.stop();

  const second = start();
  await ready(second);
  expect(second.called('onRebuild')).toEqual([]);
  expect(restored(second)).toBe(0);
  await load.feed(100);
  await allProcessed(topics, 3);
  await second.stop();
  await expectExactCounts(byClient(topics, 3), topics, load.sent, 20);
});

test.each([
  ['deleted', async (store: string) => rm(store, { recursive: true })],
  ['corrupt', async (store: string) => writeFile(join(store, 'CURRENT'), 'MANIFEST-999999\n')],
  [
    'half written',
    async (store: string) => {
      for (const file of await readdir(store)) {
        if (file.endsWith('.log') || file.endsWith('.ldb')) await writeFile(join(store, file), 'x'.repeat(1_000));
      }
    },
  ],
])('a store that is %s is rebuilt from the topic', async (_what, harm) => {
  const { topics, folder, start, load } = await setUp();
  const first = start();
  await load.feed(300);
  await allProcessed(topics, 1);
  await first.stop();
  await harm(join(folder, '0'));

  const second = start();
  await ready(second);
  expect(restored(second)).toBeGreaterThanOrEqual(20);
  await load.feed(100);
  await allProcessed(topics, 1);
  await second.stop();
  await expectExactCounts(byClient(topics, 1), topics, load.sent, 20);
});

test('a store of another topic is not used, whatever its folder says', async () => {
  const one = await setUp();
  const first = one.start();
  await one.load.feed(300);
  await allProcessed(one.topics, 1);
  await first.stop();

  const other = await setUp();
  const second = other.start(one.folder);
  await other.load.feed(100);
  await allProcessed(other.topics, 1);
  await second.stop();
  expect(second.called('onRebuild')).toHaveLength(1);
  await expectExactCounts(byClient(other.topics, 1), other.topics, 100, 20);
});

test('the restore waits for states that a predecessor has committed behind an open transaction', async () => {
  // read_committed ends before the first open transaction. A dead writer that left one open hides everything after it, so
  // a reader that stops at that end would start with states that are too old.
  const { topics, start, load } = await setUp();
  const changelog = topics.topics('video-state');
  const first = start();
  await ready(first);
  const dead = await TransactionalProducer.connect(topics.kafka, {
    transactionalId: `${topics.prefix}dead`,
    transactionTimeoutMs: 60_000,
  });
  cleanUp.push(() => dead.close());
  await dead.begin();
  dead.write({ topic: changelog, key: 'k0', value: Buffer.from('{"count":1000}'), partition: 0 });
  await dead.drain(5_000);

  await load.feed(300);
  await allProcessed(topics, 1);
  await first.stop();

  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const second = start(folder);
  await eventually(() => second.status.tasks.get(0) === 'restoring', { timeoutMs: 20_000, intervalMs: 5 });
  await load.feed(100);
  // As the broker would once the dead writer's time-out is over.
  await dead.abort();
  await ready(second);
  expect(restored(second)).toBeGreaterThanOrEqual(20);
  await allProcessed(topics, 1);
  await second.stop();
  await expectExactCounts(byClient(topics, 1), topics, load.sent, 20);
});

test('a second process under the same instance name, or on the same folder, is refused', async () => {
  const { start, folder } = await setUp();
  const first = start();
  await ready(first);
  const second = start(folder);
  // Whoever joined last owns the name; on the way there one of them finds the folder locked or itself fenced.
  const fault = (await Promise.race([first.ended, second.ended]).then(
    () => null,
    (error: unknown) => error,
  )) as ProcessorFault | null;
  expect(['INSTANCE_FENCED', 'STORE_LOCKED']).toContain(fault?.code);
});

test('a missing topic is named before anything starts', async () => {
  const { topics, start } = await setUp();
  await topics.admin.deleteTopic(topics.topics('transcode-jobs'));
  await eventually(async () => (await topics.admin.describe([topics.topics('transcode-jobs')])).length === 0);
  const fault = (await start().ended.then(
    () => null,
    (error: unknown) => error,
  )) as ProcessorFault | null;
  expect(fault).toMatchObject({ code: 'TOPIC_MISSING' });
  expect(fault?.message).toContain(topics.topics('transcode-jobs'));
  expect(fault).not.toBeInstanceOf(KafkaFault);
});
