/** What is composed by us, how often, and what became of it (docs/session-status.md, "Composing by us"). */
import { describe, expect, it } from 'vitest';
import { decideComposition, holdOf } from '../../../processors/session/composition.ts';
import { videoOf } from '../../../processors/session/facts.ts';
import { sessionsOf } from '../../../processors/session/index.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { StreamVideo } from '../../../schemas/generated/StreamState.ts';
import { atMinute, composed, type PolicyChange, policy, rules, StreamUnderTest, segment, sessionId } from './stream.ts';

const byUs: PolicyChange = { composed: { compose: 'pipeline' } };
const ready = { status: 'TRANSCODED', sourceReadyTime: atMinute(1) } as const;
const ok = (id: string, from: number, to: number, change: Partial<StreamFact> = {}) =>
  segment(id, from, to, { ...ready, ...change });
const live = (change: PolicyChange = byUs) => new StreamUnderTest({ policy: policy(change), recode: true });

type State = 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT';
/** What the runner tells of a job: of the product, or of its absence. */
function told(token: string, state: State, change: Partial<StreamFact> = {}): StreamFact {
  const errorCode = state === 'ACKNOWLEDGED' ? null : `${state} ${token.at(-1)}`;
  const of = { composeJob: { token, state, errorCode } };
  const standIn = { status: 'ANNOUNCED', kind: 'UNKNOWN', composeStartTime: null } as const;
  if (state === 'ACKNOWLEDGED') return composed(`product ${token}`, 42, { ...of, ...change });
  return composed(`compose:${token}`, 42, { ...standIn, recordedTime: atMinute(42), ...of, ...change });
}
const again = (token: string, generation: number) => token.replace(/0$/, `${generation}`);

describe('how often', () => {
  // No bound on compositions lived through all tests.
  it('eight times for one session, however often it grows; another session has eight of its own', () => {
    const grown = live();
    for (const from of [0, 500])
      for (let index = 0; index < 10; index += 1)
        grown.hear(ok(`${from}.${index}`, from + index, from + index + 1)).passTo(from + index + 5);
    const bySession = Map.groupBy(grown.jobs, (job) => job.sessionId);
    expect([...bySession].map(([id, jobs]) => [id, jobs.length])).toEqual([
      [sessionId(0), 8],
      [sessionId(500), 8],
    ]);
    expect(grown.jobs.map((job) => job.videoIds.length)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8]);
    const tokens = grown.state?.compositions.map(({ sessionStart, token }) => `${sessionStart} ${token}`);
    expect(tokens).toEqual(tokens?.toSorted((a, b) => (a < b ? -1 : 1)));
  });

  it('once where the recording has no length, too', () => {
    expect(
      live()
        .hear(ok('a', 0, 0))
        .passTo(200).jobs,
    ).toHaveLength(1);
  });

  it('in the order of their sessions, whichever was composed first', () => {
    const late = live()
      .hear(ok('b', 60, 68))
      .passTo(72)
      .hear(ok('a', 0, 8))
      .passTo(73);
    expect(late.jobs.map((job) => job.videoIds)).toEqual([['b'], ['a']]);
    expect(late.state?.compositions.map(({ sessionStart }) => sessionStart)).toEqual([atMinute(0), atMinute(60)]);
  });

  it('not at all for a part of a recording that goes on after 500 segments, and not of the whole because of another part', () => {
    const videos = Array.from({ length: 501 }, (_, i) =>
      videoOf(ok(String(i).padStart(3, '0'), i * 30, i * 30 + (i === 500 ? 8 : 30))),
    );
    const end = atMinute(500 * 30 + 8);
    const { sessions } = sessionsOf(videos, rules(byUs), end + 200_000);
    const decided = sessions.map((one) => decideComposition(one, [], rules(byUs), end + 200_000, end + 200_000, false));
    expect(sessions.map(({ group }) => group.segments.length)).toEqual([500, 1]);
    expect(decided.map((one) => one?.reason)).toEqual([undefined, 'POLICY']);
    const holds = sessions.map((one) => holdOf(one, rules(byUs), end + 200_000, false));
    expect(holds).toEqual([null, null]);
  });

  it.each([
    [200, 'POLICY', null],
    [201, undefined, 'TOO_MANY_SEGMENTS'],
  ])('of %i cycles: %s, %s', (cycles, reason, hold) => {
    const videos = Array.from({ length: cycles }, (_, i) =>
      videoOf(ok(String(i).padStart(3, '0'), i * 30, i * 30 + (i === cycles - 1 ? 8 : 30))),
    );
    expect(judged(videos, cycles * 30 - 22 + 4)).toEqual([reason, hold]);
  });

  it.each([
    ['all are Normal', [ready, ready], 'POLICY', null, null],
    [
      'one is stored only',
      [ready, { ...ready, status: 'SOURCE_READY' } as const],
      undefined,
      'SEGMENTS_AWAITED',
      'SEGMENTS_NOT_NORMAL',
    ],
  ] as const)('%s', (_, [a, b], reason, hold, overdueHold) => {
    const videos = [ok('a', 0, 30, a), ok('b', 30, 38, b)].map(videoOf);
    expect(judged(videos, 42)).toEqual([reason, hold]);
    expect(judged(videos, 42 + 12 * 60)).toEqual([reason, overdueHold]);
    // What is too old is left, and nothing is waited for.
    expect(judged(videos, 42 + 30 * 24 * 60)).toEqual([undefined, overdueHold]);
  });
});

