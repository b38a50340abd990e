import { expect, test } from 'vitest';
import { Waits } from '../../platform/waits.ts';

test('several parts are ready once all are, and each waits from the beginning', () => {
  const told: (string | null)[] = [];
  const waits = new Waits((what) => told.push(what));
  const first = waits.part('first');
  const second = waits.part('second', 'Kafka');
  waits.part('third', null);
  first(null);
  first(null);
  second(null);
  first('Kafka');
  second('Kafka');
  second(null);
  first(null);
  expect(told).toEqual(['start', 'start, Kafka', 'Kafka', null, 'Kafka', null]);
});
