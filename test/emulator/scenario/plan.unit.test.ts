import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ShowPlan } from '../../../emulator/scenario/fact.ts';
import { planShows } from '../../../emulator/scenario/plan.ts';
import { type Practice, practices, profiles } from '../../../emulator/scenario/practice.ts';
import { builtInTemplateGroups, type TemplateGroup } from '../../../emulator/scenario/templates.ts';

const groups = new Map(builtInTemplateGroups.map((group) => [group.templateGroupId, group]));
const groupOf = (id: string): TemplateGroup => {
  const group = groups.get(id);
  if (!group) throw new Error(`no template group ${id}`);
  return group;
};

const quiet = {
  analysisRate: 0.3,
  renditionFailureRate: 0.04,
  brokenSourceRate: 0,
  composeSkipRate: 0,
  composeFailRate: 0,
  workflowFailRate: 0,
};

function plan(
  seed: number,
  wanted: readonly Practice[] = practices,
  showsPerPractice = 2,
  faults: Partial<typeof quiet> = {},
): ShowPlan[] {
  return planShows({
    seed,
    take: 1,
    practices: wanted,
    streams: [],
    stories: [],
    showsPerPractice,
    showSeconds: 10_800,
    endsAtMs: Date.UTC(2026, 2, 1, 12),
    composeLimit: 40,
    faults: { ...quiet, ...faults },
    profileOf: (practice) => profiles[practice],
    groupOf,
  });
}

const kindsOf = (show: ShowPlan, kind: 'SEGMENT' | 'COMPOSED') => {
  const ids = new Set(show.videos.filter((video) => video.kind === kind).map((video) => video.videoId));
  return new Set(show.happenings.filter((one) => ids.has(one.videoId)).map((one) => one.fact.kind));
};

const composedOf = (show: ShowPlan, sessionId: string) =>
  show.videos.find((video) => video.kind === 'COMPOSED' && video.sessionId === sessionId)?.videoId;

describe('a plan', () => {
  test('is the same for the same seed and another for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(8)[0]?.videos[0]?.videoId).not.toBe(plan(7)[0]?.videos[0]?.videoId);
  });

  test('has an interruption under and one over 180 s in each practice', () => {
    for (const show of plan(3, ['1'], 1)) {
      expect(show.sessions).toHaveLength(2);
      const recorded = show.videos.map((video) => (video.recording?.endTime ?? 0) - (video.recording?.startTime ?? 0));
      const played = show.videos.reduce((sum, video) => sum + video.durationSeconds * 1000, 0);
      const [first, last] = [show.sessions[0], show.sessions.at(-1)];
      const inSessions = show.sessions.reduce((sum, session) => sum + session.endTime - session.startTime, 0);
      expect((last?.startTime ?? 0) - (first?.endTime ?? 0)).toBeGreaterThan(180_000);
      expect(inSessions - played).toBeGreaterThan(15_000);
      expect(inSessions).toBeGreaterThanOrEqual(recorded.reduce((sum, length) => sum + length, 0));
    }
  });

  test('practice 1: every recorded file is transcoded, nothing is composed', () => {
    for (const show of plan(5, ['1'])) {
      expect(show.videos.every((video) => video.kind === 'SEGMENT')).toBe(true);
      expect([...kindsOf(show, 'SEGMENT')]).toEqual(expect.arrayContaining(['recorded', 'transcoded']));
      const completed = show.happenings.filter((one) => one.fact.kind === 'transcoded');
      expect(completed).toHaveLength(show.videos.length);
    }
  });

  test('practice 2: recorded and stored, nothing else', () => {
    for (const show of plan(5, ['2'])) {
      const seen = new Set(show.happenings.map((one) => one.fact.kind));
      seen.delete('analysed');
      expect(seen).toEqual(new Set(['recorded', 'source-ready']));
    }
  });

  test('practice 3a: each session is composed from all its files and the composition transcoded', () => {
    for (const show of plan(5, ['3a'])) {
      expect(show.videos.filter((video) => video.kind === 'COMPOSED')).toHaveLength(show.sessions.length);
      expect(kindsOf(show, 'COMPOSED')).toContain('transcoded');
      for (const session of show.sessions) {
        const byId = new Map(show.videos.map((video) => [video.videoId, video]));
        const seconds = session.segmentIds.reduce((sum, id) => sum + (byId.get(id)?.durationSeconds ?? 0), 0);
        expect(byId.get(composedOf(show, session.sessionId) ?? '')?.durationSeconds).toBeCloseTo(seconds, 0);
      }
    }
  });

  test('practice 3b: the composition waits for its user', () => {
    for (const show of plan(5, ['3b'])) {
      expect(kindsOf(show, 'SEGMENT')).toContain('transcoded');
      const seen = kindsOf(show, 'COMPOSED');
      seen.delete('analysed');
      expect(seen).toEqual(new Set(['compose-started', 'source-ready']));
    }
  });

  test('keeps causes before effects and whole seconds, for any seed', () => {
    fc.assert(
      fc.property(fc.integer(), fc.constantFrom(...practices), (seed, practice) => {
        for (const show of plan(seed, [practice], 1)) {
          for (const video of show.videos) {
            const own = show.happenings.filter((one) => one.videoId === video.videoId);
            const at = (kind: string) => own.find((one) => one.fact.kind === kind)?.atMs ?? null;
            const ready = at('source-ready') ?? 0;
            expect(own.every((one) => one.atMs % 1000 === 0)).toBe(true);
            expect(ready).toBeGreaterThanOrEqual(at('recorded') ?? at('compose-started') ?? Number.NaN);
            expect(at('transcode-taken') ?? ready).toBeGreaterThanOrEqual(ready);
            expect(video.recording === null || (at('recorded') ?? 0) > video.recording.endTime).toBe(true);
            for (const { atMs, fact } of own) {
              if (fact.kind === 'stream-transcoded') expect(atMs - fact.job.finishMs).toBeGreaterThanOrEqual(0);
            }
          }
          for (const session of show.sessions.filter((one) => one.composedBy === 'cloud')) {
            const start = show.happenings.find((one) => one.videoId === composedOf(show, session.sessionId))?.atMs ?? 0;
            expect(start).toBeGreaterThan(session.endTime + (session.endedBy === 'command' ? 0 : 180_000));
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});
