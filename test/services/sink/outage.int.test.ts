import { randomBytes } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { readAgain } from '../../../services/sink/read-again.ts';
import { eventually } from '../../support/eventually.ts';
import { body } from './fixtures.ts';
import { type SinkWorld, sinkWorld } from './world.ts';

let world: SinkWorld;
beforeAll(async () => {
  world = await sinkWorld(inject('stack'));
});
afterAll(() => world.close());

async function publish(from: number, count: number, extra: () => string): Promise<void> {
  const headers = { source: 'http', 'received-at': '1772359212345' };
  for (let n = from; n < from + count; n += 1) {
    const value = body({ VideoId: `video-${n}`, Extend: extra() });
    const sent = world.producer.send({ topic: world.topics('callbacks'), key: `video-${n}`, value, headers });
    if (n % 500 === 499) await sent;
  }
  await world.producer.flush(20_000);
}

const mebibyte = 1024 * 1024;
const waiting = 12_000;

it('waits with little in memory while ClickHouse is away, then loses and doubles nothing', async () => {
  const sink = world.startSink({ maxWaitMs: 50, maxBytes: mebibyte, maxRecords: 2_000 });
  await publish(0, 200, () => '');
  await eventually(async () => expect(await world.count('callbacks FINAL')).toBe(200));

  await world.killClickhouse();
  const before = held();
  await publish(200, waiting, () => randomBytes(2_000).toString('base64'));
  await eventually(async () => expect(await sink.gauge('live2vod_sink_paused')).toBe(1));
  // 32 MB wait in the topic; the sink holds two batches of a mebibyte, the client some more.
  await eventually(() => expect(held() - before).toBeLessThan(10 * mebibyte));
  expect(await sink.gauge('live2vod_sink_paused')).toBe(1);

  await world.startClickhouse();
  await eventually(async () => expect(await world.count('callbacks FINAL')).toBe(200 + waiting), { timeoutMs: 60_000 });
  const [ids] = await world.rows<{ ids: number; bodies: number }>(
    'SELECT toUInt32(uniqExact(subject_id)) AS ids, toUInt32(countIf(length(body) > 2000)) AS bodies FROM callbacks FINAL',
  );
  expect(ids).toEqual({ ids: 200 + waiting, bodies: waiting });
  await eventually(async () => expect(await sink.lag()).toBe(0));
  expect(await sink.gauge('live2vod_sink_paused')).toBe(0);
  await sink.end();
});

it('sends a row that ClickHouse refuses to dead-letters, alone, and stores its neighbours', async () => {
  await world.client.command({
    query: "ALTER TABLE callbacks ADD CONSTRAINT no_poison CHECK subject_id != 'poison'",
  });
  const before = await world.count('callbacks FINAL');
  const headers = { source: 'http', 'received-at': '1772359212345', region: 'cn-shanghai' };
  const topic = world.topics('callbacks');
  const poison = body({ VideoId: 'poison' });
  await Promise.all([
    ...Array.from({ length: 50 }, (_, n) =>
      world.producer.send({ topic, key: `good-${n}`, value: body({ VideoId: `good-${n}` }), headers, partition: 0 }),
    ),
    world.producer.send({ topic, key: 'poison', value: poison, headers, partition: 0 }),
    ...Array.from({ length: 50 }, (_, n) =>
      world.producer.send({ topic, key: `fine-${n}`, value: body({ VideoId: `fine-${n}` }), headers, partition: 0 }),
    ),
  ]);
  const sink = world.startSink();
  await eventually(async () => expect(await sink.lag()).toBe(0));
  expect(await world.count('callbacks FINAL')).toBe(before + 100);
  const letters = await world.read('dead-letters');
  expect(letters).toHaveLength(1);
  expect(letters[0]).toMatchObject({
    key: 'poison',
    value: poison,
    headers: {
      ...headers,
      reason: 'refused-by-clickhouse',
      stage: 'sink',
      error: expect.stringContaining('no_poison'),
      'origin-topic': topic,
      'origin-partition': '0',
    },
  });
  await sink.end();
});

// A broker that takes long to hand the refused record over said nothing of it. Taken for gone, the record got no letter,
// and its offset was committed with the batch.
it('takes a refused record for gone only when its partition has nothing at that offset', async () => {
  const { topics, kafka, producer } = world;
  const topic = topics('dead-letters');
  const { partition, offset } = await producer.send({ topic, key: 'there', value: Buffer.from('x'), partition: 2 });
  const at = { topic, partition, offset };
  expect(await readAgain(kafka, at)).toMatchObject({ key: 'there', offset });
  expect(await readAgain(kafka, { ...at, offset: offset + 1 })).toBeNull();
  await expect(readAgain(kafka, at, 0)).rejects.toMatchObject({ name: 'KafkaFault', retryable: true });
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What this process's heap and buffers occupy. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
