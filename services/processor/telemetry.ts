import type { Clock } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import { membershipStates, type ProcessorHooks, type ProcessorStatus, taskStates } from '../../runtime/index.ts';

const partitionGauges = [
  'live2vod_processor_lag_records',
  'live2vod_processor_restore_remaining_records',
  'live2vod_processor_restore_eta_seconds',
  'live2vod_processor_store_bytes',
] as const;

/** Timers are held back for a while in normal work too: what was received has to be processed first. */
const heldTooLongSeconds = 60;
const repeatAfterMs = 60_000;

export type ProcessorTelemetryOptions = {
  readonly processor: string;
  readonly metrics: Metrics;
  readonly log: Logger;
  readonly status: ProcessorStatus;
  readonly clock: Clock;
};

/** Metrics and log lines of one processor. */
export function processorTelemetry({ processor, metrics, log, status, clock }: ProcessorTelemetryOptions) {
  const countTasks = () => {
    const states = [...status.tasks.values()];
    for (const state of taskStates) {
      metrics.set('live2vod_processor_tasks', { processor, state }, states.filter((one) => one === state).length);
    }
    metrics.set('live2vod_processor_loop_timestamp_seconds', { processor }, clock.now() / 1000);
  };
  const tooOld = { records: 0, loggedAtMs: Number.NEGATIVE_INFINITY };
  /** Once a minute at most: a first start on a long history has many. */
  const logTooOld = () => {
    tooOld.records += 1;
    if (clock.now() - tooOld.loggedAtMs < repeatAfterMs) return;
    log.warn(
      { processor, records: tooOld.records },
      'facts older than the retention are left out: a longer retentionDays in the policy takes them in',
    );
    tooOld.records = 0;
    tooOld.loggedAtMs = clock.now();
  };
  const restored = new Map<number, number>();
  let heldLoggedAtMs = Number.NEGATIVE_INFINITY;
  /** For partitions that another instance owns now: two would report the same one. */
  const forget = (partitions: readonly number[]) => {
    for (const partition of partitions) {
      restored.delete(partition);
      const labels = { processor, partition: String(partition) };
      for (const gauge of partitionGauges) metrics.forget(gauge, labels);
    }
  };
  return {
    onOutcome: (_record, outcome, failure) => {
      const labels = outcome.labels ?? {};
      const result = failure === null ? String(labels.result ?? outcome.kind) : 'failed';
      metrics.count('live2vod_processor_records_total', {
        processor,
        type: String(labels.eventType ?? 'none'),
        result,
      });
      if (result === 'older-than-retention') logTooOld();
      const outOfOrder = labels.outOfOrderSeconds;
      if (typeof outOfOrder === 'number')
        metrics.observe('live2vod_processor_out_of_order_seconds', { processor }, outOfOrder);
    },
    onTimer: (partition, key, _outcome, failure) => {
      if (failure === null) return;
      metrics.count('live2vod_processor_records_total', { processor, type: 'timer', result: 'failed' });
      log.error(
        { processor, partition, key, failure },
        'a timer failed; it does not fire again until its state changes',
      );
    },
    onTransaction: ({ durationMs }) => {
      metrics.observe('live2vod_processor_transaction_seconds', { processor }, durationMs / 1000);
      metrics.count('live2vod_processor_transactions_total', { processor, result: 'committed' });
    },
    onLag: (partition, lag) => {
      metrics.set('live2vod_processor_lag_records', { processor, partition: String(partition) }, lag);
      countTasks();
    },
    onRestore: (partition, { records, remaining, recordsPerSecond, etaSeconds, done }) => {
      const labels = { processor, partition: String(partition) };
      metrics.count(
        'live2vod_processor_restore_records_total',
        labels,
        Math.max(0, records - (restored.get(partition) ?? 0)),
      );
      metrics.set('live2vod_processor_restore_remaining_records', labels, remaining);
      if (etaSeconds !== null) metrics.set('live2vod_processor_restore_eta_seconds', labels, etaSeconds);
      countTasks();
      if (done) restored.delete(partition);
      else restored.set(partition, records);
      log.info(
        { processor, partition, records, remaining, recordsPerSecond: Math.round(recordsPerSecond), etaSeconds },
        done ? 'restored' : 'restoring',
      );
    },
    onHangingTransaction: ({ topic, partition, offset }, seconds) =>
      log.error(
        { processor, topic, partition, offset, seconds },
        `a hanging transaction blocks ${topic}/${partition} at offset ${offset}: docs/operations.md, "Hanging transactions"`,
      ),
    onTimersHeld: (seconds) => {
      metrics.set('live2vod_processor_timers_held_seconds', { processor }, seconds);
      const nowMs = clock.monotonicMs();
      if (seconds < heldTooLongSeconds || nowMs - heldLoggedAtMs < repeatAfterMs) return;
      heldLoggedAtMs = nowMs;
      log.warn(
        {
          processor,
          seconds: Math.round(seconds),
          waitsFor: status.heldTimers.waitsFor ?? 'the next look at its input',
        },
        'timers are held back: sessions do not end by time until what it waits for is worked through; docs/operations.md says what to do where that does not go on',
      );
    },
    onStoreSize: (partition, bytes) =>
      metrics.set('live2vod_processor_store_bytes', { processor, partition: String(partition) }, bytes),
    onMembershipState: (state) => {
      for (const one of membershipStates)
        metrics.set('live2vod_processor_membership', { processor, state: one }, one === state ? 1 : 0);
      log.info({ processor, state }, 'membership');
    },
    onTaskState: (partition, state) => {
      countTasks();
      log.debug({ processor, partition, state }, 'task');
    },
    onRebalance: ({ kind, partitions }) => {
      log.info({ processor, kind, partitions }, 'rebalance');
      countTasks();
      if (kind !== 'assign') return forget(partitions);
      // Present from the beginning: Prometheus sees no increase in a counter whose first sample is its first loss.
      for (const partition of partitions)
        metrics.count('live2vod_processor_lost_records_total', { processor, partition: String(partition) }, 0);
    },
    onDeadLetter: (reason) => metrics.count('live2vod_dead_letters_total', { stage: processor, reason }),
    onLostRange: ({ partition, from, to, topic }) => {
      metrics.count('live2vod_processor_lost_records_total', { processor, partition: String(partition) }, to - from);
      log.error(
        { processor, topic, partition, from, to },
        'records were deleted by retention before they were processed',
      );
    },
    onRebuild: (partition, why) =>
      log.warn({ processor, partition, why }, 'the store is discarded and rebuilt from its topic'),
    onFault: (error, recovery) => {
      if (recovery.kind === 'abort-transaction')
        metrics.count('live2vod_processor_transactions_total', { processor, result: 'aborted' });
      log.warn({ processor, err: error, recovery }, 'fault');
    },
  } satisfies ProcessorHooks;
}
