/** Two copies of one event (docs/video-status.md, "Which event wins"): which of them holds, and what is news. */
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareText } from '../../../processors/callback/index.ts';
import { sameValue } from '../../../processors/video/conflicts.ts';
import { evolve } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import type { EventSource } from '../../../schemas/topics.ts';
import { check } from '../../support/property.ts';
import { atMs, type CallbackBody, event, recorded } from '../callbacks.ts';
import { throughTheLog } from '../encoding.ts';

type Copy = readonly [EventSource, CallbackBody];

/** Heard one after the other, a second apart, each state stored and read again; how many were news. */
function heard(copies: readonly Copy[]): { readonly state: VideoState; readonly news: number } {
  let state: VideoState | null = null;
  let news = 0;
  for (const [i, [source, body]] of copies.entries()) {
    const evolved = evolve(state, event(body, source, atMs(100 + i)));
    if (!evolved.changed) continue;
    news += 1;
    state = throughTheLog(evolved.state);
  }
  if (state === null) throw new Error('nothing was heard');
  return { state, news };
}

const of = (seconds: number, StreamName: string): CallbackBody => recorded(seconds, { StreamName });
const [early, late] = [of(4, 'early'), of(9, 'late')];

describe('of two copies', () => {
  it.each<[string, readonly Copy[], string, number]>([
    [
      'the earlier holds',
      [
        ['http', early],
        ['mns', late],
      ],
      'early',
      2,
    ],
    [
      'a callback holds before a finding',
      [
        ['reconciler', early],
        ['http', late],
      ],
      'late',
      2,
    ],
    [
      'of two findings the earlier holds',
      [
        ['reconciler', early],
        ['reconciler', late],
      ],
      'early',
      2,
    ],
    [
      'of two of one second the smaller text holds',
      [
        ['http', of(4, 'a')],
        ['http', of(4, 'b')],
      ],
      'a',
      2,
    ],
    [
      'that say the same the second is no news',
      [
        ['http', early],
        ['mns', early],
      ],
      'early',
      1,
    ],
    [
      'of findings that say the same too',
      [
        ['reconciler', early],
        ['reconciler', early],
      ],
      'early',
      1,
    ],
    [
      'that a finding says what a callback says is news',
      [
        ['http', early],
        ['reconciler', early],
      ],
      'early',
      2,
    ],
    [
      'a callback holds whatever two findings say',
      [
        ['reconciler', early],
        ['http', late],
        ['reconciler', of(1, 'x')],
      ],
      'late',
      3,
    ],
    [
      'against a third it matters that a callback said it',
      [
        ['http', late],
        ['reconciler', late],
        ['reconciler', early],
      ],
      'late',
      3,
    ],
    [
      'that leave out other times contradict',
      [
        ['http', recorded(4, { RecordEndTime: null })],
        ['http', recorded(4, { RecordEndTime: '9999-01-01T00:00:00Z' })],
      ],
      'room-42',
      2,
    ],
    [
      'the earliest of three holds',
      [
        ['http', late],
        ['http', of(6, 'm')],
        ['http', early],
      ],
      'early',
      3,
    ],
  ])('%s', (_, copies, streamName, news) => {
    check(
      'in any order, each once',
      fc.property(fc.shuffledSubarray([...copies], { minLength: copies.length }), (order) => {
        const again = heard([...order, ...copies]);
        expect(again.state).toMatchObject({ stream: { streamName }, revision: news });
        expect([heard(order).news, again.news]).toEqual([news, news]);
        const [first] = again.state.timeline;
        expect(again.state.timeline).toHaveLength(1);
        expect(first).toMatchObject({ source: order[0]?.[0], receivedAt: atMs(100) });
      }),
      20,
    );
  });

  it('no more than sixteen losers are told from news', () => {
    const copies = Array.from({ length: 30 }, (_, n): Copy => ['http', of(4 + n, `room-${n}`)]);
    const { state } = heard(copies);
    const digests = state.facts[0]?.contradiction?.digests ?? [];
    expect(digests).toHaveLength(16);
    expect(digests).toEqual([...new Set(digests)].sort(compareText));
    for (const digest of digests) expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(heard(copies.slice(0, 17)).state.facts[0]?.contradiction?.digests).toHaveLength(16);
    expect(heard(copies.slice(0, 16)).state.facts[0]?.contradiction?.digests).toHaveLength(15);
  });

  it('whatever more of them is heard again is no news', () => {
    const copies = Array.from({ length: 40 }, (_, n): Copy => ['http', of(4 + n, `room-${n}`)]);
    const { news } = heard(copies);
    expect(heard([...copies, ...copies]).news).toBe(news);
  });

  it('the earlier holds, also of times of fewer digits', () => {
    const [first, second] = ['2001-09-09T01:46:39Z', '2001-09-09T01:46:41Z'].map(
      (EventTime, n): Copy => ['http', recorded(4, { EventTime, StreamName: `room-${n}` })],
    );
    if (first === undefined || second === undefined) throw new Error('two copies');
    for (const order of [
      [first, second],
      [second, first],
    ])
      expect(heard(order).state.stream?.streamName).toBe('room-0');
  });

  it('another region contradicts nothing: the smallest holds', () => {
    const { entry, fact, subjectId } = event(early);
    const from = (region: string | null) => ({ subjectId, entry, fact: { ...fact, region } });
    const first = evolve(null, from('cn-shanghai'));
    if (!first.changed) throw new Error('the first is news');
    const second = evolve(first.state, from('cn-beijing'));
    if (!second.changed) throw new Error('a smaller one is news');
    expect(second.state.facts).toMatchObject([{ region: 'cn-beijing', contradiction: null }]);
    for (const region of ['cn-beijing', 'cn-shanghai', null])
      expect(evolve(second.state, from(region))).toEqual({ changed: false, result: 'duplicate' });
  });

  it('a digest of the loser stays as states have stored it', () => {
    const told = (...copies: readonly Copy[]) => {
      const contradiction = heard(copies).state.facts[0]?.contradiction;
      return [contradiction?.callback, ...(contradiction?.digests ?? [])];
    };
    expect(told(['http', early], ['http', late])).toEqual([true, '7a55684dbdcdb001']);
    expect(told(['reconciler', early], ['reconciler', late])).toEqual([false, '4219e90ce0a028dc']);
    expect(told(['http', late], ['reconciler', early])).toEqual([true, '0dae66a913923748']);
  });
});

describe('two values', () => {
  const other = fc.oneof(fc.jsonValue(), fc.constantFrom<fc.JsonValue>([], {}, [[]], { a: 1 }, [1], null, 0, ''));

  it('are the same where the platform finds them so', () => {
    check(
      'equality of plain data',
      fc.property(other, other, (a, b) => {
        expect(sameValue(a, b)).toBe(isDeepStrictEqual(a, b));
        expect(sameValue(a, structuredClone(a))).toBe(true);
      }),
    );
    const values = [
      null,
      0,
      1,
      '',
      'a',
      [],
      [1],
      [1, 2],
      ['a'],
      {},
      { a: 1 },
      { a: 2 },
      { b: 1 },
      { a: 1, b: 1 },
      { 0: 1 },
    ];
    for (const a of values) for (const b of values) expect(sameValue(a, b), JSON.stringify([a, b])).toBe(a === b);
  });
});
