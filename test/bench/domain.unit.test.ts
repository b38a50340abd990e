import { expect, it } from 'vitest';
import { workloadOf } from '../../bench/domain/workload.ts';
import { benchDomain } from '../../bench/domain.ts';

const endMs = Date.parse('2026-06-01T00:00:00Z');

it('measures every stage over callbacks that change their videos, and over the facts of several shows of a stream', async () => {
  const lines: string[] = [];
  const { stages, callbacks } = await benchDomain({ videos: 40, rounds: 3, print: (line) => lines.push(line) });
  expect(callbacks).toBe(40 * 5 * 1.05);
  for (const [name, { least, median }] of Object.entries(stages)) {
    expect(least, name).toBeGreaterThanOrEqual(0);
    expect(median, name).toBeGreaterThanOrEqual(least);
    expect(lines.some((line) => line.startsWith(name))).toBe(true);
  }
  expect(Object.keys(stages)).toContain('session step');
});

it('gives all stages work to do', () => {
  const { changes, facts, told } = workloadOf(40, endMs);
  // Of the ten callbacks that come twice the second copy changes nothing.
  expect(changes).toHaveLength(40 * 5);
  expect(new Set(facts.map(({ key }) => key)).size).toBe(2);
  const sessions = told.flat().filter(({ topic }) => topic === 'session-state');
  expect(new Set(sessions.map(({ value }) => (value as { sessionId: string }).sessionId)).size).toBe(40);
});
