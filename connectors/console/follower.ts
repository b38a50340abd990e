/**
 * Follows the state topics into a `StateView`: all partitions, no consumer group, committed records only. Any number
 * of console instances can do so side by side.
 */
import { header } from '../../schemas/topics.ts';
import type { ConsumedRecord, Consumer } from '../kafka/index.ts';
import type { Clock } from '../platform/index.ts';
import type { Logger, Metrics } from '../telemetry/index.ts';
import { type Position, type StateTopic, stateTopics } from './cursor.ts';
import type { StateView, ViewRecord } from './state-view.ts';

/** How old an answer may be. */
export type Freshness = {
  /** True once the view reached the end of every partition as it was at the start. */
  readonly caughtUp: boolean;
  /** Committed records that the view doesn't show yet, as of the last look at the ends. */
  readonly lagRecords: number;
};

export type Follower = {
  freshness(): Freshness;
  /** Calls `listener` after every batch of changes; the returned function ends that. */
  onChange(listener: () => void): () => void;
  /** Settles when the signal has stopped the follower, rejects when it can't go on. */
  readonly done: Promise<void>;
};

export type FollowerOptions = {
  readonly view: StateView;
  /** Connects a reader without a group that reports the end of each partition as it reaches it. */
  readonly connect: (onEof: (end: { topic: string; partition: number; offset: number }) => void) => Promise<Consumer>;
  readonly topicNames: Readonly<Record<StateTopic, string>>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
};

const batchRecords = 2_000;
const pollMs = 100;
const watermarkEveryMs = 1_000;
const tombstonesKeptMs = 24 * 60 * 60 * 1000;
const pruneEveryMs = 60 * 60 * 1000;

export function startFollower(options: FollowerOptions): Follower {
  const { view, topicNames, metrics, signal, clock, log } = options;
  const listeners = new Set<() => void>();
  const topicOf = new Map<string, StateTopic>(stateTopics.map((topic) => [topicNames[topic], topic]));
  /** Where an end was reported: past markers and aborted records, which are offsets without a record. */
  const reached: Record<StateTopic, number[]> = { 'video-state': [], 'session-state': [] };
  let consumer: Consumer;
  let ends: Position | null = null;
  let target: Position | null = null;
  let caughtUp = false;

  function behind(goal: Position): number {
    const position = view.position();
    let records = 0;
    for (const topic of stateTopics) {
      for (const [partition, end] of goal[topic].entries()) {
        const lag = Math.max(0, end - Math.max(position[topic][partition] ?? 0, reached[topic][partition] ?? 0));
        metrics.set('live2vod_console_follower_lag_records', { topic, partition: String(partition) }, lag);
        records += lag;
      }
    }
    return records;
  }

  async function lookAtEnds(): Promise<void> {
    const of = async (topic: StateTopic) => {
      const found: number[] = [];
      for (const partition of view.position()[topic].keys()) {
        found.push((await consumer.watermarks(topicNames[topic], partition, 5_000)).high);
      }
      return found;
    };
    const found: Position = { 'video-state': await of('video-state'), 'session-state': await of('session-state') };
    // A store that is ahead of the log belongs to topics that were deleted and made again.
    const ahead = stateTopics.some((topic) =>
      view.position()[topic].some((offset, partition) => offset > (found[topic][partition] ?? 0)),
    );
    if (ahead) {
      log.warn(
        { code: 'VIEW_AHEAD' },
        'the local view is ahead of the state topics: they were made anew; the view is built again',
      );
      await view.reset();
      for (const topic of stateTopics) reached[topic].length = 0;
      assign();
    }
    ends = found;
    target ??= found;
  }

  function assign(): void {
    const position = view.position();
    consumer.assign(
      stateTopics.flatMap((topic) =>
        position[topic].map((offset, partition) => ({ topic: topicNames[topic], partition, offset })),
      ),
    );
  }

  function asViewRecord(record: ConsumedRecord): ViewRecord[] {
    const topic = topicOf.get(record.topic);
    if (topic === undefined || record.key === null) return [];
    return [{ ...record, topic, key: record.key, reason: record.headers[header.reason] }];
  }

  async function run(): Promise<void> {
    consumer = await options.connect(({ topic, partition, offset }) => {
      const followed = topicOf.get(topic);
      if (followed) reached[followed][partition] = offset;
    });
    await lookAtEnds();
    assign();
    let lookedAtMs = clock.monotonicMs();
    let prunedAtMs = lookedAtMs;
    while (!signal.aborted) {
      const records = (await consumer.poll(batchRecords, pollMs)).flatMap(asViewRecord);
      if (records.length > 0) {
        await view.apply(records);
        for (const listener of listeners) listener();
      }
      if (!caughtUp && target && behind(target) === 0) {
        caughtUp = true;
        log.info(
          { videos: target['video-state'], sessions: target['session-state'] },
          'the view has caught up with the state topics',
        );
      }
      const nowMs = clock.monotonicMs();
      if (nowMs - lookedAtMs >= watermarkEveryMs) {
        lookedAtMs = nowMs;
        await lookAtEnds().catch((error: unknown) =>
          log.warn({ error }, 'the ends of the state topics are not to be had: the broker is away'),
        );
      }
      if (nowMs - prunedAtMs >= pruneEveryMs) {
        prunedAtMs = nowMs;
        await view.prune(clock.now() - tombstonesKeptMs);
      }
    }
  }

  return {
    freshness: () => ({ caughtUp, lagRecords: ends ? behind(ends) : 0 }),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    done: run().finally(() => consumer?.close()),
  };
}
