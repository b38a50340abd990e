import { defineConfig } from 'vitest/config';

const stack = './test/support/global-setup.ts';
/** As `eventually` (test/support) waits: a second, which is Vitest's own, a busy machine takes for one answer. */
const expecting = { poll: { timeout: 60_000 } };

/**
 * Four lanes. `unit`: pure, no process but the test's own. `int`: against a real broker and registry, started once
 * for the run. `chaos`: faults under load, one file at a time so that a file's kills hit no other.
 * `conformance`: the emulator under the cloud's official libraries, installed for the run where they aren't. They run
 * in this order, but for `conformance`, which runs with `int`.
 */
export default defineConfig({
  test: {
    // The output of a passing test isn't printed.
    silent: 'passed-only',
    projects: [
      {
        test: {
          name: 'unit',
          expect: expecting,
          include: ['test/**/*.unit.test.ts'],
          sequence: { groupOrder: 1 },
          // Ends what hangs. Nothing is asserted on time: a busy machine may be several times slower.
          testTimeout: 90_000,
          hookTimeout: 90_000,
          maxWorkers: 2,
          // One process goes on to the next file with what it has loaded: loading it afresh for each was half of the lane's CPU.
          // So a file puts back what it changes of the process.
          isolate: false,
        },
      },
      {
        test: {
          name: 'int',
          expect: expecting,
          include: ['test/**/*.int.test.ts'],
          globalSetup: [stack],
          sequence: { groupOrder: 2 },
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // Most of the time they wait for brokers and roles to start, so a third keeps two cores busy.
          maxWorkers: 3,
        },
      },
      {
        test: {
          name: 'chaos',
          expect: expecting,
          include: ['test/**/*.chaos.test.ts'],
          globalSetup: [stack],
          sequence: { groupOrder: 3 },
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'conformance',
          include: ['test/**/*.conformance.test.ts'],
          globalSetup: ['./test/emulator/conformance/libraries.ts'],
          // Beside the files of `int`, with whose pool it shares its size.
          sequence: { groupOrder: 2 },
          testTimeout: 90_000,
          hookTimeout: 90_000,
          maxWorkers: 3,
        },
      },
    ],
  },
});
