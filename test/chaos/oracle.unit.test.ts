/** The oracle on made-up records: right ones, and each fault that a run is there to notice. */
import { describe, expect, test } from 'vitest';
import type { LedgerSession, LedgerVideo } from '../../emulator/index.ts';
import type { SessionState, SessionStatus } from '../../schemas/generated/SessionState.ts';
import { wrongCompositions } from './compositions.ts';
import { earlyEnds } from './early-ends.ts';
import { isFollowed } from './mix.ts';
import { unusableCallback, wrongLetters } from './unusable.ts';

const stream = { domainName: 'd', appName: 'a', streamName: 's' };
const overTime = 4_000_000;

/** Three cycles of 1000 s; over 1000 s after the last. */
const show: LedgerSession = {
  ...{ sessionId: 'show', stream, practice: null, story: 'own-cut', composedBy: 'user', containers: 1 },
  ...{ status: 'COMPOSING', pushes: [], startTime: 0, endTime: 3_000_000, endedBy: 'time-out', overTime },
  segments: ['one', 'two', 'three'].map((videoId, n) => ({
    ...{ videoId, startTime: n * 1_000_000, endTime: (n + 1) * 1_000_000, status: 'TRANSCODED' as const },
  })),
  ...{ gaps: [], composed: [] },
};
const video = (videoId: string, status: LedgerVideo['status']) => ({ videoId, status }) as LedgerVideo;

describe('what is composed by us', () => {
  const ledger = { sessions: [show], videos: show.segments.map(({ videoId }) => video(videoId, 'TRANSCODED')) };
  const order = (videoIds: string[], { sessionId = 'show', token = 'token' } = {}) => ({
    value: {
      ...{ token, sessionId, stream, videoIds },
      ...{ templateGroupId: null, region: null, generation: 0, plannedAt: 0, clip: null },
    },
  });
  const whole = order(['one', 'two', 'three']);

  test('is one film of all recordings in order', () => {
    expect(wrongCompositions(ledger, [whole])).toEqual([]);
    const failed = [video('one', 'TRANSCODED'), video('two', 'FAILED'), video('three', 'TRANSCODED')];
    expect(wrongCompositions({ ...ledger, videos: failed }, [order(['one', 'three'])])).toEqual([]);
  });

  test.each([
    ['not ordered', [], ['no composition of session show']],
    ['ordered too early', [order(['one', 'two'])], ['session show is composed of one two, recorded was one two three']],
    ['in another order', [order(['one', 'three', 'two'])], [/composed of one three two/]],
    ['ordered twice', [whole, whole], ['2 compositions of session show', '2 compositions with token token']],
    ['repeated when more was there', [order(['one']), { ...whole }], [/^2 compositions/, /token/]],
    [
      'of another show',
      [whole, order(['x'], { sessionId: 'x', token: 'x' })],
      [/^a composition of session x, which nobody/],
    ],
  ])('%s', (_, orders, faults) => {
    const found = wrongCompositions(ledger, orders);
    expect(found).toHaveLength(faults.length);
    for (const [index, fault] of faults.entries()) expect(found[index]).toMatch(fault);
  });

  test.each(['cloud', 'nobody'] as const)('is nothing of a show that is composed by %s', (composedBy) => {
    const other = { ...ledger, sessions: [{ ...show, composedBy }] };
    expect(wrongCompositions(other, [])).toEqual([]);
    expect(wrongCompositions(other, [whole])).toEqual(['a composition of session show, which nobody asked for']);
  });
});

