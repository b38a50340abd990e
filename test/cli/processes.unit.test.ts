import { expect, test } from 'vitest';
import { exitCode } from '../../cli/exit.ts';
import { instanceOf, processesOf, processFindings, requireOwnInstance, surplusOf } from '../../cli/roles/processes.ts';
import { readSettings } from '../../schemas/settings.ts';
import { topics } from '../../schemas/topics.ts';

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

test.each([
  [
    'processor',
    9,
    4,
    /^PROCESSOR_PROCESSES is 9, .* 4 partitions .*LIVE2VOD_PARTITIONS is 4\).* set PROCESSOR_PROCESSES to at most 4/,
  ],
  ['processor', 4, 4, null],
  // Its members share out the partitions of all topics that it reads.
  ['sink', 9, 4, null],
  ['sink', 13, 4, /^SINK_PROCESSES is 13, .* 12 partitions .* at most 12/],
  ['ingress', 9, 4, null],
] as const)(
  '%s in %i processes with %i partitions is told what to set where some have nothing to do',
  (role, processes, partitions, said) => {
    const surplus = surplusOf(role, processes, partitions);
    if (said === null) expect(surplus).toBeNull();
    else expect(surplus).toMatch(said);
  },
);

test('the sink has work for one process per partition of each topic that it reads', () => {
  const read = Object.values(topics).filter(({ readers }) => (readers as readonly string[]).includes('sink')).length;
  expect(surplusOf('sink', read, 1)).toBeNull();
  expect(surplusOf('sink', read + 1, 1)).not.toBeNull();
});

test('doctor says of each role how many processes it has and by what, and warns of idle ones', () => {
  const of = (environment: Record<string, string>) => processFindings(readSettings(environment), 8);
  expect(of({ PROCESSOR_PROCESSES: 'auto', LIVE2VOD_PARTITIONS: '4', INGRESS_PROCESSES: 'auto' })).toEqual([
    { what: 'ingress in 8 processes (INGRESS_PROCESSES=auto: cores)', surplus: null },
    { what: 'processor in 4 processes (PROCESSOR_PROCESSES=auto: LIVE2VOD_PARTITIONS, on 8 cores)', surplus: null },
    { what: 'sink in 1 process (SINK_PROCESSES=1)', surplus: null },
  ]);
  expect(of({ PROCESSOR_PROCESSES: '9', LIVE2VOD_PARTITIONS: '4' })[1]).toEqual({
    what: 'processor in 9 processes (PROCESSOR_PROCESSES=9)',
    surplus: surplusOf('processor', 9, 4),
  });
});

test('an instance that is called like a further process of another one is refused, with the code of a broken setting', () => {
  expect(() => requireOwnInstance(instanceOf('a', 2))).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/^LIVE2VOD_INSTANCE: a_p2 .* process of a /),
      exitCode: exitCode.configuration,
    }),
  );
  for (const own of ['a', 'a_p', 'a_p2x', 'a-p2', 'web_prod']) expect(() => requireOwnInstance(own)).not.toThrow();
});

test('the first process keeps the stores of a role that was one, and no host has the name of another one', () => {
  expect([1, 2, 3].map((process) => instanceOf('web-1', process))).toEqual(['web-1', 'web-1_p2', 'web-1_p3']);
});

test('an instance whose name becomes too long is refused by its setting', () => {
  const longest = 'a'.repeat(100);
  expect(instanceOf(longest, 1)).toBe(longest);
  expect(() => instanceOf(longest, 2)).toThrow(/^LIVE2VOD_INSTANCE: /);
});
