import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exitCode } from '../cli/exit.ts';
import { metricCatalogue } from '../platform/telemetry/index.ts';
import { settingTable } from '../schemas/settings.ts';

const page = (name: string) => readFileSync(join(import.meta.dirname, '..', 'docs', name), 'utf8');
const namesIn = (text: string) => [...text.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1]);

describe('the reference pages list exactly what exists', () => {
  test('settings, with what is accepted', () => {
    const text = page('settings.md');
    expect(namesIn(text)).toEqual(Object.keys(settingTable));
    for (const { accepts } of Object.values(settingTable)) expect(text).toContain(accepts.replaceAll('|', '\\|'));
  });

  test('exit codes', () => {
    const rows = [...page('operations.md').matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect([...new Set(rows)]).toEqual(Object.values(exitCode));
  });

  test('metrics, with their labels', () => {
    const text = page('metrics.md');
    expect(namesIn(text)).toEqual(Object.keys(metricCatalogue));
    for (const [name, { kind, labels }] of Object.entries(metricCatalogue)) {
      expect(text).toContain(`| \`${name}\` | ${kind} | ${labels.join(', ') || '–'} |`);
    }
  });
});
