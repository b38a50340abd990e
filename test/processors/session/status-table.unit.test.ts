/** Histories for every status and every mark in docs/session-status.md; what there is, is read from there. */
import { describe, expect, it } from 'vitest';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { codeIn, tableIn } from '../../support/document-tables.ts';
import { atMinute, composed, type PolicyChange, policy, StreamUnderTest, segment } from './stream.ts';

/** 30-minute cycles and 3 minutes of delay: a recording that ends at minute 8 or 38 is over at 11 or 41. */
const byCloud: PolicyChange = {};
const byUs: PolicyChange = { composed: { compose: 'pipeline', templateGroupId: 'group-1' } };
const byNobody: PolicyChange = { composed: { compose: 'none' } };

const part = (status: StreamFact['status'], change: Partial<StreamFact> = {}) =>
  segment('a', 0, 8, { status, ...change });
const film = (status: StreamFact['status'], change: Partial<StreamFact> = {}) =>
  composed('film', 11.1, { status, ...change });
const sourced = { sourceReadyTime: atMinute(9) } as const;
const twoFormats = [part('RECORDED', { format: 'mp4' }), segment('a2', 0, 8, { format: 'm3u8' })];
const films = (mp4: StreamFact['status'], m3u8: StreamFact['status']) => [
  ...twoFormats,
  film(mp4, { format: 'mp4' }),
  composed('film2', 11.2, { status: m3u8, format: 'm3u8' }),
];

const whole = { status: 'TRANSCODED' } as const;
const forGood = { sourceOnly: 'FOR_GOOD' } as const;
const meanwhile = { sourceOnly: 'MEANWHILE' } as const;
const asItIs = composed('film2', 11.2, { status: 'PLAYABLE', format: 'm3u8', ...forGood });

function lookedAt(minute: number, rules: PolicyChange, facts: readonly StreamFact[]): StreamUnderTest {
  return new StreamUnderTest({ policy: policy(rules), recode: true }).hear(...facts).passTo(minute);
}

/** Status, what happened, who composes, the facts, and the minute at which one looks. */
const histories: readonly (readonly [string, string, PolicyChange, readonly StreamFact[], number])[] = [
  ['RECORDING', 'it is on', byCloud, [part('RECORDED')], 10],
  ['RECORDING', 'a full cycle, and the next is on', byCloud, [segment('a', 0, 30)], 67],
  ['RECORDING', 'whatever its segments became', byNobody, [part('TRANSCODED')], 10],
  ['ENDED', 'nothing has begun', byCloud, [part('RECORDED')], 11],
  ['ENDED', 'nothing has begun, whatever its segments became', byCloud, [part('TRANSCODED')], 11],
  ['ENDED', 'stored only', byNobody, [part('SOURCE_READY')], 11],
  ['ENDED', 'composing is overdue, and nothing can be played', byCloud, [part('SOURCE_READY')], 50],
  ['ENDED', 'one is stored, one has failed', byNobody, [part('FAILED'), segment('b', 8, 9)], 12],
  ['COMPOSING', 'announced', byCloud, [part('TRANSCODED'), film('ANNOUNCED')], 12],
  ['COMPOSING', 'announced, and recorded too', byCloud, [part('TRANSCODED'), film('RECORDED')], 12],
  ['COMPOSING', 'we compose', byUs, [part('TRANSCODED', sourced)], 12],
  ['COMPOSING', 'one of two formats', byCloud, films('TRANSCODED', 'ANNOUNCED'), 12],
  ['COMPOSED', 'its source is ready', byCloud, [part('TRANSCODED'), film('SOURCE_READY')], 12],
  ['COMPOSED', 'one of two formats', byCloud, films('SOURCE_READY', 'TRANSCODED'), 12],
  ['TRANSCODING', 'its transcode runs', byCloud, [part('RECORDED'), film('TRANSCODING')], 12],
  ['TRANSCODING', 'its first rendition is there', byCloud, [part('RECORDED'), film('PLAYABLE')], 12],
  ['TRANSCODING', 'one of two formats', byCloud, films('TRANSCODED', 'TRANSCODING'), 12],
  ['TRANSCODING', 'a segment is transcoded', byNobody, [part('TRANSCODING')], 12],
  ['TRANSCODING', 'a segment can be played', byNobody, [part('PLAYABLE')], 12],
  ['TRANSCODING', 'one is through, one is stored', byNobody, [part('TRANSCODED'), segment('b', 8, 9)], 12],
  ['TRANSCODING', 'one is partly through, one is stored', byNobody, [part('PARTIAL'), segment('b', 8, 9)], 12],
  ['READY', 'the film', byCloud, [part('TRANSCODED'), film('TRANSCODED')], 12],
  ['READY', 'the film, whatever became of its segments', byCloud, [part('DELETED'), film('TRANSCODED')], 12],
  ['READY', 'both formats', byCloud, films('TRANSCODED', 'TRANSCODED'), 12],
  ['READY', 'every segment', byNobody, [part('TRANSCODED'), segment('b', 8, 9, { status: 'TRANSCODED' })], 12],
  ['READY', 'the film plays as it is', byCloud, [part('TRANSCODED'), film('PLAYABLE', forGood)], 12],
  ['READY', 'one segment plays as it is', byNobody, [part('PLAYABLE', forGood), segment('b', 8, 9, whole)], 12],
  ['COMPOSED', 'it plays until it is transcoded', byCloud, [part('TRANSCODED'), film('PLAYABLE', meanwhile)], 12],
  ['ENDED', 'a segment plays until somebody has it transcoded', byNobody, [part('PLAYABLE', meanwhile)], 12],
  [
    'PARTIAL',
    'the film has failed, a segment plays until it is transcoded',
    byCloud,
    [part('PLAYABLE', meanwhile), film('FAILED')],
    12,
  ],
  [
    'PARTIAL',
    'one segment plays as it is, the other has failed',
    byNobody,
    [part('PLAYABLE', forGood), segment('b', 8, 9, { status: 'FAILED' })],
    12,
  ],
  ['READY', 'both formats, one as it is', byCloud, [...films('TRANSCODED', 'FAILED').slice(0, 3), asItIs], 12],
  ['PARTIAL', 'part of the film', byCloud, [part('RECORDED'), film('PARTIAL')], 12],
  ['PARTIAL', 'the film has failed, a segment can be played', byCloud, [part('TRANSCODED'), film('FAILED')], 12],
  ['PARTIAL', 'the film was deleted, part of a segment can be played', byCloud, [part('PARTIAL'), film('DELETED')], 12],
  ['PARTIAL', 'the film has failed, a segment can already be played', byCloud, [part('PLAYABLE'), film('FAILED')], 12],
  ['PARTIAL', 'composing is overdue, a segment can be played', byCloud, [part('TRANSCODED')], 50],
  [
    'PARTIAL',
    'one segment, not the other',
    byNobody,
    [part('TRANSCODED'), segment('b', 8, 9, { status: 'FAILED' })],
    12,
  ],
  ['PARTIAL', 'part of a segment', byNobody, [part('PARTIAL')], 12],
  ['PARTIAL', 'one segment was deleted', byNobody, [part('TRANSCODED'), segment('b', 8, 9, { status: 'DELETED' })], 12],
  ['FAILED', 'the film', byCloud, [part('SOURCE_READY'), film('FAILED')], 12],
  ['FAILED', 'the film was deleted', byCloud, [part('RECORDED'), film('DELETED')], 12],
  ['FAILED', 'every segment', byNobody, [part('FAILED')], 12],
  ['FAILED', 'every segment was deleted', byNobody, [part('DELETED')], 12],
];

