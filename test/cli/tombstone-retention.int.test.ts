import kafkajs from 'kafkajs';
import { afterEach, expect, inject, test } from 'vitest';
import { tombstoneRetention } from '../../cli/tombstone-retention.ts';
import { quietKafkajs } from '../../client/quiet-kafkajs.ts';
import { letterPage, readLetters } from '../../connectors/kafka/index.ts';
import { readSettings } from '../../schemas/settings.ts';
import { counting, jsonCodecs } from '../runtime/counting.ts';
import { countingTopics } from '../runtime/counting-topics.ts';
import { ready, settableClock, startProcessor, temporaryFolder } from '../runtime/running.ts';
import { eventually } from '../support/eventually.ts';

quietKafkajs();
const { brokers } = inject('stack');
const hourMs = 3_600_000;
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

// A store that had been away for longer than the topic really kept its tombstones was brought up to date all the same: what
// was wanted counted, seven days. Videos whose deletion had been compacted away meanwhile came back.
test('a store is rebuilt by how long its topic keeps tombstones now, whatever was wanted', async () => {
  const topics = await countingTopics(brokers, 1);
  cleanUp.push(() => topics.close());
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const changelog = topics.topics('video-state');
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const altering = kafka.admin();
  await altering.connect();
  cleanUp.push(() => altering.disconnect());
  const alter = (ms: number) =>
    altering.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: changelog,
          configEntries: [{ name: 'delete.retention.ms', value: String(ms) }],
        },
      ],
    });
  const settings = readSettings({ KAFKA_BROKERS: brokers });
  const doubts: unknown[] = [];
  const retention = () => tombstoneRetention(settings, [changelog], (error) => doubts.push(error))();
  const clock = settableClock(Date.UTC(2026, 0, 1));
  const life = async (instance: string) => {
    const running = startProcessor({
      topology: counting,
      topics: topics.topics,
      kafka: topics.kafka,
      instance,
      stateFolder: folder,
      codecs: jsonCodecs,
      clock,
      tombstoneRetentionMs: retention,
    });
    cleanUp.push(() => running.stop());
    await ready(running);
    await running.stop();
    return running.called('onRebuild');
  };

  await alter(7 * 24 * hourMs);
  await topics.send('a', 1);
  expect(await life('a')).toEqual([]);
  clock.set(clock.now() + hourMs);
  expect(await life('a')).toEqual([]);
  await alter(hourMs);
  await eventually(async () => (await retention()) === hourMs);
  clock.set(clock.now() + 2 * hourMs);
  expect(await life('a')).toEqual([[0, expect.stringContaining('tombstones are kept for 1 h only')]]);
  expect(doubts).toEqual([]);
});

// One request read the whole topic into memory, and went on when its client had long gone, with all others waiting.
test('a search among dead letters has bounds, and ends when nobody wants it any more', async () => {
  const topics = await countingTopics(brokers, 1);
  cleanUp.push(() => topics.close());
  const topic = topics.topics('callbacks');
  for (let n = 0; n < 5; n += 1) await topics.send('a', n);
  expect(await readLetters(topics.kafka, topic)).toHaveLength(5);
  await expect(readLetters(topics.kafka, topic, {}, { letters: 4 })).rejects.toThrow('more than 4 dead letters match');
  await expect(readLetters(topics.kafka, topic, {}, { bytes: 10 })).rejects.toThrow('dead letters match');
  expect(await readLetters(topics.kafka, topic, { withoutBytes: true }, { bytes: 10 })).toHaveLength(5);
  const gone = AbortSignal.abort(new Error('the client has gone'));
  await expect(readLetters(topics.kafka, topic, {}, { signal: gone })).rejects.toThrow('the client has gone');
  await expect(letterPage(topics.kafka, topic, { filter: {}, limit: 5, signal: gone })).rejects.toThrow('has gone');
});
