import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { ClientCalls } from '../../../connectors/kafka/callback.ts';

// Calls of several clients overlap, and stood in a Set whose discarded copies held one another: three quarters of all batches
// that were ever read lived until a full collection, with their buffers.
test('what a call has given is let go by a collection of young objects, however many clients call at once', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as (o?: { type: 'minor' }) => void;
  const polls = 3_000;
  let returned = 0;
  const lane = async (calls: ClientCalls) => {
    for (let poll = 0; poll < polls / 3; poll += 1)
      await calls.work<number[][]>('read records', 1_000, (done) =>
        setImmediate(() => {
          returned += 1;
          if (returned % 100 === 0) collect({ type: 'minor' });
          done(null, [new Array(1_000).fill(poll)]);
        }),
      );
  };
  collect();
  const beforeBytes = process.memoryUsage().heapUsed;
  await Promise.all([new ClientCalls(), new ClientCalls(), new ClientCalls()].map(lane));
  collect({ type: 'minor' });
  // All results together are 24 MB.
  expect(process.memoryUsage().heapUsed - beforeBytes).toBeLessThan(5_000_000);
});
