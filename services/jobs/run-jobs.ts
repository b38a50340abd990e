/**
 * Works off a topic of commands. Many jobs are under way at once; only jobs of the same key wait for one another. One that
 * waits, to be tried again or for its turn, holds no place, so what is refused for hours stops no other. Memory is bounded by
 * `maxJobs` and `maxWaiting`, and a partition's offset is committed only up to its lowest unfinished job: after a crash
 * every job that hadn't ended comes again.
 */

import {
  type ConsumedRecord,
  deadLetter,
  GroupConsumer,
  type GroupConsumerOptions,
  internalRecord,
  KafkaFault,
  type OutgoingRecord,
  type Rebalance,
  type RecordSender,
  type TopicPartition,
} from '../../connectors/kafka/index.ts';
import { Abandoned } from '../../platform/abandoned.ts';
import type { Platform } from '../../platform/host/index.ts';
import { loggedRetry } from '../../platform/retry.ts';
import {
  type Logger,
  type Metrics,
  spanOf,
  type TracedWork,
  type Tracing,
  traceOf,
} from '../../platform/telemetry/index.ts';
import { whenAvailable } from '../../platform/when-available.ts';
import { encodeInternalEvent, type InternalEvent } from '../../processors/callback/index.ts';
import type { DeadLetterReason } from '../../schemas/dead-letter.ts';
import type { TopicId } from '../../schemas/topics.ts';
import { type Handover, handover } from './handover.ts';
import type { Job, JobEnding, JobReader } from './job-kind.ts';
import { jobLag } from './job-lag.ts';
import { type PartitionProgress, partitionProgress } from './partition-progress.ts';

export type RunJobsOptions = {
  readonly reader: JobReader;
  /** The topic of commands. */
  readonly topic: string;
  readonly connect: GroupConsumerOptions['connect'];
  /** Called with what keeps jobs from being taken, in words; null once nothing does. */
  readonly waitingFor?: (what: string | null) => void;
  /** The same of the schema registry, which only some jobs may have to wait for. */
  readonly waitingForRegistry?: (what: string | null) => void;
  readonly jobEvents: RecordSender;
  readonly topics: (id: TopicId) => string;
  readonly platform: Platform;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
  readonly tracing?: Tracing | undefined;
  /** Jobs that are worked on at most. Default 1,000. */
  readonly maxJobs?: number;
  /** Jobs that wait at most, beside them. Default: ten times `maxJobs`. */
  readonly maxWaiting?: number;
  /** Offsets that a partition may run ahead of its lowest unfinished job; above it that partition waits. Default 10,000. */
  readonly maxSpan?: number;
};

type Assigned = {
  readonly at: TopicPartition;
  readonly progress: PartitionProgress;
  readonly handover: Handover;
};

/** A job's place among those of its key. */
type Turn = { readonly comes: Promise<void> | undefined; readonly passOn: () => void };

const pollMs = 250;
const pollRecords = 100;
const commitEveryMs = 1_000;
const endTimeoutMs = 10_000;

