/** Composing by us: once per set of segments, after the session has closed, with a ledger that follows the facts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { check } from '../../support/property.ts';
import { delivery, history } from './histories.ts';
import { atMinute, composed, policy, StreamUnderTest, segment, sessionId } from './stream.ts';

const byUs = policy({ composed: { compose: 'pipeline', templateGroupId: 'group-1' } });
const ready = { status: 'TRANSCODED', sourceReadyTime: atMinute(39) } as const;

function planned(): StreamUnderTest {
  const live = new StreamUnderTest({ policy: byUs });
  return live.hear(segment('a', 0, 30, ready), segment('b', 30, 38, ready)).passTo(41);
}

function told(live: StreamUnderTest, state: 'ACKNOWLEDGED' | 'FAILED' | 'IN_DOUBT', change: Partial<StreamFact> = {}) {
  const token = live.jobs[0]?.token ?? '';
  const composeJob = { token, state, errorCode: state === 'ACKNOWLEDGED' ? null : 'InternalError' };
  return composed(state === 'ACKNOWLEDGED' ? 'product' : `compose:${token}`, 42, { composeJob, ...change });
}

/** Its source is there, and it has not been transcoded. */
const unfinished: readonly StreamFact['status'][] = ['SOURCE_READY', 'TRANSCODING', 'PLAYABLE'];

