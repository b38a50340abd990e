import { type AvroRecordSchema, type AvroSchemaName, avroSchema } from '../../../schemas/avro.ts';

type Part = { type?: unknown; name?: string; fields?: Part[]; symbols?: string[]; items?: unknown };

/** What a release to come may make of a schema: each enum and each record has one more. */
export function extended(name: AvroSchemaName): AvroRecordSchema {
  const schema = structuredClone(avroSchema(name)) as unknown as Part;
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { fields, symbols } = part as Part;
    if (symbols) symbols.push('FUTURE');
    Object.values(part).forEach(visit);
    if (Array.isArray(part)) return;
    fields?.push({ name: 'future', type: ['null', 'string'], default: null } as Part);
  };
  visit(schema);
  return schema as unknown as AvroRecordSchema;
}
