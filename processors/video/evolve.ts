import type { RetiredSummary, VideoState } from '../../schemas/generated/VideoState.ts';
import type { VideoEvent } from '../callback/index.ts';
import { compactFacts, fullFacts } from './compaction.ts';
import { addEvent, type EventSet, emptySet } from './event-set.ts';
import { ledgerOf } from './ledger.ts';
import { holdOf, stepLedgerOf } from './steps.ts';
import { type Summary, summaryOf } from './summary.ts';

/**
 * - `applied`: the event is new.
 * - `settled`: it contradicts a copy of the same event, and the state now holds what both amount to.
 * - `truncated`: there was no room for it; the state says so from now on.
 * - `full`: there was no room again.
 * - `duplicate`: nothing changed, nothing is to be written.
 */
export type Evolved =
  | { readonly changed: true; readonly result: 'applied' | 'settled' | 'truncated'; readonly state: VideoState }
  | { readonly changed: false; readonly result: 'duplicate' | 'full' };

/**
 * Adds one event to a video (null: not seen before) and derives the state anew from all of them. Any order and any
 * repetition of the same events gives the same state, but for `receivedAt` and `source`. Pure; never throws.
 */
export function evolve(state: VideoState | null, event: VideoEvent): Evolved {
  const set: EventSet =
    state === null
      ? emptySet
      : { timeline: state.timeline, facts: fullFacts(state), cutoff: state.cutoff, truncated: state.truncated };
  const added = addEvent(set, event);
  if (added.kind === 'duplicate') return { changed: false, result: 'duplicate' };
  if (added.kind === 'full') {
    if (added.set === null) return { changed: false, result: 'full' };
    return { changed: true, result: 'truncated', state: project(state, event.subjectId, added.set) };
  }
  const result = added.kind === 'added' ? 'applied' : 'settled';
  return { changed: true, result, state: project(state, event.subjectId, added.set) };
}

function project(before: VideoState | null, videoId: string, set: EventSet): VideoState {
  const retired = before?.retired ? summaryBefore(before) : null;
  const summary = summaryOf(set.timeline, set.facts, retired);
  const revision = (before?.revision ?? 0) + 1;
  const jobs = before?.jobs ?? [];
  const steps = before?.steps ?? [];
  // The ledgers of a retired video are closed.
  if (before !== null && retired !== null) {
    const { retiredAt } = before;
    return stateOf(summary, { videoId, jobs, steps, set, revision, retiredAt, retiredSummary: retired });
  }
  const told = stepLedgerOf(steps, set.timeline, set.facts);
  const hold = holdOf(summary.auditStatus, told);
  return stateOf(summary, {
    videoId,
    jobs: jobs.length === 0 ? jobs : ledgerOf(jobs, set.timeline, set.facts, summary.renditions, hold),
    steps: told,
    set,
    revision,
    retiredAt: null,
    retiredSummary: null,
  });
}

/** What was known when the video was retired. A stub that doesn't hold it is from before there was such a field. */
function summaryBefore(stub: VideoState): RetiredSummary {
  const { auditStatus, errorMessage } = stub;
  return stub.retiredSummary ?? { ...stub, machineAudit: auditStatus, manualAudit: null, auditMessage: errorMessage };
}

type Kept = {
  readonly videoId: string;
  readonly jobs: VideoState['jobs'];
  readonly steps: VideoState['steps'];
  readonly set: EventSet;
  readonly revision: number;
  readonly retiredAt: number | null;
  readonly retiredSummary: RetiredSummary | null;
};

/** One literal in the schema's field order, so that all states have one shape (fast to encode and to compare). */
function stateOf(summary: Summary, kept: Kept): VideoState {
  return {
    videoId: kept.videoId,
    kind: summary.kind,
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
    sizeBytes: summary.sizeBytes,
    durationSeconds: summary.durationSeconds,
    auditStatus: summary.auditStatus,
    errorCode: summary.errorCode,
    errorMessage: summary.errorMessage,
    region: summary.region,
    timeline: kept.set.timeline,
    renditions: summary.renditions,
    jobs: kept.jobs,
    steps: kept.steps,
    revision: kept.revision,
    truncated: kept.set.truncated,
    retired: kept.retiredAt !== null,
    retiredAt: kept.retiredAt,
    afterRetirement: kept.retiredAt !== null,
    retiredSummary: kept.retiredSummary,
    cutoff: kept.set.cutoff,
    facts: compactFacts(kept.set.facts, summary.renditions),
  };
}
