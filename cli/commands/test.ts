import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { stopStack } from '../../local/index.ts';
import { CommandFault, exitCode } from '../exit.ts';
import { stopSignal } from '../stopping.ts';
import { runWatched } from '../watched-child.ts';

const root = join(import.meta.dirname, '../..');
// About 11 on two idle cores; a shared machine may take more than twice as long.
const budgetMinutes = 28;

/** The properties of the domain alone, many times each; what they print (runs, seed, time) is shown. */
const slowLane = { args: ['--project', 'unit', '--silent=false', 'test/processors'], runs: 10_000, budgetMinutes: 30 };

/** Every mutant of the domain against the domain's tests: about half an hour of two idle cores. */
const mutationLane = { script: 'test/mutation/run.ts', budgetMinutes: 120 };

/** What is checked before the tests run; each counts as one test. */
const checks = [
  { name: 'lint and format', script: 'node_modules/@biomejs/biome/bin/biome', args: ['check', '--error-on-warnings'] },
  { name: 'generated types', script: 'schemas/generate.ts', args: ['--check'] },
  { name: 'types', script: 'node_modules/typescript/bin/tsc', args: ['-p', '.'] },
  { name: "the page's types", script: 'node_modules/typescript/bin/tsc', args: ['-p', 'web'] },
] as const;

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

export function addTest(program: Command): void {
  program
    .command('test')
    .description('lint, types, then unit, integration and chaos tests; further arguments go to vitest')
    .argument('[vitest...]', 'such as a path or -t NAME')
    .option('--slow', `only the domain's properties, at ${slowLane.runs} runs each`)
    .option('--runs <count>', 'with --slow: that many runs', wholeNumber, slowLane.runs)
    .option('--mutation', 'only the mutation lane: which changes of processors/, or of the path given, no test notices')
    .allowUnknownOption()
    .action(async (vitestArgs: string[], { slow, runs, mutation }: { slow?: true; runs: number; mutation?: true }) => {
      if (mutation) {
        process.exitCode = await runMutation(vitestArgs, stopSignal());
        return;
      }
      const counts = await runTests(vitestArgs, stopSignal(), slow ? runs : null);
      const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
      console.log(`\n${counts.passed} passed, ${counts.failed} failed${skipped}`);
      if (counts.failed > 0) process.exitCode = exitCode.failed;
    });
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on');
  return Number(text);
}

/**
 * Runs everything that must hold before a commit, bounded by 28 minutes; nothing that it starts outlives it. A failed
 * check, and a test run that breaks without a failed test, count as one failed test each. With `propertyRuns` only the
 * properties of the domain run, that often each, bounded by 30 minutes.
 */
export async function runTests(
  vitestArgs: readonly string[],
  stop: AbortSignal,
  propertyRuns: number | null = null,
): Promise<Counts> {
  const budget = propertyRuns === null ? budgetMinutes : slowLane.budgetMinutes;
  const deadline = AbortSignal.timeout(budget * 60_000);
  const signal = AbortSignal.any([stop, deadline]);
  process.chdir(root);

  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, script, args } of propertyRuns === null ? checks : []) {
    const passed = (await runWatched([script, ...args], signal)) === 0;
    counts[passed ? 'passed' : 'failed'] += 1;
    console.error(`${passed ? '✓' : '✗'} ${name}`);
  }
  const tests =
    propertyRuns === null
      ? await runVitest(vitestArgs, signal)
      : await runVitest([...slowLane.args, ...vitestArgs], signal, { LIVE2VOD_PROPERTY_RUNS: String(propertyRuns) });
  if (deadline.aborted) console.error(`Stopped: the tests did not end within ${budget} minutes.`);
  else if (stop.aborted) throw new CommandFault('stopped before the tests ended', exitCode.failed);
  return {
    passed: counts.passed + tests.passed,
    failed: counts.failed + tests.failed,
    skipped: tests.skipped,
  };
}

/** Exit status 0 where enough of the mutants are killed; what it prints is described in docs/testing.md. */
async function runMutation(args: readonly string[], stop: AbortSignal): Promise<number> {
  const deadline = AbortSignal.timeout(mutationLane.budgetMinutes * 60_000);
  process.chdir(root);
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-run-'));
  try {
    const signal = AbortSignal.any([stop, deadline]);
    const status = await runWatched([mutationLane.script, ...args], signal, { TMPDIR: folder });
    if (deadline.aborted) console.error(`Stopped: it did not end within ${mutationLane.budgetMinutes} minutes.`);
    return status ?? exitCode.failed;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runVitest(
  args: readonly string[],
  signal: AbortSignal,
  environment: Readonly<Record<string, string>> = {},
): Promise<Counts> {
  const folder = await mkdtemp(join(tmpdir(), 'live2vod-run-'));
  const report = join(folder, 'report.json');
  try {
    const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--passWithNoTests'];
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    // What an interrupted run leaves in its temporary folder goes with ours.
    const status = await runWatched([...vitest, ...reporters, ...args], signal, { ...environment, TMPDIR: folder });
    const { passed, failed, skipped } = await readReport(report);
    // A file that can't be loaded or an error outside a test fails the run, yet no test of its.
    return { passed, failed: status === 0 ? failed : Math.max(1, failed), skipped };
  } finally {
    await endLeftovers(folder);
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** Brokers and registries of an interrupted run end by themselves; this waits until they have. */
async function endLeftovers(folder: string): Promise<void> {
  const homes = await readdir(folder);
  await Promise.all(homes.map((home) => stopStack({ home: join(folder, home) }).catch(() => false)));
}

type VitestReport = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
};

async function readReport(file: string): Promise<Counts> {
  try {
    const report = JSON.parse(await readFile(file, 'utf8')) as VitestReport;
    for (const { name, assertionResults } of report.testResults) {
      for (const { status, fullName } of assertionResults) {
        if (status !== 'passed' && status !== 'failed')
          console.error(`left out (its file says why): ${relative(root, name)}: ${fullName}`);
      }
    }
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
