/**
 * Shows that go ways of their own, heard of callback by callback at their own time, some twice and some late. The ledger
 * says what happened; none of it is derived from what the processors do.
 */
import { describe, expect, test } from 'vitest';
import { differences } from '../../cli/demo/compare.ts';
import { storyPolicies } from '../../cli/demo/story-policies.ts';
import { type StoryName, startEmulator, stories, storyNames } from '../../emulator/index.ts';
import { isGuess, saysOver, showOf, showsByVideo, wantedProductions } from './on-the-way.ts';
import { plainPipeline } from './pipeline.ts';
import { eveningMs, SimulatedClock } from './simulated.ts';
import { stopAfterTest } from './world.ts';

const hourMs = 3_600_000;

/** Plays it live, by a clock that jumps, and lets a day pass after it. */
async function told(story: StoryName, seed: number) {
  const { region } = stories[story];
  const clock: SimulatedClock = new SimulatedClock((url, body) => {
    const to = new URL(url).pathname.slice(1);
    pipeline.callback(JSON.parse(body) as Record<string, unknown>, to === '' ? undefined : to);
  });
  const pipeline = plainPipeline(storyPolicies(300), () => clock.now());
  const emulator = await startEmulator({
    port: 0,
    seed,
    clock,
    callbackUrl: 'http://pipeline.test/',
    regionCallbackUrls: region === undefined ? {} : { [region]: `http://pipeline.test/${region}` },
    knobs: { shuffleWindowMs: 3_000, duplicateRate: 0.2, lateRate: 0.1, lateMs: 60_000, auditBlockRate: 0 },
  });
  stopAfterTest(emulator.stop);
  emulator.play({ stories: [story], shows: 1, live: true, endsAtMs: eveningMs + 6 * hourMs });
  for (let minute = 0; minute < 30 * 60; minute += 1) clock.after(minute * 60_000, () => {});
  while (await clock.next()) {
    pipeline.settle();
    await pipeline.runJobs(emulator);
  }
  return { pipeline, ledger: emulator.ledger() };
}

/** Nobody has said how long their cycles are, and before two recordings meet nothing tells. */
const cycleUnsaid: readonly StoryName[] = ['own-cut-other-cycle', 'no-policy', 'long-show'];

describe.each(storyNames)('%s', (story) => {
  test.each([1, 2])(
    'ends as it did, was never called over before, and nothing was ordered that nobody wanted, seed %i',
    async (seed) => {
      const { pipeline, ledger } = await told(story, seed);
      expect(ledger.sessions.length).toBeGreaterThan(0);
      expect(differences(ledger, pipeline.videos, pipeline.sessions)).toEqual([]);

      const shows = showsByVideo(ledger);
      const early = pipeline.said.flatMap(({ atMs, session }) => {
        const show = session && saysOver(session) ? showOf(shows, session) : undefined;
        if (!session || !show || atMs >= show.overTime) return [];
        if (cycleUnsaid.includes(story) && session.segments.length <= show.containers) return [];
        return [`${new Date(atMs).toISOString()}: ${session.sessionId} is ${session.status}`];
      });
      expect(early).toEqual([]);
      const guesses = pipeline.said.flatMap(({ session }) => {
        const show = session && saysOver(session) ? showOf(shows, session) : undefined;
        return session && show && isGuess(show, session) && !cycleUnsaid.includes(story) ? [session.sessionId] : [];
      });
      expect(guesses).toEqual([]);

      const produced = pipeline.planned.productions.map(({ videoIds }) => videoIds.join(' ')).sort();
      expect(produced).toEqual(wantedProductions(ledger));
      const wanted = ledger.videos.filter(
        ({ kind, sourceReadyTime }) =>
          sourceReadyTime !== null &&
          (['abroad', 'at-home'].includes(story) || (story.startsWith('own-cut') && kind === 'COMPOSED')),
      );
      const jobs = pipeline.planned.transcodes.map(({ videoId, region }) => `${videoId} ${region}`).sort();
      expect(jobs).toEqual(wanted.map(({ videoId, region }) => `${videoId} ${region}`).sort());
    },
  );
});
