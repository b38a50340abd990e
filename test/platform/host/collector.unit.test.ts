import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const collector = new URL('../../../platform/host/collector.ts', import.meta.url).href;

/** V8 says of a flag that it doesn't know so on standard error, and goes on without it. */
const saidAfter = (script: string) =>
  spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });

test.each(['collectSeldom', 'keepHeapSmall'])('the flag of %s is one that this release of Node knows', (name) => {
  const { status, stderr } = saidAfter(`(await import('${collector}')).${name}()`);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('one that it did not know would be seen', () => {
  const { stderr } = saidAfter(`(await import('node:v8')).setFlagsFromString('--no-such-flag=1')`);
  expect(stderr).toContain('no-such-flag');
});
