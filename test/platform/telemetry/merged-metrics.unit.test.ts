import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { mergedMetrics } from '../../../platform/telemetry/index.ts';

async function page(process: string, fill: (registry: Registry) => void) {
  const registry = new Registry();
  fill(registry);
  return { process, text: await registry.metrics() };
}

test('each sample says of which process it is, and each metric has one heading', async () => {
  const counting = (by: number) => (registry: Registry) => {
    const counter = new Counter({
      name: 'done_total',
      help: 'What is done',
      labelNames: ['what'],
      registers: [registry],
    });
    counter.inc({ what: 'a {b} "c" d' }, by);
  };
  const first = await page('1', counting(3));
  const second = await page('2', (registry) => {
    new Gauge({ name: 'only_here', help: 'A gauge', registers: [registry] }).set(7);
    counting(4)(registry);
  });
  expect(mergedMetrics([first, second]).trimEnd().split('\n')).toEqual([
    '# HELP done_total What is done',
    '# TYPE done_total counter',
    'done_total{process="1",what="a {b} \\"c\\" d"} 3',
    'done_total{process="2",what="a {b} \\"c\\" d"} 4',
    '# HELP only_here A gauge',
    '# TYPE only_here gauge',
    'only_here{process="2"} 7',
  ]);
});

test('the parts of a histogram stay under its heading', async () => {
  const text = mergedMetrics([
    await page('1', (registry) => {
      new Histogram({ name: 'took', help: 'Time', buckets: [1], registers: [registry] }).observe(2);
    }),
    await page('2', () => {}),
  ]);
  expect(text.trimEnd().split('\n')).toEqual([
    '# HELP took Time',
    '# TYPE took histogram',
    'took_bucket{process="1",le="1"} 0',
    'took_bucket{process="1",le="+Inf"} 1',
    'took_sum{process="1"} 2',
    'took_count{process="1"} 1',
  ]);
});

test('what is said of all processes together has no such label', () => {
  const text = '# HELP all Together\n# TYPE all gauge\nall 3\n';
  expect(
    mergedMetrics([
      { process: '1', text: 'own 1\n' },
      { process: null, text },
    ]),
  ).toContain(text);
});
