import type { KafkaSettings } from '../connectors/kafka/index.ts';
import { Admin, hasCode, KafkaFault } from '../connectors/kafka/index.ts';
import type { Clock } from '../platform/host/index.ts';
import type { Tracing } from '../platform/telemetry/index.ts';
import type { Topology } from '../processors/topology.ts';
import type { TopicId } from '../schemas/topics.ts';
import { Fences } from './attempts.ts';
import type { Codecs } from './codec.ts';
import type { FailureLimitOptions } from './failure-limit.ts';
import type { ProcessorHooks } from './hooks.ts';
import { persist } from './persist.ts';
import { ProcessorFault } from './processor-fault.ts';
import { MembershipLost } from './recovery.ts';
import { runSession } from './session.ts';
import { ProcessorStatus } from './status.ts';
import type { StepWatch } from './step-watch/index.ts';
import type { ChangelogIdentity } from './task.ts';
import { type TaskContext, taskContext } from './task-context.ts';
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
  readonly clock: Clock;
  /** Stops after the batch in progress. */
  readonly signal: AbortSignal;
  readonly hooks?: ProcessorHooks;
  /** A span for every record and timer, from its step to its commit. */
  readonly tracing?: Tracing | undefined;
  /** Sets a record aside whose step did not end. One per process. */
  readonly steps?: StepWatch | undefined;
  /** Told about progress, for probes. Make one with `new ProcessorStatus(clock)`. */
  readonly status?: ProcessorStatus;
  /** How far the processors before this one have come; timers wait for it. Without it only the own input counts. */
  readonly upstream?: Upstream;
  readonly failureLimit?: FailureLimitOptions;
  /** Most records of one transaction. More gives throughput, less gives latency under load. Default 2,000. */
  readonly maxBatchRecords?: number;
  /** About what one transaction writes at most, judged by the one before. More needs a faster broker. Default 16 MiB. */
  readonly maxBatchBytes?: number;
  /** Encoded size of the states that are kept decoded in memory, over all tasks; decoded they take about five times that. Default 8 MiB. */
  readonly cacheBytes?: number;
  /** The changelog's actual `delete.retention.ms`, asked for whenever a task opens. Default 24 h, as Kafka's. */
  readonly tombstoneRetentionMs?: number | (() => Promise<number>);
  /** A member that isn't heard of for so long loses its partitions. Default 10,000. */
  readonly sessionTimeoutMs?: number;
  /** Default 10,000. A frozen owner's open transaction ends after it. */
  readonly transactionTimeoutMs?: number;
  /** How long a stop waits for a Kafka that does not answer; calls under way then add up to 10 s of their own. Default 5,000. */
  readonly stopTimeoutMs?: number;
  /** How often the same work may fail in a row while Kafka answers. Default 20. */
  readonly maxAttempts?: number;
};

/** Consumer group of a processor: the topics' prefix plus the topology's name, e.g. `live2vod.video`. */
export function processorGroup(
  topics: (id: TopicId) => string,
  topology: Pick<Topology<unknown>, 'name' | 'input'>,
): string {
  const input = topics(topology.input);
  return input.slice(0, input.length - topology.input.length) + topology.name;
}

/**
 * Runs a topology exactly once until `signal` is aborted: then it finishes its batch, commits, closes its stores and
 * resolves. Rejects with a `ProcessorFault` where it can't go on.
 */
export async function runProcessor<S>(options: ProcessorOptions<S>): Promise<void> {
  const { clock, signal, hooks = {} } = options;
  if (signal.aborted) return;
  const status = options.status ?? new ProcessorStatus(clock);
  const giveUp = giveUpAfter(signal, options.stopTimeoutMs ?? 5_000, clock);
  const waiting = {
    clock,
    signal,
    onRetry: (fault: Error) => {
      status.moved();
      hooks.onFault?.(fault, 'wait for Kafka');
    },
  };
  let admin: Admin | null = null;
  try {
    const connectAdmin = () => persist(() => Admin.connect(options.kafka, signal), waiting);
    let connected = await connectAdmin();
    admin = connected;
    const described = await persist(() => describe(options, connected), waiting);
    const fences = new Fences(clock);
    while (!signal.aborted) {
      try {
        await runSession({ options, admin: connected, ...described, status, giveUp: giveUp.signal });
      } catch (error) {
        if (!(error instanceof MembershipLost)) throw error;
        hooks.onFault?.(error, 'join the group again');
        status.reachable(false);
        await clock.sleep(hasCode(error.cause, ...losesName) ? fences.another(error) : pauseMs, signal);
        if (!connected.lost || signal.aborted) continue;
        connected.close();
        connected = await connectAdmin();
        admin = connected;
      }
    }
  } catch (error) {
    if (error instanceof ProcessorFault) throw error;
    if (signal.aborted) return;
    if (error instanceof KafkaFault && error.denied) throw new ProcessorFault('DENIED', error.message, error);
    throw new ProcessorFault('DEFECT', error instanceof Error ? error.message : String(error), error);
  } finally {
    admin?.close();
    giveUp.cancel();
  }
}

/** Lost for good to another process, if it happens again and again; else only this client is finished. */
const losesName = ['ERR__FATAL', 'ERR_FENCED_INSTANCE_ID'] as const;
const pauseMs = 500;

/** Aborts some time after `stop`: waiting for an absent Kafka must not outlast the stop's budget. */
function giveUpAfter(stop: AbortSignal, ms: number, clock: Clock): { signal: AbortSignal; cancel(): void } {
  const done = new AbortController();
  const started = () => {
    clock.sleep(ms, done.signal).then(
      () => done.abort(),
      () => {},
    );
  };
  stop.addEventListener('abort', started, { once: true });
  return {
    signal: done.signal,
    cancel: () => {
      stop.removeEventListener('abort', started);
      done.abort();
    },
  };
}

/** Checks that the topics fit together before anything is read. */
async function describe<S>(
  options: ProcessorOptions<S>,
  admin: Admin,
): Promise<{ context: TaskContext<S>; changelog: ChangelogIdentity }> {
  const { topology, topics } = options;
  const names = [...new Set<TopicId>([topology.input, topology.changelog, ...topology.outputs, 'dead-letters'])].map(
    topics,
  );
  const look = async () => new Map((await admin.describe(names)).map((topic) => [topic.name, topic]));
  let found = await look();
  // A broker hears of a topic that was just created a moment later than its creator.
  for (let tries = 0; tries < 10 && found.size < names.length && !options.signal.aborted; tries++) {
    await options.clock.sleep(200, options.signal);
    found = await look();
  }
  const missing = names.filter((name) => !found.has(name));
  const input = found.get(topics(topology.input));
  const changelog = found.get(topics(topology.changelog));
  if (missing.length > 0 || !input || !changelog) {
    throw new ProcessorFault('TOPIC_MISSING', `no such topic: ${missing.join(', ')}. Run "live2vod topics apply"`);
  }
  if (input.partitions !== changelog.partitions) {
    throw new ProcessorFault(
      'TOPIC_MISMATCH',
      `${input.name} has ${input.partitions} partitions, ${changelog.name} has ${changelog.partitions}: a task keeps its ` +
        'state in its own partition number, so they must be equal. "live2vod topics apply" says how to migrate',
    );
  }
  const cacheBytesPerTask = Math.ceil((options.cacheBytes ?? 8 * 1024 * 1024) / input.partitions);
  return {
    context: taskContext(topology, topics, options.codecs, cacheBytesPerTask, options.tracing, options.steps),
    changelog: { topicId: changelog.topicId, topic: changelog.name, partitions: changelog.partitions },
  };
}
