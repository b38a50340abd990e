/** What must hold of the records of a stream, whatever came (docs/session-status.md, "How it is kept"). */
import { expect } from 'vitest';
import type { SessionPolicy } from '../../../processors/session/index.ts';
import { placeOf, windowOf } from '../../../processors/session/times.ts';
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';
import type { StreamState, StreamVideo } from '../../../schemas/generated/StreamState.ts';
import { dayMs, StreamUnderTest, streamKey } from './stream.ts';

const dayOf = (ms: number) => Math.floor(ms / dayMs);

type Kind = 's' | 'd' | 'v' | 'c';
function recordsOf(live: StreamUnderTest, kind: Kind): ReadonlyMap<string, StreamState> {
  const prefix = `${streamKey}/${kind}/`;
  return new Map(
    [...live.states].flatMap(([key, state]) => (key.startsWith(prefix) ? [[key.slice(prefix.length), state]] : [])),
  );
}

/** Everything is in one record, and every record beside the stream's own is found by time, by video and by composition. */
export function expectFound(live: StreamUnderTest): void {
  const own = live.state;
  const pages = [...recordsOf(live, 's')].map(([start, state]) => ({ startMs: Number(start), ...state }));
  const ids = [...(own?.videos ?? []), ...pages.flatMap(({ videos }) => videos)].map(({ videoId }) => videoId);
  expect(new Set(ids).size).toBe(ids.length);
  const composedOf = new Map(
    pages.flatMap(({ compositions }) => compositions.map((one) => [jobOf(one.token), one.sessionStart])),
  );
  const homeOf = (video: StreamVideo) => composedOf.get(jobOf(video.composeJob?.token ?? '')) ?? placeOf(video);
  expect(pointers(live, 'v')).toEqual(
    new Map(pages.flatMap(({ videos }) => videos.map((video) => [video.videoId, homeOf(video)]))),
  );
  expect(pointers(live, 'c')).toEqual(composedOf);
  const listed = new Map<string, number[]>();
  for (const { startMs, videos, sessions, compositions } of pages.toSorted((a, b) => a.startMs - b.startMs)) {
    const ends = [
      ...videos.map((video) => windowOf(video)?.endMs ?? homeOf(video)),
      ...sessions.map(({ endTime }) => endTime),
      ...compositions.map(({ sessionStart }) => sessionStart),
    ];
    for (let at = dayOf(startMs); at <= dayOf(Math.max(startMs, ...ends)); at += 1)
      listed.set(String(at), [...(listed.get(String(at)) ?? []), startMs]);
  }
  expect(new Map([...recordsOf(live, 'd')].map(([key, state]) => [key, state.pages]))).toEqual(listed);
  expect(own?.archived ?? 0).toBe(pages.length);
  const newest = live.current.slice(-3).map(({ startTime }) => startTime);
  const inOwn = own?.sessions.filter(({ mergedInto }) => mergedInto === null) ?? [];
  expect(inOwn.length).toBeLessThanOrEqual(3);
  for (const { startTime } of inOwn) expect(newest).toContain(startTime);
}

const jobOf = (token: string) => token.slice(0, token.lastIndexOf('-'));
const pointers = (live: StreamUnderTest, kind: Kind) =>
  new Map([...recordsOf(live, kind)].map(([key, state]) => [key, state.pointer]));

const byText = (a: string, b: string) => (a < b ? -1 : 1);

/** The stream as it is kept, beside one that looks at the whole history each time: after each step both have said the same. */
export function bothWays(policy: SessionPolicy) {
  const live = new StreamUnderTest({ policy });
  const whole = new StreamUnderTest({ policy, alone: true });
  const said = (one: StreamUnderTest) => ({
    sessions: [...one.sessions.values()]
      .map(({ revision: _, ...rest }) => rest)
      .toSorted((a, b) => a.startTime - b.startTime),
    facts: one.facts,
    deleted: [...one.tombstones].toSorted(([a], [b]) => byText(a, b)),
    jobs: one.jobs,
    records: one.emissions.map(({ key }) => key).toSorted(byText),
  });
  const compare = () => {
    expectFound(live);
    expect(said(live)).toEqual(said(whole));
    return live;
  };
  return {
    live,
    hear(...facts: readonly StreamFact[]) {
      for (const fact of facts) {
        live.hear(fact);
        whole.hear(fact);
        compare();
      }
      return live;
    },
    passTo(minute: number) {
      live.passTo(minute);
      whole.passTo(minute);
      return compare();
    },
  };
}
