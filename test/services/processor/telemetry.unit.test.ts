import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import { ProcessorStatus } from '../../../runtime/index.ts';
import { processorTelemetry } from '../../../services/processor/telemetry.ts';

const setUp = (processor = 'video') => {
  const registry = new Registry();
  const log = createLogger('test', 'silent');
  const status = new ProcessorStatus(systemClock);
  const hooks = processorTelemetry({ processor, metrics: metricsOf(registry), log, status, clock: systemClock });
  const values = async (name: string) => (await registry.getSingleMetric(`live2vod_processor_${name}`)?.get())?.values;
  return { hooks, log, status, values };
};

// A partition that moved was shown by both instances, by the one that had given it up as it was then.
it('forgets what it showed of a partition that was taken away', async () => {
  const { hooks, values } = setUp();
  const progress = { records: 5, recordsPerSecond: 1, remaining: 10, etaSeconds: 10, done: false };
  for (const partition of [0, 1]) {
    hooks.onLag(partition, 7);
    hooks.onStoreSize(partition, 100);
    hooks.onRestore(partition, progress);
  }
  hooks.onRebalance({ kind: 'revoke', partitions: [0] });
  for (const gauge of ['lag_records', 'store_bytes', 'restore_remaining_records', 'restore_eta_seconds']) {
    expect(
      (await values(gauge))?.map(({ labels }) => labels.partition),
      gauge,
    ).toEqual(['1']);
  }
});

it('counts the tasks in each state, and none when they are gone', async () => {
  const { hooks, status, values } = setUp();
  const states = async () =>
    Object.fromEntries((await values('tasks'))?.map(({ labels, value }) => [labels.state, value]) ?? []);
  const none = { restoring: 0, blocked: 0, restored: 0, working: 0, paused: 0, closing: 0 };
  const inState = (state: 'restoring' | 'blocked' | 'closed') => {
    status.taskState(0, state);
    hooks.onTaskState(0, state);
  };
  inState('restoring');
  expect(await states()).toEqual({ ...none, restoring: 1 });
  inState('blocked');
  expect(await states()).toEqual({ ...none, blocked: 1 });
  inState('closed');
  expect(await states()).toEqual(none);
});

it('shows in which state the membership is', async () => {
  const { hooks, values } = setUp();
  const states = async () =>
    (await values('membership'))?.filter(({ value }) => value === 1).map(({ labels }) => labels.state);
  hooks.onMembershipState('joining');
  expect(await states()).toEqual(['joining']);
  hooks.onMembershipState('joined');
  expect(await states()).toEqual(['joined']);
});

// The count hung on how the log line of the recovery began.
it('counts a transaction as aborted by the recovery, whatever the fault says', async () => {
  const { hooks, values } = setUp();
  for (const kind of ['retry', 'seek-back', 'abort-transaction', 'replace-producer', 'rejoin-group'] as const)
    hooks.onFault(new Error('abort'), { kind });
  expect(await values('transactions_total')).toEqual([{ labels: { processor: 'video', result: 'aborted' }, value: 1 }]);
});

it('counts a timer that failed', async () => {
  const { hooks, values } = setUp();
  hooks.onTimer(0, 'k', { kind: 'drop', reason: 'timer-threw' }, 'broken');
  hooks.onTimer(0, 'k', { kind: 'drop', reason: 'fine' }, null);
  const [failed, ...others] = (await values('records_total')) ?? [];
  expect(failed).toMatchObject({ labels: { type: 'timer', result: 'failed' }, value: 1 });
  expect(others).toEqual([]);
});

// Prometheus counts what a series gains after its first sample. One that is born with its first loss gains nothing.
it('shows that nothing was lost as soon as a partition is assigned', async () => {
  const { hooks, values } = setUp();
  const lost = () => values('lost_records_total');

  hooks.onRebalance({ kind: 'assign', partitions: [0, 3] });
  expect(await lost()).toEqual([
    { labels: { processor: 'video', partition: '0' }, value: 0 },
    { labels: { processor: 'video', partition: '3' }, value: 0 },
  ]);
  hooks.onLostRange({ topic: 'callbacks', partition: 3, from: 10, to: 15 });
  hooks.onRebalance({ kind: 'assign', partitions: [3] });
  expect((await lost())?.[1]?.value).toBe(5);
});

// A first start on a long history left out what was older than the retention, and nothing told of it.
it('counts and logs facts that are older than the retention, once a minute at most', async () => {
  const { hooks, log, values } = setUp('session');
  const warned = vi.spyOn(log, 'warn');
  const outcome = { kind: 'drop', reason: 'older-than-retention', labels: { result: 'older-than-retention' } } as const;
  const record = { topic: 'in', key: 'k', value: null, headers: {}, timestampMs: 1, partition: 0, offset: 1 };
  for (let index = 0; index < 5; index += 1) hooks.onOutcome(record, outcome, null);
  expect(await values('records_total')).toMatchObject([
    { labels: { processor: 'session', result: 'older-than-retention' }, value: 5 },
  ]);
  expect(warned).toHaveBeenCalledOnce();
  expect(warned.mock.calls[0]?.[1]).toContain('retentionDays');
});
