import { expect, test } from 'vitest';
import { Pulses } from '../../../connectors/kafka/index.ts';
import { systemClock } from '../../../platform/host/index.ts';

// A sink whose loop stood still was live for good: nothing looked whether it turned.
test('a process is live as long as each of its loops polls', () => {
  let nowMs = 0;
  const pulses = new Pulses({ ...systemClock, monotonicMs: () => nowMs });
  expect(pulses.live(1_000)).toBe(true);
  const [busy, still] = [{}, {}];
  pulses.beat(busy);
  pulses.beat(still);
  nowMs = 1_500;
  pulses.beat(busy);
  expect(pulses.live(1_000)).toBe(false);
  pulses.gone(still);
  expect(pulses.live(1_000)).toBe(true);
});
