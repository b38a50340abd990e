/** What follows from the times of a session's segments alone; times are exact to two seconds. In minutes. */
import { describe, expect, it } from 'vitest';
import { videoOf } from '../../../processors/session/facts.ts';
import { areOneCycle, tracksOf } from '../../../processors/session/grouping.ts';
import { sessionsOf } from '../../../processors/session/index.ts';
import { minuteMs, rules, segment } from './stream.ts';

const second = 1 / 60;
const ms = second / 1000;
type File = readonly [from: number, to: number, format?: string];

function groupOf(...files: readonly File[]) {
  const videos = files.map(([from, to, format = null], index) => videoOf(segment(`s${index}`, from, to, { format })));
  const { sessions } = sessionsOf(videos, rules(), 0);
  const [session] = sessions;
  if (!session || sessions.length > 1) throw new Error(`${sessions.length} sessions`);
  return session.group;
}

describe('a session', () => {
  it.each<[string, readonly File[], number, number]>([
    ['one file', [[0, 10]], 1, 1],
    [
      'two, one after the other',
      [
        [0, 10],
        [10, 20],
      ],
      2,
      1,
    ],
    [
      'two that begin together',
      [
        [0, 10],
        [0, 10],
      ],
      1,
      2,
    ],
    [
      'two that begin together as far as times are exact',
      [
        [0, 10],
        [2 * second, 10],
      ],
      1,
      2,
    ],
    [
      'two that begin apart',
      [
        [0, 10],
        [2 * second + ms, 10],
      ],
      2,
      1,
    ],
    [
      'a short one and the next',
      [
        [0, second],
        [second, 10],
      ],
      2,
      1,
    ],
    [
      'three, each near the one before',
      [
        [0, 10],
        [2 * second, 10],
        [3 * second, 10],
      ],
      2,
      2,
    ],
    [
      'no length, and begun together',
      [
        [0, 0],
        [0, 10],
      ],
      1,
      2,
    ],
    [
      'most of a cycle count',
      [
        [0, 10],
        [10, 20],
        [10, 20],
        [10, 20],
        [20, 30],
        [20, 30],
      ],
      3,
      3,
    ],
  ])('%s: cycles and record formats', (_, files, cycles, tracks) => {
    expect(groupOf(...files)).toMatchObject({ cycles, tracks });
  });

  it('has a gap where more than two seconds are missing, from the latest end', () => {
    const gaps = (...files: readonly File[]) =>
      groupOf(...files).gaps.map((gap) =>
        [gap.startMs, gap.endMs].map((at) => (at - groupOf(...files).startMs) / minuteMs),
      );
    expect(gaps([0, 10], [10 + 2 * second, 20])).toEqual([]);
    expect(gaps([0, 10], [10 + 3 * second, 20])).toEqual([[10, expect.closeTo(10 + 3 * second, 6)]]);
    expect(gaps([0, 10], [2, 5], [9, 12], [14, 15])).toEqual([[12, 14]]);
  });

  it('covers what at least one file does', () => {
    const covered = (...files: readonly File[]) => groupOf(...files).coveredMs / minuteMs;
    expect(covered([0, 10], [12, 15])).toBe(13);
    expect(covered([0, 10], [5, 15])).toBe(15);
    expect(covered([0, 10], [2, 5], [10, 11])).toBe(11);
  });

  it.each<[string, readonly File[], boolean]>([
    [
      'one after the other',
      [
        [0, 10],
        [10, 20],
      ],
      false,
    ],
    [
      'two seconds into the one before',
      [
        [0, 10],
        [10 - 2 * second, 20],
      ],
      false,
    ],
    [
      'more than that',
      [
        [0, 10],
        [10 - 2 * second - ms, 20],
      ],
      true,
    ],
    [
      'together, of formats that are not known: two formats of one cycle',
      [
        [0, 10],
        [0, 10],
      ],
      false,
    ],
    [
      'together, of one format',
      [
        [0, 10, 'mp4'],
        [0, 10, 'mp4'],
      ],
      true,
    ],
    [
      'together, of two formats',
      [
        [0, 10, 'mp4'],
        [0, 10, 'flv'],
      ],
      false,
    ],
    [
      'into one of another format',
      [
        [0, 10, 'mp4'],
        [5, 15, 'flv'],
      ],
      false,
    ],
    [
      'into a longer one of its format that began earlier',
      [
        [0, 20, 'mp4'],
        [20, 21, 'flv'],
        [5, 6, 'mp4'],
      ],
      true,
    ],
    [
      'into the longest so far',
      [
        [0, 20],
        [0, 10],
        [12, 14],
      ],
      true,
    ],
    [
      'after the longer of two that began together',
      [
        [0, 10],
        [0, 8],
        [10, 12],
      ],
      false,
    ],
  ])('overlaps: %s', (_, files, overlapping) => {
    const inOrder = files.toSorted(([a], [b]) => a - b);
    expect(groupOf(...inOrder).overlapping).toBe(overlapping);
  });
});

it('record formats of one container are counted alone', () => {
  const { segments } = groupOf([0, 10, 'mp4'], [0, 10, 'mp4'], [0, 10, 'flv'], [10, 20, 'flv'], [10, 20]);
  expect([tracksOf(segments), ...['mp4', 'flv', 'm3u8'].map((format) => tracksOf(segments, format))]).toEqual([
    ...[3, 2, 1, 0],
  ]);
  const near = groupOf([0, 10, 'mp4'], [second, 10, 'mp4'], [3 * second, 10, 'mp4']).segments;
  expect(tracksOf(near, 'mp4')).toBe(2);
});

it('files of one cycle cover the same time', () => {
  const [first, same, after, near] = groupOf([0, second], [0, 10], [second, 10], [1.5 * second, 10]).segments;
  if (!first || !same || !after || !near) throw new Error('four files');
  expect([same, after, near].map((one) => areOneCycle(first, one))).toEqual([true, false, false]);
  expect(areOneCycle(same, near)).toBe(true);
});
