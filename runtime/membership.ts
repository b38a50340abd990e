import { join } from 'node:path';
import type { Admin } from '../connectors/kafka/index.ts';
import { Consumer, TransactionalProducer } from '../connectors/kafka/index.ts';
import { Assignment } from './assignment.ts';
import { Attempts } from './attempts.ts';
import { BatchSize } from './batch-size.ts';
import { failureCountIn } from './failure-count.ts';
import { FailureLimit } from './failure-limit.ts';
import { Loop } from './loop.ts';
import { persist } from './persist.ts';
import { recover } from './recovery.ts';
import { Restorer } from './restorer.ts';
import { type ProcessorOptions, processorGroup } from './run-processor.ts';
import type { ProcessorStatus } from './status.ts';
import type { ChangelogIdentity } from './task.ts';
import type { TaskContext } from './task-context.ts';
import { TimerGate } from './timer-gate.ts';

export type SessionOptions<S> = {
  readonly options: ProcessorOptions<S>;
  readonly admin: Admin;
  readonly context: TaskContext<S>;
  readonly changelog: ChangelogIdentity;
  readonly status: ProcessorStatus;
  /** Ends waiting for a Kafka that doesn't answer. */
  readonly giveUp: AbortSignal;
};

/**
 * One life as a member of the group: joins, works until the stop signal, leaves everything committed and closed. Rejects
 * with a `ProcessorFault`, or with `MembershipLost` where only joining anew can help.
 */
export async function runSession<S>({ options, admin, context, changelog, status, giveUp }: SessionOptions<S>) {
  const { clock, signal, hooks = {} } = options;
  const group = options.group ?? processorGroup(options.topics, options.topology);
  const attempts = new Attempts(options.maxAttempts ?? 20);
  const transactionTimeoutMs = options.transactionTimeoutMs ?? 10_000;
  const closing: (() => Promise<unknown>)[] = [];
  try {
    let assignment: Assignment<S> | null = null;
    const consumer = await persist(
      () =>
        Consumer.connect(options.kafka, {
          groupId: group,
          groupInstanceId: `${group}-${options.instance}`,
          sessionTimeoutMs: options.sessionTimeoutMs ?? 10_000,
          strictOffsets: true,
          manualRebalance: true,
          signal,
          onRebalance: (event) => assignment?.queue(event),
          onEof: ({ partition, offset }) => {
            const task = assignment?.task(partition);
            if (task) task.endSeenAt = offset;
          },
          onComplaint: (message) => {
            if (/all broker/i.test(message)) status.reachable(false);
          },
        }),
      { clock, signal, onRetry: (fault) => hooks.onFault?.(fault, 'wait for Kafka') },
    );
    closing.unshift(() => consumer.close());

    const tasks = new Assignment<S>({
      context,
      consumer,
      admin,
      restorer: new Restorer(options.kafka, context.changelogTopic, clock),
      changelog,
      folderOf: (partition) => join(options.stateFolder, String(partition)),
      tombstoneRetentionMs: options.tombstoneRetentionMs ?? 24 * 3_600_000,
      // Twice: a broker that was away gives a transaction its time anew. The rest is for the broker to notice and to end it.
      heldUpAfterMs: 2 * transactionTimeoutMs + 10_000,
      clock,
      hooks,
      status,
      attempts,
    });
    assignment = tasks;
    closing.unshift(() => tasks.closeAll());

    const failureLimit = new FailureLimit(failureCountIn(options.stateFolder), options.failureLimit);
    closing.unshift(async () => failureLimit.keep());
    const loop = new Loop<S>({
      inputTopic: context.inputTopic,
      changelogTopic: context.changelogTopic,
      consumer,
      admin,
      assignment: tasks,
      timers: new TimerGate(admin, context.inputTopic, options.upstream, clock),
      failureLimit,
      attempts,
      transactionTimeoutMs,
      batchSize: new BatchSize({
        maxRecords: options.maxBatchRecords ?? 2_000,
        maxBytes: options.maxBatchBytes ?? 16 * 1024 * 1024,
        transactionTimeoutMs,
      }),
      clock,
      status,
      hooks,
      giveUp,
    });
    const connectProducer = () =>
      persist(
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
            status.moved();
            status.reachable(false);
            hooks.onFault?.(fault, 'retry');
          },
        },
      );
    let producer = await connectProducer();
    closing.unshift(() => producer.close());
    status.reachable(true);
    consumer.subscribe([context.inputTopic]);

    while (!signal.aborted) {
      try {
        await loop.turn(producer);
      } catch (error) {
        await loop.dropAhead();
        if (signal.aborted) break;
        const pauseMs = await recover(error, {
          inputTopic: context.inputTopic,
          consumer,
          assignment: tasks,
          attempts,
          status,
          hooks,
          renewProducer: async () => {
            // Not waited for: whatever it hangs in, the new one of its id fences it.
            void producer.close();
            producer = await connectProducer();
            status.reachable(true);
          },
        });
        await clock.sleep(pauseMs, signal);
      }
    }
    await loop.dropAhead();
    // It only spares the next start some reading: not worth waiting for a Kafka that has used up the stop's patience.
    if (giveUp.aborted) return;
    await loop.checkpoint(producer).catch((error: unknown) => hooks.onFault?.(error, 'stop without a last checkpoint'));
  } finally {
    // One that can't be closed doesn't keep the others open.
    for (const close of closing) await close().catch((error: unknown) => hooks.onFault?.(error, 'close the rest'));
  }
}
