import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { judged } from '../../bench/budgets.ts';
import { flat, flatRate, linear, pointsOf } from '../../bench/growth/curve.ts';
import { leftOut, withRoom } from '../../bench/growth/disk.ts';
import { videosByEvents } from '../../bench/growth/events.ts';
import { lateFact, StreamRun, segmentOf, shortSession } from '../../bench/growth/stream.ts';

const curve = (...values: readonly (readonly [number, number])[]) => ({ name: 'a', points: pointsOf(values) });
const held = (budget: { value: number; least?: number; most?: number }) =>
  budget.value >= (budget.least ?? Number.NEGATIVE_INFINITY) &&
  budget.value <= (budget.most ?? Number.POSITIVE_INFINITY);

it('holds a cost as flat that rises by a fifth from the smallest size to any other, and no more', () => {
  expect(held(flat(curve([1, 100], [10, 120], [100, 90])))).toBe(true);
  expect(held(flat(curve([1, 100], [10, 121], [100, 90])))).toBe(false);
  expect(held(flat(curve([1, 100])))).toBe(false);
});

it('counts a size that the disk has no room for as not measured', async () => {
  const printed: string[] = [];
  const place = { folder: tmpdir(), bytesPerVideo: 1, print: (line: string) => printed.push(line) };
  const sizes = await withRoom([1, 1e18], place);
  expect(sizes).toEqual([1]);
  expect(judged(leftOut([1, 1e18], sizes), place.print).passed).toBe(false);
  expect(printed.join('\n')).toMatch(/not measured .* MISSED/);
  expect(leftOut([1], sizes)).toEqual([]);
});

it('holds a rate as flat that falls by a fifth, and no more', () => {
  expect(held(flatRate(curve([1, 100], [10, 80], [100, 300])))).toBe(true);
  expect(held(flatRate(curve([1, 100], [10, 79], [100, 300])))).toBe(false);
  expect(held(flatRate(curve([1, 100])))).toBe(false);
});

it('holds a cost as linear that grows as much as its size, and no more', () => {
  expect(held(linear(curve([5, 10], [20, 40], [200, 399])))).toBe(true);
  expect(held(linear(curve([5, 10], [20, 41], [200, 100])))).toBe(false);
  expect(held(linear(curve([5, 10])))).toBe(false);
});

const stateBytes = (finished: number, facts = shortSession(finished)): number => {
  const before = new StreamRun();
  for (let index = 0; index < finished; index += 1) before.hear(shortSession(index));
  return new StreamRun(before.states()).hear(facts).written.stateBytes;
};

it('writes as many bytes for a session after thirty finished ones as after twelve, also for a late fact', () => {
  const [twelve, thirty] = [stateBytes(12), stateBytes(30)];
  expect(twelve).toBeGreaterThan(0);
  expect(Math.abs(thirty - twelve)).toBeLessThan(twelve / 10);
  const late = [stateBytes(12, [lateFact(10)]), stateBytes(30, [lateFact(10)])] as const;
  expect(Math.abs(late[1] - late[0])).toBeLessThan(late[0] / 10);
});

it('makes one session of segments that follow one another', () => {
  const run = new StreamRun();
  for (let index = 0; index < 3; index += 1) run.hear(segmentOf(index));
  const sessions = [...run.states().values()].flatMap((state) => state.sessions);
  expect(sessions.length).toBeLessThanOrEqual(1);
  expect([...run.states().values()].flatMap(({ videos }) => videos)).toHaveLength(3);
});

it('counts the events of a video as they are in its state', async () => {
  const { figures } = await videosByEvents([5, 20], 1);
  const [five, twenty] = figures.map((row) => Number(row['bytes of the state']));
  expect(twenty).toBeGreaterThan(3 * (five ?? 0));
});
