import { expect, it } from 'vitest';
import { type MetricDefinition, metricCatalogue } from '../../../connectors/telemetry/index.ts';
import { panelSql, promQl } from './dashboards.ts';

const catalogue: Readonly<Record<string, MetricDefinition>> = metricCatalogue;

it('finds the panels and the alerts', () => {
  expect(panelSql().length).toBeGreaterThan(25);
  expect(promQl().length).toBeGreaterThan(20);
  expect(panelSql().filter(([, sql]) => sql.includes('$'))).toEqual([]);
});

it.each(promQl())('%s names metrics and labels that exist', (_, expr) => {
  const names = [...expr.matchAll(/live2vod_\w+/g)].map((match) => match[0]);
  expect(names).not.toEqual([]);
  const labels = new Set(['le']);
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
