import { expect, test } from 'vitest';
import { offsetsPartition } from '../../../connectors/kafka/index.ts';

test("a group's partition is the one that Kafka computes", () => {
  expect(offsetsPartition('a', 50)).toEqual({ topic: '__consumer_offsets', partition: 97 % 50 });
  expect(offsetsPartition('ab', 50).partition).toBe((97 * 31 + 98) % 50);
  // Its hash code is the smallest integer, whose absolute value Java doesn't have.
  expect(offsetsPartition('polygenelubricants', 50).partition).toBe(0);
});
