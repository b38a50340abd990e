import type { SessionComposed, SessionSegment, SessionState } from '../../../schemas/generated/SessionState.ts';
import { flag, label, maybeTime, nested, text, time, uint32, uint64 } from './columns.ts';
import { entityColumns } from './entity.ts';

/** A session, and how long the cloud waits for its stream to come back. */
export type SessionSource = { readonly session: SessionState; readonly disconnectDelaySeconds: number };

/** The table `session_state`. */
export const sessionColumns = entityColumns<SessionSource>('session_id', [
  label('domain', (s) => s.session.stream.domainName),
  label('app', (s) => s.session.stream.appName),
  text('stream', (s) => s.session.stream.streamName),
  label('status', (s) => s.session.status),
  maybeTime('start_time', (s) => s.session.startTime),
  maybeTime('end_time', (s) => s.session.endTime),
  uint32('disconnect_delay_seconds', (s) => s.disconnectDelaySeconds),
  flag('compose_expected', (s) => s.session.composeExpected),
  flag('compose_missing', (s) => s.session.composeMissing),
  flag('duration_mismatch', (s) => s.session.durationMismatch),
  flag('segment_limit_exceeded', (s) => s.session.segmentLimitExceeded),
  text('merged_into', (s) => s.session.mergedInto),
  uint64('revision', (s) => s.session.revision),
  ...nested<SessionSource, SessionSegment>('segments', (s) => s.session.segments, [
    text('video_id', (i) => i.videoId),
    time('start_time', (i) => i.startTime),
    time('end_time', (i) => i.endTime),
    label('status', (i) => i.status),
  ]),
  ...nested<SessionSource, { startTime: number; endTime: number }>('gaps', (s) => s.session.gaps, [
    time('start_time', (i) => i.startTime),
    time('end_time', (i) => i.endTime),
  ]),
  ...nested<SessionSource, SessionComposed>('composed', (s) => s.session.composed, [
    text('video_id', (i) => i.videoId),
    label('status', (i) => i.status),
    maybeTime('compose_start_time', (i) => i.composeStartTime),
    maybeTime('source_ready_time', (i) => i.sourceReadyTime),
    maybeTime('transcoded_time', (i) => i.transcodedTime),
  ]),
  text('composition_token', (s) => s.session.composition?.token ?? null),
  label('composition_reason', (s) => s.session.composition?.reason ?? null),
  label('composition_state', (s) => s.session.composition?.state ?? null),
  text('composition_media_id', (s) => s.session.composition?.mediaId ?? null),
  label('composition_error_code', (s) => s.session.composition?.errorCode ?? null),
]);
