/**
 * What these give is stored and sent: a token must name the same segments, and a digest the same record, in every release.
 * Else an upgrade orders compositions again, and says every session again.
 */
import { describe, expect, it } from 'vitest';
import { tokenOf } from '../../../processors/session/composition-parts.ts';
import { digest } from '../../../processors/session/digest.ts';
import { videoOf } from '../../../processors/session/facts.ts';
import { sessionsOf } from '../../../processors/session/index.ts';
import { contentOf, digestOf, mergedContentOf } from '../../../processors/session/record.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import { rules, segment } from './stream.ts';

describe('a digest', () => {
  it.each<[readonly (string | number | boolean | null)[], number, string, string]>([
    [[], 4107145358828689, '1aee976d4c276491', '587cfcc3062c8c29'],
    [['ab'], 7368865858423357, 'd59a2df1c7e38a3d', '46178f1788b81657'],
    [['a', 'b'], 1676079982953881, '7665f462c7ffc599', '91e819c192d39396'],
    [[''], 5418615442075411, 'a1f34033b8996f13', '376c218c1e9e9ad9'],
    [['中\uffff'], 6777198358472385, '425813d374baa6c1', '099e8e4fc370afb2'],
    [[-1], 3680857033815624, 'da8d13b84ff83648', 'fddc00c6ab9a8bbd'],
    [[4294967295], 3262391494496536, 'ebeb9720b625d118', '721f76be269b636a'],
    [[-1772359200000], 2502442974350503, '8548e3f5688e8ca7', '3334e4507a5208d9'],
    [[8.64e15], 6996712048895787, '47b8db78f845272b', '15b798e3c4c1db21'],
    [['a', 1, null, true, false, 'm3u8', 1772359200000], 2736033578359103, '93a9b8687588193f', '77d66c1bc6e36150'],
  ])('of %j is what it always was', (values, number, hex, other) => {
    const of = (seed?: number) => {
      const sum = digest(seed);
      for (const value of values) sum.add(value);
      return sum;
    };
    expect([of().number(), of().hex(), of(2).hex()]).toEqual([number, hex, other]);
  });

  it('is 64 bits as 16 digits, and 53 bits as a number', () => {
    for (let index = 0; index < 600; index += 1) {
      expect(digest().add(index).hex()).toMatch(/^[0-9a-f]{16}$/);
      expect(digest().add(index).number()).toBeLessThan(2 ** 53);
    }
  });
});

const groupOf = (...ids: readonly string[]) => {
  const videos = ids.map((id, index) => videoOf(segment(id, index, index + 1)));
  const [session] = sessionsOf(videos, rules(), 0).sessions;
  if (!session) throw new Error('no session');
  return session;
};

it('a token names the segments in their order, and the generation', () => {
  const { group } = groupOf('a', 'b');
  expect(tokenOf(group, 0)).toBe('lvc-8d11118a49ad5f7891e819c192d39396-0');
  expect(tokenOf(group, 3)).toBe('lvc-8d11118a49ad5f7891e819c192d39396-3');
  expect(tokenOf(groupOf('b', 'a').group, 0)).not.toBe(tokenOf(group, 0));
  expect(tokenOf(groupOf('a').group, 0)).not.toBe(tokenOf(group, 0));
});

describe('whether there is something new to say', () => {
  const film = { composeStartTime: 3, sourceReadyTime: 4, transcodedTime: 5, format: 'mp4', durationMatches: true };
  const content: ReturnType<typeof contentOf> = {
    ...contentOf(groupOf('a', 'b')),
    gaps: [{ startTime: 1, endTime: 2 }],
    composed: [{ videoId: 'film', status: 'TRANSCODED', ours: false, ...film }],
    composition: { token: 't', reason: 'POLICY', state: 'DONE', mediaId: 'm', errorCode: 'E' },
    liveRecording: {
      ...{ state: 'PAUSED', startedTime: 6, pausedTime: 7, resumedTime: 8, endedTime: 9, fileTime: 10 },
    },
    clips: [
      {
        ...{ token: 'k', state: 'DONE', from: 1, to: 2, title: 'goal', templateGroupId: 'g', videoId: 'clip' },
        ...{ status: 'TRANSCODED', errorCode: 'E', requestedAt: 3 },
        ...{ errorMessage: 'why', plannedAt: 4, finishedAt: 5 },
        parts: [{ videoId: 'a', inSeconds: 1.5, outSeconds: 2.5 }],
      },
    ],
  };

  /** The content with each of its values changed, one at a time, by where it is. */
  function* changed(value: unknown, at: string): Generator<[string, unknown]> {
    if (Array.isArray(value)) {
      yield [at, value.slice(1)];
      yield [at, [...value, ...value]];
    }
    if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        for (const [where, other] of changed(inner, `${at}.${key}`))
          yield [where, Array.isArray(value) ? value.with(Number(key), other) : { ...value, [key]: other }];
      return;
    }
    if (typeof value === 'boolean') yield [at, !value];
    else yield [at, typeof value === 'number' ? value + 1 : `${value}x`];
    if (value !== null) yield [at, null];
  }

  it('shows in every field of a record', () => {
    const all = [...changed(content, '')];
    expect(all.length).toBeGreaterThan(50);
    for (const [where, other] of all)
      expect([where, digestOf(other as typeof content)]).not.toEqual([where, digestOf(content)]);
    expect(digestOf({ ...content, composition: null })).not.toBe(digestOf(content));
    // What was said before there were clips isn't said again.
    expect(digestOf({ ...contentOf(groupOf('a', 'b')), clips: [] })).toBe(digestOf(contentOf(groupOf('a', 'b'))));
  });

  it('does not show in what comes out the same', () => {
    expect(digestOf(structuredClone(content))).toBe(digestOf(content));
  });
});

it('a redirect carries no mark and nothing of the session that it was', () => {
  const expected: Omit<SessionState, 'sessionId' | 'stream' | 'revision'> = {
    ...{ status: 'MERGED', startTime: 1, endTime: 2, mergedInto: 'other', closesAt: null, composition: null },
    ...{ segments: [], gaps: [], composed: [], composeExpected: false, composeMissing: false, durationMismatch: false },
    ...{ segmentLimitExceeded: false, overlapping: false, truncated: false, settled: false, composedSurplus: false },
    timesBounded: false,
    liveRecording: null,
    clips: [],
    compositionHold: null,
  };
  expect(mergedContentOf(1, 2, 'other')).toEqual(expected);
});
