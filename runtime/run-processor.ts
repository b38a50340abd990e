import { Admin, hasCode, KafkaFault } from '../connectors/kafka/index.ts';
import { counted } from '../platform/counted.ts';
import type { Clock } from '../platform/host/index.ts';
import type { TopicId } from '../schemas/topics.ts';
import { FencingBudget } from './fencing-budget.ts';
import { runMembership } from './membership.ts';
import { type ProcessorOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { ProcessorFault } from './processor-fault.ts';
import { MembershipLost } from './recovery.ts';
import { retryKafka } from './retry-kafka.ts';
import type { ChangelogIdentity } from './task.ts';
import { type TaskContext, taskContext } from './task-context.ts';

/**
 * Runs a topology exactly once until `signal` is aborted: then it finishes its batch, commits, closes its stores and
 * resolves. Rejects with a `ProcessorFault` where it can't go on.
 */
export async function runProcessor<S>(given: ProcessorOptions<S>): Promise<void> {
  const options = resolveOptions(given);
  const { clock, signal, hooks, status } = options;
  if (signal.aborted) return;
  const giveUp = giveUpAfter(signal, options.stopTimeoutMs, clock);
  const waiting = {
    clock,
    signal,
    onRetry: (fault: unknown) => {
      status.loopAdvanced();
      hooks.onFault?.(fault, { kind: 'wait-for-kafka' });
    },
  };
  let admin: Admin | null = null;
  try {
    const connectAdmin = () => retryKafka(() => Admin.connect(options.kafka, signal), waiting);
    let connected = await connectAdmin();
    admin = connected;
    const described = await retryKafka(() => describe(options, connected), waiting);
    const fencingBudget = new FencingBudget(clock);
    while (!signal.aborted) {
      try {
        await runMembership({ options, admin: connected, ...described, giveUp: giveUp.signal });
      } catch (error) {
        if (!(error instanceof MembershipLost)) throw error;
        hooks.onFault?.(error, { kind: 'rejoin-group' });
        status.kafkaReachable = false;
        const fenced = hasCode(error.cause, ...fencedCodes);
        await clock.sleep(fenced ? fencingBudget.spend(error) : rejoinPauseMs, signal);
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

/** A newer member has this member's name. Only these count against the fencing budget; else just the client was lost. */
const fencedCodes = ['ERR__FATAL', 'ERR_FENCED_INSTANCE_ID'] as const;
const rejoinPauseMs = 500;

/** Aborts some time after `stop`: waiting for a Kafka that is away must not outlast the time that a stop has. */
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
  options: ResolvedOptions<S>,
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
      `${input.name} has ${counted(input.partitions, 'partition')}, ${changelog.name} has ${changelog.partitions}: a task keeps its ` +
        'state in its own partition number, so they must be equal. "live2vod topics apply" says how to migrate',
    );
  }
  const cacheBytesPerTask = Math.ceil(options.cacheBytes / input.partitions);
  return {
    context: taskContext(topology, topics, options.codecs, cacheBytesPerTask, options.tracing, options.steps),
    changelog: { topicId: changelog.topicId, topic: changelog.name, partitions: changelog.partitions },
  };
}
