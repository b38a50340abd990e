/** The follower over topics that the test writes, and a clock that it moves. */
import { Registry } from 'prom-client';
import { expect, onTestFinished, test } from 'vitest';
import { RegistryFault } from '../../../connectors/avro/index.ts';
import type { ConsumedRecord, ReaderClient } from '../../../connectors/kafka/index.ts';
import { type Clock, systemClock } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import { type FollowerOptions, startFollower } from '../../../services/console/follower.ts';
import type { StateView } from '../../../services/console/state-view.ts';
import type { ViewRecord } from '../../../services/console/view-record.ts';
import { eventually } from '../../support/eventually.ts';
import { openView, tombstone, video, videoRecord } from './fixture.ts';

const hourMs = 3_600_000;
const retentionMs = 24 * hourMs;

/** Both state topics as a consumer without a group reads them. `end` may lie past what was written: markers. */
function topics() {
  const log: ViewRecord[] = [];
  const next = new Map<string, number>();
  const state = { end: 0, down: false, nowMs: 0 };
  let onEof: Parameters<FollowerOptions['connect']>[0] = () => {};
  const consumer: ReaderClient = {
    assign: (partitions) => {
      for (const { topic, partition, offset } of partitions) next.set(`${topic}/${partition}`, offset);
    },
    poll: async () => {
      await new Promise(setImmediate);
      state.nowMs += 1_000;
      const found = log.filter(({ topic, partition, offset }) => offset >= (next.get(`${topic}/${partition}`) ?? 0));
      for (const { topic, partition, offset } of found) next.set(`${topic}/${partition}`, offset + 1);
      // The client tells the end together with the last records before it.
      onEof({ topic: 'video-state', partition: 0, offset: state.end });
      return found.map(({ reason: _reason, ...record }): ConsumedRecord => ({ ...record, headers: {} }));
    },
    watermarks: async (topic, partition) => {
      if (state.down) throw new Error('the broker is away');
      return { low: 0, high: topic === 'video-state' && partition === 0 ? state.end : 0 };
    },
    partitionsOf: async () => 1,
    offsetsForTime: async () => [],
    close: async () => {},
  };
  const clock: Clock = {
    ...systemClock,
    now: () => state.nowMs,
    monotonicMs: () => state.nowMs,
    sleep: () => new Promise(setImmediate),
  };
  const write = (...records: ViewRecord[]) => {
    log.push(...records);
    state.end = (records.at(-1)?.offset ?? 0) + 1;
  };
  const connect: FollowerOptions['connect'] = async (tellEnd) => {
    onEof = tellEnd;
    return consumer;
  };
  return { state, connect, clock, write };
}

function follow(view: StateView, { connect, clock }: ReturnType<typeof topics>) {
  const stopping = new AbortController();
  const registry = new Registry();
  const follower = startFollower({
    view,
    topicNames: { 'video-state': 'video-state', 'session-state': 'session-state' },
    tombstoneRetentionMs: retentionMs,
    clock,
    log: createLogger('test', 'silent'),
    metrics: metricsOf(registry),
    signal: stopping.signal,
    connect,
  });
  const stop = () => {
    stopping.abort();
    return follower.done.catch(() => {});
  };
  onTestFinished(stop);
  return { ...follower, registry, stop };
}

const never = new AbortController().signal;
const upTo = (offset: number) => ({ 'video-state': [offset, 0], 'session-state': [0] });

test('readers wait for what another instance has shown already, and not for what nobody can have shown', async () => {
  const kafka = topics();
  kafka.write(videoRecord(0, 0, video('a')));
  const view = await openView();
  const follower = follow(view, kafka);
  expect(follower.freshness()).toMatchObject({ caughtUp: false, asOfMs: null });
  expect(await follower.reaches(null, never)).toBe(true);
  expect(follower.freshness()).toMatchObject({ caughtUp: true, lagRecords: 0 });
  expect(await view.get('video-state', 'a')).not.toBeNull();

  // The ends are known only once somebody looks at them again: until then nobody can say that there is no such offset.
  kafka.state.down = true;
  const ahead = follower.reaches(upTo(3), never);
  kafka.write(videoRecord(0, 1, video('b')), videoRecord(0, 2, video('c')));
  expect(await ahead).toBe(true);
  expect(await view.get('video-state', 'c')).not.toBeNull();

  kafka.state.down = false;
  expect(await follower.reaches(upTo(4), never)).toBe(false);
  const left = new AbortController();
  kafka.state.down = true;
  const leaving = follower.reaches(upTo(4), left.signal);
  left.abort();
  expect(await leaving).toBe(false);
});

