/** The Avro schemas of the contracts, parsed from `schemas/avro/*.avsc`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export type AvroSchemaName =
  | 'VideoState'
  | 'SessionState'
  | 'StreamFact'
  | 'StreamState'
  | 'TranscodeJob'
  | 'ComposeJob';

export type AvroRecordSchema = {
  readonly type: 'record';
  readonly name: string;
  readonly namespace: string;
  readonly fields: readonly unknown[];
};

const loaded = new Map<AvroSchemaName, AvroRecordSchema>();

/** The schema of that name, read from its file the first time. */
export function avroSchema(name: AvroSchemaName): AvroRecordSchema {
  let schema = loaded.get(name);
  if (!schema) {
    schema = JSON.parse(readFileSync(join(import.meta.dirname, 'avro', `${name}.avsc`), 'utf8')) as AvroRecordSchema;
    loaded.set(name, schema);
  }
  return schema;
}
