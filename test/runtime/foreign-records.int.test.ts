import kafkajs from 'kafkajs';
import { afterEach, expect, inject, test } from 'vitest';
import { quietKafkajs } from '../../client/quiet-kafkajs.ts';
import { type ConsumedRecord, type KafkaSettings, scanTopic } from '../../connectors/kafka/index.ts';
import { eventually } from '../support/eventually.ts';
import { counting, jsonCodecs } from './counting.ts';
import { countingTopics } from './counting-topics.ts';
import { startProcessor, temporaryFolder } from './running.ts';

quietKafkajs();
const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

// One header called `__proto__`, which anybody with write access may send, ended processor and sink at every start; a key
// with a NUL was cut short on its way out and became another key; a key that is no UTF-8 became a text.
test('whatever a stranger writes is counted or set aside as it came, and the partition goes on', async () => {
  const topics = await countingTopics(brokers, 1);
  cleanUp.push(() => topics.close());
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
  const stranger = kafka.producer();
  await stranger.connect();
  cleanUp.push(() => stranger.disconnect());
  const proto = JSON.parse('{"__proto__": "p", "source": "http"}') as Record<string, string>;
  const notText = Buffer.from([0xff, 0xfe, 0x41]);
  const value = Buffer.from('{"n":1}');
  await stranger.send({
    topic: topics.topics('callbacks'),
    messages: [
      { key: 'a', value, headers: proto, partition: 0 },
      { key: 'a', value: Buffer.from('nonsense'), headers: proto, partition: 0 },
      { key: 'a\0b', value, partition: 0 },
      { key: notText, value, headers: { binary: notText }, partition: 0 },
      { key: 'k'.repeat(5_000), value, partition: 0 },
      { key: 'a', value, headers: { source: ['http', 'mns'] }, partition: 0 },
    ],
  });
  const running = startProcessor({
    topology: counting,
    topics: topics.topics,
    kafka: topics.kafka,
    instance: 'a',
    stateFolder: folder,
    codecs: jsonCodecs,
  });
  cleanUp.push(() => running.stop());
  await eventually(() => running.called('onOutcome').length === 6, { timeoutMs: 30_000 });
  await running.stop();

  const letters = await allOf(topics.kafka, topics.topics('dead-letters'));
  expect(letters.map(({ headers }) => [headers['origin-offset'], headers.reason])).toEqual([
    ['1', 'input-unreadable'],
    ['2', 'unusable-key'],
    ['3', 'unusable-key'],
    ['4', 'unusable-key'],
  ]);
  expect(Object.entries(letters[0]?.headers ?? {})).toContainEqual(['__proto__', 'p']);
  expect(letters[1]?.key).toBe('a\0b');
  expect(letters[2]?.raw).toEqual({ key: notText, headers: { binary: notText } });
  const states = await allOf(topics.kafka, topics.topics('video-state'));
  expect(states.at(-1)).toMatchObject({ key: 'a', value: Buffer.from('{"count":2,"sum":2,"last":1}') });
});

async function allOf(kafka: KafkaSettings, topic: string): Promise<ConsumedRecord[]> {
  const records: ConsumedRecord[] = [];
  for await (const record of scanTopic(kafka, topic)) records.push(record);
  return records;
}
