import { defaultSessionTimeoutMs, defaultTransactionTimeoutMs, type KafkaSettings } from '../connectors/kafka/index.ts';
import type { Tracing } from '../platform/telemetry/index.ts';
import type { Topology } from '../processors/topology.ts';
import type { TopicId } from '../schemas/topics.ts';
import type { Codecs } from './codec.ts';
import type { FailureLimitOptions } from './failure-limit.ts';
import type { ProcessorHooks } from './hooks.ts';
import type { RuntimeClock } from './retry-kafka.ts';
import { ProcessorStatus } from './status.ts';
import type { StepWatch } from './step-watch/index.ts';
import type { Upstream } from './timer-gate.ts';

export type ProcessorOptions<S> = {
  readonly topology: Topology<S>;
  /** A topic's name at the cluster. */
  readonly topics: (id: TopicId) => string;
  readonly kafka: KafkaSettings;
  /** Consumer group, and prefix of the transactional id. Default `processorGroup(topics, topology)`. */
  readonly group?: string;
  /** Names this process within the processor: group.instance.id, transactional id and stores hang on it. One live process per name. */
  readonly instance: string;
  /** This instance's own folder; the store of partition n is its subfolder n. */
  readonly stateFolder: string;
  readonly codecs: Codecs;
  readonly clock: RuntimeClock;
  /** Stops after the batch in progress. */
  readonly signal: AbortSignal;
  readonly hooks?: ProcessorHooks;
  /** A span for every record and timer, from its step to its commit. */
  readonly tracing?: Tracing | undefined;
  /** Sets a record aside whose step did not end. One per process. */
  readonly steps?: StepWatch | undefined;
  /** Kept up to date for probes. Make one with `new ProcessorStatus(clock)`. */
  readonly status?: ProcessorStatus;
  /** How far the processors before this one have come; timers wait for it. Without it only the own input counts. */
  readonly upstream?: Upstream;
  readonly failureLimit?: FailureLimitOptions;
  /** Most records of one transaction. More gives throughput, less gives latency under load. Default 2,000. */
  readonly maxBatchRecords?: number;
  /** About what one transaction writes at most, judged by the one before. More needs a faster broker. Default 16 MiB. */
  readonly maxBatchBytes?: number;
  /** Memory for the values of keys that were active last, over all tasks. Default 8 MiB. */
  readonly cacheBytes?: number;
  /** The changelog's actual `delete.retention.ms`, asked for whenever a task opens. Default 24 h, as Kafka's. */
  readonly tombstoneRetentionMs?: number | (() => Promise<number>);
  /** A member that sends no heartbeat for so long loses its partitions. Default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Default 10,000. A frozen owner's open transaction ends after it. */
  readonly transactionTimeoutMs?: number;
  /** How long a stop waits for a Kafka that does not answer; calls under way then add up to 10 s of their own. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /** How often the same work may fail in a row while Kafka answers. Default 20. */
  readonly maxAttempts?: number;
};

const defaults = {
  hooks: {},
  failureLimit: {},
  maxBatchRecords: 2_000,
  maxBatchBytes: 16 * 1024 * 1024,
  cacheBytes: 8 * 1024 * 1024,
  tombstoneRetentionMs: 24 * 3_600_000,
  sessionTimeoutMs: defaultSessionTimeoutMs,
  transactionTimeoutMs: defaultTransactionTimeoutMs,
  stopTimeoutMs: 5_000,
  maxAttempts: 20,
} as const satisfies Partial<ProcessorOptions<unknown>>;

type Defaulted = keyof typeof defaults | 'group' | 'status';

/** The options with every default in its place. */
export type ResolvedOptions<S> = ProcessorOptions<S> & Required<Pick<ProcessorOptions<S>, Defaulted>>;

export function resolveOptions<S>(options: ProcessorOptions<S>): ResolvedOptions<S> {
  return {
    ...defaults,
    group: processorGroup(options.topics, options.topology),
    status: options.status ?? new ProcessorStatus(options.clock),
    ...options,
  };
}

/** Consumer group of a processor: the topics' prefix plus the topology's name, e.g. `live2vod.video`. */
export function processorGroup(
  topics: (id: TopicId) => string,
  topology: Pick<Topology<unknown>, 'name' | 'input'>,
): string {
  const input = topics(topology.input);
  return input.slice(0, input.length - topology.input.length) + topology.name;
}
