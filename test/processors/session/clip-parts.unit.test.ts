/**
 * Which stretches of which files show a time of the show. The oracle is the show itself: each file holds a known stretch of
 * it, and a second of the show is in the clip or it isn't.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClipPlan, type ClipSource, clipTokenOf, planClip } from '../../../processors/session/index.ts';
import { check } from '../../support/property.ts';
import { atMinute, minuteMs } from './stream.ts';

const file = (videoId: string, from: number, to: number, change: Partial<ClipSource> = {}): ClipSource => ({
  ...{ videoId, startMs: atMinute(from), endMs: atMinute(to), format: 'm3u8', status: 'TRANSCODED', sourceOnly: 'NO' },
  durationSeconds: (to - from) * 60,
  ...change,
});
const three = [file('a', 0, 20), file('b', 20, 40), file('c', 40, 48)];
const cut = (sources: readonly ClipSource[], from: number, to: number) =>
  planClip(sources, atMinute(from), atMinute(to));
/** `a 60-120`: from the first minute to the second; `a 60-`: to its end. */
const texts = (plan: ReturnType<typeof planClip>) =>
  'refused' in plan
    ? plan.refused
    : plan.parts.map((part) => `${part.videoId} ${part.inSeconds}-${part.outSeconds ?? ''}`);