/** Why the only session of these is composed at that minute, and what holds it back. */
function judged(videos: readonly StreamVideo[], minute: number) {
  const at = atMinute(minute);
  const [session] = sessionsOf(videos, rules(byUs), at).sessions;
  if (!session) throw new Error('no session');
  return [decideComposition(session, [], rules(byUs), at, at, false)?.reason, holdOf(session, rules(byUs), at, false)];
}

describe('when', () => {
  it('not before its end is certain, nor where the cloud has composed it, but where the cloud has failed to', () => {
    const jobs = (...facts: readonly StreamFact[]) =>
      [60, 68].map(
        (minute) =>
          live()
            .hear(ok('a', 0, 30), ...facts)
            .passTo(minute).jobs.length,
      );
    expect(jobs()).toEqual([0, 1]);
    expect(jobs(composed('film', 30.1))).toEqual([0, 0]);
    expect(jobs(composed('film', 30.1, { status: 'FAILED' }))).toEqual([0, 1]);
    for (const status of ['FAILED', 'DELETED'] as const)
      expect(jobs(composed('film', 30.1, { ...ready, status }))).toEqual([0, 0]);
  });

  it('not because of a composition of ours, where a late segment shows that it went on', () => {
    const late = live()
      .hear(ok('a', 0, 30))
      .passTo(68);
    late.hear(told(late.jobs[0]?.token ?? '', 'ACKNOWLEDGED', { composeStartTime: atMinute(69) }));
    late.hear(ok('b', 30, 60)).passTo(97);
    expect(late.jobs).toHaveLength(1);
    expect(late.passTo(98).jobs).toHaveLength(2);
  });

  it('its segments have been transcoded, and none still is', () => {
    for (const status of ['TRANSCODED', 'PARTIAL'] as const)
      expect(
        live()
          .hear(segment('a', 0, 8, { status }))
          .passTo(12).jobs,
      ).toHaveLength(1);
    for (const status of ['ANNOUNCED', 'RECORDED', 'SOURCE_READY', 'TRANSCODING', 'PLAYABLE'] as const)
      expect(
        live()
          .hear(segment('a', 0, 8, { status }))
          .passTo(12).jobs,
      ).toHaveLength(0);
  });
});

describe('of what', () => {
  it.each<[string, readonly StreamFact[], readonly string[]]>([
    [
      'the format that most cycles have, and what there is where a cycle lacks it',
      [
        ok('a1', 0, 4, { format: 'flv' }),
        ok('a2', 0, 4, { format: 'm3u8' }),
        ok('b', 4, 8, { format: 'mp4' }),
        ok('c', 8, 9, { format: 'mp4' }),
      ],
      ['a1', 'b', 'c'],
    ],
    [
      'the first file of that format in a cycle',
      [
        ok('a1', 0, 4, { format: 'flv' }),
        ok('a2', 0, 4, { format: 'mp4' }),
        ok('a3', 0, 4, { format: 'mp4' }),
        ok('b', 4, 8, { format: 'mp4' }),
      ],
      ['a2', 'b'],
    ],
    [
      'the first by name where they are even, whichever comes first',
      [
        ok('a1', 0, 4, { format: 'mp4' }),
        ok('a2', 0, 4, { format: 'flv' }),
        ok('b1', 4, 8, { format: 'flv' }),
        ok('b2', 4, 8, { format: 'mp4' }),
      ],
      ['a2', 'b1'],
    ],
    [
      'files whose format is not known, one for each cycle',
      [ok('a1', 0, 4), ok('a2', 0, 4), ok('b', 4, 8)],
      ['a1', 'b'],
    ],
    [
      'a known format rather than an unknown one',
      [ok('a1', 0, 4), ok('a2', 0, 4, { format: 'mp4' }), ok('b', 4, 8)],
      ['a2', 'b'],
    ],
  ])('%s', (_, facts, videoIds) => {
    expect(
      live()
        .hear(...facts)
        .passTo(13).jobs,
    ).toMatchObject([{ videoIds }]);
  });
});

