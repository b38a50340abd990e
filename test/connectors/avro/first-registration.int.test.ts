import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { connectRegistry } from '../../../connectors/avro/index.ts';

// The registry answers 409 "already exists" to all but one of those that register a subject at the same moment for the
// first time. Taking that for an incompatible schema ended the processes of a new installation that start together.
test('many that register a schema for the first time at the same moment all get its id', async () => {
  const prefix = `test-${randomUUID()}.`;
  const registries = Array.from({ length: 12 }, () => connectRegistry({ url: inject('stack').registryUrl, prefix }));
  const ids = await Promise.all(registries.map((registry) => registry.register('video-state')));
  expect(new Set(ids).size).toBe(1);
});
