import { expect, test } from 'vitest';
import { catalogue } from '../../../emulator/api/catalogue.ts';
import { steps } from './actions.ts';
import { documentedOperations, documentedQueueOperations } from './operations.ts';
import { queueSteps } from './queue-operations.ts';

const sorted = (names: Iterable<string>) => [...new Set(names)].sort((a, b) => (a < b ? -1 : 1));

test('the operations that the page lists are those that the suite calls, and those that there are', () => {
  const documented = sorted(documentedOperations());
  expect(documented.length).toBeGreaterThan(20);
  expect(sorted(steps.map(({ action }) => action))).toEqual(documented);
  expect(sorted(Object.values(catalogue).flatMap(Object.keys))).toEqual(documented);
});

test('so it is with the operations of queues', () => {
  const documented = sorted(documentedQueueOperations());
  expect(documented.length).toBeGreaterThan(10);
  expect(sorted(queueSteps.map(({ action }) => action))).toEqual(documented);
});