describe('the status of a session', () => {
  it.each(histories)('%s: %s', (status, _, rules, facts, minute) => {
    for (const order of [facts, facts.toReversed()]) expect(lookedAt(minute, rules, order).only.status).toBe(status);
  });

  it('MERGED: two sessions that a late segment joins', () => {
    const live = lookedAt(45, byCloud, [segment('a', 0, 30), segment('c', 60, 68)]).passTo(72);
    live.hear(segment('b', 30, 60));
    expect(new Set([...live.sessions.values()].map(({ status }) => status))).toEqual(new Set(['MERGED', 'ENDED']));
  });

  it.each([
    ['TRANSCODED', 'PARTIAL'],
    ['PARTIAL', 'PARTIAL'],
  ] as const)('our composition was refused, segments are %s: %s', (status, expected) => {
    const live = lookedAt(12, byUs, [part(status, sourced)]);
    const composeJob = { token: live.jobs[0]?.token ?? '', state: 'FAILED', errorCode: 'Forbidden' } as const;
    live.hear(composed('compose:1', 12, { kind: 'UNKNOWN', status: 'ANNOUNCED', composeJob }));
    expect(live.only).toMatchObject({ status: expected, composition: { state: 'FAILED', errorCode: 'Forbidden' } });
  });

  it('has a history for every status', () => {
    const documented = tableIn('session-status.md', '| status | the session is over, and |').map(([status]) =>
      codeIn(status),
    );
    expect(new Set([...histories.map(([status]) => status), 'MERGED'])).toEqual(new Set(documented));
  });
});

describe('when a session is over', () => {
  const first = (minutes: readonly number[], rules: PolicyChange, facts: readonly StreamFact[]) =>
    minutes.find((minute) => lookedAt(minute, rules, facts).only.status !== 'RECORDING');
  const second = 1 / 60;

  it.each<[string, number, readonly StreamFact[]]>([
    ['at once, when the cloud has begun composing it', 8.2, [part('RECORDED'), composed('film', 8.2)]],
    ['after the delay, when its last segment with the delay doesn’t reach its cycle', 11, [part('RECORDED')]],
    ['so too close to its cycle', 29, [segment('a', 0, 26)]],
    ['after the wait for another cycle, when its cycle may have cut it', 27 + 3 + 30 + 5, [segment('a', 0, 27)]],
    ['so too after a full cycle', 30 + 3 + 30 + 5, [segment('a', 0, 30)]],
  ])('%s', (_, over, facts) => {
    expect(first([over], byCloud, facts)).toBe(over);
    if (over > 9) expect(first([over - second], byCloud, facts)).toBeUndefined();
  });

  it('its end is that of its last segment, and until then unknown', () => {
    expect(lookedAt(10, byCloud, [part('RECORDED')]).only).toMatchObject({ endTime: null, closesAt: atMinute(11) });
    expect(lookedAt(11, byCloud, [part('RECORDED')]).only).toMatchObject({ endTime: atMinute(8), closesAt: null });
  });
});

