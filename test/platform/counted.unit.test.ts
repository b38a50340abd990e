import { expect, test } from 'vitest';
import { counted } from '../../platform/counted.ts';

test('one is one, and any other number is several', () => {
  expect([0, 1, 2].map((count) => counted(count, 'policy', 'policies'))).toEqual([
    '0 policies',
    '1 policy',
    '2 policies',
  ]);
  expect([0, 1, 21].map((count) => counted(count, 'change'))).toEqual(['0 changes', '1 change', '21 changes']);
});
