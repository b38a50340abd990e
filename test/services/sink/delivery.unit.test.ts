// The time of delivery was read by two rules: the topology took every text that is a number (`1e12`, ` 5`, `0x10`) and
// bounded it, the rows took 1 to 13 digits and any value of them, so that state and row told different times. The runtime
// took an empty header for the year 1970, and held its timers as if a publisher had been late.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { policyBook } from '../../../processors/policy/index.ts';
import type { SourceRecord } from '../../../processors/topology.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import { LateArrivalGuard } from '../../../runtime/index.ts';
import { bounds } from '../../../schemas/bounds.ts';
import { callbackRow } from '../../../services/sink/rows/callback-row.ts';
import { body } from './fixtures.ts';

const { step } = videoTopology({ policies: policyBook([]) });

const odd = [
  '',
  '0',
  '-1',
  '1e12',
  ' 1772359212345',
  '0x10',
  '1772359212345',
  '1.5',
  'x',
  '99999999999999',
  '9'.repeat(20),
  '007',
];
const times = fc.oneof(
  fc.constantFrom(undefined, ...odd),
  fc.integer({ min: 0, max: bounds.mostTimeMs + 2 }).map(String),
);
const regions = fc.option(fc.constantFrom('', 'cn-beijing', 'x'.repeat(5_000)), { nil: undefined });
const sources = fc.constantFrom(undefined, 'http', 'mns', 'operator', 'me', '');
const stamps = fc.constantFrom(-1, 0, 5_000, 1_772_359_212_345, bounds.mostTimeMs);

/** Whether the runtime takes it for a record whose publisher was late. */
function holds(record: SourceRecord): boolean {
  const clock = { ...systemClock, monotonicMs: () => 0 };
  const guard = new LateArrivalGuard({ clock, holdMs: 1, kafkaLastUnreachableMs: () => Number.NEGATIVE_INFINITY });
  const step = () => ({ kind: 'drop', reason: 'test' }) as const;
  const topology = { name: 'video', input: 'callbacks', changelog: 'video-state', outputs: [], step } as const;
  guard.watch<null>(topology).step(null, record, { nowMs: 0 });
  return guard.active;
}

test('state, row and the guard against late arrivals tell the same of a delivery, whatever its headers', () => {
  fc.assert(
    fc.property(times, times, regions, sources, stamps, (receivedAt, replayedAt, region, source, timestampMs) => {
      const given = { 'received-at': receivedAt, 'replayed-at': replayedAt, region, source };
      const headers = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Record<
        string,
        string
      >;
      const value = body({ VideoId: 'v' });
      const record = { key: 'v', value, headers, timestampMs };
      const outcome = step(null, record, { nowMs: 1_772_359_300_000 });
      if (outcome.kind !== 'next' || outcome.state === null) throw new Error('no state');
      const row = callbackRow({ ...record, topic: 'callbacks', partition: 0, offset: 0 });
      const { receivedAt: told = 0, eventTime = 0 } = outcome.state.timeline[0] ?? {};
      // A row of no time, or of one that ClickHouse can't count from, would be removed at its table's next merge.
      if (told > 0 && told < Date.UTC(2100, 0, 1)) expect(row.received_at).toBe(told);
      else if (told === 0) expect(row.received_at).toBe(eventTime);
      expect(row.received_at).toBeGreaterThan(0);
      expect(row.received_at).toBeLessThan(Date.UTC(2100, 0, 1));
      expect(row.received_at).toBeLessThanOrEqual(bounds.mostTimeMs);
      expect(row.region).toBe(outcome.state.region ?? '');
      expect(holds(record)).toBe(row.replayed_at === null && timestampMs - told > 10_000);
    }),
  );
});