describe('a session that the policy leaves to us', () => {
  it('is composed when it has closed, its segments in order', () => {
    const live = new StreamUnderTest({ policy: byUs });
    live.hear(segment('b', 30, 38, ready), segment('a', 0, 30, ready)).passTo(40);
    expect(live.jobs).toEqual([]);
    live.passTo(41);
    expect(live.jobs).toEqual([
      {
        token: expect.stringMatching(/^lvc-[0-9a-f]{32}-0$/),
        sessionId: sessionId(0),
        stream: expect.objectContaining({ streamName: 'room-42' }),
        videoIds: ['a', 'b'],
        templateGroupId: 'group-1',
        region: null,
        generation: 0,
        plannedAt: atMinute(41),
        clip: null,
      },
    ]);
    expect(live.only).toMatchObject({ status: 'COMPOSING', composition: { state: 'PLANNED', reason: 'POLICY' } });
  });

  it('is left as it is by the cloud where somebody else transcodes it', () => {
    const composed = { compose: 'pipeline', transcode: 'pipeline', templateGroupId: 'group-1' } as const;
    const live = new StreamUnderTest({ policy: policy({ composed }) }).hear(segment('a', 0, 8, ready)).passTo(11);
    expect(live.jobs).toMatchObject([{ templateGroupId: 'VOD_NO_TRANSCODE' }]);
  });

  it('is composed of as many cycles as a production takes, and of none where it has more, and says so', () => {
    const show = (cycles: number) => {
      const live = new StreamUnderTest({ policy: byUs, recode: true });
      const cycle = (at: number) =>
        segment(`s${String(at).padStart(3, '0')}`, at * 30, at * 30 + (at === cycles - 1 ? 8 : 30), ready);
      live.hear(...Array.from({ length: cycles }, (_, at) => cycle(at)));
      return live.passTo((cycles - 1) * 30 + 8 + 3);
    };
    expect(show(200).jobs.map(({ videoIds }) => videoIds.length)).toEqual([200]);
    const many = show(201);
    expect(many.jobs).toEqual([]);
    expect(many.only.compositionHold).toBe('TOO_MANY_SEGMENTS');
  });

  it('names the region of the segments that are composed, where their callbacks tell it', () => {
    const live = new StreamUnderTest({ policy: byUs, recode: true });
    live.hear(
      segment('failed', 0, 30, { status: 'FAILED', region: 'cn-beijing' }),
      segment('a', 30, 60, ready),
      segment('b', 60, 68, { ...ready, region: 'ap-southeast-1' }),
    );
    expect(live.passTo(71).jobs).toMatchObject([{ videoIds: ['a', 'b'], region: 'ap-southeast-1' }]);
  });

  // The cloud composes what it shows as Normal (cloud facts 3.3.4); what was stored only was ordered and refused.
  it('waits until its segments can be played, however long, and says so', () => {
    const stored = { status: 'SOURCE_READY', sourceReadyTime: atMinute(9) } as const;
    const live = new StreamUnderTest({ policy: byUs, recode: true }).hear(segment('a', 0, 8, stored));
    expect(live.passTo(10).only.compositionHold).toBeNull();
    expect(live.passTo(12).only).toMatchObject({ status: 'ENDED', compositionHold: 'SEGMENTS_AWAITED' });
    expect(live.passTo(3 * 24 * 60).only).toMatchObject({
      ...{ status: 'ENDED', composeMissing: true, compositionHold: 'SEGMENTS_NOT_NORMAL', composition: null },
    });
    expect(live.jobs).toEqual([]);
    const at = 3 * 24 * 60 + 5;
    live.hearAt(
      segment('a', 0, 8, { ...stored, status: 'TRANSCODED', transcodedTime: atMinute(at), videoRevision: 2 }),
      atMinute(at),
    );
    expect(live.jobs).toMatchObject([{ videoIds: ['a'] }]);
    expect(live.only).toMatchObject({ status: 'COMPOSING', compositionHold: null });
  });

  it.each([
    ['PLAYABLE', 'NO', false],
    ['TRANSCODING', 'NO', false],
    ['PLAYABLE', 'FOR_GOOD', true],
    ['PLAYABLE', 'MEANWHILE', true],
    ['TRANSCODED', 'NO', true],
    ['PARTIAL', 'NO', true],
  ] as const)('is composed of what is %s, source only: %s: %s', (status, sourceOnly, composes) => {
    const live = new StreamUnderTest({ policy: byUs }).hear(segment('a', 0, 8, { status, sourceOnly })).passTo(12);
    expect(live.jobs.length === 1).toBe(composes);
    expect(live.only.compositionHold).toBe(composes ? null : 'SEGMENTS_AWAITED');
  });

  it('waits for the sources of its segments, but not for ever', () => {
    const live = new StreamUnderTest({ policy: byUs })
      .hear(segment('a', 0, 30, ready), segment('b', 30, 38))
      .passTo(60);
    expect(live.jobs).toEqual([]);
    live.passTo(71);
    expect(live.jobs).toHaveLength(1);
    const prompt = new StreamUnderTest({ policy: byUs }).hear(segment('a', 0, 8)).passTo(12);
    expect(prompt.hear(segment('a', 0, 8, { ...ready, videoRevision: 2 })).jobs).toHaveLength(1);
  });

  it.each<[string, readonly (readonly [string, number, number, string])[], string]>([
    [
      'start three seconds apart',
      [
        ['a', 0, 30, 'm3u8'],
        ['A', 0.05, 30.05, 'mp4'],
        ['b', 30, 40, 'm3u8'],
        ['B', 30.05, 40.05, 'mp4'],
      ],
      'a b',
    ],
    [
      'are shorter',
      [
        ['a', 0, 30, 'm3u8'],
        ['A', 0, 15, 'mp4'],
        ['C', 15, 30, 'mp4'],
        ['b', 30, 60, 'm3u8'],
        ['c', 60, 68, 'm3u8'],
      ],
      'a b c',
    ],
    [
      'are partly alone',
      [
        ['A', 0, 30, 'mp4'],
        ['a', 25, 55, 'm3u8'],
        ['b', 55, 68, 'm3u8'],
      ],
      'A a b',
    ],
  ])('shows nothing twice where the cycles of another format %s', (_, files, expected) => {
    const heard = files.map(([id, from, to, format]) => segment(id, from, to, { ...ready, format }));
    for (const order of [heard, heard.toReversed()]) {
      const live = new StreamUnderTest({ policy: byUs }).hear(...order).passTo(300);
      expect(live.jobs.map(({ videoIds }) => videoIds.join(' '))).toEqual([expected]);
    }
  });

  it('is composed of what is left where a segment failed, and of one format', () => {
    const live = new StreamUnderTest({ policy: byUs });
    live.hear(
      segment('a1', 0, 30, { ...ready, format: 'mp4' }),
      segment('a2', 0, 30, { ...ready, format: 'm3u8' }),
      segment('b2', 30, 60, { ...ready, format: 'm3u8' }),
      segment('c1', 60, 68, { status: 'FAILED', format: 'mp4' }),
      segment('c2', 60, 68, { status: 'FAILED' }),
    );
    expect(live.passTo(72).jobs.map((job) => job.videoIds)).toEqual([['a2', 'b2']]);
  });

  it('is composed again when a late segment belongs to it, and the new one counts', () => {
    const live = planned()
      .hear(segment('c', 38, 40, ready))
      .passTo(200);
    expect(live.jobs.map((job) => job.videoIds)).toEqual([
      ['a', 'b'],
      ['a', 'b', 'c'],
    ]);
    live.hear(told(live, 'ACKNOWLEDGED', { status: 'TRANSCODED' }));
    expect(live.only).toMatchObject({ status: 'COMPOSING', composed: [{ videoId: 'product', ours: true }] });
  });

  it('is not composed again because a segment was deleted afterwards', () => {
    const live = planned()
      .hear(segment('b', 30, 38, { status: 'DELETED', videoRevision: 9 }))
      .passTo(300);
    expect(live.jobs).toHaveLength(1);
  });

  it('follows the job by the facts about its product', () => {
    const live = planned();
    live.hear(told(live, 'IN_DOUBT'));
    expect(live.only).toMatchObject({
      status: 'COMPOSING',
      composition: { state: 'IN_DOUBT', errorCode: 'InternalError' },
    });
    live.hear(told(live, 'FAILED', { videoRevision: 2, status: 'FAILED' }));
    expect(live.only).toMatchObject({ status: 'PARTIAL', composition: { state: 'FAILED' } });
    live.hear(told(live, 'ACKNOWLEDGED'));
    expect(live.only).toMatchObject({
      status: 'COMPOSING',
      composition: { state: 'ACKNOWLEDGED', mediaId: 'product' },
      composed: [{ videoId: 'product', ours: true }],
    });
    live.hear(told(live, 'ACKNOWLEDGED', { videoRevision: 2, status: 'TRANSCODED' }));
    expect(live.only).toMatchObject({ status: 'READY', composition: { state: 'DONE' } });
  });

  it('keeps its product, also when another session has ended since', () => {
    const live = planned()
      .hear(segment('z', 60, 68, ready))
      .passTo(72);
    live.hear(told(live, 'ACKNOWLEDGED', { composeStartTime: atMinute(72) }));
    expect(live.current.map((session) => session.composed.length)).toEqual([1, 0]);
  });
});

