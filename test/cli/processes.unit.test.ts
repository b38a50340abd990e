import { expect, test } from 'vitest';
import { instanceOf, processesOf } from '../../cli/roles/processes.ts';
import { readSettings } from '../../schemas/settings.ts';

test.each([
  ['processor', {}, 1],
  ['processor', { PROCESSOR_PROCESSES: '3' }, 3],
  ['processor', { PROCESSOR_PROCESSES: 'auto' }, 6],
  ['processor', { PROCESSOR_PROCESSES: 'auto', LIVE2VOD_PARTITIONS: '4' }, 4],
  ['sink', { PROCESSOR_PROCESSES: '3' }, 1],
  ['sink', { SINK_PROCESSES: 'auto', LIVE2VOD_PARTITIONS: '24' }, 8],
  ['ingress', { INGRESS_PROCESSES: 'auto', LIVE2VOD_PARTITIONS: '1' }, 8],
  ['jobs', { PROCESSOR_PROCESSES: '3' }, 1],
] as const)('%s with %o runs in %i processes on 8 cores', (role, environment, processes) => {
  expect(processesOf(role, readSettings(environment), 8)).toBe(processes);
});

test.each(['0', '65', '1.5', 'all'])('%s is no number of processes', (text) => {
  expect(() => readSettings({ PROCESSOR_PROCESSES: text })).toThrow(/PROCESSOR_PROCESSES.*auto \| 1 to 64/);
});

test('the first process keeps the stores of a role that was one, and no host has the name of another one', () => {
  expect([1, 2, 3].map((process) => instanceOf('web-1', process))).toEqual(['web-1', 'web-1_p2', 'web-1_p3']);
});

test('an instance whose name becomes too long is refused by its setting', () => {
  const longest = 'a'.repeat(100);
  expect(instanceOf(longest, 1)).toBe(longest);
  expect(() => instanceOf(longest, 2)).toThrow(/^LIVE2VOD_INSTANCE: /);
});
