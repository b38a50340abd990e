/**
 * Shows first: what was pushed, stopped and composed is made up before there is any recording, so the sessions are known
 * without a rule about segments. Only what the facts can't tell apart is left out: two films begun at once, and a re-push
 * before the film of what was stopped has begun.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Push, record } from '../../../emulator/scenario/recording.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { check } from '../../support/property.ts';
import { composed, minuteMs, policy, StreamUnderTest, segment, startMs } from './stream.ts';

const cycleSeconds = 1800;
const disconnectDelaySeconds = 180;

type Show = {
  /** Seconds; a pause before each part but the first, too short to end the show. */
  readonly parts: readonly { readonly pause: number; readonly seconds: number }[];
  readonly stopped: boolean;
  /** Seconds from Live's end of the stream to the start of its film. */
  readonly filmAfter: number;
  /** Seconds to the next show, from the end of the push. */
  readonly restStopped: number;
  readonly rest: number;
};

const long = fc.integer({ min: 184, max: 14_400 });
const show: fc.Arbitrary<Show> = fc.record({
  parts: fc.array(fc.record({ pause: fc.integer({ min: 1, max: 178 }), seconds: fc.integer({ min: 60, max: 7200 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  stopped: fc.boolean(),
  filmAfter: fc.integer({ min: 5, max: 27 }),
  restStopped: fc.oneof(fc.integer({ min: 31, max: 179 }), long),
  rest: long,
});

type Played = { readonly facts: readonly StreamFact[]; readonly sessions: readonly unknown[] };

function play(shows: readonly Show[], lastFilmFails: boolean): Played {
  const facts: StreamFact[] = [];
  const sessions: unknown[] = [];
  const minute = (atMs: number) => (atMs - startMs) / minuteMs;
  let atMs = startMs;
  for (const [index, one] of shows.entries()) {
    const pushes: Push[] = [];
    for (const [part, { pause, seconds }] of one.parts.entries()) {
      const fromMs = atMs + (part === 0 ? 0 : pause * 1000);
      atMs = fromMs + seconds * 1000;
      pushes.push({ startMs: fromMs, endMs: atMs });
    }
    const endedBy = one.stopped ? 'command' : 'time-out';
    const files = record(pushes, { cycleSeconds, disconnectDelaySeconds, endedBy }).flatMap(({ cuts }) => cuts);
    const ids = files.map((_, file) => `show${index}-file${String(file).padStart(2, '0')}`);
    for (const [file, cut] of files.entries())
      facts.push(segment(ids[file] ?? '', minute(cut.startMs), minute(cut.endMs), { status: 'TRANSCODED' }));
    const filmMs = atMs + ((one.stopped ? 0 : disconnectDelaySeconds) + one.filmAfter) * 1000;
    const fails = lastFilmFails && index === shows.length - 1;
    const films = [`show${index}-film`];
    facts.push(composed(films[0] ?? '', minute(filmMs), { status: fails ? 'FAILED' : 'TRANSCODED' }));
    if (fails) {
      films.push(`show${index}-film-again`);
      facts.push(composed(films[1] ?? '', minute(filmMs) + 12, { status: 'TRANSCODED' }));
    }
    sessions.push({ startTime: pushes[0]?.startMs, endTime: atMs, status: 'READY', files: ids, films });
    atMs += (one.stopped ? one.restStopped : one.rest) * 1000;
  }
  return { facts, sessions };
}

it('the sessions are the shows that were played, each with its own film', { timeout: 300_000 }, () => {
  const evening = fc
    .tuple(fc.array(show, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([shows, fails]) => play(shows, fails))
    .chain(({ facts, sessions }) =>
      fc.tuple(fc.shuffledSubarray([...facts], { minLength: facts.length }), fc.constant(sessions)),
    );
  check(
    'shows',
    fc.property(evening, ([facts, sessions]) => {
      const recording = { cycleSeconds, cycleTold: true, disconnectDelaySeconds, graceSeconds: 300 };
      const live = new StreamUnderTest({ policy: policy({ recording }) }).hear(...facts).passTo(5 * 24 * 60);
      const found = live.current.map(({ startTime, endTime, status, segments, composed: films }) => ({
        ...{ startTime, endTime, status },
        files: segments.map(({ videoId }) => videoId),
        films: films.map(({ videoId }) => videoId),
      }));
      expect(found).toEqual(sessions);
    }),
  );
});