describe('a session that the policy leaves to the cloud', () => {
  const takeOver = policy({ composed: { compose: 'cloud', takeOverAfterSeconds: 600 } });

  it('is composed by us where the cloud does not start in time and the policy says so', () => {
    const live = new StreamUnderTest({ policy: takeOver }).hear(segment('a', 0, 8, ready)).passTo(20);
    expect(live.jobs).toEqual([]);
    expect(live.passTo(21).only).toMatchObject({ status: 'COMPOSING', composition: { reason: 'OVERDUE' } });
    // The cloud starts after all: its video counts until ours is there.
    live.hear(composed('cloud', 22, { status: 'TRANSCODED' }));
    expect(live.only.status).toBe('READY');
    const left = new StreamUnderTest().hear(segment('a', 0, 8, ready)).passTo(2000);
    expect(left.jobs).toEqual([]);
  });

  // The age was that of the session's end, so a take-over that was due only then was always too old.
  it('is composed by us however late the policy says so, within the age from then on', () => {
    const late = policy({ maxActAgeSeconds: 600, composed: { compose: 'cloud', takeOverAfterSeconds: 3600 } });
    const ended = 11;
    const live = new StreamUnderTest({ policy: late }).hear(segment('a', 0, 8, ready));
    expect(live.passTo(ended + 59).jobs).toEqual([]);
    expect(live.passTo(ended + 61).jobs).toHaveLength(1);
    const tooLate = new StreamUnderTest({ policy: late }).hearAt(segment('a', 0, 8, ready), atMinute(ended + 71));
    expect(tooLate.passTo(ended + 71).jobs).toEqual([]);
    const sourceLost = policy({ maxActAgeSeconds: 600, composed: { compose: 'pipeline' } });
    const lost = new StreamUnderTest({ policy: sourceLost }).hear(segment('a', 0, 8, ready), segment('b', 8, 10));
    expect(lost.passTo(44).jobs).toHaveLength(1);
  });

  it('is not composed by us where the cloud has started', () => {
    const live = new StreamUnderTest({ policy: takeOver }).hear(segment('a', 0, 8, ready), composed('c', 11.2));
    expect(live.passTo(2000).jobs).toEqual([]);
  });

  it('is not composed by us where it has more cycles than the cloud composes: a mark says so', () => {
    const cycles = Array.from({ length: 41 }, (_, index) =>
      segment(`s${index}`, index * 30, index * 30 + (index === 40 ? 8 : 30), ready),
    );
    const live = new StreamUnderTest().hear(...cycles).passTo(40 * 30 + 60);
    expect(live.jobs).toEqual([]);
    expect(live.only).toMatchObject({ segmentLimitExceeded: true, composeMissing: true, composition: null });
    live.hear(composed('first 40', 40 * 30 + 61, { status: 'TRANSCODED', durationSeconds: 40 * 1800 }));
    expect(live.only).toMatchObject({ status: 'READY', segmentLimitExceeded: true });
  });
});

