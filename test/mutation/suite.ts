/**
 * Stands in for `vitest` while mutants run: collects the tests instead of running them, so that they can run again and
 * again in one process. What it doesn't know it refuses, so that no test is left out in silence.
 */
import { pathToFileURL } from 'node:url';
import { dependencyPath } from './paths.ts';

// Vitest's `expect` looks for the worker that it runs in.
Object.assign(globalThis, { __vitest_worker__: { config: {}, ctx: {}, environment: {}, metaEnv: {} } });
const vitest = (await import(pathToFileURL(dependencyPath('vitest/dist/index.js')).href)) as typeof import('vitest');

export const expect = vitest.expect;

export type Run = () => unknown;
export type CollectedTest = { readonly name: string; readonly run: Run };

type Level = { readonly name: string; readonly before: Run[]; readonly after: Run[] };

let collected: CollectedTest[] = [];
let levels: Level[] = [];

/** The tests that are defined while `load` runs. */
export async function collect(load: () => Promise<unknown>): Promise<readonly CollectedTest[]> {
  collected = [];
  levels = [{ name: '', before: [], after: [] }];
  await load();
  return collected;
}

function define(name: string, ...rest: readonly unknown[]): void {
  const run = rest.find((one) => typeof one === 'function') as Run | undefined;
  if (run === undefined) throw new Error(`"${name}" is no test that the mutation lane can run`);
  const around = [...levels];
  collected.push({
    name: [...around.map((level) => level.name), name].filter((part) => part !== '').join(' > '),
    run: async () => {
      for (const { before } of around) for (const hook of before) await hook();
      try {
        await run();
      } finally {
        for (const { after } of around.toReversed()) for (const hook of after) await hook();
      }
    },
  });
}

function group(name: string, ...rest: readonly unknown[]): void {
  const body = rest.find((one) => typeof one === 'function') as Run | undefined;
  levels.push({ name, before: [], after: [] });
  const result = body?.();
  levels.pop();
  if (result instanceof Promise) throw new Error(`"${name}": a group that is defined asynchronously`);
}

type Definer = (name: string, ...rest: readonly unknown[]) => void;

function withEach(definer: Definer) {
  const each =
    (table: readonly unknown[]) =>
    (name: string, body: (...row: readonly unknown[]) => unknown, ...rest: readonly unknown[]): void => {
      for (const [i, row] of table.entries())
        definer(`${name} [${i}]`, () => (Array.isArray(row) ? body(...(row as unknown[])) : body(row)), ...rest);
    };
  const alone =
    (table: readonly unknown[]) =>
    (name: string, body: (row: unknown) => unknown, ...rest: readonly unknown[]): void => {
      for (const [i, row] of table.entries()) definer(`${name} [${i}]`, () => body(row), ...rest);
    };
  const skip = (): void => {};
  return Object.assign((...args: Parameters<Definer>) => definer(...args), { each, for: alone, skip });
}

export const it = withEach(define);
export const test = it;
export const describe = withEach(group);
export const beforeEach = (hook: Run): void => void levels.at(-1)?.before.push(hook);
export const afterEach = (hook: Run): void => void levels.at(-1)?.after.push(hook);
