import { Registry } from 'prom-client';
import { expect, it, vi } from 'vitest';
import { processorHooks } from '../../cli/roles/processor-hooks.ts';
import { systemClock } from '../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../platform/telemetry/index.ts';
import { ProcessorStatus } from '../../runtime/index.ts';

const setUp = () => {
  const registry = new Registry();
  const log = createLogger('test', 'silent');
  const status = new ProcessorStatus(systemClock);
  const hooks = processorHooks('video', metricsOf(registry), log, status, systemClock);
  const values = async (name: string) => (await registry.getSingleMetric(`live2vod_processor_${name}`)?.get())?.values;
  return { hooks, status, values };
};

// A partition that moved was shown by both instances, by the one that had given it up as it was then.
it('forgets what it showed of a partition that was taken away', async () => {
  const { hooks, values } = setUp();
  const progress = { records: 5, recordsPerSecond: 1, remaining: 10, etaSeconds: 10, done: false };
  for (const partition of [0, 1]) {
    hooks.onLag?.(partition, 7);
    hooks.onStoreSize?.(partition, 100);
    hooks.onRestore?.(partition, progress);
  }
  hooks.onRebalance?.({ kind: 'revoke', partitions: [0] });
  for (const gauge of ['lag_records', 'store_bytes', 'restore_remaining_records', 'restore_eta_seconds']) {
    expect(
      (await values(gauge))?.map(({ labels }) => labels.partition),
      gauge,
    ).toEqual(['1']);
  }
});

it('shows the phases of the tasks while all of them restore, and when they are gone', async () => {
  const { hooks, status, values } = setUp();
  const phases = async () => (await values('tasks'))?.map(({ value }) => value);
  status.task(0, 'restoring');
  hooks.onRestore?.(0, { records: 5, recordsPerSecond: 1, remaining: 10, etaSeconds: null, done: false });
  expect(await phases()).toEqual([1, 0, 0]);
  status.task(0, null);
  hooks.onRebalance?.({ kind: 'revoke', partitions: [0] });
  expect(await phases()).toEqual([0, 0, 0]);
});

it('counts a timer that failed', async () => {
  const { hooks, values } = setUp();
  hooks.onTimer?.(0, 'k', { kind: 'drop', reason: 'timer-threw' }, 'broken');
  hooks.onTimer?.(0, 'k', { kind: 'drop', reason: 'fine' }, null);
  const [failed, ...others] = (await values('records_total')) ?? [];
  expect(failed).toMatchObject({ labels: { type: 'timer', result: 'failed' }, value: 1 });
  expect(others).toEqual([]);
});

// Prometheus counts what a series gains after its first sample. One that is born with its first loss gains nothing.
it('shows that nothing was lost as soon as a partition is assigned', async () => {
  const registry = new Registry();
  const log = createLogger('test', 'silent');
  const hooks = processorHooks('video', metricsOf(registry), log, new ProcessorStatus(systemClock), systemClock);
  const lost = async () => (await registry.getSingleMetric('live2vod_processor_lost_records_total')?.get())?.values;

  hooks.onRebalance?.({ kind: 'assign', partitions: [0, 3] });
  expect(await lost()).toEqual([
    { labels: { processor: 'video', partition: '0' }, value: 0 },
    { labels: { processor: 'video', partition: '3' }, value: 0 },
  ]);
  hooks.onLostRange?.({ topic: 'callbacks', partition: 3, from: 10, to: 15 });
  hooks.onRebalance?.({ kind: 'assign', partitions: [3] });
  expect((await lost())?.[1]?.value).toBe(5);
});

// A first start on a long history left out what was older than the retention, and nothing told of it.
it('counts and logs facts that are older than the retention, once a minute at most', async () => {
  const registry = new Registry();
  const log = createLogger('test', 'silent');
  const warned = vi.spyOn(log, 'warn');
  const hooks = processorHooks('session', metricsOf(registry), log, new ProcessorStatus(systemClock), systemClock);
  const outcome = { kind: 'drop', reason: 'older-than-retention', marks: { result: 'older-than-retention' } } as const;
  const record = { key: 'k', value: null, headers: {}, timestampMs: 1, partition: 0, offset: 1 };
  for (let index = 0; index < 5; index += 1) hooks.onOutcome?.(record, outcome, null);
  const values = (await registry.getSingleMetric('live2vod_processor_records_total')?.get())?.values;
  expect(values).toMatchObject([{ labels: { processor: 'session', result: 'older-than-retention' }, value: 5 }]);
  expect(warned).toHaveBeenCalledOnce();
  expect(warned.mock.calls[0]?.[1]).toContain('retentionDays');
});