describe('what became of it', () => {
  const planned = () =>
    live()
      .hear(ok('a', 0, 30), ok('b', 30, 38))
      .passTo(41);
  const state = (one: StreamUnderTest) => one.only.composition;

  it('is told by what speaks of it alone', () => {
    const two = live()
      .hear(ok('a', 0, 8))
      .passTo(12)
      .hear(ok('b', 60, 68))
      .passTo(72);
    const [first = '', second = ''] = two.jobs.map((job) => job.token);
    two.hear(told(second, 'FAILED'));
    expect(two.current.map(({ composition }) => composition?.state)).toEqual(['PLANNED', 'FAILED']);
    two.hear(told(first, 'ACKNOWLEDGED', { status: 'TRANSCODED' }));
    expect(two.current.map(({ composition }) => composition?.state)).toEqual(['DONE', 'FAILED']);
    expect(two.current.map(({ composed: films }) => films.length)).toEqual([1, 0]);
  });

  it.each<[StreamFact['status'], string]>([
    ['ANNOUNCED', 'ACKNOWLEDGED'],
    ['RECORDED', 'ACKNOWLEDGED'],
    ['SOURCE_READY', 'DONE'],
    ['TRANSCODED', 'DONE'],
    ['DELETED', 'DONE'],
    ['FAILED', 'FAILED'],
  ])('its product is %s: %s', (status, expected) => {
    const one = planned();
    one.hear(told(one.jobs[0]?.token ?? '', 'ACKNOWLEDGED', { status }));
    expect(state(one)).toMatchObject({ state: expected, errorCode: null });
  });

  it('after a doubt the product counts, and its doubt is forgotten', () => {
    const one = planned();
    const token = one.jobs[0]?.token ?? '';
    one.hear(told(token, 'IN_DOUBT'));
    expect(state(one)).toMatchObject({ state: 'IN_DOUBT', errorCode: 'IN_DOUBT 0' });
    one.hear(told(token, 'ACKNOWLEDGED'));
    expect(state(one)).toMatchObject({ state: 'ACKNOWLEDGED', errorCode: null });
  });

  it('of several attempts the latest product counts, then a failure, then a doubt', () => {
    const one = planned();
    const token = one.jobs[0]?.token ?? '';
    one.hear(told(again(token, 2), 'IN_DOUBT'), told(token, 'FAILED'));
    expect(state(one)).toMatchObject({ state: 'FAILED', errorCode: 'FAILED 0' });
    one.hear(told(again(token, 1), 'FAILED'));
    expect(state(one)).toMatchObject({ state: 'FAILED', errorCode: 'FAILED 1' });
    one.hear(told(again(token, 4), 'ACKNOWLEDGED', { composeStartTime: atMinute(60) }));
    one.hear(told(again(token, 3), 'ACKNOWLEDGED', { composeStartTime: atMinute(50), status: 'FAILED' }));
    expect(state(one)).toMatchObject({ state: 'ACKNOWLEDGED', mediaId: `product ${again(token, 4)}`, token });
    const doubts = planned();
    doubts.hear(told(again(token, 1), 'IN_DOUBT'), told(token, 'IN_DOUBT'));
    expect(state(doubts)).toMatchObject({ state: 'IN_DOUBT', errorCode: 'IN_DOUBT 1' });
  });

  it('stays what it was where its product turns out to be another stream’s', () => {
    const one = planned();
    const token = one.jobs[0]?.token ?? '';
    one.hear(told(token, 'ACKNOWLEDGED'));
    one.hear(told(token, 'ACKNOWLEDGED', { removed: true, status: 'FAILED', videoRevision: 2 }));
    expect(one.only).toMatchObject({ composition: { state: 'ACKNOWLEDGED' }, composed: [] });
  });
});

