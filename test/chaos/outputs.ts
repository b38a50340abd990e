/** What the topics hold after a run, as Kafka's own consumer printed it, decoded by avsc alone. */
import avsc from 'avsc';
import { type AvroSchemaName, avroSchema } from '../../schemas/avro.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { bytesPrinted, consoleConsume, type PrintedRecord } from '../runtime/console-consumer.ts';

/** Every committed record of each topic, also those that later ones have replaced. */
export type Outputs = {
  readonly videos: readonly Decoded<VideoState>[];
  readonly sessions: readonly Decoded<SessionState>[];
  readonly jobs: readonly Decoded<TranscodeJob>[];
  readonly compositions: readonly Decoded<ComposeJob>[];
  /** Values as text. */
  readonly callbacks: readonly PrintedRecord[];
  readonly letters: readonly PrintedRecord[];
};

export type Decoded<T> = {
  readonly partition: number;
  readonly offset: number;
  /** When it was produced, epoch milliseconds. */
  readonly timestampMs: number;
  readonly key: string;
  readonly value: T | null;
};

export async function readOutputs(brokers: string, prefix: string): Promise<Outputs> {
  const idleMs = 4_000;
  const read = async <T>(topic: string, schema: AvroSchemaName): Promise<Decoded<T>[]> => {
    const type = avsc.Type.forSchema(avroSchema(schema) as unknown as avsc.Schema);
    const printed = await consoleConsume(brokers, prefix + topic, { binary: true, idleMs });
    return printed.map((record) => ({ ...record, value: decoded<T>(type, record) }));
  };
  const [videos, sessions, jobs] = await Promise.all([
    read<VideoState>('video-state', 'VideoState'),
    read<SessionState>('session-state', 'SessionState'),
    read<TranscodeJob>('transcode-jobs', 'TranscodeJob'),
  ]);
  const [compositions, callbacks, letters] = await Promise.all([
    read<ComposeJob>('compose-jobs', 'ComposeJob'),
    consoleConsume(brokers, `${prefix}callbacks`, { idleMs }),
    consoleConsume(brokers, `${prefix}dead-letters`, { idleMs }),
  ]);
  return { videos, sessions, jobs, compositions, callbacks, letters };
}

/** A zero byte and the schema's id (4 bytes) come before the Avro value. */
function decoded<T>(type: avsc.Type, { value }: PrintedRecord): T | null {
  return value === 'null' ? null : (type.fromBuffer(bytesPrinted(value).subarray(5)) as T);
}