describe('how long a composed video should be', () => {
  const own = (...seconds: readonly number[]) =>
    seconds.map((durationSeconds, i) => segment(`s${i}`, i, i + 1, { durationSeconds }));
  const windowed = [segment('a', 0, 20)];

  it.each<[string, readonly StreamFact[], number, boolean]>([
    ['as long as its segments', own(60, 60), 120, true],
    ['5 seconds more', own(60, 60), 125, true],
    ['more than that', own(60, 60), 125.5, false],
    ['5 seconds less', own(60, 60), 115, true],
    ['less than that', own(60, 60), 114.5, false],
    ['1 % of a long one', own(1000, 1000), 2020, true],
    ['more than 1 % of it', own(1000, 1000), 2021, false],
    ['as long as what was recorded, where segments don’t say', windowed, 1200, true],
    ['1 % more', windowed, 1212, true],
    ['more than that', windowed, 1213, false],
    ['half of it', windowed, 600, true],
    ['less than half', windowed, 599, false],
    [
      'without a failed segment',
      [...own(60, 60), segment('bad', 2, 3, { status: 'FAILED', durationSeconds: 60 })],
      120,
      true,
    ],
  ])('%s', (_, facts, durationSeconds, matches) => {
    const live = lookedAt(30, byCloud, [...facts, composed('film', 30, { durationSeconds })]);
    expect(live.only.composed).toMatchObject([{ durationMatches: matches }]);
    expect(live.only.durationMismatch).toBe(!matches);
  });

  it('isn’t said while its length isn’t known', () => {
    const live = lookedAt(30, byCloud, [...own(60), composed('film', 30)]);
    expect(live.only).toMatchObject({ durationMismatch: false, composed: [{ durationMatches: null }] });
  });
});

describe('what we compose', () => {
  const at = (minute: number, facts: readonly StreamFact[], rules: PolicyChange = byUs) =>
    lookedAt(minute, rules, facts).jobs;
  const ok = { status: 'TRANSCODED', ...sourced } as const;

  it.each<[string, readonly StreamFact[], readonly string[]]>([
    ['without a failed segment', [part('TRANSCODED', sourced), segment('b', 8, 9, { ...ok, status: 'FAILED' })], ['a']],
    ['without a deleted segment', [part('DELETED', sourced), segment('b', 8, 9, ok)], ['b']],
    ['in order of time', [segment('z', 0, 4, ok), segment('y', 4, 8, ok)], ['z', 'y']],
    [
      'of the format that most cycles have',
      [
        segment('a1', 0, 4, { ...ok, format: 'mp4' }),
        segment('a2', 0, 4, { ...ok, format: 'm3u8' }),
        segment('b1', 4, 8, { ...ok, format: 'mp4' }),
      ],
      ['a1', 'b1'],
    ],
    [
      'of the first format by name where they are even',
      [segment('a1', 0, 4, { ...ok, format: 'mp4' }), segment('a2', 0, 4, { ...ok, format: 'm3u8' })],
      ['a2'],
    ],
  ])('%s', (_, facts, videoIds) => {
    expect(at(13, facts)).toMatchObject([{ videoIds }]);
  });

  it('is nothing where no segment is left', () => {
    expect(at(13, [part('FAILED', sourced)])).toEqual([]);
    expect(at(13, [part('DELETED', sourced)])).toEqual([]);
  });

  it('is nothing where nobody or the cloud is to compose', () => {
    expect(at(200, [part('TRANSCODED', sourced)], byNobody)).toEqual([]);
    expect(at(200, [part('TRANSCODED', sourced)], byCloud)).toEqual([]);
  });

  it('is what the cloud has not begun in time, where the policy says so, and not a second earlier', () => {
    const takeOver: PolicyChange = { composed: { compose: 'cloud', takeOverAfterSeconds: 600 } };
    const overdue = 11 + 10;
    expect(at(overdue - 1 / 60, [part('TRANSCODED', sourced)], takeOver)).toEqual([]);
    expect(at(overdue, [part('TRANSCODED', sourced)], takeOver)).toHaveLength(1);
    expect(at(overdue, [part('TRANSCODED', sourced), film('ANNOUNCED')], takeOver)).toEqual([]);
  });

  it('is nothing that ended longer ago than maxActAgeSeconds, to the second', () => {
    const old: PolicyChange = { ...byUs, maxActAgeSeconds: 3600 };
    const heardAt = (minute: number) => {
      const live = new StreamUnderTest({ policy: policy(old) });
      live.hearAt(part('TRANSCODED', sourced), atMinute(minute)).passTo(minute);
      return live.jobs.length;
    };
    expect(heardAt(11 + 60)).toBe(1);
    expect(heardAt(11 + 60 + 1 / 60)).toBe(0);
  });
});
