/**
 * Whose a composed video is (docs/session-status.md, "Which composed video?"), to the second. Three minutes of delay; times
 * are exact to two seconds, so one that begins two seconds before something is over begins when it is over.
 */
import { describe, expect, it } from 'vitest';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { composed, dayMs, minuteMs, policy, StreamUnderTest, segment } from './stream.ts';

const second = 1 / 60;
const slack = 2 * second;
const ms = second / 1000;
const failed = { status: 'FAILED' } as const;
const [mp4, m3u8, flv] = [{ format: 'mp4' }, { format: 'm3u8' }, { format: 'flv' }];
const day = dayMs / minuteMs;

/** Segments of each session, then its composed videos. */
function shown(...facts: readonly StreamFact[]) {
  const [live, other] = [facts, facts.toReversed()].map((order) => new StreamUnderTest().hear(...order));
  expect(other?.current).toEqual(live?.current);
  return live?.current.map(({ segments, composed: films }) =>
    [segments, films].map((all) => all.map(({ videoId }) => videoId).join(' ')).join(' => '),
  );
}

/** `a` fell due at minute 11, `b` at minute 16. */
const [a, b] = [segment('a', 0, 8), segment('b', 12, 13)];
const twoFormats = [
  ...[segment('a', 0, 8, mp4), segment('A', 0, 8, m3u8)],
  ...[segment('b', 12, 13, mp4), segment('B', 12, 13, m3u8)],
];

describe('of two sessions', () => {
  it.each<[string, readonly StreamFact[], string, string]>([
    ['begun when the newer one is over: that one’s', [composed('f', 16 - slack)], '', 'f'],
    ['begun just before: the older one’s, which has none yet', [composed('f', 16 - slack - ms)], 'f', ''],
    ['the older one has one: the newer one’s', [composed('e', 11.1), composed('f', 14)], 'e', 'f'],
    ['what the older one has has failed', [composed('e', 11.1, failed), composed('f', 14)], 'e f', ''],
    ['two within the delay: the earlier is the older one’s', [composed('g', 15), composed('f', 14)], 'f', 'g'],
    [
      'three within the delay: no more room in the older one',
      ['f', 'g', 'h'].map((id, i) => composed(id, 14 + i / 10)),
      'f',
      'g h',
    ],
    ['one within the delay, one after it', [composed('f', 14), composed('g', 16.1)], 'f', 'g'],
    [
      'and one more: the newer one has as many as formats',
      [composed('f', 14), composed('g', 16.1), composed('h', 16.2)],
      'f',
      'g h',
    ],
    ['two after the delay: the second has room in the older one', [composed('f', 16.1), composed('g', 16.2)], 'g', 'f'],
    [
      'so too where the first comes as the newer one is over',
      [composed('f', 16 - slack), composed('g', 16.1)],
      'g',
      'f',
    ],
    ['the first has failed: the second is a retry', [composed('f', 16.1, failed), composed('g', 16.2)], '', 'f g'],
    [
      'three after the delay: one has room in the older one',
      ['f', 'g', 'h'].map((id, i) => composed(id, 16.1 + i / 10)),
      'g',
      'f h',
    ],
    ['the older one fell due ten minutes ago', [composed('f', 16.1), composed('g', 21 - slack)], 'g', 'f'],
    ['and longer ago: it is over for good', [composed('f', 16.1), composed('g', 21 - slack + ms)], '', 'f g'],
  ])('%s', (_, films, ofOlder, ofNewer) => {
    const expected = [`a => ${ofOlder}`, `b => ${ofNewer}`];
    expect(shown(a, b, ...films)).toEqual(expected);
  });

  it('stopped by command, as the older one was, whose film failed: each has its own', () => {
    const first = (at: number) => [segment('a', 0, 8), composed('e', at, failed), segment('b', 11.5, 14)];
    const next = [composed('f', 14.1), segment('c', 15, 20), composed('g', 20.1)];
    for (const at of [8 - slack, 8.1, 11 - slack - ms])
      expect(shown(...first(at), ...next)).toEqual(['a => e', 'b => f', 'c => g']);
    // A show before that one was, whose film failed; or its film of another container is there.
    const older = [segment('z', 0, 4), composed('e', 4.1, failed), segment('a', 6, 8), b, composed('f', 14)];
    expect(shown(...older)).toEqual(['z => e', 'a => f', 'b => ']);
    expect(shown(...twoFormats, composed('e', 8.1, mp4), composed('f', 14, m3u8))).toEqual(['A a => e f', 'B b => ']);
    // It had waited for the delay: what follows may be its retry.
    expect(shown(...first(11 - slack), ...next.slice(0, 1))).toEqual(['a => e f', 'b => ']);
  });

  it('a recording of a moment was over when what begins in that moment began: it is that one’s', () => {
    const at = (seconds: number) => shown(segment('m', 12, 12 + seconds * second), composed('f', 12));
    expect([0, 2, 3].map(at)).toEqual([['m => f'], ['m => f'], ['m => ']]);
    // It is the end of its show, which was stopped by command then: the compose start divides nothing.
    const last = segment('m', 10, 10);
    expect(shown(segment('a', 0, 8), last, composed('f', 10), segment('b', 14, 20))).toEqual(['a m => f', 'b => ']);
  });

  it('the newer one still runs: it is the older one’s that just ended', () => {
    expect(shown(a, segment('b', 11.05, 30), composed('f', 11.1))).toEqual(['a => f', 'b => ']);
  });

  it('the older one, ended by its own compose start, hasn’t fallen due yet', () => {
    const stopped = [segment('a', 0, 8), composed('e', 8.1, failed), segment('b', 9, 10), composed('f', 10.1)];
    expect(shown(...stopped, composed('g', 11 - slack - ms))).toEqual(['a => e', 'b => f g']);
    expect(shown(...stopped, composed('g', 11 - slack))).toEqual(['a => e g', 'b => f']);
  });

  it('with two record formats, each has room for one of each', () => {
    const ids = ['e', 'f', 'g', 'h'];
    const films = (formats: readonly Partial<StreamFact>[]) =>
      formats.map((format, index) => composed(ids[index] ?? '', 16.1 + index / 10, format));
    expect(shown(...twoFormats, ...films([mp4, m3u8]))).toEqual(['A a => ', 'B b => e f']);
    expect(shown(...twoFormats, ...films([mp4, mp4, m3u8]))).toEqual(['A a => f', 'B b => e g']);
    expect(shown(...twoFormats, ...films([mp4, mp4, m3u8, m3u8]))).toEqual(['A a => f h', 'B b => e g']);
    expect(shown(...twoFormats, ...films([{}, {}]))).toEqual(['A a => ', 'B b => e f']);
    // One of a format that was not recorded has room once.
    expect(shown(...twoFormats, ...films([flv, flv]))).toEqual(['A a => f', 'B b => e']);
  });

  it('with two record formats of which one is composed, each has room for one, before its format is known', () => {
    const seen = (films: number | undefined) => {
      const facts = [...twoFormats, composed('e', 11.1, mp4), composed('f', 14)];
      const live = new StreamUnderTest({ policy: policy({ composed: { films } }) }).hear(...facts);
      return live.current.map((session) => session.composed.map(({ videoId }) => videoId).join(' '));
    };
    expect(seen(1)).toEqual(['e', 'f']);
    // Of two, the second of the older one may be late.
    expect(seen(2)).toEqual(['e f', '']);
    expect(seen(undefined)).toEqual(['e f', '']);
  });

  it('two files of one format in each cycle leave room for two of it', () => {
    const twice = [a, b].flatMap((one) => [
      { ...one, ...m3u8 },
      { ...one, ...m3u8, videoId: `${one.videoId}2` },
    ]);
    expect(shown(...twice, composed('e', 16.1, m3u8), composed('f', 16.2, m3u8))).toEqual(['a a2 => ', 'b b2 => e f']);
  });

  it('a file of another format in another cycle makes no room', () => {
    const mixed = [segment('a', 0, 8), segment('b', 12, 42, mp4), segment('c', 42, 43, m3u8)];
    expect(shown(...mixed, composed('e', 46.1, mp4), composed('f', 46.2, m3u8))).toEqual(['a => ', 'b c => e f']);
  });
});

