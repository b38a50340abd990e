import { join } from 'node:path';
import type { Admin } from '../connectors/kafka/index.ts';
import { Consumer, TransactionalProducer } from '../connectors/kafka/index.ts';
import { Assignment } from './assignment.ts';
import { BatchSize } from './batch-size.ts';
import { failureCountIn } from './failure-count.ts';
import { FailureLimit } from './failure-limit.ts';
import { Loop } from './loop.ts';
import { type MembershipState, membershipTransitions } from './membership-state.ts';
import type { ResolvedOptions } from './options.ts';
import { recover } from './recovery.ts';
import { Restorer } from './restorer.ts';
import { RetryBudget } from './retry-budget.ts';
import { retryKafka } from './retry-kafka.ts';
import { StateMachine } from './state-machine.ts';
import type { ChangelogIdentity } from './task.ts';
import type { TaskContext } from './task-context.ts';
import { TimerGate } from './timer-gate.ts';

export type MembershipOptions<S> = {
  readonly options: ResolvedOptions<S>;
  readonly admin: Admin;
  readonly context: TaskContext<S>;
  readonly changelog: ChangelogIdentity;
  /** Ends waiting for a Kafka that doesn't answer. */
  readonly giveUp: AbortSignal;
};

/**
 * One life as a member of the group: joins, works until the stop signal, leaves with everything committed and closed.
 * Rejects with a `ProcessorFault`, or with `MembershipLost` where only joining again can help.
 */
export async function runMembership<S>({ options, admin, context, changelog, giveUp }: MembershipOptions<S>) {
  const { clock, group, hooks, signal, status, transactionTimeoutMs } = options;
  const retryBudget = new RetryBudget(options.maxAttempts);
  const membership = new StateMachine<MembershipState>({
    subject: `the membership of ${options.instance} in ${group}`,
    transitions: membershipTransitions,
    initial: 'joining',
    onChange: (state) => {
      status.membership = state;
      hooks.onMembershipState?.(state);
    },
  });
  const closing: (() => Promise<unknown>)[] = [];
  try {
    let assignment: Assignment<S> | null = null;
    const consumer = await retryKafka(
      () =>
        Consumer.connect(options.kafka, {
          groupId: group,
          groupInstanceId: `${group}-${options.instance}`,
          sessionTimeoutMs: options.sessionTimeoutMs,
          strictOffsets: true,
          manualRebalance: true,
          // A partition that begins to work later waits behind all that its neighbours have queued: 55,000 records in 32 MiB.
          maxQueuedBytes: 4 * 1024 * 1024,
          signal,
          onRebalance: (rebalance) => assignment?.queue(rebalance),
          onEof: ({ partition, offset }) => {
            const task = assignment?.task(partition);
            if (task) task.endSeenAt = offset;
          },
          onAllBrokersDown: () => {
            status.kafkaReachable = false;
          },
        }),
      { clock, signal, onRetry: (fault) => hooks.onFault?.(fault, { kind: 'wait-for-kafka' }) },
    );
    closing.unshift(() => consumer.close());

    const tasks = new Assignment<S>({
      context,
      consumer,
      admin,
      restorer: new Restorer(options.kafka, context.changelogTopic, clock),
      changelog,
      folderOf: (partition) => join(options.stateFolder, String(partition)),
      tombstoneRetentionMs: options.tombstoneRetentionMs,
      // Twice: a broker that was away gives a transaction its time again. The rest is for the broker to notice and to end it.
      hangingAfterMs: 2 * transactionTimeoutMs + 10_000,
      clock,
      hooks,
      status,
      retryBudget,
      membership,
    });
    assignment = tasks;
    closing.unshift(() => tasks.closeAll());

    const failureLimit = new FailureLimit(failureCountIn(options.stateFolder), options.failureLimit);
    closing.unshift(async () => failureLimit.save());
    const loop = new Loop<S>({
      inputTopic: context.inputTopic,
      changelogTopic: context.changelogTopic,
      consumer,
      admin,
      assignment: tasks,
      timers: new TimerGate(admin, context.inputTopic, options.upstream, clock),
      failureLimit,
      retryBudget,
      transactionTimeoutMs,
      batchSize: new BatchSize({
        maxRecords: options.maxBatchRecords,
        maxBytes: options.maxBatchBytes,
        transactionTimeoutMs,
      }),
      clock,
      status,
      hooks,
      giveUp,
    });
    const connectProducer = () =>
      retryKafka(
        () =>
          TransactionalProducer.connect(options.kafka, {
            transactionalId: `${group}-${options.instance}`,
            transactionTimeoutMs,
            signal,
          }),
        {
          clock,
          signal,
          onRetry: (fault) => {
            status.loopAdvanced();
            status.kafkaReachable = false;
            hooks.onFault?.(fault, { kind: 'retry' });
          },
        },
      );
    let producer = await connectProducer();
    closing.unshift(() => producer.close());
    status.kafkaReachable = true;
    consumer.subscribe([context.inputTopic]);

    while (!signal.aborted) {
      try {
        await loop.runOnce(producer);
      } catch (error) {
        await loop.discardReadAhead();
        if (signal.aborted) break;
        const pauseMs = await recover(error, {
          inputTopic: context.inputTopic,
          consumer,
          assignment: tasks,
          retryBudget,
          status,
          hooks,
          replaceProducer: async () => {
            // Not awaited: even if it hangs, the new one of its id fences it.
            void producer.close();
            producer = await connectProducer();
            status.kafkaReachable = true;
          },
        });
        await clock.sleep(pauseMs, signal);
      }
    }
    await loop.discardReadAhead();
    // A last checkpoint only spares the next start some reading: not worth more waiting for a Kafka that is away.
    if (giveUp.aborted) return;
    await loop.checkpoint(producer).catch((error: unknown) => hooks.onFault?.(error, { kind: 'skip-checkpoint' }));
  } finally {
    membership.to('leaving');
    // One that can't be closed doesn't keep the others open.
    for (const close of closing)
      await close().catch((error: unknown) => hooks.onFault?.(error, { kind: 'continue-closing' }));
    membership.to('closed');
  }
}
