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
  const old = before === null ? null : snapshotOf(before, after.revision);
  const now = snapshotOf(after, after.revision);
  const facts: StreamFact[] = [];
  if (old !== null && (now === null || !sameValue(old.stream, now.stream))) facts.push({ ...old, removed: true });
  if (now !== null && !(old !== null && sameValue(old, now))) facts.push(now);
  return facts;
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
    const said = composeStates[fact.kind];
    if (said === undefined || fact.job?.token == null || fact.job.clip !== null) continue;
    if (best === null || weights[said] > weights[best.state])
      best = { token: fact.job.token, state: said, errorCode: entry.errorCode };
  }
  return best;
}

const composeStates: Readonly<Partial<Record<Fact['kind'], ComposeJobFact['state']>>> = {
  COMPOSE_ACKNOWLEDGED: 'ACKNOWLEDGED',
  COMPOSE_FAILED: 'FAILED',
  COMPOSE_IN_DOUBT: 'IN_DOUBT',
};

const weights: Readonly<Record<ComposeJobFact['state'], number>> = { ACKNOWLEDGED: 2, FAILED: 1, IN_DOUBT: 0 };
