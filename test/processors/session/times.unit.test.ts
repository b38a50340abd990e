/**
 * When a recording was, as far as its callbacks can be true (docs/session-status.md, `timesBounded`): it has ended when its
 * callback is sent (clocks differ by up to 300 s), and is no longer than the longest cycle (6 h, and as much). All in
 * seconds from the start of the examples.
 */
import { describe, expect, it } from 'vitest';
import { videoOf } from '../../../processors/session/facts.ts';
import {
  composeStartOf,
  isStandIn,
  lastActivity,
  placeOf,
  timesOf,
  windowOf,
} from '../../../processors/session/times.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { segment, startMs } from './stream.ts';

const at = (seconds: number | null) => (seconds === null ? null : startMs + seconds * 1000);
const longest = 21_600 + 300;

type Said = { start?: number | null; end?: number | null; heard?: number | null; length?: number | null };

function recorded({ start = null, end = null, heard = null, length = null }: Said, change: Partial<StreamFact> = {}) {
  const times = { recording: { startTime: at(start), endTime: at(end) }, recordedTime: at(heard) };
  return videoOf(segment('a', 0, 0, { ...times, durationSeconds: length, ...change }));
}

describe('a recording', () => {
  it.each<[string, Said, readonly [number, number, boolean] | null]>([
    ['as it was said', { start: 0, end: 600, heard: 604 }, [0, 600, false]],
    ['as it was said, and when it was heard of is not known', { start: 0, end: 600 }, [0, 600, false]],
    ['without any length', { start: 0, end: 0, heard: 604 }, [0, 0, false]],
    ['ended as much after its callback as clocks differ', { start: 0, end: 904, heard: 604 }, [0, 904, false]],
    ['ended longer after its callback', { start: 0, end: 904.001, heard: 604 }, [0, 604, true]],
    ['began as much after its callback as clocks differ', { start: 904, end: 904, heard: 604 }, [904, 904, false]],
    ['began longer after', { start: 904.001, end: 600, heard: 604, length: 300 }, [300, 600, true]],
    ['began longer after, no length', { start: 904.001, end: 600, heard: 604 }, [600, 600, true]],
    ['both after', { start: 9000, end: 9000, heard: 604, length: 300 }, [304, 604, true]],
    ['no start, a length', { end: 600, heard: 604, length: 480 }, [120, 600, false]],
    ['no times, heard of, a length', { heard: 604, length: 480 }, [124, 604, false]],
    ['no start and no length', { end: 600, heard: 604 }, null],
    ['nothing', {}, null],
    ['nothing but a length', { length: 480 }, null],
    ['no end, not heard of, a length', { start: 0, length: 480 }, [0, 480, false]],
    ['no end, not heard of, no length', { start: 0 }, [0, 0, false]],
    ['no end, heard of', { start: 0, heard: 604, length: 480 }, [0, 604, false]],
    ['ended before it began', { start: 0, end: -600, heard: 604 }, [0, 604, true]],
    [
      'and the callback before it began, by less than clocks differ',
      { start: 0, end: -600, heard: -100 },
      [0, 0, true],
    ],
    [
      'and the callback as late as a cycle can end',
      { start: 0, end: -600, heard: longest, length: 480 },
      [0, longest, true],
    ],
    ['and the callback later', { start: 0, end: -600, heard: longest + 1, length: 480 }, [0, 480, true]],
    ['and the callback later, no length', { start: 0, end: -600, heard: longest + 1 }, [0, 0, true]],
    ['ended before it began, not heard of', { start: 0, end: -600, length: 480 }, [0, 480, true]],
    ['as long as a cycle can be', { start: 0, end: longest, heard: longest + 4, length: 480 }, [0, longest, false]],
    ['longer', { start: 0, end: longest + 1, heard: longest + 4, length: 480 }, [longest - 479, longest + 1, true]],
    ['longer, no length', { start: 0, end: longest + 1, heard: longest + 4 }, [longest + 1, longest + 1, true]],
    ['longer, not heard of', { start: 0, end: longest + 1, length: 480 }, [0, 480, true]],
    ['longer, not heard of, no length', { start: 0, end: longest + 1 }, [0, 0, true]],
    ['a length of nothing', { end: 600, length: 0 }, [600, 600, false]],
    ['a length as of the longest cycle', { end: 600, length: longest }, [600 - longest, 600, false]],
    ['a length that is longer', { end: 600, length: longest + 1 }, null],
    ['a length below nothing', { end: 600, length: -1 }, null],
    ['a length that is no number', { end: 600, length: Number.NaN }, null],
    ['a length to the millisecond', { end: 600, length: 480.0004 }, [120, 600, false]],
  ])('%s', (_, said, expected) => {
    const window = windowOf(recorded(said));
    if (expected === null) expect(window).toBeNull();
    else expect(window).toEqual({ startMs: at(expected[0]), endMs: at(expected[1]), bounded: expected[2] });
  });

  it('is none for other videos, and where it belongs to another stream', () => {
    const said = { start: 0, end: 600, heard: 604 };
    for (const change of [{ kind: 'COMPOSED' }, { kind: 'UNKNOWN' }, { removed: true }] as const)
      expect(windowOf(recorded(said, change))).toBeNull();
  });

  it('is in the time that dates can tell', () => {
    const of = (startTime: number, endTime: number, recordedTime: number | null = null) =>
      windowOf(recorded({}, { recording: { startTime, endTime }, recordedTime }));
    expect(of(0, 600_000)).toMatchObject({ startMs: 0 });
    expect(of(-1, 600_000)).toBeNull();
    expect(of(8.64e15 - 1, 8.64e15)).toMatchObject({ endMs: 8.64e15 });
    expect(of(8.64e15 - 1, 8.64e15 + 1)).toBeNull();
    // 0 stands for a time that isn't known.
    expect(of(startMs, startMs + 600_000, 0)).toEqual({ startMs, endMs: startMs + 600_000, bounded: false });
    expect(of(startMs, startMs + 600_000, 1)).toMatchObject({ bounded: true });
  });
});