describe('a show that goes on', () => {
  const said = (status: SessionStatus, segments: number, timestampMs = overTime, composed: string[] = []) => ({
    timestampMs,
    value: {
      ...{ sessionId: 'show', status, revision: 1, segments: show.segments.slice(0, segments) },
      composed: composed.map((videoId) => ({ videoId })),
    } as unknown as SessionState,
  });
  const found = (...records: ReturnType<typeof said>[]) => earlyEnds({ sessions: [show] }, records, isFollowed);

  test('may be called over once it is, and what it is made of is known', () => {
    expect(found(said('RECORDING', 1, 1), said('MERGED', 1, 1), said('ENDED', 3), said('COMPOSING', 3))).toEqual([]);
    expect(earlyEnds({ sessions: [show] }, [{ timestampMs: 1, value: null }], isFollowed)).toEqual([]);
  });

  test('may not be called over before, whatever is known of it and whatever is said later', () => {
    const early = said('ENDED', 3, overTime - 5_000);
    expect(found(early, said('RECORDING', 3), said('ENDED', 3))).toEqual([
      'session show revision 1 is ENDED 5 s before its show is over',
    ]);
  });

  test.each<SessionStatus>(['ENDED', 'COMPOSING', 'READY', 'PARTIAL', 'FAILED'])(
    'may not be guessed to be %s',
    (status) => {
      expect(found(said(status, 2))).toEqual([`session show revision 1 is ${status} with 2 of 3 segments`]);
    },
  );

  test('is known to be over by its composition too', () => {
    const composed = { ...show, composed: [{ videoId: 'film' }] } as unknown as LedgerSession;
    expect(earlyEnds({ sessions: [composed] }, [said('COMPOSING', 2, overTime, ['film'])], isFollowed)).toEqual([]);
  });

  test.each([
    ['nobody knows its cycle', { story: 'own-cut-other-cycle' }],
    ['of practice 1', { practice: '1', story: null }],
  ] as const)('is not followed: %s', (_, change) => {
    expect(earlyEnds({ sessions: [{ ...show, ...change }] }, [said('ENDED', 1)], isFollowed)).toEqual([]);
  });
  test('is followed in practice 3', () => {
    expect(isFollowed({ ...show, practice: '3a', story: null })).toBe(true);
  });
});

describe('dead letters', () => {
  const record = (offset: number, key: string, value: string, headers = 'source:http') => ({
    ...{ partition: 0, offset, key, value, headers },
  });
  const callbacks = [0, 1, 2].map((n) => {
    const { key, body } = unusableCallback(n);
    return record(10 + n, key, body);
  });
  const good = record(20, 'video', '{}');
  const letterOf = (
    { key, value, offset }: ReturnType<typeof record>,
    topic = 'chaos.callbacks',
    reason = 'unparsable',
  ) =>
    record(
      offset,
      key,
      value,
      `source:http,reason:${reason},error:no, really,stage:video,origin-topic:${topic},origin-partition:0,origin-offset:${offset}`,
    );
  const [first = good, ...others] = callbacks.map((one) => letterOf(one));
  const found = (letters: ReturnType<typeof record>[]) => wrongLetters(3, { callbacks: [...callbacks, good], letters });

  test('are what nobody can use, each once, as it was', () => {
    expect(found([first, ...others])).toEqual([]);
  });

  test.each([
    ['lost', others, /^no dead letter of unusable-0/],
    ['doubled', [first, first, ...others], /^2 dead letters of unusable-0/],
    ['of a good record', [first, ...others, letterOf(good)], /^a dead letter of a good record: video/],
    [
      'of another topic',
      [first, ...others, letterOf(callbacks[0] ?? good, 'chaos.stream-facts')],
      /^a dead letter of a good/,
    ],
    [
      'for another reason',
      [letterOf(callbacks[0] ?? good, undefined, 'processor-threw'), ...others],
      /isn't what was sent/,
    ],
    ['changed', [{ ...first, value: 'x' }, ...others], /isn't what was sent/],
  ])('%s', (_, letters, fault) => {
    expect(found(letters)).toEqual([expect.stringMatching(fault)]);
  });

  test('are missed where the callback itself is', () => {
    expect(wrongLetters(3, { callbacks: callbacks.slice(1), letters: others })).toEqual([
      "unusable-0 was sent and isn't in callbacks",
    ]);
  });
});
