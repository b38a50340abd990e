import { expect, test } from 'vitest';
import { BatchSize } from '../../runtime/batch-size.ts';

const sizeOf = (maxBytes = 1_000_000) => new BatchSize({ maxRecords: 1_000, maxBytes, transactionTimeoutMs: 10_000 });

// A batch that a slow broker couldn't take within the transaction's time was read again as it was, and failed again, until
// the budget of attempts was spent and the process ended; the next one began with the same batch.
test('a batch that fails is halved until it fits, well within the budget of attempts', () => {
  const size = sizeOf();
  let attempts = 0;
  while (size.records > 1) {
    size.failed(size.records);
    attempts++;
  }
  expect(attempts).toBeLessThan(20);
});

test('grows again while there is time left, and not into the next failure', () => {
  const size = sizeOf();
  size.failed(1_000);
  size.committed(500, 4_000);
  expect(size.records).toBe(500);
  size.committed(500, 6_000);
  expect(size.records).toBe(250);
  size.committed(250, 1_000);
  size.committed(500, 100);
  size.committed(1_000, 100);
  expect(size.records).toBe(1_000);
});

test('large records make a small batch, by what the last one came to', () => {
  const size = sizeOf(1_000_000);
  size.measured(100, 10_000_000);
  expect(size.records).toBe(10);
  size.measured(2, 8_000_000);
  expect(size.records).toBe(1);
  size.measured(10, 1_000);
  expect(size.records).toBe(1_000);
});

test('a transaction without input says nothing about records', () => {
  const size = sizeOf();
  size.measured(0, 5_000_000);
  size.failed(0);
  expect(size.records).toBe(1_000);
});
