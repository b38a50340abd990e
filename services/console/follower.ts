/**
 * Follows the state topics into a `StateView`: all partitions, no consumer group, committed records only. Any number
 * of console instances can do so side by side.
 */

import { RegistryFault } from '../../connectors/avro/index.ts';
import {
  type ConsumedRecord,
  type Questions,
  TopicReader,
  type TopicReaderOptions,
} from '../../connectors/kafka/index.ts';
import { Abandoned } from '../../platform/abandoned.ts';
import type { Clock } from '../../platform/host/index.ts';
import { retryWhileUnavailable } from '../../platform/retry.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import { header } from '../../schemas/topics.ts';
import { type Offsets, type StateTopic, stateTopics } from './cursor.ts';
import { ViewFault } from './fault.ts';
import type { StateView } from './state-view.ts';
import type { ViewRecord } from './view-record.ts';

/** How old an answer may be. */
export type Freshness = {
  /** True once the view reached the end of every partition as it was at the start. */
  readonly caughtUp: boolean;
  /** Committed records that the view doesn't show yet, as of the last look at the ends. */
  readonly lagRecords: number;
  /** Everything that was committed then is shown, epoch milliseconds; null until the view has caught up. */
  readonly asOfMs: number | null;
};

export type Follower = {
  freshness(): Freshness;
  /** Without what no change gets into the view, in words; null while they do. */
  waitingFor(): string | null;
  /** Calls `listener` after every batch of changes; the returned function ends that. */
  onChange(listener: () => void): () => void;
  /**
   * Waits until the view has caught up and shows all that lies before `offsets` (another instance may be ahead): true.
   * False where they lie beyond the end of the topics, and once the signal aborts.
   */
  reaches(offsets: Offsets | null, signal: AbortSignal): Promise<boolean>;
  /** Settles when the signal has stopped the follower, rejects when it can't go on. */
  readonly done: Promise<void>;
};

