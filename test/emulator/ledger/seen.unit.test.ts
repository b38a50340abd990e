/**
 * The ledger's sentences: whatever can have become of a show, exactly one status is true of it. A sentence that overlaps
 * another, or a case that none speaks of, would make the oracle throw where the pipeline may be right.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../../emulator/ledger/outcome.ts';
import { sessionSeenAs } from '../../../emulator/ledger/seen-session.ts';
import { videoSeenAs } from '../../../emulator/ledger/seen-video.ts';

const some = (label: string) => fc.constantFrom([], [label]);
/** Nothing is made of a file that isn't there. */
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  fc.record({
    recorded: fc.boolean(),
    source: fc.constantFrom<Outcome['source']>('none', 'failed', 'lost'),
    sourcePlays: fc.constant(false),
    blocked: fc.boolean(),
    running: fc.constant(0),
    playable: fc.constant([]),
    missing: fc.constant([]),
  }),
  fc.record({
    recorded: fc.boolean(),
    source: fc.constant<Outcome['source']>('deleted'),
    sourcePlays: fc.constant(false),
    blocked: fc.constant(false),
    running: fc.constant(0),
    playable: fc.constant([]),
    missing: fc.constant([]),
  }),
  fc.record({
    recorded: fc.boolean(),
    source: fc.constant<Outcome['source']>('there'),
    sourcePlays: fc.boolean(),
    blocked: fc.boolean(),
    running: fc.nat(2),
    playable: some('HD m3u8').map((labels) => labels.map((label) => ({ label, sinceTime: 1 }))),
    missing: some('SD m3u8'),
  }),
);

describe('exactly one status is true', () => {
  test('of a video', () => {
    fc.assert(
      fc.property(outcome, (one) => {
        expect(videoSeenAs(one) === 'DELETED').toBe(one.source === 'deleted');
      }),
      { numRuns: 3_000 },
    );
  });

  test('of a session', () => {
    const show = fc.record({
      isOver: fc.boolean(),
      composedBy: fc.constantFrom('cloud' as const, 'user' as const, 'nobody' as const),
      files: fc.array(outcome, { minLength: 1, maxLength: 3 }),
      films: fc.array(outcome, { maxLength: 2 }),
      leftAsIs: fc.boolean(),
    });
    fc.assert(
      fc.property(show, (one) => {
        expect(sessionSeenAs(one) === 'RECORDING').toBe(!one.isOver);
      }),
      { numRuns: 3_000 },
    );
  });
});
