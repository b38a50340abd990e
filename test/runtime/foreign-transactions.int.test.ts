import { afterEach, expect, inject, test } from 'vitest';
import { TransactionalProducer } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import { groupWatermark } from '../../runtime/index.ts';
import { eventually } from '../support/eventually.ts';
import { counting, jsonCodecs } from './counting.ts';
import { countingTopics } from './counting-topics.ts';
import { ready, startProcessor, temporaryFolder } from './running.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

// A bridge, MirrorMaker or Connect writes in transactions. Each leaves a marker at the log's end, an aborted one its
// records too: offsets behind the last record, which the group never committed. Whoever waited for the group to reach the
// end waited for ever: sessions didn't end by time, and all was "ready".
test('foreign transactions at the end of the input hold up nobody, but for one that is still open', async () => {
  const topics = await countingTopics(brokers, 2);
  cleanUp.push(() => topics.close());
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const running = startProcessor({
    topology: counting,
    topics: topics.topics,
    kafka: topics.kafka,
    instance: 'a',
    stateFolder: folder,
    codecs: jsonCodecs,
  });
  cleanUp.push(() => running.stop());
  const upstream = groupWatermark({
    kafka: topics.kafka,
    groupId: `${topics.prefix}counting`,
    topic: topics.topics('callbacks'),
    clock: systemClock,
  });
  cleanUp.push(() => upstream.close());
  const foreign = await TransactionalProducer.connect(topics.kafka, { transactionalId: `${topics.prefix}bridge` });
  cleanUp.push(() => foreign.close());
  const writeToBoth = () => {
    for (const partition of [0, 1]) {
      const value = Buffer.from(JSON.stringify({ n: 1 }));
      foreign.write({ topic: topics.topics('callbacks'), key: 'k', value, partition });
    }
  };
  /** Everything that was in the topic at this moment is worked through. */
  const workedThrough = async () => {
    const nowMs = systemClock.now();
    await eventually(async () => (await upstream.watermarkMs()) >= nowMs, { timeoutMs: 30_000 });
  };

  await ready(running);
  await topics.send('k', 1);
  await workedThrough();

  await foreign.begin();
  writeToBoth();
  await foreign.commit();
  await workedThrough();
  expect(running.called('onOutcome')).toHaveLength(3);

  await foreign.begin();
  writeToBoth();
  await foreign.drain(5_000);
  await foreign.abort();
  await workedThrough();
  expect(running.called('onOutcome')).toHaveLength(3);

  // What others write behind its first record can't be read yet: it may have happened before the deadline.
  await foreign.begin();
  writeToBoth();
  await foreign.drain(5_000);
  await topics.send('k', 1);
  const openedAtMs = systemClock.now();
  await eventually(async () => {
    await upstream.watermarkMs();
    return upstream.waitsFor?.()?.includes(`${topics.topics('callbacks')}/`) === true;
  });
  expect(await upstream.watermarkMs()).toBeLessThan(openedAtMs);
  await foreign.abort();
  await workedThrough();
  expect(upstream.waitsFor?.()).toBeNull();
  expect(running.called('onOutcome')).toHaveLength(4);
});
