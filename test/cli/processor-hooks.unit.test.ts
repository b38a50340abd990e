import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { processorHooks } from '../../cli/roles/processor-hooks.ts';
import { ProcessorStatus } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../connectors/platform/index.ts';
import { createLogger, metricsOf } from '../../connectors/telemetry/index.ts';

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