describe('what counts of ours and the cloud’s', () => {
  const film = composed('film', 41.1, { status: 'TRANSCODED' });
  const planned = (change: PolicyChange = byUs) =>
    new StreamUnderTest({ policy: policy(change) }).hear(ok('a', 0, 30), ok('b', 30, 38)).passTo(41);

  it('while ours is under way the cloud’s doesn’t, once ours has failed it does', () => {
    const one = planned().hear(film);
    expect(one.only).toMatchObject({ status: 'COMPOSING', composedSurplus: false });
    one.hear(told(one.jobs[0]?.token ?? '', 'IN_DOUBT'));
    expect(one.only.status).toBe('COMPOSING');
    one.hear(told(one.jobs[0]?.token ?? '', 'FAILED', { videoRevision: 2 }));
    expect(one.only.status).toBe('READY');
  });

  it('ours counts once it is there, and the cloud’s beside it is a surplus', () => {
    const one = planned().hear(film);
    one.hear(told(one.jobs[0]?.token ?? '', 'ACKNOWLEDGED', { status: 'TRANSCODING' }));
    expect(one.only).toMatchObject({ status: 'TRANSCODING', composedSurplus: true });
    expect(one.only.composed.map(({ ours }) => ours)).toEqual([false, true]);
  });

  it('what became of ours failed: the cloud’s counts, and a redrive of ours', () => {
    const one = planned().hear(film);
    const token = one.jobs[0]?.token ?? '';
    for (const status of ['FAILED', 'DELETED'] as const) {
      one.hear(told(token, 'ACKNOWLEDGED', { status, videoRevision: status === 'FAILED' ? 1 : 2 }));
      expect(one.only.status).toBe('READY');
    }
    const alone = planned();
    alone.hear(told(token, 'ACKNOWLEDGED', { status: 'FAILED' }));
    expect(alone.only.status).toBe('PARTIAL');
    alone.hear(told(again(token, 1), 'ACKNOWLEDGED', { status: 'TRANSCODED', composeStartTime: atMinute(60) }));
    expect(alone.only.status).toBe('READY');
  });

  it('of two formats the cloud’s one is enough where ours has failed', () => {
    const formats = [ok('a', 0, 8, { format: 'mp4' }), ok('A', 0, 8, { format: 'm3u8' })];
    const one = live()
      .hear(...formats)
      .passTo(11);
    one.hear(told(one.jobs[0]?.token ?? '', 'ACKNOWLEDGED', { status: 'FAILED', composeStartTime: atMinute(12) }));
    one.hear(composed('film', 12.1, { status: 'TRANSCODED' }));
    expect(one.only.status).toBe('READY');
  });

  it('where segments came too late to compose again, ours of those before counts, unless the cloud has one', () => {
    const one = new StreamUnderTest({ policy: policy({ ...byUs, maxActAgeSeconds: 60 }) });
    one.hear(ok('a', 0, 8)).passTo(11);
    one.hear(told(one.jobs[0]?.token ?? '', 'ACKNOWLEDGED', { status: 'TRANSCODED', composeStartTime: atMinute(12) }));
    one
      .passTo(400)
      .hear(ok('b', 8, 9))
      .passTo(401);
    expect(one.jobs).toHaveLength(1);
    expect(one.only).toMatchObject({ status: 'READY', composition: null });
    one.hear(composed('film', 12.5, { status: 'TRANSCODING' }));
    expect(one.only.status).toBe('TRANSCODING');
  });

  const ladder = ['ANNOUNCED', 'SOURCE_READY', 'TRANSCODING', 'PARTIAL', 'TRANSCODED'] as const;
  const further = ladder.flatMap((high, i) => ladder.slice(0, i).map((low) => [low, high] as const));
  it.each([...further, ['RECORDED', 'SOURCE_READY'], ['PLAYABLE', 'PARTIAL'], ['SOURCE_READY', 'PLAYABLE']] as const)(
    'of two films of one format, %s and %s, the further counts',
    (low, high) => {
      const looked = (...statuses: readonly StreamFact['status'][]) =>
        new StreamUnderTest()
          .hear(segment('a', 0, 8))
          .hear(...statuses.map((status, index) => composed(`film ${index}`, 11.1 + index / 10, { status }))).only
          .status;
      expect([looked(low, high), looked(high, low)]).toEqual([looked(high), looked(high)]);
      expect(looked('FAILED', low, high)).toBe(looked(high));
    },
  );
});
