import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const bench = join(import.meta.dirname, '../../bench/sessions.ts');

it('writes as many bytes for a fact after twelve finished sessions as after one', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [bench, '1', '12'], { timeout: 60_000 });
  const rows = stdout.split('\n').filter((line) => /│ \d+ +│ \d+ +│/.test(line));
  const [one, twelve] = rows.map((line) => Number(line.split('│')[4]));
  expect(one).toBeGreaterThan(0);
  expect(Math.abs((twelve ?? 0) - (one ?? 0))).toBeLessThan((one ?? 0) / 10);
});
