import type { ClipFact } from '../../schemas/generated/StreamFact.ts';
import type { Fact, VideoState } from '../../schemas/generated/VideoState.ts';
import { failed } from '../callback/index.ts';
import { type Event, eventsOf, timeOf } from './events.ts';

/**
 * What the events say of a clip: the request, and what became of it, of which an acknowledgement outweighs a failure, that
 * a doubt. Null where they speak of none.
 */
export function clipFactOf(state: VideoState): ClipFact | null {
  let best: ClipFact | null = null;
  let decisive: Event | null = null;
  let asked: Pick<ClipFact, 'requestedAt' | 'templateGroupId' | 'parts'> | null = null;
  for (const event of eventsOf(state)) {
    const { entry, fact } = event;
    if (fact.job === null) continue;
    const said = clipStates[fact.kind];
    const { clip, token, templateGroupId } = fact.job;
    if (said === undefined || clip === null || token === null) continue;
    const { from, to, title, parts } = clip;
    if (said === 'REQUESTED')
      asked = { requestedAt: entry.eventTime === 0 ? null : entry.eventTime, templateGroupId, parts };
    if (best !== null && weights[said] <= weights[best.state]) continue;
    const { errorCode } = entry;
    decisive = event;
    best = {
      token,
      state: said,
      errorCode,
      from,
      to,
      title,
      templateGroupId,
      requestedAt: null,
      parts: [],
      ...unended,
    };
  }
  if (best === null || decisive === null) return null;
  return { ...best, ...(best.state === 'ACKNOWLEDGED' ? endOfVideo(state) : endOfCall(best, decisive)), ...asked };
}

const unended = { errorMessage: null, finishedAt: null };

type Ending = Pick<ClipFact, 'errorCode' | 'errorMessage' | 'finishedAt'>;

function endOfCall({ state, errorCode }: ClipFact, event: Event): Ending {
  const isEnd = state === 'FAILED';
  return { errorCode, errorMessage: event.fact.errorMessage, finishedAt: isEnd ? timeOf(event) : null };
}

/** The clip is there with the source of its video. */
function endOfVideo(state: VideoState): Ending {
  if (state.status !== 'FAILED') return { errorCode: null, errorMessage: null, finishedAt: state.sourceReadyTime };
  const last = eventsOf(state).findLast(({ entry }) => failed(entry));
  return {
    errorCode: state.errorCode,
    errorMessage: state.errorMessage,
    finishedAt: last === undefined ? null : timeOf(last),
  };
}

const clipStates: Readonly<Partial<Record<Fact['kind'], ClipFact['state']>>> = {
  // A kind that earlier releases can read.
  OTHER: 'REQUESTED',
  COMPOSE_ACKNOWLEDGED: 'ACKNOWLEDGED',
  COMPOSE_FAILED: 'FAILED',
  COMPOSE_IN_DOUBT: 'IN_DOUBT',
};

const weights: Readonly<Record<ClipFact['state'], number>> = { ACKNOWLEDGED: 3, FAILED: 2, IN_DOUBT: 1, REQUESTED: 0 };
