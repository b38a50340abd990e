import { beforeEach, expect, test } from 'vitest';
import type { Admin } from '../../../connectors/kafka/admin.ts';
import { systemClock, TrustedClock } from '../../../platform/host/index.ts';
import type { Task } from '../../../runtime/task.ts';
import { TimerGate } from '../../../runtime/timer-gate.ts';
import { eventually } from '../../support/eventually.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** True time, and what this host makes of it. */
let trueMs: number;
let setByMs: number;
let sleptMs: number;
let clock: TrustedClock;
let bootReadings: number;

const startMs = Date.parse('2026-03-01T10:00:00Z');
const wall = () => trueMs + setByMs;
const monotonicMs = () => trueMs - startMs - sleptMs;

beforeEach(() => {
  trueMs = startMs;
  setByMs = 0;
  sleptMs = 0;
  bootReadings = 0;
  clock = make();
});

function make(): TrustedClock {
  const sinceBootMs = () => {
    bootReadings += 1;
    return trueMs - startMs;
  };
  return new TrustedClock({ clock: { now: wall, monotonicMs }, sinceBootMs });
}

/** What a server whose clock is off by so much says now. */
function heard(source: string, offMs = 0, local = false): void {
  clock.read(source, { theirMs: trueMs + offMs, askedAtMs: monotonicMs(), answeredAtMs: monotonicMs() }, local);
}

test('a clock that is right, or slewed slowly, is followed', () => {
  heard('Kafka');
  for (let step = 0; step < 1_000; step += 1) {
    trueMs += minute;
    setByMs += 30;
    expect(clock.now()).toBe(wall());
  }
  heard('Kafka');
  expect(clock.notAhead()).toBeLessThanOrEqual(trueMs + 2_000);
  expect(clock.trouble).toBeNull();
});

// Timers went by the wall clock: a step forward by hours ended every session at once and started its composition.
test.each([3 * hour, -3 * hour, 2 * minute])('after a step by %i ms time goes on as if there had been none', (by) => {
  heard('Kafka');
  trueMs += minute;
  clock.now();
  setByMs = by;
  trueMs += second;
  expect(clock.now()).toBe(trueMs);
  expect(clock.notAhead()).toBeLessThanOrEqual(trueMs + 2_000);
  trueMs += hour;
  expect(clock.now()).toBe(trueMs);
  expect(clock.trouble).toMatch(/set (forward|back) by .*no other host confirms/);
});

// Each of them opens and reads a file: twice per callback it was a tenth of what the ingress took.
test('the time since the start of the machine is asked for about once a second, however often the time is', () => {
  heard('Kafka');
  bootReadings = 0;
  for (let step = 0; step < 10_000; step += 1) {
    trueMs += 1;
    expect(clock.now()).toBe(trueMs);
    clock.notAhead();
  }
  expect(bootReadings).toBeLessThanOrEqual(11);
});

test('a step within the second after a look at the clock is told apart as well, and so is a sleep', () => {
  trueMs += 1;
  clock.now();
  trueMs += 1;
  setByMs = 2 * minute;
  expect(clock.now()).toBe(trueMs);
  setByMs = 0;
  expect(clock.now()).toBe(trueMs);
  expect(clock.trouble).toBeNull();
  trueMs += hour;
  sleptMs += hour;
  expect(clock.now()).toBe(trueMs);
  expect(clock.trouble).toBeNull();
});

test('many short sleeps, each too short to be told, do not make a step of a long one', () => {
  for (let sleep = 0; sleep < 10; sleep += 1) {
    trueMs += 20 * second + 100;
    sleptMs += 20 * second;
    clock.now();
  }
  trueMs += hour;
  sleptMs += hour;
  expect(clock.now()).toBe(trueMs);
  expect(clock.trouble).toBeNull();
});

test('a step that another host confirms is taken over, one that only this host itself confirms is not', () => {
  setByMs = -3 * hour;
  clock = make();
  trueMs += minute;
  setByMs = 0;
  expect(clock.now()).toBe(trueMs - 3 * hour);
  heard('127.0.0.1', 0, true);
  expect(clock.now()).toBe(trueMs - 3 * hour);
  expect(clock.trouble).not.toBeNull();
  trueMs += second;
  heard('Kafka');
  expect(clock.now()).toBe(trueMs);
  expect(clock.trouble).toBeNull();
});

test('what another host said before the step confirms nothing', () => {
  heard('Kafka', 3 * hour);
  trueMs += second;
  setByMs = 3 * hour;
  trueMs += second;
  expect(clock.now()).toBe(trueMs);
});

test('a machine that slept has the right time when it wakes', () => {
  trueMs += 8 * hour;
  sleptMs += 8 * hour;
  expect(clock.now()).toBe(trueMs);
  expect(clock.trouble).toBeNull();
});

test('a host that is minutes off from the start says against whom, and does nothing early', () => {
  setByMs = 10 * minute;
  clock = make();
  expect(clock.trouble).toBeNull();
  heard('Kafka');
  heard('vod.cn-shanghai.aliyuncs.com', -second);
  expect(clock.trouble).toBe(
    "the right time: this host's clock is 10 min ahead of Kafka, vod.cn-shanghai.aliyuncs.com",
  );
  expect(clock.notAhead()).toBeLessThanOrEqual(trueMs + 2_000);
  setByMs = -10 * minute;
  clock = make();
  heard('Kafka');
  expect(clock.trouble).toContain('10 min behind Kafka');
  expect(clock.notAhead()).toBe(wall());
});

test('a difference within a minute is no trouble, but nothing is done early by it either', () => {
  setByMs = 50 * second;
  clock = make();
  heard('Kafka');
  expect(clock.trouble).toBeNull();
  expect(clock.notAhead()).toBeLessThanOrEqual(trueMs + 2_000);
});

test('one of three whose clock is wrong does not count, nor what this host says of itself beside others', () => {
  heard('registry', 4 * hour);
  heard('Kafka');
  heard('clickhouse');
  expect(clock.trouble).toBeNull();
  clock = make();
  heard('127.0.0.1', -4 * hour, true);
  heard('Kafka');
  expect(clock.trouble).toBeNull();
  expect(clock.notAhead()).toBe(wall());
});

test('what was heard long ago, or took long to answer, says nothing', () => {
  heard('Kafka', hour);
  trueMs += 16 * minute;
  expect(clock.trouble).toBeNull();
  expect(clock.offsetMs).toBeNull();
  clock.read('slow', { theirMs: 0, askedAtMs: monotonicMs() - 6_000, answeredAtMs: monotonicMs() }, false);
  expect(clock.offsetMs).toBeNull();
});

test('after a step forward no timer of a session fires that was not due before', async () => {
  heard('Kafka');
  trueMs += minute;
  clock.now();
  const admin = { endOffsets: async () => [{ topic: 't', partition: 0, offset: 0 }] } as unknown as Admin;
  const task = { partition: 0, position: 0, endSeenAt: 0 } as unknown as Task<unknown>;
  const gate = new TimerGate(admin, 't', undefined, { ...systemClock, monotonicMs, now: () => clock.notAhead() });
  setByMs = 3 * hour;
  trueMs += second;
  gate.refresh([task], () => {});
  await eventually(() => expect(gate.clearedUntilMs(task)).toBeGreaterThan(startMs));
  expect(gate.clearedUntilMs(task)).toBeLessThanOrEqual(trueMs + 2_000);
});