export type FollowerOptions = {
  readonly view: StateView;
  readonly connect: TopicReaderOptions['connect'];
  readonly topicNames: Readonly<Record<StateTopic, string>>;
  /** How long the topics keep tombstones: a view that was away for half of it may have missed a deletion. */
  readonly tombstoneRetentionMs: number;
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
const backoff = { firstMs: 250, longestMs: 10_000 };

/** The ends of the partitions; `number` counts the looks, `atMs` is when this one began. */
type Look = { readonly number: number; readonly atMs: number; readonly ends: Offsets };

/** A request that waits for the view; `look` was the last one begun when it came. */
type Waiting = { readonly offsets: Offsets | null; readonly look: number; readonly answer: (found: boolean) => void };

export function startFollower(options: FollowerOptions): Follower {
  const { view, topicNames, metrics, signal, clock, log } = options;
  const listeners = new Set<() => void>();
  const topicOf = new Map<string, StateTopic>(stateTopics.map((topic) => [topicNames[topic], topic]));
  /**
   * Where the ends of the partitions were met, past markers and aborted records, which are offsets without a record: as of
   * the last records that the view has taken.
   */
  const reached: Record<StateTopic, number[]> = { 'video-state': [], 'session-state': [] };
  const waiting = new Set<Waiting>();
  let looks = 0;
  let look: Look | null = null;
  let target: Offsets | null = null;
  let caughtUp = false;
  let waitingFor: string | null = null;
  const reader = new TopicReader({ connect: options.connect, clock, log, signal });

  const lag = (topic: StateTopic, partition: number, end: number) =>
    Math.max(0, end - Math.max(view.position()[topic][partition] ?? 0, reached[topic][partition] ?? 0));

  const behind = (goal: Offsets): number =>
    stateTopics.reduce(
      (sum, topic) => goal[topic].reduce((records, end, partition) => records + lag(topic, partition, end), sum),
      0,
    );

  async function lookAtEnds(from: Questions): Promise<Look> {
    looks += 1;
    const begun = { number: looks, atMs: clock.now() };
    const of = async (topic: StateTopic) => {
      const found: number[] = [];
      for (const partition of view.position()[topic].keys()) {
        const { high } = await from.watermarks(topicNames[topic], partition, 5_000);
        found.push(high);
        const labels = { topic, partition: String(partition) };
        metrics.set('live2vod_console_follower_lag_records', labels, lag(topic, partition, high));
      }
      return found;
    };
    return { ...begun, ends: { 'video-state': await of('video-state'), 'session-state': await of('session-state') } };
  }

  /** Why the view can't be brought up to date from where it is; null where it can. */
  function whyRebuild({ ends, atMs }: Look): string | null {
    const position = view.position();
    const ahead = stateTopics.some((topic) =>
      position[topic].some((offset, partition) => offset > (ends[topic][partition] ?? 0)),
    );
    if (ahead) return 'the local view is ahead of the state topics: they were made anew or cut off';
    const ageMs = atMs - position.asOfMs;
    if (ageMs <= options.tombstoneRetentionMs / 2) return null;
    return `the local view is ${Math.round(ageMs / 3_600_000)} h old and may have missed deletions`;
  }

  /** @throws ViewFault where the view is of no use any more; while the broker is away that can't be known */
  async function lookAgain(): Promise<void> {
    try {
      look = await reader.askOnce(lookAtEnds);
    } catch (error) {
      log.warn({ err: error }, 'the ends of the state topics are not to be had: the broker is away');
      return;
    }
    const outdated = whyRebuild(look);
    // Readers stand on what the view showed, so nothing less than a new start makes them begin anew.
    if (outdated !== null) throw new ViewFault(`${outdated}; it is built again at the next start`);
  }

  async function assign(): Promise<void> {
    const position = view.position();
    await reader.assign(
      stateTopics.flatMap((topic) =>
        position[topic].map((offset, partition) => ({ topic: topicNames[topic], partition, offset })),
      ),
    );
  }

  const coveredTo = (topic: StateTopic) => (_: number, partition: number) =>
    reader.coveredTo({ topic: topicNames[topic], partition });

  function asViewRecord(record: ConsumedRecord): ViewRecord[] {
    const topic = topicOf.get(record.topic);
    if (topic === undefined || record.key === null) return [];
    return [{ ...record, topic, key: record.key, reason: record.headers[header.reason] }];
  }

  /**
   * Into the view, once the registry gives the schemas: a registry that was emptied says of every schema that there is
   * none, so that is waited for too. One unreadable record doesn't stop the others.
   */
  async function take(records: readonly ViewRecord[]): Promise<void> {
    const isRetryable = (error: unknown): error is RegistryFault => error instanceof RegistryFault && error.retryable;
    try {
      const unreadable = await retryWhileUnavailable(() => view.apply(records), {
        platform: clock,
        backoff,
        signal,
        isRetryable,
        onRetry: async (error) => {
          log.warn({ err: error }, 'the view waits for the schema registry');
          waitingFor = `the schema registry (${(error as RegistryFault).message})`;
          await lookAgain();
          answerWaiting();
        },
      });
      for (const { record, fault } of unreadable) {
        const { topic, partition, offset } = record;
        metrics.count('live2vod_console_unreadable_records_total', { topic });
        log.error(
          { topic, partition, offset, code: fault.code, err: fault },
          'a state that can not be read is left out',
        );
      }
      waitingFor = null;
      for (const listener of listeners) listener();
    } catch (error) {
      if (!signal.aborted || !isRetryable(error)) throw error;
    }
  }

  async function settle(): Promise<void> {
    if (!look) return;
    if (!caughtUp && target && behind(target) === 0) {
      caughtUp = true;
      const { 'video-state': videos, 'session-state': sessions } = target;
      log.info({ videos, sessions }, 'the view has caught up with the state topics');
    }
    if (look.atMs > view.position().asOfMs && behind(look.ends) === 0) await view.markCurrent(look.atMs);
    answerWaiting();
  }

  function answerWaiting(): void {
    if (!caughtUp || !look) return;
    for (const one of waiting) {
      if (one.offsets === null || behind(one.offsets) === 0) one.answer(true);
      // Only a look that began after the question knows all that another instance may have seen before it.
      else if (look.number > one.look && beyond(one.offsets, look.ends)) one.answer(false);
    }
  }

  async function run(): Promise<void> {
    look = await reader.ask(lookAtEnds);
    target = look.ends;
    const why = whyRebuild(look);
    if (why !== null) {
      log.warn({ code: 'VIEW_OUTDATED' }, `${why}; it is built again`);
      await view.reset(look.atMs);
    }
    await assign();
    let lookedAtMs = clock.monotonicMs();
    let prunedAtMs = lookedAtMs;
    while (!signal.aborted) {
      const records = (await reader.poll(batchRecords, pollMs)).flatMap(asViewRecord);
      if (records.length > 0) await take(records);
      if (signal.aborted) return;
      for (const topic of stateTopics) reached[topic] = view.position()[topic].map(coveredTo(topic));
      await settle();
      const nowMs = clock.monotonicMs();
      if (nowMs - lookedAtMs >= watermarkEveryMs) {
        lookedAtMs = nowMs;
        await lookAgain();
      }
      if (nowMs - prunedAtMs >= pruneEveryMs) {
        prunedAtMs = nowMs;
        await view.prune(clock.now() - tombstonesKeptMs);
      }
    }
  }

  const done = run()
    .catch((error: unknown) => {
      if (!(error instanceof Abandoned)) throw error;
    })
    .finally(() => reader.close());
  // The caller may await it later: until then a rejection must not count as unhandled.
  done.catch(() => {});
  return {
    freshness: () => ({
      caughtUp,
      lagRecords: look ? behind(look.ends) : 0,
      asOfMs: caughtUp ? view.position().asOfMs : null,
    }),
    waitingFor: () => reader.waitingFor ?? waitingFor,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    reaches: (offsets, until) =>
      new Promise<boolean>((resolve) => {
        if (until.aborted) return resolve(false);
        const leave = () => answer(false);
        const one: Waiting = { offsets, look: looks, answer };
        function answer(found: boolean): void {
          waiting.delete(one);
          until.removeEventListener('abort', leave);
          resolve(found);
        }
        waiting.add(one);
        until.addEventListener('abort', leave, { once: true });
        answerWaiting();
      }),
    done,
  };
}

const beyond = (offsets: Offsets, ends: Offsets) =>
  stateTopics.some((topic) => offsets[topic].some((offset, partition) => offset > (ends[topic][partition] ?? 0)));
