import { describe, expect, it } from 'vitest';
import { callbacks, eventsPerVideo, policyRules } from '../../bench/callbacks.ts';
import { lineChart } from '../../bench/plot.ts';
import { readPolicies } from '../../schemas/policies.ts';

const endMs = Date.parse('2026-06-01T00:00:00Z');

describe('the callbacks of the benchmarks', () => {
  const records = [...callbacks({ videos: 40, topic: 't', endMs, together: 10 })];
  const bodies = records.map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, unknown>);

  it('are five per video, and every twentieth twice', () => {
    expect(records).toHaveLength(40 * eventsPerVideo * 1.05);
    expect(new Set(records.map(({ key }) => key)).size).toBe(40);
  });

  it('are over when they are said to be', () => {
    const times = bodies.map(({ EventTime }) => Date.parse(String(EventTime)));
    expect(Math.max(...times)).toBe(endMs);
  });

  it('come from streams that the rules cover', () => {
    expect(readPolicies(policyRules).ok).toBe(true);
    const streams = bodies.flatMap(({ StreamName }) => (typeof StreamName === 'string' ? [StreamName] : []));
    expect(streams.every((name) => /^(match|room)-/.test(name))).toBe(true);
    expect(streams.filter((name) => name.startsWith('match-')).length).toBeGreaterThan(15);
  });
});

it('are of shows that follow one another where the number of streams is given, each heard of before the next begins', () => {
  const records = [...callbacks({ videos: 12, topic: 't', endMs, streams: 4 })];
  const bodies = records.map(({ value }) => JSON.parse(Buffer.from(value ?? []).toString()) as Record<string, unknown>);
  const starts = bodies.flatMap(({ StreamName, RecordStartTime }) =>
    StreamName === 'room-2' ? [Date.parse(String(RecordStartTime))] : [],
  );
  expect(starts).toEqual([0, 1, 2].map((show) => (starts[0] ?? 0) + show * 40 * 60_000));
  const lastOfFirst = bodies.findLastIndex(({ VideoId }) => VideoId === bodies[0]?.VideoId);
  const begunLater = bodies.slice(lastOfFirst).filter(({ StreamName }) => StreamName === 'room-0');
  expect(new Set(begunLater.map(({ VideoId }) => VideoId)).size).toBe(2);
});

describe('a plot', () => {
  it('is an SVG with its title and names', () => {
    const svg = lineChart({
      title: 'Memory',
      x: 's',
      y: 'MB',
      lines: [
        {
          name: 'ours',
          points: [
            [0, 1],
            [1, 2],
          ],
        },
      ],
    });
    expect(svg).toMatch(/^<svg/);
    expect(svg).toContain('Memory');
    expect(svg).toContain('ours');
  });
});