describe('when a composed video began', () => {
  const film = (change: Partial<StreamFact>) => recorded({}, { kind: 'COMPOSED', ...change });

  it('is its compose start, else when its source was ready, else when it was transcoded', () => {
    const times = { composeStartTime: 1, sourceReadyTime: 2, transcodedTime: 3 };
    expect(composeStartOf(film(times))).toBe(1);
    expect(composeStartOf(film({ ...times, composeStartTime: null }))).toBe(2);
    expect(composeStartOf(film({ transcodedTime: 3 }))).toBe(3);
    expect(composeStartOf(film({}))).toBeNull();
    for (const change of [{ kind: 'SEGMENT' }, { kind: 'UPLOAD' }, { removed: true }] as const)
      expect(composeStartOf(film({ ...times, ...change }))).toBeNull();
  });

  it('is not told by what speaks of a composition without a product', () => {
    const composeJob = (state: 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT') => ({ token: 't-0', state, errorCode: null });
    const of = (state: 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT') =>
      film({ composeStartTime: 1, composeJob: composeJob(state) });
    expect([of('ACKNOWLEDGED'), of('FAILED'), of('IN_DOUBT')].map(composeStartOf)).toEqual([1, null, null]);
    expect([of('ACKNOWLEDGED'), of('FAILED'), of('IN_DOUBT'), film({})].map(isStandIn)).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});

describe('the times of a fact', () => {
  const all = { recordedTime: 13, composeStartTime: 14, sourceReadyTime: 15, transcodedTime: 16 };
  const upload = (change: Partial<StreamFact>) => recorded({}, { kind: 'UPLOAD', ...change });

  it('are all that it says, without what is none', () => {
    expect(timesOf(upload({ recording: { startTime: 11, endTime: 12 }, ...all }))).toEqual([11, 12, 13, 14, 15, 16]);
    for (const none of [null, 0, -1, 8.64e15 + 1]) expect(timesOf(upload({ recordedTime: none }))).toEqual([]);
    for (const some of [1, 8.64e15]) expect(timesOf(upload({ recordedTime: some }))).toEqual([some]);
    const odd = recorded({ start: 0, end: 9000, heard: 604 });
    expect(timesOf(odd)).toEqual([at(0), at(604), at(604)]);
  });

  it('place it: by its recording, its compose start, else the first of them; 0 where it has none', () => {
    expect(placeOf(recorded({ start: 5, end: 600, heard: 604 }))).toBe(at(5));
    expect(placeOf(upload({ kind: 'COMPOSED', ...all }))).toBe(14);
    expect(placeOf(upload(all))).toBe(13);
    expect(placeOf(upload({ sourceReadyTime: 9, transcodedTime: 7 }))).toBe(7);
    expect(placeOf(upload({}))).toBe(0);
  });
});

describe('the last news', () => {
  it.each<[string, number, readonly number[], number]>([
    ['is the latest time', 100, [110, 105], 110],
    ['is never before where it is counted from', 100, [50], 100],
    ['as long after as the retention', 100, [130], 130],
    ['is not what lies longer after all others', 100, [131], 100],
    ['nor what comes after that', 100, [110, 141, 150], 110],
    ['step by step, in whatever order', 100, [160, 130, 145], 160],
    ['a step as long as the retention counts', 100, [160, 130, 190], 190],
    ['where there are none', 100, [], 100],
    ['what is before doesn’t shorten the step', 100, [50, 131], 100],
  ])('%s', (_, since, times, expected) => {
    expect(lastActivity(since, times, 30)).toBe(expected);
  });
});
