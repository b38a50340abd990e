import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findMutants } from './find-mutants.ts';
import { instrument } from './instrument.ts';
import { Endless, mutantSwitch } from './switch.ts';

const mutantsOf = (source: string) =>
  [...findMutants('a.ts', source, 0).hosts.values()].flatMap(({ mutants }) => mutants);
const changesOf = (source: string): readonly string[] => mutantsOf(source).map(({ from, to }) => `${from} → ${to}`);

/** The source's `f` with this mutant on, as the lane would run it; null for none. */
function withMutant(source: string, change: string | null, noting = false): (...args: readonly unknown[]) => unknown {
  const id = mutantsOf(source).find(({ from, to }) => `${from} → ${to}` === change)?.id;
  if (change !== null && id === undefined) throw new Error(`no mutant ${change} among ${changesOf(source).join('; ')}`);
  const text = stripTypeScriptTypes(instrument(findMutants('a.ts', source, 0), noting));
  const f = new Function(`${text}; return f;`)() as (...args: readonly unknown[]) => unknown;
  return (...args) => {
    mutantSwitch.on = id ?? -1;
    mutantSwitch.turns = 0;
    mutantSwitch.mostTurns = 1000;
    try {
      return f(...args);
    } finally {
      mutantSwitch.on = -1;
    }
  };
}

describe('a mutant', () => {
  const cases: readonly (readonly [string, string, readonly unknown[], unknown, unknown])[] = [
    ['function f(a: number) { return a < 3; }', 'a < 3 → a <= 3', [3], false, true],
    ['function f(a: number) { return a + 1; }', 'a + 1 → a - 1', [3], 4, 2],
    ['function f(a: number) { return a + 1; }', '1 → (0)', [3], 4, 3],
    ['function f(a, b) { return a && b; }', 'a && b → b', [false, true], false, true],
    ['function f(a) { return a ?? 5; }', 'a ?? 5 → 5', [1], 1, 5],
    ['function f(a) { if (a) return 1; return 2; }', 'a → false', [true], 1, 2],
    ['function f(a) { let b = 1; b += a; return b; }', 'b += a; → ;', [1], 2, 1],
    ['function f(a) { return a.filter((b) => b > 1).length; }', 'a.filter((b) => b > 1) → a', [[1, 2]], 1, 2],
    [
      'function f(a) { return a.some((b) => b); }',
      'a.some((b) => b) → a.every((b) => b)',
      [[true, false]],
      true,
      false,
    ],
    ['function f(a) { return { ...a, b: 2 }.b; }', '{ ...a, b: 2 } → { ...a, }', [{ b: 1 }], 2, 1],
    ['function f(a) { return [a, 7].length; }', '[a, 7] → [ 7]', [1], 2, 1],
    [
      'function f(a) { return a.toSorted((b, c) => b - c)[0]; }',
      '(b, c) => b - c → ((a, b) => -((b, c) => b - c)(a, b))',
      [[1, 2]],
      1,
      2,
    ],
  ];
  it.each(cases)('%s with %s', (source, change, args, usual, changed) => {
    const whole = change.includes('=> -(') ? changesOf(source).find((one) => one.includes('-((b, c)')) : change;
    expect(withMutant(source, null)(...args)).toEqual(usual);
    expect(withMutant(source, whole ?? change)(...args)).toEqual(changed);
  });

  it('of a part of a?.b.c stands in for the whole, so that the short cut stays', () => {
    const source = 'function f(a) { return a?.b.filter((c) => c).length; }';
    expect(withMutant(source, 'a?.b.filter((c) => c).length → a?.b.length')(null)).toBeUndefined();
    expect(withMutant(source, 'a?.b.filter((c) => c).length → a?.b.length')({ b: [0] })).toBe(1);
  });

  it('that never comes to an end is ended after its turns', () => {
    const source = 'function f(a) { for (let i = 0; i < a; i += 1); return a; }';
    expect(() => withMutant(source, 'i += 1 → i -= 1')(3)).toThrow(Endless);
    expect(withMutant(source, null)(3)).toBe(3);
  });

  it('leaves types, names of fields and what exceptions say alone', () => {
    expect(changesOf("type A = 'a' | 1; const b: 'c' = d as 'c'; import e from 'f'; export { g } from 'h';")).toEqual(
      [],
    );
    expect(changesOf("throw new Error('no');")).toEqual([]);
    expect(changesOf('const a = { "b-c": d };')).toEqual([]);
  });

  // Swaps looked up in an object found its own `toString`: the file no longer loaded, and every test seemed to kill.
  it('is always a program that can be loaded, in every file of the domain', () => {
    const root = join(import.meta.dirname, '../..');
    for (const file of globSync('processors/**/*.ts', { cwd: root })) {
      const mutated = findMutants(file, readFileSync(join(root, file), 'utf8'), 0);
      for (const noting of [true, false])
        expect(() => stripTypeScriptTypes(instrument(mutated, noting)), file).not.toThrow();
    }
    expect(changesOf('a.toString(16);')).toEqual(['a.toString(16); → ;', '16 → (17)', '16 → (15)']);
  });

  it('is noted when a test reaches it', () => {
    const reached: number[] = [];
    mutantSwitch.reached = (first) => reached.push(first);
    withMutant('function f(a) { if (a) return a + 1; return 2 * a; }', null, true)(0);
    mutantSwitch.reached = () => {};
    const all = mutantsOf('function f(a) { if (a) return a + 1; return 2 * a; }');
    const names = new Set(all.filter(({ id }) => reached.includes(id)).map(({ from }) => from));
    expect(names).toEqual(new Set(['a', '2 * a', '2']));
  });
});
