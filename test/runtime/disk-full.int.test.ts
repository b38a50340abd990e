import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, expect, inject, test } from 'vitest';
import type { ProcessorFault } from '../../runtime/index.ts';
import { counting, jsonCodecs } from './counting.ts';
import { allProcessed, byClient, expectExactCounts, feeder } from './counting-oracle.ts';
import { countingTopics } from './counting-topics.ts';
import { startProcessor, temporaryFolder } from './running.ts';

const { brokers } = inject('stack');
const run = promisify(execFile);
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

test('a full disk stops the processor with a clear word, and nothing is lost or counted twice afterwards', async ({
  skip,
}) => {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', folder]);
  } catch {
    skip('this machine does not let the test mount a small file system');
  }
  cleanUp.push(() => run('umount', [folder]));
  const topics = await countingTopics(brokers, 1);
  cleanUp.push(() => topics.close());
  const start = () => {
    const running = startProcessor({
      topology: counting,
      topics: topics.topics,
      kafka: topics.kafka,
      instance: 'a',
      stateFolder: folder,
      codecs: jsonCodecs,
      maxBatchRecords: 500,
    });
    cleanUp.push(() => running.stop());
    return running;
  };

  const { feed } = feeder(topics, 3_000);
  const first = start();
  await feed(12_000);
  const fault = (await first.ended.then(
    () => null,
    (error: unknown) => error,
  )) as ProcessorFault | null;
  expect(fault).toMatchObject({ code: 'DISK_FULL' });
  expect(fault?.message).toContain('Free some space');

  await run('mount', ['-o', 'remount,size=50m', folder]);
  const second = start();
  await allProcessed(topics, 1);
  await second.stop();
  expect(second.called('onRebuild')).toEqual([]);
  await expectExactCounts(byClient(topics, 1), topics, 12_000, 3_000);
});