/** Runs until `signal` aborts; then calls under way are finished, their results published, the offsets committed. */
export async function runJobs(options: RunJobsOptions): Promise<void> {
  const { reader, jobEvents, topics, platform, log, metrics, signal } = options;
  const maxJobs = options.maxJobs ?? 1_000;
  const maxWaiting = options.maxWaiting ?? 10 * maxJobs;
  const maxSpan = options.maxSpan ?? 10_000;
  const partitions = new Map<string, Assigned>();
  const committed = new Map<string, number>();
  const underWay = new Set<Promise<void>>();
  let waiting = 0;
  // The end of the turn of each key's latest job, for which the key's next job waits.
  const lastOfKey = new Map<string, Promise<void>>();
  let failure: unknown;

  const retry = loggedRetry(platform, log);

  const source = new GroupConsumer({
    connect: options.connect,
    topics: [options.topic],
    clock: platform,
    log,
    signal,
    onRebalance: (event) => handOver(event),
    ...(options.waitingFor && { onWaitingFor: options.waitingFor }),
  });
  const lag = jobLag(reader.name, source, platform, metrics);

  function handOver({ kind: change, partitions: changed }: Rebalance): void {
    for (const { topic, partition } of changed) {
      const name = `${topic}/${partition}`;
      lag.gone({ topic, partition });
      partitions.get(name)?.progress.abandoned.abort();
      partitions.delete(name);
      committed.delete(name);
      if (change === 'assign') {
        partitions.set(name, assignment({ topic, partition }));
        lag.assigned({ topic, partition });
      }
    }
  }

  /** Waits for that without holding a place. */
  async function aside(until: Promise<void>): Promise<void> {
    waiting++;
    try {
      await until;
    } finally {
      waiting--;
    }
  }

  async function publish(record: OutgoingRecord, stop: AbortSignal): Promise<void> {
    await retry('publish a result', stop, () => jobEvents.send(record));
  }

  function assignment(at: TopicPartition): Assigned {
    const progress = partitionProgress();
    const askEnd = () => source.watermarks(at.topic, at.partition, endTimeoutMs);
    const end = async () => (await retry('find the end of a partition', progress.abandoned.signal, askEnd)).high;
    return { at, progress, handover: handover(platform, end) };
  }

  async function carryOut(
    record: ConsumedRecord,
    assigned: Assigned,
    passOn: () => void,
    traced: TracedWork | undefined,
  ): Promise<void> {
    const stop = assigned.progress.abandoned.signal;
    const { value } = record;
    if (value === null) return;
    if (stop.aborted) throw new Abandoned();
    const trace = traced ? traced.headers : traceOf(record.headers);
    const result = (event: InternalEvent) => internalRecord(topics, encodeInternalEvent(event), platform.now(), trace);
    const toDeadLetters = async (reason: DeadLetterReason, error: string) => {
      traced?.end(error);
      await publish(deadLetter(topics('dead-letters'), 'job-runner', record, reason, error), stop);
      metrics.count('live2vod_dead_letters_total', { stage: 'job-runner', reason });
    };
    const mayHaveStarted = await assigned.handover.mayHaveStarted(record);
    let job: Job;
    try {
      const registry = { platform, log, signal: stop, waitingFor: options.waitingForRegistry ?? (() => {}) };
      job = await whenAvailable(registry, 'the schema registry', () => reader.read(value));
    } catch (error) {
      if (error instanceof Abandoned) throw error;
      return await toDeadLetters('undecodable', error instanceof Error ? error.message : 'not decodable');
    }
    if (job.independent) passOn();
    const pause = async (ms: number) => {
      await aside(platform.sleep(ms, stop));
      if (stop.aborted) throw new Abandoned();
    };
    const crowded = () => waiting >= maxWaiting || assigned.progress.span() >= maxSpan;
    const report = (event: InternalEvent) => publish(result(event), stop);
    let ending: JobEnding;
    let reason: DeadLetterReason | undefined;
    try {
      ending = await job.work({ mayHaveStarted, signal: stop, pause, crowded, report });
    } catch (error) {
      if (error instanceof Abandoned || error instanceof KafkaFault) throw error;
      // A defect of ours must not stop the partition for good.
      log.error({ err: error, topic: record.topic, partition: record.partition, offset: record.offset }, 'job broke');
      ending = job.broken(error instanceof Error ? `${error.name}: ${error.message}` : 'unknown');
      reason = 'job-broke';
    }
    await publish(result(ending.event), stop);
    if (ending.result !== 'acknowledged') {
      const { event } = ending;
      const code = 'errorCode' in event ? event.errorCode : undefined;
      log.warn({ subject: event.videoId, code, result: ending.result }, `a ${job.kind} job needs a person`);
      await toDeadLetters(reason ?? `job-${ending.result}`, ending.error ?? ending.result);
    }
    metrics.count('live2vod_jobs_total', { kind: job.kind, result: ending.result });
    if (ending.result === 'acknowledged') {
      traced?.end();
      const seconds = Math.max(0, platform.now() - job.plannedAtMs) / 1000;
      metrics.observe('live2vod_jobs_trigger_seconds', { kind: job.kind }, seconds);
    }
  }

  async function finishInTurn(record: ConsumedRecord, assigned: Assigned, turn: Turn) {
    await (turn.comes && aside(turn.comes));
    const traced = options.tracing?.begin(`${reader.name} job`, 'CONSUMER', record.headers, spanOf(record));
    try {
      await carryOut(record, assigned, turn.passOn, traced);
      assigned.progress.finish(record.offset);
    } catch (error) {
      if (error instanceof Abandoned) return;
      // Not finished: its offset stays uncommitted, and a new runner does it again.
      failure ??= error;
    }
  }

  function take(record: ConsumedRecord): void {
    const assigned = partitions.get(`${record.topic}/${record.partition}`);
    if (!assigned) return;
    assigned.progress.take(record.offset);
    lag.taken(assigned.at, record.offset);
    const key = record.key ?? `${record.topic}/${record.partition}/${record.offset}`;
    const passed = Promise.withResolvers<void>();
    const turn = { comes: lastOfKey.get(key), passOn: passed.resolve };
    const running = finishInTurn(record, assigned, turn).finally(() => {
      turn.passOn();
      underWay.delete(running);
      if (lastOfKey.get(key) === passed.promise) lastOfKey.delete(key);
    });
    underWay.add(running);
    lastOfKey.set(key, passed.promise);
  }

  /** How many more jobs may be taken. Any of them may have to wait. */
  function room(): number {
    return Math.max(0, Math.min(maxJobs - (underWay.size - waiting), maxJobs + maxWaiting - underWay.size));
  }

  /** Pauses partitions while memory is full, or while one unfinished job holds their offset back too far. */
  function steer(): void {
    const full = room() === 0;
    for (const { at, progress } of partitions.values()) source.setPaused(at, full || progress.span() >= maxSpan);
  }

  async function commit(): Promise<void> {
    const due = [...partitions].flatMap(([name, { at, progress }]) => {
      const offset = progress.committable();
      return offset === null || offset === committed.get(name) ? [] : [{ name, ...at, offset }];
    });
    if (due.length === 0) return;
    const offsets = due.map(({ topic, partition, offset }) => ({ topic, partition, offset }));
    if (!(await source.commit(offsets))) return;
    for (const { name, offset } of due) committed.set(name, offset);
  }

  try {
    let committedAtMs = platform.monotonicMs();
    while (!signal.aborted && failure === undefined) {
      steer();
      for (const { handover: predecessors } of partitions.values()) predecessors.look();
      const most = Math.max(1, Math.min(pollRecords, room()));
      for (const record of await source.poll(most, pollMs)) take(record);
      metrics.set('live2vod_jobs_in_flight', { kind: reader.name }, underWay.size);
      lag.look();
      if (platform.monotonicMs() - committedAtMs >= commitEveryMs) {
        await commit();
        committedAtMs = platform.monotonicMs();
      }
    }
    for (const { progress } of partitions.values()) progress.abandoned.abort();
    await Promise.allSettled(underWay);
    await commit();
    if (failure !== undefined) throw failure;
  } finally {
    for (const { progress } of partitions.values()) progress.abandoned.abort();
    await source.close();
  }
}
