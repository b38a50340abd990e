import { differences } from '../../cli/demo/compare.ts';
import type { Ledger, LedgerVideo } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { wrongCompositions } from './compositions.ts';
import { earlyEnds } from './early-ends.ts';
import { isFollowed } from './mix.ts';
import type { Decoded, Outputs } from './outputs.ts';
import { wrongLetters } from './unusable.ts';

/** What is known without looking at any topic. */
export type Known = {
  readonly ledger: Ledger;
  /** Callbacks that nobody can use, sent among the others. */
  readonly unusable: number;
};

/** Everything in which the topics differ from what they must hold; a line each. */
export function judge({ ledger, unusable }: Known, outputs: Outputs): string[] {
  const { videos, sessions, jobs, compositions } = outputs;
  return [
    ...judgeStates(ledger, { videos: lastOf(videos), sessions: lastOf(sessions) }),
    ...notRising('video-state', videos),
    ...notRising('session-state', sessions),
    ...earlyEnds(ledger, sessions, isFollowed),
    ...wrongJobs(ledger, jobs),
    ...wrongCompositions(ledger, compositions),
    ...wrongLetters(unusable, outputs),
  ];
}

type States = {
  readonly videos: ReadonlyMap<string, VideoState>;
  readonly sessions: ReadonlyMap<string, SessionState>;
};

/** The same about the last state of every video and session alone. */
export function judgeStates(ledger: Ledger, { videos, sessions }: States): string[] {
  return [
    ...differences(ledger, videos, sessions).map(
      ({ entity, field, cloud, pipeline }) =>
        `${entity} ${field}: cloud ${JSON.stringify(cloud)}, pipeline ${JSON.stringify(pipeline)}`,
    ),
    ...ledger.sessions.flatMap(({ sessionId, status }) => {
      const is = sessions.get(sessionId)?.status;
      return is === undefined || is === status ? [] : [`session ${sessionId} status: cloud ${status}, pipeline ${is}`];
    }),
  ];
}

function lastOf<T>(records: readonly Decoded<T>[]): Map<string, T> {
  const last = new Map<string, T>();
  for (const { key, value } of records) {
    if (value === null) last.delete(key);
    else last.set(key, value);
  }
  return last;
}

/** A key's records lie in one partition, each with a higher revision than the one before it. */
function notRising(topic: string, records: readonly Decoded<{ readonly revision: number }>[]): string[] {
  return [...Map.groupBy(records, (record) => record.key)].flatMap(([key, all]) => {
    const found: string[] = [];
    if (new Set(all.map((record) => record.partition)).size > 1) found.push(`${topic} ${key}: in several partitions`);
    let before = -1;
    for (const { value, offset } of all.toSorted((a, b) => a.offset - b.offset)) {
      if (value === null) continue;
      if (value.revision <= before) {
        found.push(`${topic} ${key}: revision ${value.revision} at offset ${offset} comes after revision ${before}`);
      }
      before = value.revision;
    }
    return found;
  });
}

/** Practice 2 leaves the segments' transcode to the pipeline, 3b that of the composed video. */
function wrongJobs(ledger: Ledger, jobs: readonly Decoded<TranscodeJob>[]): string[] {
  const expected = new Set(ledger.videos.filter(needsOurJob).map((video) => video.videoId));
  const planned = Map.groupBy(jobs, (job) => job.key);
  const tokens = Map.groupBy(jobs, (job) => job.value?.token ?? 'none');
  return [
    ...[...expected].filter((videoId) => !planned.has(videoId)).map((videoId) => `no job for video ${videoId}`),
    ...[...planned].flatMap(([videoId, { length }]) => {
      if (!expected.has(videoId)) return [`a job for video ${videoId}, which needs none`];
      return length > 1 ? [`${length} jobs for video ${videoId}`] : [];
    }),
    ...[...tokens].flatMap(([token, { length }]) => (length > 1 ? [`${length} jobs with token ${token}`] : [])),
  ];
}

function needsOurJob({ practice, kind, sourceReadyTime, composeStartTime }: LedgerVideo): boolean {
  if (sourceReadyTime === null) return false;
  if (practice === '2') return kind === 'SEGMENT';
  return practice === '3b' && kind === 'COMPOSED' && composeStartTime !== null;
}
