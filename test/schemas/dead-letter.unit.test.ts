import { expect, test } from 'vitest';
import { sessionTopology } from '../../processors/session/index.ts';
import { videoTopology } from '../../processors/video/index.ts';
import { deadLetterHeaders, deadLetterStages } from '../../schemas/dead-letter.ts';
import { bookOf } from '../processors/run-topology.ts';

// The error of a refused row quoted the row, and an intake's went into a header at its full length.
test('a dead letter says why in a bounded text', () => {
  const headers = deadLetterHeaders('ingress', 'unusable', 'e'.repeat(100_000));
  expect(headers).toEqual({ stage: 'ingress', reason: 'unusable', error: 'e'.repeat(500) });
});

test('the processors are among the stages that can be asked for', () => {
  const policies = bookOf([]);
  for (const { name } of [videoTopology({ policies }), sessionTopology({ policies })])
    expect(deadLetterStages).toContain(`${name}-processor`);
});
