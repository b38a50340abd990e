import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { RegistryFault } from '../../../connectors/avro/index.ts';
import { eventually } from '../../support/eventually.ts';
import { segment } from './fixtures.ts';
import { holdFirstInsert } from './held-inserts.ts';
import { type SinkWorld, sinkWorld } from './world.ts';

let world: SinkWorld;
beforeAll(async () => {
  world = await sinkWorld(inject('stack'));
});
afterAll(() => world.close());

// Two batches exist at once: one is being stored, the next one fills. A stop that stored and committed the second after
// the insert of the first had failed took the first's records for stored: the commit is past them, nobody reads them again.
it('commits nothing behind a batch that it could not store before it was told to stop', async () => {
  const { producer, topics, codecs } = world;
  const send = (id: string) =>
    producer.send({
      topic: topics('video-state'),
      key: id,
      value: codecs.videoState.encode(segment(id)),
      partition: 0,
    });
  let decoded = 0;
  const counting = {
    body: (bytes: Uint8Array) => {
      decoded += 1;
      return codecs.videoState.body(bytes);
    },
  };
  await codecs.videoState.decode(codecs.videoState.encode(segment('schema-is-known')));
  const between = await holdFirstInsert(world.role().url);
  const sink = world.startSink({ maxWaitMs: 10 }, { url: between.url, codecs: { ...codecs, videoState: counting } });
  try {
    await send('first');
    await eventually(() => between.isHolding());
    await send('second');
    // With `second` in hand it waits for the answer about `first`.
    await eventually(() => decoded === 2);
    sink.tell();
    between.refuse();
    await sink.end();
  } finally {
    await between.close();
  }

  const next = world.startSink();
  await eventually(async () => expect(await next.lag()).toBe(0));
  expect(await world.rows('SELECT video_id FROM video_state FINAL ORDER BY video_id')).toEqual([
    { video_id: 'first' },
    { video_id: 'second' },
  ]);
  await next.end();
});

// A state whose schema the registry doesn't tell before the stop is left out, and tombstones need no schema: taken and
// committed behind it, one carries the group past a state that is in no table.
it('commits nothing behind a state that it could not decode before it was told to stop', async () => {
  const { producer, topics, codecs } = world;
  const state = codecs.videoState.encode(segment('kept'));
  await producer.send({ topic: topics('video-state'), key: 'kept', value: state, partition: 1 });
  for (const key of ['gone-1', 'gone-2'])
    await producer.send({ topic: topics('video-state'), key, value: null, partition: 1 });
  const away = () => {
    throw new RegistryFault('AWAY', 'the registry is away', { retryable: true });
  };
  const waits: (string | null)[] = [];
  const sink = world.startSink(
    { maxWaitMs: 10 },
    { codecs: { ...codecs, videoState: { body: away } }, waitingFor: (what) => waits.push(what) },
  );
  await eventually(() => waits.includes('the schema registry'));
  await sink.end();

  const next = world.startSink();
  await eventually(async () => expect(await next.lag()).toBe(0));
  expect(await world.rows('SELECT video_id FROM video_state FINAL WHERE partition = 1')).toEqual([
    { video_id: 'kept' },
  ]);
  await next.end();
});

// Only a rebalance or a ClickHouse that came back made it ready again: a registry that was away for a moment left the sink
// not ready for as long as it ran.
it('is ready again once the registry answers', async () => {
  const { producer, topics, codecs } = world;
  const value = codecs.videoState.encode(segment('late'));
  await producer.send({ topic: topics('video-state'), key: 'late', value, partition: 0 });
  let isAway = true;
  const body: typeof codecs.videoState.body = (bytes) => {
    if (isAway) throw new RegistryFault('AWAY', 'the registry is away', { retryable: true });
    return codecs.videoState.body(bytes);
  };
  const waits: (string | null)[] = [];
  const sink = world.startSink(
    { maxWaitMs: 10 },
    { codecs: { ...codecs, videoState: { body } }, waitingFor: (what) => waits.push(what) },
  );
  await eventually(() => waits.at(-1) === 'the schema registry');
  isAway = false;
  await eventually(() => waits.at(-1) === null);
  await sink.end();
});

// Nobody waits any more for an answer that comes after the stop: a refusal then was an unhandled rejection, and the process
// ended without closing its consumer.
it('ends in order when it is told to stop while the registry is asked', async () => {
  const { producer, topics, codecs } = world;
  const state = codecs.videoState.encode(segment('asked-for'));
  await producer.send({ topic: topics('video-state'), key: 'asked-for', value: state, partition: 2 });
  let asked = 0;
  const body = async (): Promise<Buffer> => {
    asked += 1;
    sink.tell();
    throw new RegistryFault('AWAY', 'the registry is away', { retryable: true });
  };
  const sink = world.startSink({ maxWaitMs: 10 }, { codecs: { ...codecs, videoState: { body } } });
  await eventually(() => asked > 0);
  await sink.end();

  const next = world.startSink();
  await eventually(async () => expect(await next.lag()).toBe(0));
  expect(await world.rows('SELECT video_id FROM video_state FINAL WHERE partition = 2')).toEqual([
    { video_id: 'asked-for' },
  ]);
  await next.end();
});
