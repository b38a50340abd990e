import { expect, test } from 'vitest';
import { deadLetterHeaders } from '../../schemas/dead-letter.ts';

// The error of a refused row quoted the row, and an intake's went into a header at its full length.
test('a dead letter says why in a bounded text', () => {
  const headers = deadLetterHeaders('ingress', 'unusable', 'e'.repeat(100_000));
  expect(headers).toEqual({ stage: 'ingress', reason: 'unusable', error: 'e'.repeat(500) });
});
