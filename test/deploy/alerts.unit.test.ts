import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { metricCatalogue } from '../../platform/telemetry/index.ts';

const root = join(import.meta.dirname, '../..');

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
};
const rules = (
  parse(readFileSync(join(root, 'deploy/prometheus/live2vod.rules.yml'), 'utf8')) as {
    groups: readonly { rules: readonly Rule[] }[];
  }
).groups.flatMap((group) => group.rules);
const rule = (name: string) => {
  const found = rules.find(({ alert }) => alert === name);
  if (!found) throw new Error(`there is no alert ${name}`);
  return found;
};

/** What Prometheus and its client for Node add to every process. */
const foreign = ['up', 'process_start_time_seconds'];
const labelsOfTargets = ['job', 'instance', 'role', 'le'];

test('every alert names metrics that exist, and no labels but theirs', () => {
  expect(rules.length).toBeGreaterThan(15);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, expr, annotations } of rules) {
    const names = [...expr.matchAll(/live2vod_\w+|\bup\b|\bprocess_\w+/g)].map(([name]) => name);
    expect(names.length, alert).toBeGreaterThan(0);
    const metrics = names
      .filter((name) => !foreign.includes(name))
      .map((name) => {
        const base = name.replace(/_bucket$/, '') as keyof typeof metricCatalogue;
        expect(metricCatalogue, alert).toHaveProperty(base);
        return metricCatalogue[base];
      });
    const known = [...labelsOfTargets, ...metrics.flatMap(({ labels }) => [...labels])];
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, */));
    const shown = Object.values(annotations).flatMap((text) => [...text.matchAll(/\$labels\.(\w+)/g)].map((m) => m[1]));
    for (const label of [...grouped, ...shown]) expect(known, `${alert}: ${label}`).toContain(label);
  }
});

// The newest of all instances' times hid every instance that stood still beside one that didn't.
test('what tells that somebody stands still looks at each instance', () => {
  for (const name of ['RoleDown', 'RoleStuck', 'RoleNotReady', 'ClockOff', 'ProcessorStalled', 'JobsTakeNothing']) {
    const { expr } = rule(name);
    for (const [, list = ''] of expr.matchAll(/\b(?:sum|max|min) by \(([^)]*)\)/g)) expect(list).toContain('instance');
    expect(expr, name).not.toMatch(/\b(?:sum|max|min|avg)\(/);
  }
});

const promtool = spawnSync('promtool', ['--version']).status === 0;

test.skipIf(!promtool)('the alerts fire when they should, by promtool (skipped where it is not installed)', () => {
  const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'alerts.promtool.yml'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(status, stdout + stderr).toBe(0);
});
