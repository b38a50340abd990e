import { RecordView } from '../../../connectors/avro/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
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
import { type EntityRows, entityRows } from './entity.ts';
import { videoDerivations } from './video-derivations.ts';

/** The table `video_state`: videos alone, no images and stand-ins. The row of the last state before a video retired stays: one of an earlier release has no timeline any more. */
export function videoRows(): EntityRows {
  const video = new RecordView<VideoState>(avroSchema('VideoState'));
  const timeline = video.list('timeline');
  const renditions = video.list('renditions');
  const jobs = video.list('jobs');
  const steps = video.list('steps');
  const derived = videoDerivations(video);
  const retired = video.field('retired');
  const subject = video.field('subject');

  return entityRows({
    view: video,
    key: ['video_id', video.field('videoId')],
    skip: () => retired.flag(0) ?? false,
    hide: () => subject.text(0) !== 'VIDEO',
    columns: [
      label.at('kind', video.field('kind')),
      label.at('status', video.field('status')),
      label.at('domain', video.field('stream.domainName')),
      label.at('app', video.field('stream.appName')),
      text.at('stream', video.field('stream.streamName')),
      label.at('region', video.field('region')),
      maybeTime.at('recording_start', video.field('recording.startTime')),
      maybeTime.at('recording_end', video.field('recording.endTime')),
      maybeTime.at('recorded_time', video.field('recordedTime')),
      maybeTime.at('compose_start_time', video.field('composeStartTime')),
      maybeTime.at('source_ready_time', video.field('sourceReadyTime')),
      maybeTime.at('ready_received_at', derived.readyReceivedAt),
      maybeTime.at('first_playable_time', video.field('firstPlayableTime')),
      maybeTime.at('transcoded_time', video.field('transcodedTime')),
      maybeTime.at('deleted_time', video.field('deletedTime')),
      maybeTime.at('last_event_time', derived.lastEventTime),
      maybeFloat.at('duration_seconds', video.field('durationSeconds')),
      maybeUint64.at('size_bytes', video.field('sizeBytes')),
      text.at('source_url', video.field('sourceUrl')),
      text.at('cover_url', video.field('coverUrl')),
      label.at('audit_status', video.field('auditStatus')),
      maybeTime.at('audit_time', derived.auditTime),
      maybeTime.at('review_time', derived.reviewTime),
      maybeTime.at('audit_received_at', derived.auditReceivedAt),
      maybeTime.at('review_received_at', derived.reviewReceivedAt),
      label.at('error_code', video.field('errorCode')),
      text.at('error_message', video.field('errorMessage')),
      uint64.at('revision', video.field('revision')),
      flag.at('truncated', video.field('truncated')),
      ...nested(timeline, [
        uuid.at('event_id', timeline.field('eventId')),
        label.at('event_type', timeline.field('eventType')),
        time.at('event_time', timeline.field('eventTime')),
        time.at('received_at', timeline.field('receivedAt')),
        label.at('status', timeline.field('status')),
        label.at('source', timeline.field('source')),
        text.at('job_id', timeline.field('jobId')),
        label.at('error_code', timeline.field('errorCode')),
      ]),
      ...nested(renditions, [
        text.at('job_id', renditions.field('jobId')),
        label.at('definition', renditions.field('definition')),
        label.at('format', renditions.field('format')),
        label.at('status', renditions.field('status')),
        text.at('file_url', renditions.field('fileUrl')),
        maybeFloat.at('bitrate_kbps', renditions.field('bitrateKbps')),
        maybeFloat.at('fps', renditions.field('fps')),
        maybeUint32.at('width', renditions.field('width')),
        maybeUint32.at('height', renditions.field('height')),
        maybeFloat.at('duration_seconds', renditions.field('durationSeconds')),
        maybeUint64.at('size_bytes', renditions.field('sizeBytes')),
        maybeFlag.at('encrypted', renditions.field('encrypted')),
        maybeTime.at('submitted_at', derived.renditionSubmittedAt),
        maybeTime.at('start_time', renditions.field('startTime')),
        maybeTime.at('finish_time', renditions.field('finishTime')),
        label.at('error_code', renditions.field('errorCode')),
        text.at('error_message', renditions.field('errorMessage')),
        flag.at('superseded', renditions.field('superseded')),
      ]),
      ...nested(jobs, [
        text.at('token', jobs.field('token')),
        label.at('purpose', jobs.field('purpose')),
        uint32.at('generation', jobs.field('generation')),
        label.at('decision', jobs.field('decision')),
        label.at('state', jobs.field('state')),
        text.at('template_group_id', jobs.field('templateGroupId')),
        text.at('policy', jobs.field('policy')),
        uint32.at('attempt', jobs.field('attempt')),
        maybeTime.at('decided_at', jobs.field('decidedAt')),
        maybeTime.at('planned_at', jobs.field('plannedAt')),
        maybeTime.at('submitted_at', jobs.field('submittedAt')),
        maybeTime.at('acknowledged_at', jobs.field('acknowledgedAt')),
        maybeTime.at('finished_at', jobs.field('finishedAt')),
        text.at('task_id', jobs.field('taskId')),
        texts.at('job_ids', jobs.texts('jobIds')),
        label.at('error_code', jobs.field('errorCode')),
        text.at('error_message', jobs.field('errorMessage')),
        label.at('hold', jobs.field('hold')),
        text.at('workflow_id', jobs.field('workflowId')),
      ]),
      ...nested(steps, [
        text.at('token', steps.field('token')),
        label.at('kind', steps.field('kind')),
        label.at('state', steps.field('state')),
        text.at('policy', steps.field('policy')),
        time.at('planned_at', steps.field('plannedAt')),
        maybeTime.at('acknowledged_at', steps.field('acknowledgedAt')),
        maybeTime.at('finished_at', steps.field('finishedAt')),
        text.at('job_id', steps.field('jobId')),
        label.at('error_code', steps.field('errorCode')),
        text.at('error_message', steps.field('errorMessage')),
      ]),
    ],
  });
}
