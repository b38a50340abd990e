import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { privateBytesOf } from '../../../platform/host/index.ts';
import { measureMemory } from '../../../platform/telemetry/index.ts';

const figureOf = async (pids: () => number[]) => {
  const registry = new Registry();
  measureMemory(registry, 'live2vod_role_private_memory_bytes', pids);
  const text = await registry.metrics();
  return Number(/^live2vod_role_private_memory_bytes (\d+)$/m.exec(text)?.[1]);
};
/** No process has it. */
const nobody = 2 ** 22 + 1;

test.skipIf(process.platform !== 'linux')(
  'the gauge is the private memory of all processes at the time of the scrape',
  async () => {
    const one = await figureOf(() => [process.pid]);
    // A moment apart, in a process that works.
    expect(one / (privateBytesOf(process.pid) ?? 0)).toBeCloseTo(1, 0);
    expect((await figureOf(() => [process.pid, process.pid, nobody])) / one).toBeCloseTo(2, 0);
    expect(await figureOf(() => [nobody])).toBe(0);
  },
);

test('a process that is not there has no figure', () => {
  expect(privateBytesOf(nobody)).toBeNull();
});
