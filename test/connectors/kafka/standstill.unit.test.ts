import { expect, test } from 'vitest';
import { Positions } from '../../../connectors/kafka/positions.ts';
import { Standstill } from '../../../connectors/kafka/standstill.ts';
import { systemClock } from '../../../platform/host/index.ts';

function world(o: { assigned?: () => { topic: string; partition: number }[]; end?: number }) {
  let nowMs = 0;
  const sought: number[] = [];
  const positions = new Positions();
  const at = [0, 1].map((partition) => ({ topic: 'callbacks', partition }));
  for (const one of at) positions.add({ ...one, offset: 5 });
  const standstill = new Standstill({
    positions,
    clock: { ...systemClock, monotonicMs: () => nowMs },
    assigned: o.assigned ?? (() => at),
    endOf: async () => o.end ?? 5,
    seek: async ({ offset }) => void sought.push(offset),
  });
  /** A look a second. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      nowMs += 1_000;
      standstill.look(true);
      await systemClock.sleep(0);
    }
  };
  return { positions, standstill, sought, pass };
}

test('a consumer whose partitions are gone though nobody took them away is given up', async () => {
  const { standstill, pass } = world({ assigned: () => [{ topic: 'callbacks', partition: 1 }] });
  await pass(1);
  expect(standstill.fault).toBeNull();
  await pass(5);
  expect(standstill.fault).toMatchObject({ code: 'KAFKA_ASSIGNMENT_LOST', fatal: true });
  expect(standstill.fault?.message).toContain('callbacks/0');
});

test('one that gives no records though it has some is sought once, then given up', async () => {
  const { standstill, sought, pass } = world({ end: 9 });
  await pass(40);
  expect(sought).toEqual([5, 5]);
  expect(standstill.fault).toBeNull();
  await pass(40);
  expect(standstill.fault).toMatchObject({ code: 'KAFKA_STALLED', fatal: true });
  expect(standstill.fault?.message).toContain('at offset 5');
});

test.each<[string, (positions: Positions) => void]>([
  [
    'that was read to its end',
    (positions) => [0, 1].map((partition) => positions.ended({ topic: 'callbacks', partition, offset: 9 })),
  ],
  [
    'that rests',
    (positions) =>
      positions.pause(
        [0, 1].map((partition) => ({ topic: 'callbacks', partition })),
        true,
      ),
  ],
])('a partition %s does not stand still', async (_what, make) => {
  const { positions, standstill, sought, pass } = world({ end: 9 });
  make(positions);
  await pass(90);
  expect(sought).toEqual([]);
  expect(standstill.fault).toBeNull();
});
