import { expect, test } from 'vitest';
import { systemClock } from '../../platform/host/index.ts';
import type { SourceRecord, Topology } from '../../processors/topology.ts';
import { LateArrivalGuard, ProcessorStatus } from '../../runtime/index.ts';

const receivedAtMs = Date.parse('2026-01-01T20:00:00Z');
const seconds = 1_000;

function setUp(holdMs = 30 * seconds) {
  let nowMs = 0;
  const clock = { ...systemClock, monotonicMs: () => nowMs };
  const status = new ProcessorStatus(clock);
  const guard = new LateArrivalGuard({ clock, holdMs, kafkaLastUnreachableMs: () => status.kafkaLastUnreachableMs });
  const stepped: SourceRecord[] = [];
  const topology: Topology<null> = {
    name: 'video',
    input: 'callbacks',
    changelog: 'video-state',
    outputs: [],
    step: (_state, record) => {
      stepped.push(record);
      return { kind: 'drop', reason: 'test' };
    },
  };
  const watched = guard.watch(topology);
  return {
    guard,
    status,
    stepped,
    after: (ms: number) => {
      nowMs += ms;
    },
    /** A record that was appended so long after it was received. */
    arrive: (lateByMs: number, headers: Record<string, string> = {}) =>
      watched.step(
        null,
        {
          key: 'a',
          value: null,
          headers: { 'received-at': String(receivedAtMs), ...headers },
          timestampMs: receivedAtMs + lateByMs,
        },
        { nowMs: 0 },
      ),
  };
}

test('holds after the start and after Kafka was away, from when it answered again', () => {
  const { guard, status, after } = setUp();
  after(100 * seconds);
  // Not heard of yet, whenever that was.
  expect(guard.active).toBe(true);
  status.kafkaReachable = true;
  after(29 * seconds);
  expect(guard.active).toBe(true);
  after(1 * seconds);
  expect(guard.active).toBe(false);

  status.kafkaReachable = false;
  after(600 * seconds);
  expect(guard.active).toBe(true);
  status.kafkaReachable = true;
  expect(guard.active).toBe(true);
  after(30 * seconds);
  status.kafkaReachable = true;
  expect(guard.active).toBe(false);
});

test('holds while records come that had waited, and not because of replays or of what came at once', () => {
  const { guard, status, stepped, after, arrive } = setUp();
  status.kafkaReachable = true;
  after(30 * seconds);
  arrive(2 * seconds);
  arrive(3_600 * seconds, { 'replayed-at': String(receivedAtMs + 3_600 * seconds) });
  expect(guard.active).toBe(false);
  for (let count = 0; count < 5; count += 1) {
    arrive(300 * seconds);
    after(20 * seconds);
    expect(guard.active).toBe(true);
  }
  after(10 * seconds);
  expect(guard.active).toBe(false);
  expect(stepped).toHaveLength(7);
});

test('holds while a queue is emptied that nobody had received from', () => {
  const { guard, status, after, arrive } = setUp();
  status.kafkaReachable = true;
  after(30 * seconds);
  const sent = (secondsBefore: number, source: string) =>
    arrive(1 * seconds, { source, 'sent-at': String(receivedAtMs - secondsBefore * seconds) });
  sent(9, 'mns');
  sent(3_600, 'live');
  expect(guard.active).toBe(false);
  sent(10, 'mns');
  expect(guard.active).toBe(true);
});

test('with a hold of 0 the topic is believed as it is', () => {
  const { guard, status, arrive } = setUp(0);
  expect(guard.active).toBe(false);
  status.kafkaReachable = true;
  arrive(300 * seconds);
  expect(guard.active).toBe(false);
  expect(guard.usualDelayMs).toBe(0);
});
