import { RecordView } from '../../../connectors/avro/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { SessionState, StreamRef } from '../../../schemas/generated/SessionState.ts';
import { flag, label, maybeTime, nested, text, time, uint32, uint64 } from './columns.ts';
import { type EntityRows, entityRows } from './entity.ts';

/** The table `session_state`. A row tells how long the cloud waits for the session's stream to come back, seconds. */
export function sessionRows(disconnectDelaySeconds: (stream: StreamRef) => number): EntityRows {
  const session = new RecordView<SessionState>(avroSchema('SessionState'));
  const domain = session.place('stream.domainName');
  const app = session.place('stream.appName');
  const stream = session.place('stream.streamName');
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
    key: ['session_id', session.place('sessionId')],
    columns: [
      label.at('domain', domain),
      label.at('app', app),
      text.at('stream', stream),
      label.at('status', session.place('status')),
      maybeTime.at('start_time', session.place('startTime')),
      maybeTime.at('end_time', session.place('endTime')),
      uint32.at('disconnect_delay_seconds', delay),
      flag.at('compose_expected', session.place('composeExpected')),
      flag.at('compose_missing', session.place('composeMissing')),
      flag.at('duration_mismatch', session.place('durationMismatch')),
      flag.at('segment_limit_exceeded', session.place('segmentLimitExceeded')),
      text.at('merged_into', session.place('mergedInto')),
      uint64.at('revision', session.place('revision')),
      ...nested(segments, [
        text.at('video_id', segments.place('videoId')),
        time.at('start_time', segments.place('startTime')),
        time.at('end_time', segments.place('endTime')),
        label.at('status', segments.place('status')),
      ]),
      ...nested(gaps, [time.at('start_time', gaps.place('startTime')), time.at('end_time', gaps.place('endTime'))]),
      ...nested(composed, [
        text.at('video_id', composed.place('videoId')),
        label.at('status', composed.place('status')),
        maybeTime.at('compose_start_time', composed.place('composeStartTime')),
        maybeTime.at('source_ready_time', composed.place('sourceReadyTime')),
        maybeTime.at('transcoded_time', composed.place('transcodedTime')),
      ]),
      text.at('composition_token', session.place('composition.token')),
      label.at('composition_reason', session.place('composition.reason')),
      label.at('composition_state', session.place('composition.state')),
      text.at('composition_media_id', session.place('composition.mediaId')),
      label.at('composition_error_code', session.place('composition.errorCode')),
    ],
  });
}
