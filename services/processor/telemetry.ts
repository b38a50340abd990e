import type { Clock } from '../../platform/host/index.ts';
import type { Logger, Metrics } from '../../platform/telemetry/index.ts';
import type { ProcessorHooks, ProcessorStatus } from '../../runtime/index.ts';

const partitionGauges = [
  'live2vod_processor_lag_records',
  'live2vod_processor_restore_remaining_records',
  'live2vod_processor_restore_eta_seconds',
  'live2vod_processor_store_bytes',
] as const;

/** A while without them is normal: what was received has to be worked through first. */
const heldTooLongSeconds = 60;
const toldAgainMs = 60_000;

/** Turns what a processor tells into metrics and log lines. */
export function processorHooks(
  processor: string,
  metrics: Metrics,
  log: Logger,
  status: ProcessorStatus,
  clock: Clock,
): ProcessorHooks {
  const tasks = () => {
    const phases = [...status.tasks.values()];
    for (const state of ['restoring', 'held-up', 'ready'] as const) {
      metrics.set('live2vod_processor_tasks', { processor, state }, phases.filter((phase) => phase === state).length);
    }
    metrics.set('live2vod_processor_loop_timestamp_seconds', { processor }, clock.now() / 1000);
  };
  const tooOld = { records: 0, toldAtMs: Number.NEGATIVE_INFINITY };
  /** Once a minute at most: a first start on a long history has many. */
  const leftOut = () => {
    tooOld.records += 1;
    if (clock.now() - tooOld.toldAtMs < 60_000) return;
    log.warn(
      { processor, records: tooOld.records },
      'facts older than the retention are left out: a longer retentionDays in the policy takes them in',
    );
    tooOld.records = 0;
    tooOld.toldAtMs = clock.now();
  };
  const restored = new Map<number, number>();
  let toldHeldAtMs = Number.NEGATIVE_INFINITY;
  /** Of partitions that another instance has now: two would show the same one. */
  const forget = (partitions: readonly number[]) => {
    for (const partition of partitions) {
      restored.delete(partition);
      const label = { processor, partition: String(partition) };
      for (const gauge of partitionGauges) metrics.forget(gauge, label);
    }
  };
  return {
    onOutcome: (_record, outcome, failure) => {
      const marks = outcome.marks ?? {};
      const result = failure === null ? String(marks.result ?? outcome.kind) : 'failed';
      metrics.count('live2vod_processor_records_total', { processor, type: String(marks.eventType ?? 'none'), result });
      if (result === 'older-than-retention') leftOut();
      const outOfOrder = marks.outOfOrderSeconds;
      if (typeof outOfOrder === 'number')
        metrics.observe('live2vod_processor_out_of_order_seconds', { processor }, outOfOrder);
    },
    onTimer: (partition, key, _outcome, failure) => {
      if (failure === null) return;
      metrics.count('live2vod_processor_records_total', { processor, type: 'timer', result: 'failed' });
      log.error(
        { processor, partition, key, failure },
        'a timer failed; it is not called again until its state changes',
      );
    },
    onTransaction: ({ durationMs }) => {
      metrics.observe('live2vod_processor_transaction_seconds', { processor }, durationMs / 1000);
      metrics.count('live2vod_processor_transactions_total', { processor, result: 'committed' });
    },
    onLag: (partition, lag) => {
      metrics.set('live2vod_processor_lag_records', { processor, partition: String(partition) }, lag);
      tasks();
    },
    onRestore: (partition, { records, remaining, recordsPerSecond, etaSeconds, done }) => {
      const label = { processor, partition: String(partition) };
      metrics.count(
        'live2vod_processor_restore_records_total',
        label,
        Math.max(0, records - (restored.get(partition) ?? 0)),
      );
      metrics.set('live2vod_processor_restore_remaining_records', label, remaining);
      if (etaSeconds !== null) metrics.set('live2vod_processor_restore_eta_seconds', label, etaSeconds);
      tasks();
      if (done) restored.delete(partition);
      else restored.set(partition, records);
      log.info(
        { processor, partition, records, remaining, recordsPerSecond: Math.round(recordsPerSecond), etaSeconds },
        done ? 'restored' : 'restoring',
      );
    },
    onHeldUp: ({ topic, partition, offset }, seconds) => {
      tasks();
      log.error(
        { processor, topic, partition, offset, seconds },
        `a transaction that nobody ends holds up ${topic}/${partition} at offset ${offset}: docs/operations.md, "Hanging transactions"`,
      );
    },
    onTimersHeld: (seconds) => {
      metrics.set('live2vod_processor_timers_held_seconds', { processor }, seconds);
      const nowMs = clock.monotonicMs();
      if (seconds < heldTooLongSeconds || nowMs - toldHeldAtMs < toldAgainMs) return;
      toldHeldAtMs = nowMs;
      log.warn(
        { processor, seconds: Math.round(seconds), waitsFor: status.heldTimers.waitsFor },
        'timers are held back',
      );
    },
    onStoreSize: (partition, bytes) =>
      metrics.set('live2vod_processor_store_bytes', { processor, partition: String(partition) }, bytes),
    onRebalance: ({ kind, partitions }) => {
      log.info({ processor, kind, partitions }, 'rebalance');
      tasks();
      if (kind !== 'assign') return forget(partitions);
      // There from the beginning: a counter that is born with its first loss shows Prometheus no increase.
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
      log.warn({ processor, partition, why }, 'the store is thrown away and built again from its topic'),
    onFault: (error, answer) => {
      if (answer.startsWith('abort'))
        metrics.count('live2vod_processor_transactions_total', { processor, result: 'aborted' });
      log.warn({ processor, err: error, answer }, 'fault');
    },
  };
}
