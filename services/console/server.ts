/** The console role: follows the state topics and serves page, query API, live events and operator requests. */

import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import {
  Admin,
  groupless,
  IdempotentProducer,
  internalRecord,
  KafkaFault,
  type KafkaSettings,
  pulseStopsMs,
  type Route,
} from '../../connectors/kafka/index.ts';
import { counted } from '../../platform/counted.ts';
import type { Clock, Platform } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import { whenAvailable } from '../../platform/when-available.ts';
import { encodeInternalEvent } from '../../processors/callback/index.ts';
import type { Policy } from '../../processors/policy/index.ts';
import { buildConsole, type ConsoleAppOptions } from './app.ts';
import { type StateTopic, stateTopics } from './cursor.ts';
import { deadLettersOf } from './dead-letters.ts';
import { startFollower } from './follower.ts';
import type { ReadLatency } from './latency-cache.ts';
import { type StateCodecs, StateView } from './state-view.ts';

export type ConsoleOptions = Pick<
  ConsoleAppOptions,
  'maxEventReadersOfAddress' | 'readTokens' | 'hosts' | 'trustedProxies' | 'readPlay' | 'playSeconds'
> & {
  readonly host: string;
  readonly port: number;
  /** Folder of the local view; one console instance per folder. */
  readonly folder: string;
  readonly kafka: KafkaSettings;
  readonly topicNames: Readonly<Record<StateTopic | 'callbacks' | 'dead-letters', string>>;
  /** The topics' actual `delete.retention.ms`, asked for again and again: views and event ids of half that age begin anew. */
  readonly tombstoneRetentionMs: number | (() => Promise<number>);
  readonly codecs: StateCodecs;
  readonly readLatency: ReadLatency;
  /** Where a dead letter goes when it is sent again. */
  readonly routeLetter: Route;
  readonly token: string | undefined;
  /** `PolicyBook.unknownStream`. */
  readonly unknownStream: Policy;
  /** The home region: of videos of which nothing says where they lie. */
  readonly region: string;
  readonly clock: Clock & Pick<Platform, 'random'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  /** What else keeps the whole system from being ready, in words; null when nothing does. */
  readonly systemWaitingFor: () => string | null;
  /** Called with what the console itself waits for. */
  readonly onWaiting: (waitingFor: string | null) => void;
};

/** How often the topics are asked how long they keep tombstones. */
const retentionEveryMs = 5 * 60_000;

/** Runs until the signal aborts. Rejects when the port is taken or the view can't be kept. */
export async function runConsole(options: ConsoleOptions): Promise<void> {
  const { kafka, topicNames, log, metrics, clock } = options;
  const readRetention = async (): Promise<number> =>
    typeof options.tombstoneRetentionMs === 'number'
      ? options.tombstoneRetentionMs
      : await options.tombstoneRetentionMs();
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  // An answer now says nothing of the view, which reports for itself once it is followed.
  const needs = {
    platform: clock,
    log,
    signal,
    waitingFor: (what: string | null) => options.onWaiting(what ?? 'start'),
  };
  const identity = await whenAvailable(needs, 'Kafka', () => identify(kafka, topicNames));
  const retention = { tombstonesMs: await readRetention() };
  mkdirSync(options.folder, { recursive: true });
  // Whatever was opened is closed again, the last one first, also when a later one can't be.
  const close: (() => unknown)[] = [];
  try {
    const view = await StateView.open(options.folder, options.codecs, identity, clock.now());
    close.push(() => view.close());
    const producer = await whenAvailable(needs, 'Kafka', () => IdempotentProducer.connect(kafka, { signal }));
    close.push(() => producer.close());
    const follower = startFollower({
      view,
      topicNames,
      get tombstoneRetentionMs() {
        return retention.tombstonesMs;
      },
      clock,
      log,
      metrics,
      signal,
      connect: groupless(kafka, { signal }),
    });
    close.push(() => follower.done.catch(() => {}));
    const waitingFor = () => {
      const { caughtUp, lagRecords } = follower.freshness();
      return follower.waitingFor() ?? (caughtUp ? null : `the view: ${counted(lagRecords, 'record')} behind`);
    };
    const app = await buildConsole({
      view,
      follower,
      clock,
      metrics,
      log,
      token: options.token,
      readTokens: options.readTokens ?? [],
      hosts: options.hosts ?? [],
      trustedProxies: options.trustedProxies ?? [],
      ...(options.maxEventReadersOfAddress === undefined
        ? {}
        : { maxEventReadersOfAddress: options.maxEventReadersOfAddress }),
      unknownStream: options.unknownStream,
      readPlay: options.readPlay,
      playSeconds: options.playSeconds,
      readLatency: options.readLatency,
      deadLetters: deadLettersOf({ kafka, topic: topicNames['dead-letters'], producer, route: options.routeLetter }),
      signal,
      epoch: createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 8),
      get maxPositionAgeMs() {
        return retention.tombstonesMs / 2;
      },
      health: {
        live: () => kafka.pulses?.live(pulseStopsMs) ?? true,
        waitingFor: () => waitingFor() ?? options.systemWaitingFor(),
      },
      publish: async (request) => {
        const event = encodeInternalEvent({ ...request, region: request.region ?? options.region });
        await producer.send(internalRecord(() => topicNames.callbacks, event, clock.now()));
      },
    });
    close.push(() => app.close());
    close.push(
      clock.every(retentionEveryMs, () => {
        void readRetention().then((ms) => {
          retention.tombstonesMs = ms;
        });
      }),
    );
    await app.listen({ host: options.host, port: options.port });
    log.info({ host: options.host, port: options.port }, 'console listens');
    close.push(clock.every(200, () => options.onWaiting(waitingFor())));
    await follower.done;
  } finally {
    ending.abort();
    for (const end of close.reverse()) await end();
  }
}

async function identify(kafka: KafkaSettings, topicNames: Readonly<Record<StateTopic, string>>) {
  const admin = await Admin.connect(kafka);
  try {
    const found = await admin.describe(stateTopics.map((topic) => topicNames[topic]));
    const of = (topic: StateTopic) => {
      const description = found.find(({ name }) => name === topicNames[topic]);
      if (!description)
        throw new KafkaFault(`topic ${topicNames[topic]} does not exist: create it with ./live2vod topics apply`, {
          code: 'KAFKA_NO_TOPIC',
          retryable: true,
        });
      return description;
    };
    const video = of('video-state');
    const session = of('session-state');
    return {
      topicIds: { 'video-state': video.topicId, 'session-state': session.topicId },
      partitions: { 'video-state': video.partitions, 'session-state': session.partitions },
    };
  } finally {
    admin.close();
  }
}
