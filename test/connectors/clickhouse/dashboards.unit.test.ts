import { expect, it } from 'vitest';
import { panelSql, promQl } from '../../../bench/dashboard-panels.ts';
import { type MetricDefinition, metricCatalogue } from '../../../platform/telemetry/index.ts';

const catalogue: Readonly<Record<string, MetricDefinition>> = metricCatalogue;

it('finds the panels and the alerts', () => {
  expect(panelSql().length).toBeGreaterThan(25);
  expect(promQl().length).toBeGreaterThan(20);
  expect(panelSql().filter(([, sql]) => sql.includes('$'))).toEqual([]);
});

it.each(promQl())('%s names metrics and labels that exist', (_, expr) => {
  const names = [...expr.matchAll(/live2vod_\w+/g)].map((match) => match[0]);
  expect(names.length > 0 || /\bup\b/.test(expr)).toBe(true);
  // Those of histograms, and of every target.
  const labels = new Set(['le', 'job', 'instance']);
  for (const name of names) {
    const bucket = name.replace(/_bucket$/, '');
    const metric = catalogue[name] ?? catalogue[bucket];
    expect(metric, name).toBeDefined();
    if (bucket !== name) expect(metric?.kind).toBe('histogram');
    if (/_total$/.test(name)) expect(expr).toMatch(new RegExp(`(rate|increase)\\(${name}`));
    for (const label of metric?.labels ?? []) labels.add(label);
  }
  const used = [
    ...[...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => (match[1] ?? '').split(/,\s*/)),
    ...[...expr.matchAll(/[{,]\s*(\w+)\s*[=!]/g)].map((match) => match[1] ?? ''),
  ];
  for (const label of used) expect(labels, `${label} in ${expr}`).toContain(label);
});

// A counter that is born with its first event has two equal samples, hence no increase: the first lost range or dead letter
// after a start raised no alert. Until the series is as old as the window its value has to stand in. But no series an hour
// ago is also what a Prometheus finds that was away then: it counted old totals as new events.
const seconds: Readonly<Record<string, number>> = { '15m': 900, '1h': 3_600 };
const increases = promQl().filter(([, expr]) => expr.includes('increase('));
it.each(increases)('%s sees the first event of a new series, and no old one', (_, expr) => {
  for (const [, name = '', window = ''] of expr.matchAll(/increase\((\w+)\[(\w+)\]\)/g)) {
    // Without labels it is there from the start, as zero.
    if (catalogue[name]?.labels.length === 0) continue;
    const seen = `up offset ${window} == 1 or time() - process_start_time_seconds < ${seconds[window]}`;
    const born = `(${name} unless ${name} offset ${window} and on (job, instance) (${seen}))`;
    expect(expr).toContain(`(${born} or increase(${name}[${window}]))`);
  }
});
it('finds the increases', () => expect(increases.length).toBeGreaterThan(2));
