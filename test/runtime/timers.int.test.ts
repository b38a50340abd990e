import { afterEach, expect, inject, test } from 'vitest';
import type { Topology } from '../../processors/topology.ts';
import { eventually } from '../support/eventually.ts';
import { jsonCodecs } from './counting.ts';
import { countingTopics } from './counting-topics.ts';
import { ready, settableClock, startProcessor, temporaryFolder } from './running.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.parse('2026-01-01T20:00:00Z');

type Show = { readonly lastSeenMs: number; readonly endsAtMs: number | null };

/** A show ends a minute after it was last seen. A record's n is the minute at which it was seen. */
const shows: Topology<Show> = {
  name: 'counting',
  input: 'callbacks',
  changelog: 'video-state',
  outputs: ['transcode-jobs'],
  step(_state, record) {
    const lastSeenMs = startMs + (record.value as { n: number }).n * minuteMs;
    return { kind: 'next', state: { lastSeenMs, endsAtMs: lastSeenMs + minuteMs }, emit: [] };
  },
  timer: {
    dueAtMs: (state) => state.endsAtMs,
    fire: (key, state, { nowMs }) => ({
      kind: 'next',
      state: { ...state, endsAtMs: null },
      emit: [{ topic: 'transcode-jobs', key, value: { lastSeenMs: state.lastSeenMs, firedAtMs: nowMs } }],
    }),
  },
};

async function setUp(watermarkMs: () => Promise<number>, clock = settableClock(startMs)) {
  const topics = await countingTopics(brokers, 2);
  cleanUp.push(() => topics.close());
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const start = (instance = 'a', stateFolder = folder) => {
    const running = startProcessor({
      topology: shows,
      topics: topics.topics,
      kafka: topics.kafka,
      instance,
      stateFolder,
      codecs: jsonCodecs,
      clock,
      upstream: { watermarkMs },
    });
    cleanUp.push(() => running.stop());
    return running;
  };
  return { topics, clock, start };
}

test('behind an hour of backlog no timer fires, however late it is on the clock', async () => {
  let upstreamMs = startMs;
  let looks = 0;
  const { topics, clock, start } = await setUp(async () => {
    looks++;
    return upstreamMs;
  });
  await topics.send('show', 0);
  const running = start();
  await eventually(() => running.called('onOutcome').length === 1, { timeoutMs: 20_000 });

  // The clock is an hour on, upstream is still at the start: what happened in that hour isn't known here yet.
  clock.set(startMs + hourMs);
  await eventually(() => looks >= 3);
  expect(running.called('onTimer')).toEqual([]);

  // The backlog arrives bit by bit, and each bit moves the end.
  for (let minute = 1; minute <= 50; minute += 7) {
    await topics.send('show', minute);
    upstreamMs = startMs + minute * minuteMs;
  }
  const looksBefore = looks;
  await eventually(() => looks >= looksBefore + 3 && running.called('onOutcome').length === 9);
  expect(running.called('onTimer')).toEqual([]);

  // Upstream is past the deadline: now it fires, once.
  upstreamMs = startMs + hourMs;
  await eventually(() => running.called('onTimer').length === 1);
  const looksAtEnd = looks;
  await topics.send('other', 58);
  await eventually(() => running.called('onOutcome').length === 10 && looks >= looksAtEnd);
  expect(running.called('onTimer').map(([, key]) => key)).toEqual(['show']);
});

test('what upstream wrote before it reported its watermark is taken into account before a timer fires', async () => {
  let looks = 0;
  let sendLast: () => Promise<unknown> = async () => {};
  const { topics, clock, start } = await setUp(async () => {
    // The record that moves the end is committed just before the watermark says that the old end is past.
    if (looks++ === 0) await sendLast();
    return startMs + 30 * minuteMs;
  });
  sendLast = () => topics.send('show', 45);
  await topics.send('show', 0);
  clock.set(startMs + hourMs);
  const running = start();
  await eventually(() => looks >= 3, { timeoutMs: 20_000 });
  await eventually(() => running.called('onOutcome').length === 2);
  expect(running.called('onTimer')).toEqual([]);
});

test('timers survive a restart, with the store and without it', async () => {
  let upstreamMs = startMs;
  const { topics, clock, start } = await setUp(async () => upstreamMs);
  await topics.send('show', 0);
  await topics.send('later', 10);
  const first = start();
  await eventually(() => first.called('onOutcome').length === 2, { timeoutMs: 20_000 });
  await first.stop();

  clock.set(startMs + 5 * minuteMs);
  upstreamMs = startMs + 5 * minuteMs;
  const second = start();
  await eventually(() => second.called('onTimer').length === 1, { timeoutMs: 20_000 });
  await second.stop();
  expect(second.called('onRebuild')).toEqual([]);

  clock.set(startMs + 20 * minuteMs);
  upstreamMs = startMs + 20 * minuteMs;
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const third = start('a', folder);
  await ready(third);
  await eventually(() => third.called('onTimer').length === 1, { timeoutMs: 20_000 });
  expect(third.called('onTimer').map(([, key]) => key)).toEqual(['later']);
});
