import avsc from 'avsc';
import type { KafkaConfig, KafkaMessage } from 'kafkajs';
import { avroCodec, type Codec, writerSchemas } from '../connectors/avro/index.ts';
import { avroSchema } from '../schemas/avro.ts';
import { baseUrl } from './base-url.ts';
import { type Ends, KafkaSource } from './kafka-source.ts';
import { decodeOffsets, encodeOffsets } from './position.ts';
import { SessionTrail } from './session-trail.ts';
import { type FollowEvent, publicState, type States, type StateTopic } from './states.ts';
import { systemTiming } from './timing.ts';

export type FollowKafkaOptions<T extends StateTopic> = {
  readonly states: T;
  /** `host:port` of brokers. */
  readonly brokers: readonly string[];
  /** Base of the schema registry's Confluent API, path included. */
  readonly registryUrl: string;
  /** Default `live2vod.`. */
  readonly topicPrefix?: string;
  /** Position of the last event dealt with. Default: begin with a snapshot. */
  readonly from?: string;
  /** Only this VideoId or session id. Default all. Every record is read all the same. */
  readonly id?: string;
  /** With the id of a session: go on with the session that swallows it. Default true. */
  readonly followMerged?: boolean;
  /** TLS and login, as kafkajs takes them. */
  readonly ssl?: NonNullable<KafkaConfig['ssl']>;
  readonly sasl?: NonNullable<KafkaConfig['sasl']>;
  /** Shows up in the brokers' logs. Default `live2vod-client`. */
  readonly clientId?: string;
  /** Begin of the consumer group's name, for access rules by prefix. Nothing is committed. Default `live2vod-client-`. */
  readonly groupPrefix?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
};

const schemaOf = { 'video-state': 'VideoState', 'session-state': 'SessionState' } as const;

type Keyed<T extends StateTopic> = Extract<FollowEvent<T>, { readonly key: string }>;

/**
 * Follows a state topic: the latest state of every key (older ones may come too), `live`, then every change. Events of
 * one key come in the order of the topic.
 *
 * kafkajs may, when transactions of two processors overlapped at a handover, hand out a state whose transaction was
 * aborted. The committed state of the same key comes after it, with the same or a neighbouring `revision`: nothing is
 * left out here because of its revision, and readers should apply what came last instead of comparing revisions.
 *
 * @throws FollowFault `NO_TOPIC`, `BAD_POSITION`, `KAFKA`; `RegistryFault` where a record can't be decoded
 */
export async function* followKafka<T extends StateTopic>(
  options: FollowKafkaOptions<T>,
): AsyncGenerator<FollowEvent<T>, void, undefined> {
  const { states, signal } = options;
  if (signal?.aborted) return;
  const topic = `${options.topicPrefix ?? 'live2vod.'}${states}`;
  const codec = reader(states, topic, options.registryUrl);
  const source = new KafkaSource({
    kafka: {
      brokers: [...options.brokers],
      clientId: options.clientId ?? 'live2vod-client',
      ...(options.ssl === undefined ? {} : { ssl: options.ssl }),
      ...(options.sasl === undefined ? {} : { sasl: options.sasl }),
    },
    topic,
    groupPrefix: options.groupPrefix ?? 'live2vod-client-',
    clock: systemTiming,
  });
  const stop = () => source.stop();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    const ends = await source.ends();
    let from = options.from === undefined ? ends.map(() => 0) : decodeOffsets(states, ends.length, options.from);
    // Beyond the end: the topic was deleted and made again since.
    if (ends.some(({ partition, high }) => (from[partition] ?? 0) > high)) {
      from = ends.map(() => 0);
      yield { kind: 'reset', position: encodeOffsets(states, from) };
    }
    const trail =
      states === 'session-state' && options.id !== undefined
        ? new SessionTrail(options.id, options.followMerged ?? true)
        : null;
    // Where a session went may lie anywhere, so a trail is always walked from its beginning.
    const next = trail ? ends.map(() => 0) : [...from];
    const behind = new Set(unread(ends, next));
    await source.start(next);
    let live = false;
    if (behind.size === 0) {
      live = true;
      yield { kind: 'live', position: encodeOffsets(states, next) };
    }
    for (let read = await source.take(); read !== undefined; read = await source.take()) {
      const { partition } = read;
      for (const message of read.messages) {
        const offset = Number(message.offset);
        // Read again after kafkajs joined its group anew.
        if (offset < (next[partition] ?? 0)) continue;
        const before = encodeOffsets(states, resumeAt(next, from));
        next[partition] = offset + 1;
        const position = encodeOffsets(states, resumeAt(next, from));
        const event = await decoded<T>(codec, message, position);
        if (!event) continue;
        const fresh = offset >= (from[partition] ?? 0);
        if (trail) yield* along<T>(trail, event, fresh, before, position);
        else if (options.id === undefined || options.id === event.key) yield event;
      }
      next[partition] = Math.max(next[partition] ?? 0, read.next);
      const end = ends[partition];
      if (end && (next[partition] ?? 0) >= end.high) behind.delete(partition);
      if (!live && behind.size === 0) {
        live = true;
        yield { kind: 'live', position: encodeOffsets(states, resumeAt(next, from)) };
      }
    }
  } finally {
    signal?.removeEventListener('abort', stop);
    await source.close();
  }
}

/** The partitions that have records between where we begin and their end. */
const unread = (ends: Ends, next: readonly number[]): number[] =>
  ends
    .filter(({ partition, low, high }) => Math.max(low, next[partition] ?? 0) < high)
    .map(({ partition }) => partition);

/** A resumed reader never falls back behind where it was, also while a trail is walked from its beginning. */
const resumeAt = (next: readonly number[], from: readonly number[]): number[] =>
  next.map((offset, partition) => Math.max(offset, from[partition] ?? 0));

/** What of a session's trail is news. Of several events at once only the last one moves the position. */
function* along<T extends StateTopic>(
  trail: SessionTrail,
  event: Keyed<T>,
  fresh: boolean,
  before: string,
  position: string,
): Generator<FollowEvent<T>> {
  const steps = trail.accept({ event: event as unknown as Keyed<'session-state'>, fresh });
  for (const [index, step] of steps.entries()) {
    const last = index === steps.length - 1;
    if (step.fresh) yield { ...step.event, position: last ? position : before } as unknown as FollowEvent<T>;
  }
}

async function decoded<T extends StateTopic>(
  codec: Codec<object>,
  message: KafkaMessage,
  position: string,
): Promise<Keyed<T> | null> {
  if (message.key === null || message.key === undefined) return null;
  const key = message.key.toString();
  if (message.value === null) {
    const said = message.headers?.reason?.toString();
    const reason = said === 'retired' || said === 'merged' ? said : null;
    return { kind: 'deleted', key, reason, position } as Keyed<T>;
  }
  const state: States[T] = publicState<T>(await codec.decode(message.value));
  return { kind: 'state', key, state, position } as Keyed<T>;
}

/** Decodes what any release wrote into this release's type. */
function reader(states: StateTopic, topic: string, registryUrl: string): Codec<object> {
  const type = avsc.Type.forSchema(avroSchema(schemaOf[states]) as unknown as avsc.Schema);
  // No id of ours: this codec only reads.
  return avroCodec<object>(`${topic}-value`, -1, type, writerSchemas(baseUrl(registryUrl)));
}