describe('what was decided', { timeout: 1_800_000 }, () => {
  it('stays when the policy changes: the archive is not composed again', () => {
    const live = new StreamUnderTest().hear(segment('a', 0, 8, ready), composed('c', 11.1)).passTo(20);
    live
      .use(byUs)
      .hear(segment('a', 0, 8, { ...ready, videoRevision: 2 }))
      .passTo(200);
    expect(live.jobs).toEqual([]);
    const back = planned()
      .use(policy({ composed: { compose: 'none' } }))
      .passTo(60);
    expect(back.only).toMatchObject({ status: 'COMPOSING', composeExpected: true });
  });

  it('comes too late for what is older than the policy allows', () => {
    const live = new StreamUnderTest({ policy: byUs }).hearAt(
      segment('a', 0, 8, { ...ready, sourceReadyTime: atMinute(9) }),
      atMinute(24 * 60 + 12),
    );
    live.passTo(24 * 60 + 12);
    expect(live.jobs).toEqual([]);
    expect(live.only).toMatchObject({ status: 'PARTIAL', composeMissing: true });
  });

  it('is decided once per set of segments over any schedule, and for the last one unless the cloud has composed it', () => {
    // A life begins up to 20 minutes before minute 0; nothing of it may get older than the shortest policy's day.
    const schedule = history.chain((facts) => delivery(facts, 23 * 60));
    const policies = fc.array(fc.constantFrom(byUs, policy({ ...byUs, maxActAgeSeconds: 864_000 })), { minLength: 1 });
    check(
      'compositions',
      fc.property(schedule, policies, fc.boolean(), ({ facts, timers }, changes, recode) => {
        const live = new StreamUnderTest({ policy: policy({ ...byUs, maxActAgeSeconds: 864_000 }), recode });
        for (const [index, fact] of facts.entries()) {
          live.hear(fact);
          live.passTo(timers[index] ?? 0);
          if (index % 5 === 4) live.use(changes[index % changes.length] ?? byUs);
        }
        live.use(policy({ ...byUs, maxActAgeSeconds: 864_000 })).passTo(5 * 24 * 60);
        const tokens = live.jobs.map((job) => job.token);
        expect(new Set(tokens).size).toBe(tokens.length);
        for (const session of live.current) {
          const usable = session.segments.some((one) => one.status !== 'FAILED' && one.status !== 'DELETED');
          const within = live.jobs.filter((job) => {
            const start = Date.parse(job.sessionId.split('/')[3] ?? '');
            return session.startTime <= start && start <= (session.endTime ?? 0);
          });
          if (within.length >= 8) continue;
          const isComposed = session.composed.some(
            (one) => !one.ours && one.status !== 'FAILED' && one.status !== 'DELETED',
          );
          const isHeld = session.compositionHold === 'SEGMENTS_NOT_NORMAL';
          if (isHeld) expect(session.segments.some(({ status }) => unfinished.includes(status))).toBe(true);
          if (session.composition === null) expect(usable && !isComposed && !isHeld).toBe(false);
          else expect(tokens).toContain(session.composition.token);
        }
      }),
    );
  });
});
