/** Whether a changed schema can live with what was released before it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { type AvroRecordSchema, type AvroSchemaName, avroSchema } from './avro.ts';
import { type TopicContract, topics } from './topics.ts';

/** One released version of a schema. */
export type Released = { readonly version: string; readonly schema: AvroRecordSchema };

/**
 * - `breaks`: records written with `version` can't be read any more. Must not be released.
 * - `strands`: readers that still have `version` can't read what is written now; they have to be updated first.
 */
export type Finding = {
  readonly severity: 'breaks' | 'strands';
  readonly schema: string;
  readonly version: string;
  readonly problem: string;
};

/**
 * Compares a schema with its released versions, by Avro's resolution rules: every one of them for the transitive modes
 * (a compacted topic holds records of any age), the latest for BACKWARD. What strands readers breaks FULL_TRANSITIVE: both
 * releases read the topic during a deploy, and after one that was rolled back. Empty: nothing is wrong.
 */
export function findingsOf(
  current: AvroRecordSchema,
  released: readonly Released[],
  mode: NonNullable<TopicContract['compatibility']>,
): readonly Finding[] {
  const relevant = mode.endsWith('TRANSITIVE') ? released : released.slice(-1);
  const stranding = mode === 'FULL_TRANSITIVE' ? 'breaks' : 'strands';
  const now = typeOf(current);
  const findings: Finding[] = [];
  for (const { version, schema } of relevant) {
    const breaks = problemOf(now, typeOf(schema));
    if (breaks !== null) findings.push({ severity: 'breaks', schema: current.name, version, problem: breaks });
    const strands = problemOf(typeOf(schema), now);
    if (strands !== null) findings.push({ severity: stranding, schema: current.name, version, problem: strands });
  }
  return findings;
}

/** All findings of this source tree against `schemas/released`. */
export function checkSchemas(): readonly Finding[] {
  return Object.values(topics).flatMap(({ value, compatibility }) =>
    value === 'bytes' || compatibility === null ? [] : findingsOf(avroSchema(value), releasedOf(value), compatibility),
  );
}

/** The released versions of one schema, oldest first: `schemas/released/<version>/<name>.avsc`. */
export function releasedOf(name: AvroSchemaName): readonly Released[] {
  const folder = join(import.meta.dirname, 'released');
  return readdirSync(folder)
    .sort(byVersion)
    .flatMap((version) => {
      const file = `${name}.avsc`;
      if (!readdirSync(join(folder, version)).includes(file)) return [];
      const schema = JSON.parse(readFileSync(join(folder, version, file), 'utf8')) as AvroRecordSchema;
      return [{ version, schema }];
    });
}

/** Why `reader` can't read what `writer` wrote, or null. */
function problemOf(reader: avro.Type, writer: avro.Type): string | null {
  try {
    reader.createResolver(writer);
    return null;
  } catch (cause) {
    return cause instanceof Error ? cause.message : String(cause);
  }
}

/** A registry of its own per schema: two versions define the same names. */
function typeOf(schema: AvroRecordSchema): avro.Type {
  return avro.Type.forSchema(schema as avro.Schema, { registry: {} });
}

function byVersion(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true });
}