test('says until when it is current, and no more than that while the broker is away', async () => {
  // A lag of 0 was all that was said: it is that of the last look, however long ago.
  const kafka = topics();
  kafka.write(videoRecord(0, 0, video('a')));
  const follower = follow(await openView(undefined, undefined, 0), kafka);
  await eventually(() => expect(follower.freshness().asOfMs).toBeGreaterThan(10_000));
  kafka.state.down = true;
  await new Promise(setImmediate);
  const asOfMs = follower.freshness().asOfMs ?? 0;
  await eventually(() => expect(kafka.state.nowMs).toBeGreaterThan(asOfMs + 100_000));
  expect(follower.freshness().asOfMs ?? 0).toBeLessThan(asOfMs + 10_000);
  kafka.state.down = false;
  await eventually(() => expect(follower.freshness().asOfMs).toBeGreaterThan(asOfMs + 100_000));
});

test('a view that was away for half the retention of tombstones is built again', async () => {
  // The tombstone of a key may be gone from the topic meanwhile: the key stayed in the view for ever.
  for (const [awayMs, ghost] of [
    [retentionMs / 2 - hourMs, true],
    [retentionMs / 2 + hourMs, false],
  ] as const) {
    const view = await openView(undefined, undefined, 0);
    await view.apply([videoRecord(0, 0, video('gone'))]);
    const kafka = topics();
    kafka.state.nowMs = awayMs;
    kafka.write(videoRecord(0, 7, video('b')));
    const follower = follow(view, kafka);
    await follower.reaches(null, never);
    expect((await view.get('video-state', 'gone')) !== null).toBe(ghost);
    expect(await view.get('video-state', 'b')).not.toBeNull();
    await follower.stop();
  }
});

test('topics that were made anew under a running console end it: its readers stand on offsets of before', async () => {
  // The view was emptied and filled again, but connected readers kept their larger offsets and got nothing more.
  const kafka = topics();
  kafka.write(videoRecord(0, 0, video('a')), videoRecord(0, 1, video('b')));
  const view = await openView();
  const follower = follow(view, kafka);
  await follower.reaches(null, never);
  kafka.state.end = 1;
  await expect(follower.done).rejects.toMatchObject({ code: 'VIEW_OUTDATED' });

  const again = follow(view, kafka);
  await again.reaches(null, never);
  expect(view.position().asOfMs).toBeGreaterThan(0);
  await again.stop();
});

test('a state that nobody can read is counted and left out; for the registry it waits', async () => {
  const kafka = topics();
  const view = await openView();
  const { apply } = view;
  let refusals = 3;
  view.apply = async (records) => {
    refusals -= 1;
    if (refusals >= 0) throw new RegistryFault('UNKNOWN_SCHEMA_ID', 'away', { retryable: true });
    return apply.call(view, records);
  };
  kafka.write(
    videoRecord(0, 0, video('a')),
    { ...tombstone(0, 1, 'b'), value: Buffer.from('not Avro') },
    videoRecord(0, 2, video('c')),
  );
  const follower = follow(view, kafka);
  expect(await follower.reaches(null, never)).toBe(true);
  expect(refusals).toBe(-1);
  expect(view.position()['video-state']).toEqual([3, 0]);
  expect(await view.get('video-state', 'c')).not.toBeNull();
  expect(await follower.registry.metrics()).toMatch(/unreadable_records_total\{topic="video-state"\} 1/);
});

test('while the registry is away it says so, how far behind the view is, and that no other instance can be ahead', async () => {
  // The tries for the schema of one record kept everything else from being done: a frozen view passed for a current one,
  // of which readers of other instances never heard anything.
  const kafka = topics();
  const view = await openView();
  const { apply } = view;
  let away = false;
  view.apply = async (records) => {
    if (away) throw new RegistryFault('UNKNOWN_SCHEMA_ID', 'no schema 9', { retryable: true });
    return apply.call(view, records);
  };
  kafka.write(videoRecord(0, 0, video('a')));
  const follower = follow(view, kafka);
  await follower.reaches(null, never);
  expect(follower.waitingFor()).toBeNull();
  away = true;
  kafka.write(videoRecord(0, 1, video('b')));
  await eventually(() => expect(follower.waitingFor()).toContain('no schema 9'));
  const asOfMs = follower.freshness().asOfMs;
  kafka.write(videoRecord(0, 2, video('c')));
  expect(await follower.reaches(upTo(4), never)).toBe(false);
  expect(follower.freshness()).toMatchObject({ lagRecords: 2, asOfMs });
  expect(await follower.registry.metrics()).toMatch(/lag_records\{topic="video-state",partition="0"\} 2/);

  away = false;
  expect(await follower.reaches(upTo(3), never)).toBe(true);
  expect(follower.waitingFor()).toBeNull();
});

test('a follower that is stopped while it waits for the registry does not pass for current', async () => {
  const kafka = topics();
  const view = await openView(undefined, undefined, 0);
  view.apply = () => Promise.reject(new RegistryFault('UNKNOWN_SCHEMA_ID', 'away', { retryable: true }));
  kafka.write(videoRecord(0, 0, video('a')));
  const follower = follow(view, kafka);
  await eventually(() => expect(follower.waitingFor()).not.toBeNull());
  await follower.stop();
  expect(follower.freshness().caughtUp).toBe(false);
  expect(view.position().asOfMs).toBe(0);
});
