import { expect, test } from 'vitest';
import { benchNames, checkBenchOptions } from '../../cli/bench-options.ts';
import { exitCode } from '../../cli/exit.ts';

const refused = (name: string, options: Partial<Parameters<typeof checkBenchOptions>[1]>): string | null => {
  try {
    checkBenchOptions(name, { peer: true, ...options });
    return null;
  } catch (error) {
    expect(error).toMatchObject({ name: 'CommandFault', exitCode: exitCode.usage });
    expect((error as Error).message).not.toContain('\n');
    return (error as Error).message;
  }
};

test('parts are those of growth', () => {
  expect(benchNames.filter((name) => refused(name, { only: 'stores' }) === null)).toEqual(['growth']);
});

test('only what has a peer can leave it out', () => {
  const without = benchNames.filter((name) => refused(name, { peer: false }) === null);
  expect(without).toEqual(['processor', 'restore', 'memory', 'latency']);
});

test('a size that the load of a benchmark does not fit in is refused before anything is started', () => {
  expect(refused('memory', { size: 59_999 })).toContain('at least 60000 videos');
  expect(refused('memory', { size: 60_000 })).toBeNull();
  expect(refused('latency', { size: 29_999 })).toContain('at least 30000 videos');
  expect(refused('latency', { size: 30_000 })).toBeNull();
  expect(refused('restore', { size: 999 })).toContain('at least 1000 videos');
  expect(refused('restore', { size: 1_000 })).toBeNull();
  expect(refused('growth', { size: 999, only: 'stores' })).toContain('at least 1000 videos');
  expect(refused('domain', { size: 1 })).toBeNull();
});

test('a size belongs to the parts of growth that grow with videos', () => {
  expect(refused('growth', { size: 1_000 })).toBeNull();
  expect(refused('growth', { size: 1_000, only: 'videos' })).toBeNull();
  expect(refused('growth', { size: 1_000, only: 'stores' })).toBeNull();
  expect(refused('growth', { size: 1_000, only: 'events' })).toContain('--size');
});
