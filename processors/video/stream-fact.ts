import type { ComposeJobFact, LiveRecordFact, StreamFact, StreamRef } from '../../schemas/generated/StreamFact.ts';
import type { Fact, JobState, VideoState } from '../../schemas/generated/VideoState.ts';
import { clipFactOf } from './clip-fact.ts';
import { sameValue } from './conflicts.ts';
import { containerOf } from './container.ts';
import { eventsOf } from './events.ts';

/**
 * What a change of a video means for its stream: a whole snapshot where anything in it changed, and one with `removed`
 * for the stream that the video turned out not to belong to. Empty while no stream is known.
 */
export function streamFactsOf(before: VideoState | null, after: VideoState): readonly StreamFact[] {
  const now = snapshotOf(after, after.revision);
  if (before === null || before.stream === null) return now === null ? [] : [now];
  if (now !== null && sameValue(before.stream, now.stream)) return isSaidBy(now, before) ? [] : [now];
  const old = snapshotOf(before, after.revision);
  const facts: StreamFact[] = old === null ? [] : [{ ...old, removed: true }];
  if (now !== null) facts.push(now);
  return facts;
}

/** What a snapshot says of itself, or derives. */
type Derived =
  | 'videoId'
  | 'stream'
  | 'removed'
  | 'videoRevision'
  | 'live'
  | 'format'
  | 'sourceOnly'
  | 'composeJob'
  | 'clip';

/** What a snapshot takes over from the state as it is; the likeliest to change first. */
const copied = Object.keys({
  status: true,
  kind: true,
  recording: true,
  recordedTime: true,
  composeStartTime: true,
  sourceReadyTime: true,
  firstPlayableTime: true,
  transcodedTime: true,
  durationSeconds: true,
  errorCode: true,
  errorMessage: true,
  region: true,
} satisfies Record<Exclude<keyof StreamFact, Derived>, true>) as Exclude<keyof StreamFact, Derived>[];

/** Whether an earlier state of the same stream says the same as a snapshot. A snapshot of its own would be made in vain. */
function isSaidBy(now: StreamFact, before: VideoState): boolean {
  for (const field of copied) if (!sameValue(before[field], now[field])) return false;
  return (
    containerOf(before.sourceUrl) === now.format &&
    sourceOnlyOf(before) === now.sourceOnly &&
    sameValue(composeJobOf(before), now.composeJob) &&
    sameValue(clipFactOf(before), now.clip)
  );
}

function snapshotOf(state: VideoState, videoRevision: number): StreamFact | null {
  if (state.stream === null) return null;
  return {
    videoId: state.videoId,
    stream: state.stream,
    kind: state.kind,
    status: state.status,
    recording: state.recording,
    recordedTime: state.recordedTime,
    composeStartTime: state.composeStartTime,
    sourceReadyTime: state.sourceReadyTime,
    firstPlayableTime: state.firstPlayableTime,
    transcodedTime: state.transcodedTime,
    durationSeconds: state.durationSeconds,
    format: containerOf(state.sourceUrl),
    errorCode: state.errorCode,
    errorMessage: state.errorMessage,
    removed: false,
    videoRevision,
    composeJob: composeJobOf(state),
    region: state.region,
    live: null,
    clip: clipFactOf(state),
    sourceOnly: sourceOnlyOf(state),
  };
}

/** What ApsaraVideo Live says of a stream. To earlier releases it is a video that doesn't belong to it. */
export function liveFactOf(stream: StreamRef, live: LiveRecordFact): StreamFact {
  return {
    ...{ videoId: 'live', stream, kind: 'UNKNOWN', status: 'ANNOUNCED', recording: null, recordedTime: null },
    ...{ composeStartTime: null, sourceReadyTime: null, firstPlayableTime: null, transcodedTime: null },
    ...{ durationSeconds: null, format: null, errorCode: null, errorMessage: null, removed: true },
    ...{ videoRevision: 0, composeJob: null, region: null, live, clip: null, sourceOnly: 'NO' },
  };
}

/** Whether nothing but the source can be played, and whether that is all there is to be. */
export function sourceOnlyOf({ status, sourcePlays, renditions, jobs }: VideoState): StreamFact['sourceOnly'] {
  const isOnly =
    status === 'PLAYABLE' && sourcePlays === true && renditions.every((one) => one.superseded || one.audioOnly);
  if (!isOnly) return 'NO';
  const isLeft = jobs.some(({ leftAsIs }) => leftAsIs) && jobs.every(({ state }) => ended.includes(state));
  return isLeft ? 'FOR_GOOD' : 'MEANWHILE';
}

/** What isn't to be, or has come to nothing. */
const ended: readonly JobState[] = ['DECIDED', 'DONE', 'FAILED'];

/** What became of a composition that this pipeline asked for: an acknowledgement outweighs a failure, that a doubt. */
function composeJobOf(state: VideoState): ComposeJobFact | null {
  let best: ComposeJobFact | null = null;
  for (const { entry, fact } of eventsOf(state)) {
    const { job, kind } = fact;
    if (job === null || job.token === null || job.clip !== null) continue;
    const said = composeStates[kind];
    if (said === undefined) continue;
    if (best === null || weights[said] > weights[best.state])
      best = { token: job.token, state: said, errorCode: entry.errorCode };
  }
  return best;
}

const composeStates: Readonly<Partial<Record<Fact['kind'], ComposeJobFact['state']>>> = {
  COMPOSE_ACKNOWLEDGED: 'ACKNOWLEDGED',
  COMPOSE_FAILED: 'FAILED',
  COMPOSE_IN_DOUBT: 'IN_DOUBT',
};

const weights: Readonly<Record<ComposeJobFact['state'], number>> = { ACKNOWLEDGED: 2, FAILED: 1, IN_DOUBT: 0 };
