import { expect, test } from 'vitest';
import { startOption } from '../../cli/commands/replay.ts';

// An offset of ten digits was silently taken for a moment of 1970, and everything was replayed.
test.each([
  ['0', { fromOffset: 0 }],
  ['4294967296', { fromOffset: 4_294_967_296 }],
  ['1700000000000', { fromMs: 1_700_000_000_000 }],
  ['2026-03-01T09:30:00Z', { fromMs: 1_772_357_400_000 }],
])('a replay from %s starts there', (text, start) => {
  expect(startOption(text)).toEqual(start);
});
