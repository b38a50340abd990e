import type { VideoState } from '../../schemas/generated/VideoState.ts';
import type { VideoEvent } from '../callback/index.ts';
import { compactFacts } from './compaction.ts';
import { addEvent, type EventSet, emptySet } from './event-set.ts';
import { eventsOf, timelineOf } from './events.ts';
import { ledgerOf } from './ledger.ts';
import { holdOf, stepLedgerOf } from './steps.ts';
import { subjectOf } from './subject.ts';
import { summaryOf } from './summary.ts';

type Decisions = Pick<VideoState, 'jobs' | 'steps' | 'notStarted' | 'sourcePlays'>;

/**
 * A video: the set of its events, what was decided about it, and since when it is retired. All else that its state says
 * is a view of these.
 */
type Video = {
  readonly videoId: string;
  readonly set: EventSet;
  readonly decisions: Decisions;
  readonly retiredAt: number | null;
  /** Something came after it was retired. */
  readonly late: boolean;
  /** Records written so far. */
  readonly revision: number;
};

/**
 * - `applied`: the event is new.
 * - `merged`: it contradicts a copy of the same event, and the state now holds what both amount to.
 * - `truncated`: there was no room for it; the state says so from now on.
 * - `full`: there was no room again.
 * - `duplicate`: nothing changed, nothing is to be written.
 */
export type Evolved =
  | { readonly changed: true; readonly result: 'applied' | 'merged' | 'truncated'; readonly state: VideoState }
  | { readonly changed: false; readonly result: 'duplicate' | 'full' };

/**
 * Adds one event to a video (null: not seen before) and derives the state anew from all of them. Any order and any
 * repetition of the same events gives the same state, but for `receivedAt` and `source`. Pure; never throws.
 */
export function evolve(state: VideoState | null, event: VideoEvent): Evolved {
  const before = videoOf(state, event.subjectId);
  const added = addEvent(before.set, { entry: event.entry, fact: event.fact }, event.formerId);
  if (added.kind === 'duplicate') return { changed: false, result: 'duplicate' };
  if (added.set === null) return { changed: false, result: 'full' };
  const { revision, retiredAt } = before;
  const after: Video = { ...before, set: added.set, revision: revision + 1, late: retiredAt !== null };
  const result = added.kind === 'added' ? 'applied' : added.kind === 'full' ? 'truncated' : 'merged';
  return { changed: true, result, state: viewOf(after) };
}

/** The same video, retired: nothing is started for it any more. Its events stay until it is forgotten. */
export function retired(state: VideoState, nowMs: number): VideoState {
  const video = videoOf(state, state.videoId);
  return viewOf({ ...video, retiredAt: nowMs, revision: video.revision + 1 });
}

/** The same video with what was decided about it just now. */
export function withDecisions(state: VideoState, { jobs, steps, notStarted, sourcePlays }: Decisions): VideoState {
  const decided: VideoState = { ...state, jobs, steps, notStarted, sourcePlays };
  // Of all that is decided only this changes the view.
  if (sourcePlays !== true || state.sourcePlays === true) return decided;
  return viewOf({ ...videoOf(decided, state.videoId), revision: state.revision });
}

function videoOf(state: VideoState | null, videoId: string): Video {
  if (state === null) return { ...unseen, videoId };
  const { jobs, steps, notStarted, sourcePlays, retiredAt, revision, cuts, truncated, afterRetirement } = state;
  const set = { events: eventsOf(state), cuts, truncated };
  const decisions = { jobs, steps, notStarted, sourcePlays };
  return { videoId, set, decisions, retiredAt: state.retired ? retiredAt : null, late: afterRetirement, revision };
}

const unseen: Omit<Video, 'videoId'> = {
  set: emptySet,
  decisions: { jobs: [], steps: [], notStarted: [], sourcePlays: null },
  retiredAt: null,
  late: false,
  revision: 0,
};

/** One literal in the schema's field order, so that all states have one shape (fast to encode and to compare). */
function viewOf({ videoId, set, decisions, retiredAt, late, revision }: Video): VideoState {
  const { events, cuts, truncated } = set;
  const subject = subjectOf(videoId, events);
  const summary = summaryOf(events, decisions.sourcePlays);
  const { jobs } = decisions;
  const steps = stepLedgerOf(decisions.steps, events);
  const hold = holdOf(summary.auditStatus, steps);
  return {
    videoId,
    // A stand-in for a composition tells the session of it as a film.
    kind: subject === 'VIDEO' || subject === 'COMPOSITION' ? summary.kind : 'UNKNOWN',
    subject,
    status: summary.status,
    stream: summary.stream,
    recording: summary.recording,
    recordedTime: summary.recordedTime,
    composeStartTime: summary.composeStartTime,
    sourceReadyTime: summary.sourceReadyTime,
    firstPlayableTime: summary.firstPlayableTime,
    transcodedTime: summary.transcodedTime,
    deletedTime: summary.deletedTime,
    coverUrl: summary.coverUrl,
    sourceUrl: summary.sourceUrl,
    sourceGone: summary.sourceGone,
    sourcePlays: summary.sourcePlays,
    sizeBytes: summary.sizeBytes,
    durationSeconds: summary.durationSeconds,
    storage: summary.storage,
    similarVideos: summary.similarVideos,
    tags: summary.tags,
    auditStatus: summary.auditStatus,
    errorCode: summary.errorCode,
    errorMessage: summary.errorMessage,
    region: summary.region,
    timeline: timelineOf(events),
    renditions: summary.renditions,
    jobs: jobs.length === 0 ? jobs : ledgerOf(jobs, events, summary.renditions, hold),
    steps,
    notStarted: decisions.notStarted,
    revision,
    truncated,
    retired: retiredAt !== null,
    retiredAt,
    afterRetirement: late,
    retiredSummary: null,
    cutoff: null,
    cuts,
    facts: compactFacts(
      events.map(({ fact }) => fact),
      summary.renditions,
    ),
  };
}
