import { expect, it } from 'vitest';
import { type Budget, judged } from '../../bench/budgets.ts';

const ways: readonly (readonly [string, Budget, boolean])[] = [
  ['the least itself', { name: 'a', value: 1.2, least: 1.2 }, true],
  ['below the least', { name: 'a', value: 1.19, least: 1.2 }, false],
  ['the most itself', { name: 'a', value: 0.7, most: 0.7 }, true],
  ['above the most', { name: 'a', value: 0.71, most: 0.7 }, false],
  ['no figure for the least', { name: 'a', value: Number.NaN, least: 1 }, false],
  ['no figure for the most', { name: 'a', value: Number.NaN, most: 1 }, false],
];

it.each(ways)('judges %s', (_, budget, held) => {
  const lines: string[] = [];
  const { budgets, passed } = judged([budget], (line) => lines.push(line));
  expect([passed, budgets[0]?.held]).toEqual([held, held]);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.endsWith('MISSED')).toBe(!held);
});

const good: Budget = { name: 'good', value: 1, least: 1 };
const bad: Budget = { name: 'bad', value: 2, most: 1 };

it('fails the run for one of several that is missed', () => {
  expect(judged([good, bad, good], () => {}).passed).toBe(false);
  expect(judged([good, good], () => {}).passed).toBe(true);
});

it('takes one of the ways to the same end, and prints all', () => {
  const lines: string[] = [];
  const print = (line: string) => lines.push(line);
  expect(judged([{ name: 'either', either: [bad, good] }], print).passed).toBe(true);
  expect(lines.map((line) => line.split(/[ :]/)[0])).toEqual(['bad', 'good', 'either']);
  expect(judged([{ name: 'either', either: [bad, bad] }], print).passed).toBe(false);
});
