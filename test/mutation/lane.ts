/** The mutation lane: plants each mutant, runs the tests that reach it, and says which mutants no test tells apart. */
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { refusedByCompiler } from './compiler.ts';
import { equivalents } from './equivalents.ts';
import { findMutants, type Host, type MutatedFile } from './find-mutants.ts';
import { instrument } from './instrument.ts';
import type { Depth, Measurement, Outcome } from './messages.ts';
import { type Mutant, nameOf } from './mutant.ts';
import { root, testsOf } from './paths.ts';
import { Runner } from './pool.ts';
import { isNear, Trials } from './trials.ts';

export type Result = {
  readonly mutant: Mutant;
  readonly outcome: Outcome | 'unreached' | 'refused';
  /** The test that tells it apart. */
  readonly by: string | null;
  readonly equivalent: boolean;
};

export type LaneReport = { readonly results: readonly Result[]; readonly staleEquivalents: readonly string[] };

type Planted = { readonly mutant: Mutant & { readonly text: string }; readonly host: Host; readonly file: MutatedFile };

/** A process without an answer for that long is given up: the limit in turns ends nearly all that is endless before. */
const mostTrialMs = 300_000;

const report = (line: string): void => console.error(line);

/**
 * Mutates what is at or below `path` (from the root of the repository). At depth `quick` what lives through a few runs
 * counts as survived.
 */
export async function runLane(path: string, depth: Depth): Promise<LaneReport> {
  const files = await mutatedFiles(path);
  const planted = files.flatMap((file) =>
    [...file.hosts.values()].flatMap((host) => host.mutants.map((mutant) => ({ mutant, host, file }))),
  );
  report(`${planted.length} mutants in ${files.length} files`);
  const trials = new Trials(await measured(files, depth));
  const sources = files.map((file) => [file.file, instrument(file, false)] as const);
  const pool = Array.from({ length: Math.min(2, availableParallelism()) }, () => new Runner(sources));
  try {
    const quick = await pass(planted, 'quick', trials, pool);
    const alive = planted.filter(({ mutant }) => !isDead(quick.get(mutant.id)?.outcome));
    report(`${alive.length} live through the quick pass; the compiler looks at these`);
    const refused = await refusedByCompiler(alive.map(variantOf));
    const known = new Set(equivalents.map(nameOf));
    const left = alive.filter(({ mutant }) => !refused.has(mutant.id) && !known.has(nameOf(mutant)));
    report(`${refused.size} are refused by the compiler; ${left.length} are left`);
    const full: Verdicts = depth === 'full' ? await pass(left, 'full', trials, pool) : new Map();
    const results = planted.map(({ mutant }): Result => {
      const equivalent = known.has(nameOf(mutant));
      if (refused.has(mutant.id)) return { mutant, outcome: 'refused', by: null, equivalent };
      const { outcome, by } = full.get(mutant.id) ?? quick.get(mutant.id) ?? { outcome: 'unreached', by: null };
      return { mutant, outcome, by, equivalent };
    });
    const names = new Set(planted.map(({ mutant }) => nameOf(mutant)));
    const inPath = new Set(files.map(({ file }) => file));
    const stale = equivalents.filter((one) => inPath.has(one.file) && !names.has(nameOf(one))).map(nameOf);
    return { results, staleEquivalents: stale };
  } finally {
    for (const runner of pool) runner.end();
  }
}

async function mutatedFiles(path: string): Promise<readonly MutatedFile[]> {
  const pattern = path.endsWith('.ts') ? path : `${path.replace(/\/$/, '')}/**/*.ts`;
  const names = globSync(pattern, { cwd: root }).toSorted();
  if (names.length === 0) throw new Error(`${path}: no TypeScript files there`);
  const files: MutatedFile[] = [];
  let firstId = 0;
  for (const name of names) {
    const file = findMutants(name, await readFile(join(root, name), 'utf8'), firstId);
    firstId += [...file.hosts.values()].reduce((sum, { mutants }) => sum + mutants.length, 0);
    files.push(file);
  }
  return files;
}

async function measured(files: readonly MutatedFile[], depth: Depth): Promise<Measurement> {
  const runner = new Runner(files.map((file) => [file.file, instrument(file, true)] as const));
  try {
    const all = globSync(`${testsOf}/**/*.unit.test.ts`, { cwd: root }).toSorted();
    const tests = depth === 'full' ? all : all.filter((test) => files.some(({ file }) => isNear(test, file)));
    const answer = await runner.ask({ kind: 'measure', files: tests }, 600_000);
    if (answer?.kind !== 'measured') throw new Error('the tests could not be run without mutants');
    const faults = answer.tests.filter(({ fault }) => fault !== null);
    for (const test of faults)
      report(`left out, as it fails without any mutant: ${test.file}: ${test.name}: ${test.fault}`);
    const sound = answer.tests.filter(({ fault }) => fault === null);
    if (sound.length < faults.length) throw new Error('most tests fail without any mutant');
    const seconds = Math.round(answer.tests.reduce((sum, { ms }) => sum + ms, 0) / 1000);
    report(`${sound.length} tests, with few runs of each property ${seconds} s`);
    return { ...answer, tests: sound };
  } finally {
    runner.end();
  }
}

type Verdicts = ReadonlyMap<number, { readonly outcome: Result['outcome']; readonly by: string | null }>;

async function pass(
  planted: readonly Planted[],
  depth: Depth,
  trials: Trials,
  pool: readonly Runner[],
): Promise<Verdicts> {
  const verdicts = new Map<number, { outcome: Result['outcome']; by: string | null }>();
  const waiting = [...planted];
  const startedMs = performance.now();
  let saidMs = startedMs;
  await Promise.all(pool.map((runner) => work(runner)));
  return verdicts;

  async function work(runner: Runner): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await tryOne(runner, next);
      if (performance.now() - saidMs < 20_000) continue;
      saidMs = performance.now();
      const dead = [...verdicts.values()].filter(({ outcome }) => isDead(outcome)).length;
      report(
        `${depth}: ${verdicts.size} of ${planted.length} tried, ${dead} killed, ${Math.round((saidMs - startedMs) / 1000)} s`,
      );
    }
  }

  async function tryOne(runner: Runner, { mutant, host, file }: Planted): Promise<void> {
    const trial = trials.trialOf(mutant.id, host.mutants[0]?.id ?? mutant.id, file.file, depth);
    if (trial === null) {
      verdicts.set(mutant.id, { outcome: 'unreached', by: null });
      return;
    }
    const answer = await runner.ask({ kind: 'try', ...trial }, mostTrialMs);
    if (answer?.kind !== 'tried') {
      verdicts.set(mutant.id, { outcome: 'endless', by: null });
      return;
    }
    if (answer.by !== null) trials.killedBy(file.file, answer.by);
    verdicts.set(mutant.id, { outcome: answer.outcome, by: answer.by && `${answer.by.file}#${answer.by.index}` });
  }
}

function isDead(outcome: Result['outcome'] | undefined): boolean {
  return outcome === 'killed' || outcome === 'endless';
}

function variantOf({ mutant, host, file }: Planted) {
  const { source } = file;
  const changed = source.slice(0, host.node.start) + mutant.text + source.slice(host.node.end);
  return { mutant: mutant.id, file: file.file, source: changed };
}
