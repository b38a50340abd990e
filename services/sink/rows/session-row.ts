import { RecordView } from '../../../connectors/avro/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { SessionState, StreamRef } from '../../../schemas/generated/SessionState.ts';
import { flag, label, maybeTime, nested, text, time, uint32, uint64 } from './columns.ts';
import { type EntityRows, entityRows } from './entity.ts';

/** The table `session_state`. A row tells how long the cloud waits for the session's stream to come back, seconds. */
export function sessionRows(disconnectDelaySeconds: (stream: StreamRef) => number): EntityRows {
  const session = new RecordView<SessionState>(avroSchema('SessionState'));
  const domain = session.field('stream.domainName');
  const app = session.field('stream.appName');
  const stream = session.field('stream.streamName');
  const segments = session.list('segments');
  const gaps = session.list('gaps');
  const composed = session.list('composed');

  function delay(): number {
    const [domainName, appName, streamName] = [domain.text(0), app.text(0), stream.text(0)];
    return disconnectDelaySeconds({
      domainName: domainName ?? '',
      appName: appName ?? '',
      streamName: streamName ?? '',
    });
  }

  return entityRows({
    view: session,
    key: ['session_id', session.field('sessionId')],
    columns: [
      label.at('domain', domain),
      label.at('app', app),
      text.at('stream', stream),
      label.at('status', session.field('status')),
      maybeTime.at('start_time', session.field('startTime')),
      maybeTime.at('end_time', session.field('endTime')),
      uint32.at('disconnect_delay_seconds', delay),
      flag.at('compose_expected', session.field('composeExpected')),
      flag.at('compose_missing', session.field('composeMissing')),
      flag.at('duration_mismatch', session.field('durationMismatch')),
      flag.at('segment_limit_exceeded', session.field('segmentLimitExceeded')),
      text.at('merged_into', session.field('mergedInto')),
      uint64.at('revision', session.field('revision')),
      ...nested(segments, [
        text.at('video_id', segments.field('videoId')),
        time.at('start_time', segments.field('startTime')),
        time.at('end_time', segments.field('endTime')),
        label.at('status', segments.field('status')),
      ]),
      ...nested(gaps, [time.at('start_time', gaps.field('startTime')), time.at('end_time', gaps.field('endTime'))]),
      ...nested(composed, [
        text.at('video_id', composed.field('videoId')),
        label.at('status', composed.field('status')),
        maybeTime.at('compose_start_time', composed.field('composeStartTime')),
        maybeTime.at('source_ready_time', composed.field('sourceReadyTime')),
        maybeTime.at('transcoded_time', composed.field('transcodedTime')),
      ]),
      text.at('composition_token', session.field('composition.token')),
      label.at('composition_reason', session.field('composition.reason')),
      label.at('composition_state', session.field('composition.state')),
      text.at('composition_media_id', session.field('composition.mediaId')),
      label.at('composition_error_code', session.field('composition.errorCode')),
    ],
  });
}
