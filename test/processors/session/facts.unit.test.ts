/** Facts are a set: the newest snapshot of each video, whatever the order in which they come. */
import { describe, expect, it } from 'vitest';
import { inOrder, isInPlace, newsOf, videoOf, withFact } from '../../../processors/session/facts.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { atMinute, composed, StreamUnderTest, segment } from './stream.ts';

const job = { token: 't-0', state: 'FAILED', errorCode: 'A' } as const;

describe('two snapshots of one revision', () => {
  const differences: readonly (readonly [Partial<StreamFact>, Partial<StreamFact>])[] = [
    [{ kind: 'SEGMENT' }, { kind: 'UPLOAD' }],
    [{ status: 'RECORDED' }, { status: 'TRANSCODED' }],
    [{ removed: false }, { removed: true }],
    [{ recording: { startTime: 1, endTime: 9 } }, { recording: { startTime: 2, endTime: 9 } }],
    [{ recording: { startTime: 1, endTime: 8 } }, { recording: { startTime: 1, endTime: 9 } }],
    [{ recordedTime: atMinute(8) }, { recordedTime: atMinute(9) }],
    [{ composeStartTime: null }, { composeStartTime: 1 }],
    [{ sourceReadyTime: null }, { sourceReadyTime: 1 }],
    [{ transcodedTime: null }, { transcodedTime: 1 }],
    [{ durationSeconds: 1 }, { durationSeconds: 2 }],
    [{ format: 'mp4' }, { format: 'flv' }],
    [{ region: null }, { region: 'cn-shanghai' }],
    [{ composeJob: null }, { composeJob: job }],
    [{ composeJob: job }, { composeJob: { ...job, token: 't-1' } }],
    [{ composeJob: job }, { composeJob: { ...job, state: 'IN_DOUBT' } }],
    [{ composeJob: job }, { composeJob: { ...job, errorCode: 'B' } }],
  ];
  it.each(differences)('%j and %j: the same one stays', (one, other) => {
    const [a, b] = [videoOf(segment('a', 0, 8, one)), videoOf(segment('a', 0, 8, other))];
    expect(new Set([newsOf(a, b), newsOf(b, a)])).toEqual(new Set(['new', 'outdated']));
    expect(newsOf(a, structuredClone(a))).toBe('duplicate');
    for (const greater of [a, b]) {
      const later = { ...greater, videoRevision: 2 };
      for (const lesser of [a, b]) expect([newsOf(later, lesser), newsOf(lesser, later)]).toEqual(['new', 'outdated']);
    }
  });

  it('in whatever order they come', () => {
    const [a, b] = [segment('a', 0, 8, { format: 'mp4' }), segment('a', 0, 8, { format: 'flv' })];
    expect(new StreamUnderTest().hear(a, b).facts).toEqual(new StreamUnderTest().hear(b, a).facts);
  });
});

describe('the order of facts', () => {
  const facts = [
    composed('timeless', 0, { composeStartTime: null }),
    segment('early', -1, 5),
    composed('b film', 0),
    composed('c film', 0),
    segment('a', 0, 8),
    segment('d', 0, 9),
    segment('late', 1 / 60_000, 3),
  ].map(videoOf);

  it('is by time, composed videos first, then by id; nothing but the set decides it', () => {
    for (let turn = 0; turn < facts.length; turn += 1) {
      const rotated = [...facts.slice(turn), ...facts.slice(0, turn)];
      for (const order of [rotated, rotated.toReversed()]) {
        const set = order.reduce<readonly (typeof facts)[number][]>((all, video) => withFact(all, video), []);
        expect(set.map(({ videoId }) => videoId)).toEqual(facts.map(({ videoId }) => videoId));
        expect(order.toSorted(inOrder)).toEqual(facts);
      }
    }
  });

  it('has one fact for each video, at its newest place', () => {
    const [moved] = [segment('early', 3, 5)].map(videoOf);
    if (!moved) throw new Error('no fact');
    expect(withFact(facts, moved).map(({ videoId }) => videoId)).toEqual([
      ...['timeless', 'b film', 'c film', 'a', 'd', 'late', 'early'],
    ]);
  });
});

describe('a segment stays in place', () => {
  const held = videoOf(segment('a', 0, 8));
  it.each([
    [
      true,
      'how far it has come',
      { status: 'TRANSCODED', sourceReadyTime: 1, transcodedTime: 2, durationSeconds: 480 },
    ],
    [false, 'another start', { recording: { startTime: atMinute(1), endTime: atMinute(8) } }],
    [false, 'another end', { recording: { startTime: atMinute(0), endTime: atMinute(7) } }],
    [false, 'an end that its callback alone tells', { recording: { startTime: atMinute(0), endTime: null } }],
    [false, 'another format', { format: 'mp4' }],
    [false, 'its removal', { removed: true }],
    [false, 'another kind', { kind: 'COMPOSED' }],
    [false, 'a composition', { composeJob: job }],
  ] as const)('%s: %s', (expected, _, change) => {
    const video = videoOf(segment('a', 0, 8, change));
    expect([isInPlace(video, held), isInPlace(held, video)]).toEqual([expected, expected]);
  });

  it('not where a time of it can’t be true, even if its window is the same', () => {
    const [wrong, unsaid] = [atMinute(99), null].map((endTime) =>
      videoOf(segment('a', 0, 8, { recording: { startTime: atMinute(0), endTime } })),
    );
    if (!wrong || !unsaid) throw new Error('two videos');
    expect([isInPlace(wrong, wrong), isInPlace(wrong, unsaid), isInPlace(unsaid, unsaid)]).toEqual([true, false, true]);
  });

  it('not where it is a clip, nor where both are no segments', () => {
    const clip = { token: 'lvk-1-0', state: 'REQUESTED', errorCode: null, from: 1, to: 2, title: 'x' } as const;
    const cut = {
      ...held,
      clip: {
        ...clip,
        templateGroupId: null,
        requestedAt: 1,
        parts: [],
        plannedAt: null,
        refusal: null,
        errorMessage: null,
        finishedAt: null,
      },
    };
    expect([isInPlace(cut, held), isInPlace(held, cut)]).toEqual([false, false]);
    const film = videoOf(composed('a', 8));
    expect(isInPlace(film, film)).toBe(false);
  });
});