describe('the parts of a clip', () => {
  it.each<[string, readonly ClipSource[], number, number, readonly string[] | string]>([
    ['within one file', three, 1, 3, ['a 60-180']],
    ['across a boundary', three, 19, 21, ['a 1140-', 'b 0-60']],
    ['across two', three, 19.5, 41.5, ['a 1170-', 'b 0-', 'c 0-90']],
    ['from the end of a file', three, 20, 21, ['b 0-60']],
    ['to the end of a file', three, 19, 20, ['a 1140-']],
    ['all of it', three, 0, 48, ['a 0-', 'b 0-', 'c 0-']],
    ['in whatever order they are told', three.toReversed(), 19, 21, ['a 1140-', 'b 0-60']],
    // Starts and ends need not meet exactly (cloud facts 4.9).
    ['files that don’t meet exactly', [file('a', 0, 20), file('b', 20 + 2 / 60, 40)], 19, 21, ['a 1140-', 'b 0-58']],
    ['files that overlap: each moment once', [file('a', 0, 20), file('b', 19.5, 40)], 19, 21, ['a 1140-', 'b 30-90']],
    ['across a gap', [file('a', 0, 20), file('b', 22, 40)], 19, 23, ['a 1140-', 'b 0-60']],
    ['from within a gap', [file('a', 0, 20), file('b', 22, 40)], 21, 23, ['b 0-60']],
    ['to within a gap', [file('a', 0, 20), file('b', 22, 40)], 19, 21, ['a 1140-']],
    ['only a gap', [file('a', 0, 20), file('b', 22, 40)], 20.5, 21.5, 'NOT_RECORDED'],
    ['from before the session', three, -1, 3, 'OUTSIDE_SESSION'],
    ['to beyond it', three, 47, 49, 'OUTSIDE_SESSION'],
    ['of no recording', [], 0, 1, 'OUTSIDE_SESSION'],
    ['without any length', three, 3, 3, 'EMPTY_RANGE'],
    ['backwards', three, 3, 2, 'EMPTY_RANGE'],
    ['as long as may be', [file('a', 0, 361)], 0, 360, ['a 0-21600']],
    ['longer', [file('a', 0, 361)], 0, 360.1, 'TOO_LONG'],
    ['as short as may be', three, 3, 3 + 1 / 60, ['a 180-181']],
    ['shorter', three, 3, 3 + 0.999 / 60, 'TOO_SHORT'],
    ['a sliver of the next file: not cut', three, 19.5, 20 + 0.199 / 60, ['a 1170-']],
    ['a sliver of the file before', three, 20 - 0.199 / 60, 20.5, ['b 0-30']],
    ['as little of a file as may be', three, 20 - 0.2 / 60, 20.5, ['a 1199.8-', 'b 0-30']],
    ['and of the next', three, 19.5, 20 + 0.2 / 60, ['a 1170-', 'b 0-0.2']],
    ['slivers alone', [file('a', 0, 20), file('b', 20 + 1.9 / 60, 40)], 20 - 0.1 / 60, 20 + 2 / 60, 'TOO_SHORT'],
    ['too short without its sliver', three, 20 - 0.9 / 60, 20 + 0.1 / 60, 'TOO_SHORT'],
    [
      'a file that is a sliver',
      [file('a', 0, 20), file('x', 20, 20 + 0.1 / 60), file('b', 20.01, 40)],
      19,
      21,
      ['a 1140-', 'b 0-59.4'],
    ],
    [
      'files that don’t meet exactly, in one format though another bridges them',
      [file('a', 0, 20), file('x', 0, 20 + 1 / 60, { format: 'mp4' }), file('b', 20 + 1 / 60, 40)],
      19,
      21,
      ['a 1140-', 'b 0-59'],
    ],
    [
      'files further apart, with what is between them of another format',
      [file('a', 0, 20), file('x', 0, 20 + 3 / 60, { format: 'mp4' }), file('b', 20 + 3 / 60, 40)],
      19,
      21,
      ['a 1140-', 'x 1200-', 'b 0-57'],
    ],
    [
      'a bridge to the end of what is asked for',
      [file('a', 0, 20), file('x', 0, 20 + 1 / 60, { format: 'mp4' }), file('b', 20 + 1 / 60, 40)],
      19,
      20 + 1 / 60,
      ['a 1140-', 'x 1200-'],
    ],
    ['a sliver before a gap', [file('a', 0, 20), file('b', 22, 40)], 20 - 0.1 / 60, 23, ['b 0-60']],
    ['of which as much as may be was recorded', [file('a', 0, 20), file('b', 22, 40)], 20 - 1 / 60, 21, ['a 1199-']],
    ['of which less was', [file('a', 0, 20), file('b', 22, 40)], 20 - 0.999 / 60, 21, 'TOO_SHORT'],
  ])('%s', (_what, sources, from, to, parts) => {
    expect(texts(cut(sources, from, to))).toEqual(parts);
  });

  it('say when what is cut begins and ends, where a sliver is left out', () => {
    const shows = (from: number, to: number) => {
      const plan = cut(three, from, to) as ClipPlan;
      return [plan.fromMs, plan.toMs, plan.gaps];
    };
    expect(shows(19.5, 20 + 0.001 / 60)).toEqual([atMinute(19.5), atMinute(20), []]);
    expect(shows(20 - 0.001 / 60, 20.5)).toEqual([atMinute(20), atMinute(20.5), []]);
  });

  it('take no sliver of pictures either, where a file has fewer than the time that it covers', () => {
    const few = file('a', 0, 20, { durationSeconds: 1198.5 });
    const begins = (seconds: number) => texts(cut([few, file('b', 20, 40)], seconds / 60, 21));
    expect([begins(1198.3), begins(1198.301)]).toEqual([['a 1198.3-', 'b 0-60'], ['b 0-60']]);
  });

  it('begin within the pictures of each file, which may end before the time that it covers', () => {
    const short = file('a', 0, 20, { durationSeconds: 1198.5 });
    expect(texts(cut([short, file('b', 20, 40)], 19.98, 21))).toEqual(['b 0-60']);
    expect(texts(cut([short, file('b', 20, 40)], 19.95, 21))).toEqual(['a 1197-', 'b 0-60']);
    // Of a cycle the other format, where that has some.
    const other = file('o', 0, 20, { format: 'mp4' });
    expect(texts(cut([short, other, file('b', 20, 40)], 19.98, 21))).toEqual(['o 1198.8-', 'b 0-60']);
    expect(texts(cut([file('a', 0, 20, { durationSeconds: 0 })], 19, 20))).toEqual(['a 0-']);
  });

  const cycles = (count: number) => Array.from({ length: count }, (_, n) => file(`v${n}`, n * 5, n * 5 + 5));
  it('are at most 40', () => {
    expect(texts(cut(cycles(40), 0, 200))).toHaveLength(40);
    expect(texts(cut(cycles(41), 0, 205))).toBe('TOO_MANY_PARTS');
  });

  it.each([
    ['ANNOUNCED', 'not there yet'],
    ['RECORDED', 'not there yet'],
    ['SOURCE_READY', 'by recording: or by sourcePlays in a policy'],
    ['TRANSCODING', 'once it is TRANSCODED'],
    ['PLAYABLE', 'once it is TRANSCODED'],
    ['FAILED', 'nothing can be cut out'],
    ['DELETED', 'nothing can be cut out'],
  ] as const)('are of status Normal, which a video that is %s has not: %s', (status, why) => {
    const sources = [file('a', 0, 20), file('b', 20, 40, { status })];
    expect(texts(cut(sources, 19, 21))).toBe('NOT_NORMAL');
    const { message } = cut(sources, 19, 21) as { message: string };
    expect(message).toContain(`video b is ${status}: `);
    expect(message).toContain(why);
    expect(texts(cut(sources, 0, 20))).toEqual(['a 0-']);
  });

  it.each([
    ['TRANSCODED', 'NO'],
    ['PARTIAL', 'NO'],
    ['PLAYABLE', 'MEANWHILE'],
    ['PLAYABLE', 'FOR_GOOD'],
  ] as const)('are of status Normal, which %s says, with the source alone %s', (status, sourceOnly) => {
    expect(texts(cut([file('a', 0, 20, { status, sourceOnly })], 0, 1))).toEqual(['a 0-60']);
  });

  it('are of one format where there are several, and of another where that one can’t be cut', () => {
    const mp4 = (id: string, from: number, to: number, status: ClipSource['status'] = 'TRANSCODED') =>
      file(id, from, to, { format: 'mp4', status });
    const both = [...three, mp4('ma', 0, 20), mp4('mb', 20, 40)];
    expect(texts(cut(both, 19, 21))).toEqual(['a 1140-', 'b 0-60']);
    const failed = both.map((one) => (one.videoId === 'b' ? { ...one, status: 'FAILED' as const } : one));
    expect(texts(cut(failed, 19, 41))).toEqual(['a 1140-', 'mb 0-', 'c 0-60']);
  });

  it('hold all that was asked for where the stream paused within a file, and say how much more', () => {
    // 20 minutes on the clock, 19 of pictures: minute 10 is between 9:00 and 10:00 of the file.
    const paused = [file('a', 0, 20, { durationSeconds: 19 * 60 }), file('b', 20, 40)];
    expect(cut(paused, 10, 11)).toMatchObject({ parts: [{ inSeconds: 540, outSeconds: 660 }], spareMs: minuteMs });
    expect(texts(cut(paused, 19, 21))).toEqual(['a 1080-', 'b 0-60']);
    expect(cut(paused, 0, 20)).toMatchObject({ parts: [{ inSeconds: 0, outSeconds: null }], spareMs: 0 });
    // Less is rounding, and a file of unknown length is taken for whole.
    expect(cut([file('a', 0, 20, { durationSeconds: 1198 })], 1, 2)).toMatchObject({ spareMs: 0 });
    expect(cut([file('a', 0, 20, { durationSeconds: null })], 1, 2)).toMatchObject({ spareMs: 0 });
  });

  it('a refusal says what there is', () => {
    expect(cut(three, 47, 49)).toMatchObject({
      message: 'the session has recordings from 2026-03-01T10:00:00.000Z to 2026-03-01T10:48:00.000Z (0 to 2880 s)',
    });
  });

  it('show each recorded second that was asked for once, and no other', () => {
    const cycle = fc.record({ gap: fc.nat(300), seconds: fc.integer({ min: 1, max: 600 }) });
    check(
      'a clip is what was asked for',
      fc.property(fc.array(cycle, { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (cycles, m, n) => {
        let at = 0;
        const starts = new Map<string, number>();
        const sources = cycles.map(({ gap, seconds }, index): ClipSource => {
          // Up to 2 s between files are no gap; both are played here.
          const from = index === 0 ? 0 : at + gap;
          at = from + seconds;
          starts.set(`v${index}`, from);
          return file(`v${index}`, from / 60, at / 60, { durationSeconds: seconds });
        });
        const [from, to] = [Math.min(m % at, n % at), Math.max(m % at, n % at) + 1];
        const plan = planClip(sources, atMinute(from / 60), atMinute(to / 60));
        const ends = new Map(sources.map((one) => [one.videoId, one.durationSeconds ?? 0]));
        const seen = 'refused' in plan ? [] : secondsOf(plan, starts, ends);
        const wanted = cycles.flatMap(({ seconds }, index) =>
          Array.from({ length: seconds }, (_, second) => (starts.get(`v${index}`) ?? 0) + second),
        );
        expect(seen).toEqual(wanted.filter((second) => second >= from && second < to));
      }),
    );
  });
});

function secondsOf({ parts }: ClipPlan, starts: ReadonlyMap<string, number>, ends: ReadonlyMap<string, number>) {
  return parts.flatMap(({ videoId, inSeconds, outSeconds }) => {
    const length = (outSeconds ?? ends.get(videoId) ?? 0) - inSeconds;
    return Array.from({ length }, (_, second) => (starts.get(videoId) ?? 0) + inSeconds + second);
  });
}

describe('the name of a clip', () => {
  const parts = [
    { videoId: 'a', inSeconds: 1, outSeconds: 2 },
    { videoId: 'b', inSeconds: 0, outSeconds: null },
  ];
  const name = clipTokenOf(parts, 'g', 'k');

  it('is the same for the same parts and purpose, and fits a title', () => {
    expect(clipTokenOf(structuredClone(parts), 'g', 'k')).toBe(name);
    expect(name).toMatch(/^lvk-[0-9a-f]{32}-0$/);
  });

  it.each([
    ['another order', clipTokenOf(parts.toReversed(), 'g', 'k')],
    ['another in', clipTokenOf([{ videoId: 'a', inSeconds: 1.001, outSeconds: 2 }, ...parts.slice(1)], 'g', 'k')],
    ['another out', clipTokenOf([{ videoId: 'a', inSeconds: 1, outSeconds: null }, ...parts.slice(1)], 'g', 'k')],
    ['another template group', clipTokenOf(parts, 'h', 'k')],
    ['another key', clipTokenOf(parts, 'g', null)],
  ])('is another with %s', (_what, other) => {
    expect(other).not.toBe(name);
  });
});
