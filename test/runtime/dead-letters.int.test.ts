import { afterEach, expect, inject, test } from 'vitest';
import { type ConsumedRecord, Consumer } from '../../connectors/kafka/index.ts';
import type { ProcessorFault } from '../../runtime/index.ts';
import { eventually } from '../support/eventually.ts';
import { counting, jsonCodecs } from './counting.ts';
import { countingTopics } from './counting-topics.ts';
import { ready, startProcessor, temporaryFolder } from './running.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function setUp() {
  const topics = await countingTopics(brokers, 1);
  cleanUp.push(() => topics.close());
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const start = (options: { failureLimit?: { ratio: number; allowed: number } } = {}) => {
    const running = startProcessor({
      topology: counting,
      topics: topics.topics,
      kafka: topics.kafka,
      instance: 'a',
      stateFolder: folder,
      codecs: jsonCodecs,
      ...options,
    });
    cleanUp.push(() => running.stop());
    return running;
  };
  const read = async (topic: string): Promise<ConsumedRecord[]> => {
    const reader = await Consumer.connect(topics.kafka);
    const [end] = await topics.admin.endOffsets([{ topic, partition: 0 }], 'read_committed');
    reader.assign([{ topic, partition: 0, offset: 0 }]);
    const records: ConsumedRecord[] = [];
    // The last offset before the end is a transaction's marker.
    await eventually(async () => {
      records.push(...(await reader.poll(1_000, 100)));
      return (end?.offset ?? 0) === 0 || (records.at(-1)?.offset ?? -1) >= (end?.offset ?? 0) - 2;
    });
    await reader.close();
    return records;
  };
  return { topics, start, read };
}

test('a record that breaks the processor becomes a dead letter with its origin, and the partition goes on', async () => {
  const { topics, start, read } = await setUp();
  await topics.send('a', 1);
  await topics.send('a', -1);
  await topics.send('a', -2);
  await topics.send('a', -4);
  await topics.send(null, 5);
  await topics.sendRaw('a', Buffer.from('not json'), { source: 'http' });
  await topics.send('a', 2);
  await topics.send('gone', 3);
  await topics.send('gone', -3);
  const running = start();
  await eventually(() => running.called('onOutcome').length === 9, { timeoutMs: 20_000 });
  await running.stop();

  const letters = await read(topics.topics('dead-letters'));
  expect(letters.map(({ headers }) => [headers['origin-offset'], headers.reason, headers.stage])).toEqual([
    ['1', 'processor-threw', 'counting-processor'],
    ['2', 'unusable', 'counting-processor'],
    ['4', 'no-key', 'counting-processor'],
    ['5', 'input-unreadable', 'counting-processor'],
  ]);
  expect(letters[0]).toMatchObject({ key: 'a', value: Buffer.from('{"n":-1}') });
  expect(letters[0]?.headers).toMatchObject({
    error: 'this record breaks the processor',
    'origin-topic': topics.topics('callbacks'),
    'origin-partition': '0',
  });
  expect(letters[3]).toMatchObject({ value: Buffer.from('not json'), headers: { source: 'http' } });

  const states = await read(topics.topics('video-state'));
  expect(states.map(({ key, value, headers }) => [key, value?.toString() ?? null, headers.reason])).toEqual([
    ['a', '{"count":2,"sum":3,"last":2}', undefined],
    ['gone', null, 'retired'],
  ]);
});

test('when too many records of a batch fail, nothing of it is written and the processor stops', async () => {
  const { topics, start, read } = await setUp();
  await Promise.all(Array.from({ length: 50 }, (_, i) => topics.send(`k${i}`, i < 20 ? i : -1)));
  const running = start({ failureLimit: { ratio: 0.5, allowed: 5 } });
  const fault = (await running.ended.then(
    () => null,
    (error: unknown) => error,
  )) as ProcessorFault | null;
  expect(fault).toMatchObject({ code: 'FAILURE_LIMIT', retryable: false });
  expect(fault?.message).toContain('this record breaks the processor');
  expect(await read(topics.topics('dead-letters'))).toEqual([]);
  expect(await read(topics.topics('video-state'))).toEqual([]);
});

test('a few failures in a quiet topic are not too many', async () => {
  const { topics, start } = await setUp();
  const running = start();
  await ready(running);
  await topics.send('a', -1);
  await eventually(() => running.called('onDeadLetter').length === 1);
  await topics.send('a', 1);
  await eventually(() => running.called('onOutcome').length === 2);
  expect(running.status.ready).toBe(true);
});
