import type { VideoState } from '../../schemas/generated/VideoState.ts';
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
    state === null ? emptySet : { timeline: state.timeline, facts: fullFacts(state), cutoff: state.cutoff };
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
  const summary = summaryOf(set.timeline, set.facts);
  const revision = (before?.revision ?? 0) + 1;
  const truncated = (before?.truncated ?? false) || set.cutoff !== null;
  if (before?.retired) return afterRetirement(before, summary, set, revision, truncated);
  const jobs = before?.jobs ?? [];
  const steps = stepLedgerOf(before?.steps ?? [], set.timeline, set.facts);
  const hold = holdOf(summary.auditStatus, steps);
  return stateOf(summary, {
    videoId,
    jobs: jobs.length === 0 ? jobs : ledgerOf(jobs, set.timeline, set.facts, summary.renditions, hold),
    steps,
    set,
    revision,
    truncated,
    retiredAt: null,
    afterRetirement: false,
  });
}

/** What late events say is laid over the retired summary; the ledger stays closed. */
function afterRetirement(
  before: VideoState,
  late: Summary,
  set: EventSet,
  revision: number,
  truncated: boolean,
): VideoState {
  const news = late.status !== 'ANNOUNCED' && late.status !== 'RECORDED' && late.status !== 'SOURCE_READY';
  const merged: Summary = {
    kind: before.kind === 'UNKNOWN' || before.kind === 'UPLOAD' ? strongerKind(before.kind, late.kind) : before.kind,
    status: news && before.status !== 'DELETED' ? late.status : before.status,
    stream: before.stream ?? late.stream,
    recording: before.recording ?? late.recording,
    recordedTime: before.recordedTime ?? late.recordedTime,
    composeStartTime: before.composeStartTime ?? late.composeStartTime,
    sourceReadyTime: before.sourceReadyTime ?? late.sourceReadyTime,
    firstPlayableTime: before.firstPlayableTime ?? late.firstPlayableTime,
    transcodedTime: before.transcodedTime ?? late.transcodedTime,
    deletedTime: before.deletedTime ?? late.deletedTime,
    coverUrl: late.coverUrl ?? before.coverUrl,
    sourceUrl: late.sourceUrl ?? before.sourceUrl,
    sizeBytes: late.sizeBytes ?? before.sizeBytes,
    durationSeconds: late.durationSeconds ?? before.durationSeconds,
    auditStatus: late.auditStatus ?? before.auditStatus,
    errorCode: news ? late.errorCode : before.errorCode,
    errorMessage: news ? late.errorMessage : before.errorMessage,
    region: before.region ?? late.region,
    renditions: late.renditions,
  };
  return stateOf(merged, {
    videoId: before.videoId,
    jobs: before.jobs,
    steps: before.steps,
    set,
    revision,
    truncated,
    retiredAt: before.retiredAt,
    afterRetirement: true,
  });
}

function strongerKind(before: VideoState['kind'], late: VideoState['kind']): VideoState['kind'] {
  return late === 'UNKNOWN' ? before : late;
}

type Kept = {
  readonly videoId: string;
  readonly jobs: VideoState['jobs'];
  readonly steps: VideoState['steps'];
  readonly set: EventSet;
  readonly revision: number;
  readonly truncated: boolean;
  readonly retiredAt: number | null;
  readonly afterRetirement: boolean;
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
    truncated: kept.truncated,
    retired: kept.retiredAt !== null,
    retiredAt: kept.retiredAt,
    afterRetirement: kept.afterRetirement,
    cutoff: kept.set.cutoff,
    facts: compactFacts(kept.set.facts, summary.renditions),
  };
}
