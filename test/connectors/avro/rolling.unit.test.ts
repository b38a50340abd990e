import avsc from 'avsc';
import { describe, expect, test } from 'vitest';
import { avroCodec } from '../../../connectors/avro/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import { findingsOf, releasedOf } from '../../../schemas/compatibility.ts';
import { extended } from './extended.ts';

/** Commands aren't among them: one that isn't understood must not be carried out as if it were another. */
const names = ['VideoState', 'SessionState', 'StreamState', 'StreamFact'] as const;
const typeOf = (schema: unknown) => avsc.Type.forSchema(schema as avsc.Schema, { registry: {} });
const codecOf = (id: number, schema: unknown, writer: unknown) =>
  avroCodec<unknown>('topic-value', id, typeOf(schema), async () => typeOf(writer));

describe.each(names)('%s, while two releases are at work', (name) => {
  const now = avroSchema(name);
  const later = extended(name);

  test('is read by this release as a later one writes it, and by that as this one does', async () => {
    expect(findingsOf(later, [{ version: 'now', schema: now }], 'FULL_TRANSITIVE')).toEqual([]);
    const [ours, theirs] = [codecOf(1, now, later), codecOf(2, later, now)];
    for (let n = 0; n < 30; n += 1) {
      const newer = theirs.encode(typeOf(later).random());
      await ours.decode(newer);
      await ours.body(newer);
      // This release must not write back what it can't keep.
      expect(ours.unknownIn(newer)).not.toBeNull();
      const older = ours.encode(typeOf(now).random());
      expect(await theirs.decode(older)).toBeDefined();
      expect(theirs.unknownIn(older)).toBeNull();
    }
  });

  test('is read as every earlier release wrote it', async () => {
    for (const { schema } of releasedOf(name)) {
      const codec = codecOf(1, now, schema);
      const bytes = codecOf(2, schema, now).encode(typeOf(schema).random());
      expect(await codec.decode(bytes)).toBeDefined();
      expect(codec.unknownIn(bytes)).toBeNull();
    }
  });
});
