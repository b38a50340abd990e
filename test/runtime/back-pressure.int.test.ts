import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, inject, test, vi } from 'vitest';
import { type ConsumedRecord, TransactionalProducer } from '../../connectors/kafka/index.ts';
import { privateBytesOf } from '../../platform/host/index.ts';
import { StateStore } from '../../runtime/store/state-store.ts';
import { eventually } from '../support/eventually.ts';
import { limitProducer } from './broker-quota.ts';
import { counting, jsonCodecs } from './counting.ts';
import { countingChild } from './counting-child.ts';
import { allProcessed, byClient, expectExactCounts, feeder } from './counting-oracle.ts';
import { countingTopics } from './counting-topics.ts';
import { startProcessor, temporaryFolder } from './running.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function setUp(partitions = 1) {
  const topics = await countingTopics(brokers, partitions);
  cleanUp.push(() => topics.close());
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const start = () => {
    const running = startProcessor({
      topology: counting,
      topics: topics.topics,
      kafka: topics.kafka,
      instance: 'a',
      stateFolder: folder,
      codecs: jsonCodecs,
      maxBatchRecords: 100,
    });
    cleanUp.push(() => running.stop());
    return running;
  };
  return { topics, folder, start };
}

const mebibyte = 1024 * 1024;

test('a broker that takes records slowly slows consumption, and memory stays bounded meanwhile', async () => {
  const { topics, folder } = await setUp();
  const instance = topics.prefix.slice(0, -1);
  const child = countingChild({ brokers, prefix: topics.prefix, instance, stateFolder: folder });
  cleanUp.push(() => {
    child.signal('SIGKILL');
    return child.gone;
  });
  await topics.send('k0', 0);
  await eventually(() => child.seen('transaction').length > 0, { timeoutMs: 30_000 });
  await limitProducer(brokers, `counting-${instance}`, mebibyte);
  const { pid = 0 } = child.process;
  const before = privateBytesOf(pid) ?? Number.NaN;

  const padding = 'x'.repeat(4_000);
  const waiting = 32_000;
  for (let n = 1; n <= waiting; n += 1_000) {
    const some = Array.from({ length: 1_000 }, (_, i) => n + i);
    await Promise.all(
      some.map((n) => topics.sendRaw(`k${n % 1_000}`, Buffer.from(JSON.stringify({ n, padding })), {})),
    );
  }
  const processed = () => child.seen('transaction').reduce((sum, { detail }) => sum + Number(detail), 0);
  const slow = processed();
  let most = 0;
  // A transaction of 8 MB takes as many seconds: the next one may end later than eight seconds from here.
  for (let look = 0; look < 40 || (processed() <= slow && look < 300); look += 1) {
    most = Math.max(most, (privateBytesOf(pid) ?? Number.NaN) - before);
    await sleep(200);
  }
  // It went on, and most of the 128 MB still waits at the broker: 4 MiB and a fetch wait in the client, a few batches beside.
  expect(processed()).toBeGreaterThan(slow);
  expect(processed()).toBeLessThan(waiting / 2);
  expect(most).toBeLessThan(100 * mebibyte);

  await limitProducer(brokers, `counting-${instance}`, null);
  await allProcessed(topics, 1, 60_000);
  await expectExactCounts(byClient(topics, 1), topics, waiting + 1, 1_000);
});

test('a slow disk slows the loop: never more than two batches are ahead of the store', async () => {
  const { topics, start } = await setUp();
  const { feed } = feeder(topics, 50);
  await feed(2_000);
  let stored = 0;
  let most = 0;
  const write = StateStore.prototype.write;
  vi.spyOn(StateStore.prototype, 'write').mockImplementation(async function (this: StateStore, changes, checkpoint) {
    await sleep(100);
    const end = running.called('onOutcome').length;
    most = Math.max(most, end - stored);
    await write.call(this, changes, checkpoint);
    stored = end;
  });
  const running = start();
  await allProcessed(topics, 1);
  await running.stop();
  expect(stored).toBe(2_000);
  // One is being written, the next one was processed meanwhile.
  expect(most).toBeGreaterThanOrEqual(100);
  expect(most).toBeLessThanOrEqual(200);
  await expectExactCounts(byClient(topics, 1), topics, 2_000, 50);
});

// With 32 MiB of its neighbours in the client, a partition that was restored a second later had its first record after 55,000 of
// theirs: it stood still for half a minute, and timers with it.
test('a partition that begins to work later does not wait behind a long queue of its neighbour', async () => {
  const { topics, start } = await setUp(2);
  const producer = await TransactionalProducer.connect(topics.kafka, { transactionalId: topics.prefix });
  cleanUp.push(() => producer.close());
  const value = Buffer.from(JSON.stringify({ n: 1, padding: 'x'.repeat(4_000) }));
  const write = async (partition: number, records: number) => {
    await producer.begin();
    for (let n = 0; n < records; n += 1)
      producer.write({ topic: topics.topics('callbacks'), partition, key: `k${n}`, value });
    await producer.commit();
  };
  await write(1, 1);
  for (let n = 0; n < 12; n += 1) await write(0, 1_000);
  const outcomes = () => running.called('onOutcome').map(([record]) => (record as ConsumedRecord).partition);
  let before = 0;
  const open = StateStore.open;
  vi.spyOn(StateStore, 'open').mockImplementation(async (storeFolder, boot) => {
    if (storeFolder.endsWith('1')) {
      await eventually(() => outcomes().length > 0, { intervalMs: 5 });
      await sleep(300);
      before = outcomes().length;
    }
    return await open.call(StateStore, storeFolder, boot);
  });
  const running = start();
  const first = await eventually(() => {
    const index = outcomes().indexOf(1);
    return index < 0 ? false : index;
  });
  expect(before).toBeLessThan(4_000);
  expect(Number(first) - before).toBeLessThan(4_000);
});
