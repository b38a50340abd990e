import type {
  JobLedgerEntry,
  Rendition,
  StepLedgerEntry,
  TimelineEntry,
  VideoState,
} from '../../../schemas/generated/VideoState.ts';
import {
  flag,
  label,
  maybeFlag,
  maybeFloat,
  maybeTime,
  maybeUint32,
  maybeUint64,
  nested,
  text,
  texts,
  time,
  uint32,
  uint64,
  uuid,
} from './columns.ts';
import { entityColumns } from './entity.ts';

/** The table `video_state`. */
export const videoColumns = entityColumns<VideoState>('video_id', [
  label('kind', (s) => s.kind),
  label('status', (s) => s.status),
  label('domain', (s) => s.stream?.domainName ?? null),
  label('app', (s) => s.stream?.appName ?? null),
  text('stream', (s) => s.stream?.streamName ?? null),
  label('region', (s) => s.region),
  maybeTime('recording_start', (s) => s.recording?.startTime ?? null),
  maybeTime('recording_end', (s) => s.recording?.endTime ?? null),
  maybeTime('recorded_time', (s) => s.recordedTime),
  maybeTime('compose_start_time', (s) => s.composeStartTime),
  maybeTime('source_ready_time', (s) => s.sourceReadyTime),
  maybeTime('ready_received_at', readyReceivedAt),
  maybeTime('first_playable_time', (s) => s.firstPlayableTime),
  maybeTime('transcoded_time', (s) => s.transcodedTime),
  maybeTime('deleted_time', (s) => s.deletedTime),
  maybeTime('last_event_time', (s) => s.timeline.at(-1)?.eventTime || null),
  maybeFloat('duration_seconds', (s) => s.durationSeconds),
  maybeUint64('size_bytes', (s) => s.sizeBytes),
  text('source_url', (s) => s.sourceUrl),
  text('cover_url', (s) => s.coverUrl),
  label('audit_status', (s) => s.auditStatus),
  maybeTime('audit_time', auditTime),
  maybeTime('review_time', (s) => verdictOf(s, byPerson)?.eventTime ?? null),
  maybeTime('audit_received_at', (s) => verdictOf(s, byMachine)?.receivedAt ?? null),
  maybeTime('review_received_at', (s) => verdictOf(s, byPerson)?.receivedAt ?? null),
  label('error_code', (s) => s.errorCode),
  text('error_message', (s) => s.errorMessage),
  uint64('revision', (s) => s.revision),
  flag('truncated', (s) => s.truncated),
  ...nested<VideoState, TimelineEntry>('timeline', (s) => s.timeline, [
    uuid('event_id', (t) => t.eventId),
    label('event_type', (t) => t.eventType),
    time('event_time', (t) => t.eventTime),
    time('received_at', (t) => t.receivedAt),
    label('status', (t) => t.status),
    label('source', (t) => t.source),
    text('job_id', (t) => t.jobId),
    label('error_code', (t) => t.errorCode),
  ]),
  ...nested<VideoState, Rendition>('renditions', (s) => s.renditions, [
    text('job_id', (r) => r.jobId),
    label('definition', (r) => r.definition),
    label('format', (r) => r.format),
    label('status', (r) => r.status),
    text('file_url', (r) => r.fileUrl),
    maybeFloat('bitrate_kbps', (r) => r.bitrateKbps),
    maybeFloat('fps', (r) => r.fps),
    maybeUint32('width', (r) => r.width),
    maybeUint32('height', (r) => r.height),
    maybeFloat('duration_seconds', (r) => r.durationSeconds),
    maybeUint64('size_bytes', (r) => r.sizeBytes),
    maybeFlag('encrypted', (r) => r.encrypted),
    maybeTime('start_time', (r) => r.startTime),
    maybeTime('finish_time', (r) => r.finishTime),
    label('error_code', (r) => r.errorCode),
    text('error_message', (r) => r.errorMessage),
    flag('superseded', (r) => r.superseded),
  ]),
  ...nested<VideoState, number | null>('renditions', submissionTimes, [maybeTime('submitted_at', (at) => at)]),
  ...nested<VideoState, JobLedgerEntry>('jobs', (s) => s.jobs, [
    text('token', (j) => j.token),
    label('purpose', (j) => j.purpose),
    uint32('generation', (j) => j.generation),
    label('decision', (j) => j.decision),
    label('state', (j) => j.state),
    text('template_group_id', (j) => j.templateGroupId),
    text('policy', (j) => j.policy),
    uint32('attempt', (j) => j.attempt),
    maybeTime('decided_at', (j) => j.decidedAt),
    maybeTime('planned_at', (j) => j.plannedAt),
    maybeTime('submitted_at', (j) => j.submittedAt),
    maybeTime('acknowledged_at', (j) => j.acknowledgedAt),
    maybeTime('finished_at', (j) => j.finishedAt),
    text('task_id', (j) => j.taskId),
    texts('job_ids', (j) => j.jobIds),
    label('error_code', (j) => j.errorCode),
    text('error_message', (j) => j.errorMessage),
    label('hold', (j) => j.hold),
  ]),
  ...nested<VideoState, StepLedgerEntry>('steps', (s) => s.steps, [
    text('token', (j) => j.token),
    label('kind', (j) => j.kind),
    label('state', (j) => j.state),
    text('policy', (j) => j.policy),
    time('planned_at', (j) => j.plannedAt),
    maybeTime('acknowledged_at', (j) => j.acknowledgedAt),
    maybeTime('finished_at', (j) => j.finishedAt),
    text('job_id', (j) => j.jobId),
    label('error_code', (j) => j.errorCode),
    text('error_message', (j) => j.errorMessage),
  ]),
]);

const byMachine = 'AIMediaAuditComplete';
const byPerson = 'CreateAuditComplete';

/** The machine's first verdict, or the latest of a person: a machine that audits again kept nothing waiting anew. */
function verdictOf({ timeline }: VideoState, eventType: string): TimelineEntry | undefined {
  const ofType = (entry: TimelineEntry) => entry.eventType === eventType;
  return eventType === byMachine ? timeline.find(ofType) : timeline.findLast(ofType);
}

/** When the machine was through with it: an audit that the cloud refused leaves the video to a person from then on. */
function auditTime(state: VideoState): number | null {
  const refused = state.steps.find(({ kind, state: how }) => kind === 'AUDIT' && how === 'FAILED');
  return verdictOf(state, byMachine)?.eventTime ?? refused?.finishedAt ?? null;
}

/** For each rendition when the job that it belongs to was submitted, null where the cloud started it. */
function submissionTimes(state: VideoState): readonly (number | null)[] {
  return state.renditions.map(
    ({ jobId }) => (jobId === null ? null : state.jobs.find((job) => job.jobIds.includes(jobId))?.submittedAt) ?? null,
  );
}

/** When this pipeline had received all that makes a source ready: FileUploadComplete, and for a composition its start. */
export function readyReceivedAt(state: VideoState): number | null {
  if (state.sourceReadyTime === null) return null;
  const received = (type: string) => state.timeline.find((t) => t.eventType === type)?.receivedAt ?? null;
  const source = received('FileUploadComplete');
  if (state.kind !== 'COMPOSED' || source === null) return source;
  const start = received('LiveRecordVideoComposeStart');
  return start === null ? null : Math.max(source, start);
}
