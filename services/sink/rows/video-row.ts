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

/** The table `video_state`. The row of the last state before a video retired stays: one of an earlier release has no timeline any more. */
export function videoRows(): EntityRows {
  const video = new RecordView<VideoState>(avroSchema('VideoState'));
  const timeline = video.list('timeline');
  const renditions = video.list('renditions');
  const jobs = video.list('jobs');
  const steps = video.list('steps');
  const derived = videoDerivations(video);
  const retired = video.place('retired');

  return entityRows({
    view: video,
    key: ['video_id', video.place('videoId')],
    skip: () => retired.flag(0) ?? false,
    columns: [
      label.at('kind', video.place('kind')),
      label.at('status', video.place('status')),
      label.at('domain', video.place('stream.domainName')),
      label.at('app', video.place('stream.appName')),
      text.at('stream', video.place('stream.streamName')),
      label.at('region', video.place('region')),
      maybeTime.at('recording_start', video.place('recording.startTime')),
      maybeTime.at('recording_end', video.place('recording.endTime')),
      maybeTime.at('recorded_time', video.place('recordedTime')),
      maybeTime.at('compose_start_time', video.place('composeStartTime')),
      maybeTime.at('source_ready_time', video.place('sourceReadyTime')),
      maybeTime.at('ready_received_at', derived.readyReceivedAt),
      maybeTime.at('first_playable_time', video.place('firstPlayableTime')),
      maybeTime.at('transcoded_time', video.place('transcodedTime')),
      maybeTime.at('deleted_time', video.place('deletedTime')),
      maybeTime.at('last_event_time', derived.lastEventTime),
      maybeFloat.at('duration_seconds', video.place('durationSeconds')),
      maybeUint64.at('size_bytes', video.place('sizeBytes')),
      text.at('source_url', video.place('sourceUrl')),
      text.at('cover_url', video.place('coverUrl')),
      label.at('audit_status', video.place('auditStatus')),
      maybeTime.at('audit_time', derived.auditTime),
      maybeTime.at('review_time', derived.reviewTime),
      maybeTime.at('audit_received_at', derived.auditReceivedAt),
      maybeTime.at('review_received_at', derived.reviewReceivedAt),
      label.at('error_code', video.place('errorCode')),
      text.at('error_message', video.place('errorMessage')),
      uint64.at('revision', video.place('revision')),
      flag.at('truncated', video.place('truncated')),
      ...nested(timeline, [
        uuid.at('event_id', timeline.place('eventId')),
        label.at('event_type', timeline.place('eventType')),
        time.at('event_time', timeline.place('eventTime')),
        time.at('received_at', timeline.place('receivedAt')),
        label.at('status', timeline.place('status')),
        label.at('source', timeline.place('source')),
        text.at('job_id', timeline.place('jobId')),
        label.at('error_code', timeline.place('errorCode')),
      ]),
      ...nested(renditions, [
        text.at('job_id', renditions.place('jobId')),
        label.at('definition', renditions.place('definition')),
        label.at('format', renditions.place('format')),
        label.at('status', renditions.place('status')),
        text.at('file_url', renditions.place('fileUrl')),
        maybeFloat.at('bitrate_kbps', renditions.place('bitrateKbps')),
        maybeFloat.at('fps', renditions.place('fps')),
        maybeUint32.at('width', renditions.place('width')),
        maybeUint32.at('height', renditions.place('height')),
        maybeFloat.at('duration_seconds', renditions.place('durationSeconds')),
        maybeUint64.at('size_bytes', renditions.place('sizeBytes')),
        maybeFlag.at('encrypted', renditions.place('encrypted')),
        maybeTime.at('submitted_at', derived.renditionSubmittedAt),
        maybeTime.at('start_time', renditions.place('startTime')),
        maybeTime.at('finish_time', renditions.place('finishTime')),
        label.at('error_code', renditions.place('errorCode')),
        text.at('error_message', renditions.place('errorMessage')),
        flag.at('superseded', renditions.place('superseded')),
      ]),
      ...nested(jobs, [
        text.at('token', jobs.place('token')),
        label.at('purpose', jobs.place('purpose')),
        uint32.at('generation', jobs.place('generation')),
        label.at('decision', jobs.place('decision')),
        label.at('state', jobs.place('state')),
        text.at('template_group_id', jobs.place('templateGroupId')),
        text.at('policy', jobs.place('policy')),
        uint32.at('attempt', jobs.place('attempt')),
        maybeTime.at('decided_at', jobs.place('decidedAt')),
        maybeTime.at('planned_at', jobs.place('plannedAt')),
        maybeTime.at('submitted_at', jobs.place('submittedAt')),
        maybeTime.at('acknowledged_at', jobs.place('acknowledgedAt')),
        maybeTime.at('finished_at', jobs.place('finishedAt')),
        text.at('task_id', jobs.place('taskId')),
        texts.at('job_ids', jobs.texts('jobIds')),
        label.at('error_code', jobs.place('errorCode')),
        text.at('error_message', jobs.place('errorMessage')),
        label.at('hold', jobs.place('hold')),
      ]),
      ...nested(steps, [
        text.at('token', steps.place('token')),
        label.at('kind', steps.place('kind')),
        label.at('state', steps.place('state')),
        text.at('policy', steps.place('policy')),
        time.at('planned_at', steps.place('plannedAt')),
        maybeTime.at('acknowledged_at', steps.place('acknowledgedAt')),
        maybeTime.at('finished_at', steps.place('finishedAt')),
        text.at('job_id', steps.place('jobId')),
        label.at('error_code', steps.place('errorCode')),
        text.at('error_message', steps.place('errorMessage')),
      ]),
    ],
  });
}