describe('of one session', () => {
  it('it begins within a day after that is over, to the second', () => {
    expect(shown(a, composed('f', 11 + day - slack))).toEqual(['a => f']);
    expect(shown(a, composed('f', 11 + day - slack + ms))).toEqual(['a => ']);
  });

  it('it begins when its last segment has ended, not before', () => {
    expect(shown(a, composed('f', 8 - slack))).toEqual(['a => f']);
    expect(shown(a, composed('f', 8 - slack - ms))).toEqual(['a => ']);
  });

  it('a compose start in a gap ends it there; one whose start is not known does not', () => {
    const [first, second_] = [segment('a', 0, 8), segment('b', 9, 20)];
    expect(shown(first, composed('f', 8.5), second_)).toEqual(['a => f', 'b => ']);
    expect(shown(first, composed('f', 9), second_)).toEqual(['a => f', 'b => ']);
    const unknown = composed('f', 0, {
      composeStartTime: null,
      sourceReadyTime: segment('x', 8.5, 9).recording?.startTime ?? null,
    });
    expect(shown(first, unknown, second_)).toEqual(['a b => f']);
    expect(shown(first, composed('f', 8 + slack), segment('b', 8 + slack, 20))).toEqual(['a b => ']);
    expect(shown(first, composed('f', 8 + slack), segment('b', 8 + slack + ms, 20))).toEqual(['a => f', 'b => ']);
  });

  it('those that began at once are in the order of their ids', () => {
    expect(shown(a, composed('g', 11.1), composed('f', 11.1))).toEqual(['a => f g']);
  });
});
