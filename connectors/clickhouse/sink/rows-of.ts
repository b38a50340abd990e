import type { SessionState, StreamRef } from '../../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import type { TopicId } from '../../../schemas/topics.ts';
import type { ConsumedRecord } from '../../kafka/index.ts';
import { type Codec, RegistryFault } from '../../registry/index.ts';
import { type RowBytes, sessionColumns, videoColumns, writeCallback } from '../rows/index.ts';
import type { Batch } from './batch.ts';

export type SinkTopic = Extract<TopicId, 'callbacks' | 'video-state' | 'session-state'>;
export const sinkTopics: readonly SinkTopic[] = ['callbacks', 'video-state', 'session-state'];

export type RowSources = {
  readonly codecs: {
    readonly videoState: Pick<Codec<VideoState>, 'decode'>;
    readonly sessionState: Pick<Codec<SessionState>, 'decode'>;
  };
  /** How long the cloud waits for a stream to come back, seconds. */
  readonly disconnectDelaySeconds: (stream: StreamRef) => number;
};

/**
 * Adds to the batch what a record becomes in ClickHouse. A tombstone becomes a row that hides its entity. A retired
 * stub has lost its timeline and renditions: the row of the last full state stays. A promise is given only where a
 * schema has to be fetched first; one for each record would cost more than all the rest.
 * @throws RegistryFault (retryable, also by the promise) while the schema registry is away; nothing was added then
 */
export function addRow(
  topic: SinkTopic,
  record: ConsumedRecord,
  batch: Batch,
  sources: RowSources,
): void | Promise<void> {
  const { partition, offset, key } = record;
  const rows = batch.rowsOf(tables[topic], record.topic);
  const add = (write: (out: RowBytes) => void): void => {
    write(rows.encoded);
    rows.cameFrom(partition, offset);
  };
  const addVideo = (id: string, state: VideoState | null): void => {
    if (!state?.retired) add((out) => videoColumns.write({ id, partition, offset, state }, out));
  };
  const addSession = (id: string, session: SessionState | null): void => {
    const state = session && { session, disconnectDelaySeconds: sources.disconnectDelaySeconds(session.stream) };
    add((out) => sessionColumns.write({ id, partition, offset, state }, out));
  };
  const failed = (error: unknown): void => {
    if (error instanceof RegistryFault && error.retryable) throw error;
    rows.encoded.dropUnfinished();
    const reason = error instanceof RegistryFault ? 'not-decodable' : 'not-encodable';
    const message = error instanceof Error ? error.message : String(error);
    batch.unusable.push({ origin: record, record, reason, error: message.slice(0, 500) });
  };
  const { videoState, sessionState } = sources.codecs;
  try {
    if (topic === 'callbacks') return add((out) => writeCallback(record, out));
    if (record.value === null) {
      if (key === null) return;
      return topic === 'video-state' ? addVideo(key, null) : addSession(key, null);
    }
    return topic === 'video-state'
      ? whenDecoded(videoState.decode(record.value), failed, (state) => addVideo(state.videoId, state))
      : whenDecoded(sessionState.decode(record.value), failed, (state) => addSession(state.sessionId, state));
  } catch (error) {
    failed(error);
  }
}

const tables = { callbacks: 'callbacks', 'video-state': 'video_state', 'session-state': 'session_state' } as const;

function whenDecoded<T>(
  decoded: T | Promise<T>,
  failed: (error: unknown) => void,
  use: (value: T) => void,
): void | Promise<void> {
  return decoded instanceof Promise ? decoded.then(use).catch(failed) : use(decoded);
}
