import { randomUUID } from 'node:crypto';
import { connectRegistry } from '../../connectors/avro/index.ts';
import { Admin, TransactionalProducer } from '../../connectors/kafka/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { type TopicId, topicName } from '../../schemas/topics.ts';

export type StateWriter = {
  readonly prefix: string;
  /** Writes one transaction and commits it. Null is a tombstone. */
  video(states: Readonly<Record<string, VideoState | null>>, partition?: number): Promise<void>;
  session(states: Readonly<Record<string, SessionState | null>>, partition?: number): Promise<void>;
  /** Writes one transaction and aborts it. */
  abortedVideo(states: Readonly<Record<string, VideoState>>): Promise<void>;
  /** Two aborted transactions of two writers, the second within the first: what a handover from a frozen processor leaves. */
  overlappingAborts(outer: VideoState, inner: VideoState): Promise<void>;
  close(): Promise<void>;
};

/** State topics under a prefix of their own, and a writer that commits as the processors do. */
export async function stateTopics(stack: { brokers: string; registryUrl: string }): Promise<StateWriter> {
  const prefix = `test-${randomUUID()}.`;
  const kafka = { brokers: stack.brokers, clientId: 'client-test' };
  const names = (['video-state', 'session-state'] as const).map((id) => topicName(prefix, id));
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics(names.map((name) => ({ name, partitions: 2, config: { 'cleanup.policy': 'compact' } })));
  const producer = await TransactionalProducer.connect(kafka, { transactionalId: `${prefix}writer` });
  const registry = connectRegistry({ url: stack.registryUrl, prefix });
  const video = await registry.codec<VideoState>('video-state');
  const session = await registry.codec<SessionState>('session-state');

  async function write(id: TopicId, records: Readonly<Record<string, Buffer | null>>, partition?: number) {
    await producer.begin();
    for (const [key, value] of Object.entries(records)) {
      const headers = value === null ? { reason: 'retired' } : {};
      producer.write({
        topic: topicName(prefix, id),
        key,
        value,
        headers,
        ...(partition === undefined ? {} : { partition }),
      });
    }
    // What an abort finds unsent would never reach the log.
    await producer.drain(10_000);
  }
  const encoded = <S>(encode: (state: S) => Buffer, states: Readonly<Record<string, S | null>>) =>
    Object.fromEntries(Object.entries(states).map(([key, state]) => [key, state === null ? null : encode(state)]));

  return {
    prefix,
    async video(states, partition) {
      await write('video-state', encoded(video.encode, states), partition);
      await producer.commit();
    },
    async session(states, partition) {
      await write('session-state', encoded(session.encode, states), partition);
      await producer.commit();
    },
    async abortedVideo(states) {
      await write('video-state', encoded(video.encode, states));
      await producer.abort();
    },
    async overlappingAborts(outer, inner) {
      const second = await TransactionalProducer.connect(kafka, { transactionalId: `${prefix}second` });
      await write('video-state', encoded(video.encode, { [outer.videoId]: outer }));
      await second.begin();
      second.write({ topic: topicName(prefix, 'video-state'), key: inner.videoId, value: video.encode(inner) });
      await second.drain(10_000);
      await second.abort();
      await producer.abort();
      await second.close();
    },
    async close() {
      await producer.close();
      for (const name of names) await admin.deleteTopic(name).catch(() => {});
      admin.close();
    },
  };
}
