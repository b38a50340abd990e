/** A process that runs tests with mutants. Started by `pool.ts`, told what to do by messages. */
import { loadFrom, testsIn } from './loading.ts';
import type { Answer, Depth, Measured, Measurement, Order, TestId, Trial, Verdict } from './messages.ts';
import type { CollectedTest } from './suite.ts';
import { Endless, mutantSwitch } from './switch.ts';

const quickRuns = '12';
let copies = 0;

// What tests print is nobody's concern here, but that a property was checked.
let checkedProperty = false;
console.info = () => {
  checkedProperty = true;
};
console.log = () => {};
process.env.LIVE2VOD_PROPERTY_SEED = '1';
process.env.LIVE2VOD_PROPERTY_SHRINK = 'no';

process.on('message', (order: Order) => {
  // What is no test's fault ends the process, and with it the lane.
  void obey(order).then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ kind: 'broken', why: String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit());

async function obey(order: Order): Promise<Answer> {
  if (order.kind === 'open') {
    loadFrom(new Map(order.sources));
    return { kind: 'opened' };
  }
  return order.kind === 'measure'
    ? { kind: 'measured', ...(await measure(order.files)) }
    : { kind: 'tried', ...(await tryMutant(order)) };
}

async function measure(files: readonly string[]): Promise<Measurement> {
  const loaded = new Set<number>();
  const tests: Measured[] = [];
  for (const file of files) {
    mutantSwitch.reached = (first) => loaded.add(first);
    const collected = await testsIn(file, 'measured');
    for (const [index, test] of collected.entries()) {
      const reaches = new Set<number>();
      mutantSwitch.reached = (first) => reaches.add(first);
      checkedProperty = false;
      const few = await timed(test, 'quick');
      const cost = few.fault === null ? few : await timed(test, 'full');
      const needsFull = few.fault !== null;
      tests.push({
        file,
        index,
        name: test.name,
        reaches: [...reaches],
        ...cost,
        hasProperties: checkedProperty,
        needsFull,
      });
    }
  }
  return { tests, loaded: [...loaded] };
}

async function timed({ run }: CollectedTest, depth: Depth): Promise<Pick<Measured, 'ms' | 'turns' | 'fault'>> {
  setDepth(depth);
  mutantSwitch.turns = 0;
  const started = process.cpuUsage();
  let fault: string | null = null;
  try {
    await run();
  } catch (error) {
    fault = String(error);
  }
  // Processor time: what else the machine does has no part in it.
  const { user, system } = process.cpuUsage(started);
  return { ms: (user + system) / 1000, turns: mutantSwitch.turns, fault };
}

function setDepth(depth: Depth): void {
  if (depth === 'quick') process.env.LIVE2VOD_PROPERTY_RUNS = quickRuns;
  else delete process.env.LIVE2VOD_PROPERTY_RUNS;
}

/** Name of the copy in which mutants run that nothing has to be loaded anew for. */
let shared = 'shared0';

async function tryMutant(trial: Trial): Promise<Verdict> {
  setDepth(trial.depth);
  // A file that can't be loaded as it is would pass for a test that fails.
  if (!trial.afresh) for (const { file } of trial.tests) await loadedTests(file, shared);
  if (trial.afresh) {
    copies += 1;
    const copy = `afresh${copies}`;
    const verdict = await runIn(copy, trial);
    forget(copy);
    return verdict;
  }
  const verdict = await runIn(shared, trial);
  if (verdict.by === null || (await holds(verdict.by))) return verdict;
  // What the code keeps between two calls, an earlier mutant has left in disorder: this verdict is of no worth.
  forget(shared);
  copies += 1;
  shared = `shared${copies}`;
  return runIn(shared, trial);
}

/** Whether the test still passes without a mutant. */
async function holds({ file, index }: TestId): Promise<boolean> {
  try {
    mutantSwitch.turns = 0;
    await (await loadedTests(file, shared))[index]?.run();
    return true;
  } catch {
    return false;
  }
}

async function runIn(copy: string, { mutant, afresh, tests }: Trial): Promise<Verdict> {
  for (const { file, index, mostTurns } of tests) {
    try {
      mutantSwitch.on = afresh ? mutant : -1;
      mutantSwitch.turns = 0;
      mutantSwitch.mostTurns = mostTurns;
      const test = (await loadedTests(file, copy))[index];
      if (test === undefined) throw new Error(`${file} has lost a test`);
      mutantSwitch.on = mutant;
      mutantSwitch.turns = 0;
      await test.run();
    } catch (error) {
      return { mutant, outcome: error instanceof Endless ? 'endless' : 'killed', by: { file, index } };
    } finally {
      mutantSwitch.on = -1;
      mutantSwitch.mostTurns = Number.POSITIVE_INFINITY;
    }
  }
  return { mutant, outcome: 'survived', by: null };
}

const known = new Map<string, readonly CollectedTest[]>();

async function loadedTests(file: TestId['file'], copy: string): Promise<readonly CollectedTest[]> {
  const key = `${copy} ${file}`;
  const tests = known.get(key) ?? (await testsIn(file, copy));
  known.set(key, tests);
  return tests;
}

function forget(copy: string): void {
  for (const key of known.keys()) if (key.startsWith(`${copy} `)) known.delete(key);
}
