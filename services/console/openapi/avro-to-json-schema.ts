/** JSON Schema of an Avro record as this API writes it: bytes of the contract, words of the contract. */
import type { AvroRecordSchema } from '../../../schemas/avro.ts';

export type JsonSchema = { readonly [key: string]: unknown };

type Named = {
  readonly type: string;
  readonly name: string;
  readonly doc?: string;
  readonly symbols?: readonly string[];
  readonly fields?: readonly Field[];
};
type Field = { readonly name: string; readonly type: unknown; readonly doc?: string };

const primitives: Readonly<Record<string, JsonSchema>> = {
  null: { type: 'null' },
  boolean: { type: 'boolean' },
  int: { type: 'integer' },
  long: { type: 'integer' },
  float: { type: 'number' },
  double: { type: 'number' },
  string: { type: 'string' },
};

/**
 * Every named type of `root` as an entry for `components.schemas`; types refer to each other by
 * `#/components/schemas/<name>`. Fields whose name is in `hidden` are left out. Throws on a type that the contracts
 * don't use (maps, fixed, bytes).
 */
export function jsonSchemasOf(root: AvroRecordSchema, hidden: readonly string[]): Record<string, JsonSchema> {
  const found: Record<string, JsonSchema> = {};

  function typeOf(avro: unknown): JsonSchema {
    if (typeof avro === 'string') return primitives[avro] ?? reference(avro);
    if (Array.isArray(avro)) {
      const [only, ...others] = avro.filter((branch) => branch !== 'null').map(typeOf);
      if (!only || others.length > 0) throw new TypeError(`a union other than "null or one type" in ${root.name}`);
      return { anyOf: [only, { type: 'null' }] };
    }
    const named = avro as Named & { readonly items?: unknown; readonly logicalType?: string };
    if (named.type === 'array') return { type: 'array', items: typeOf(named.items) };
    if (named.logicalType === 'timestamp-millis') return { type: 'integer', description: 'Epoch milliseconds' };
    if (named.type === 'record' || named.type === 'enum') return define(named);
    const primitive = primitives[named.type];
    if (!primitive) throw new TypeError(`the Avro type ${named.type} in ${root.name} has no JSON Schema here`);
    return primitive;
  }

  function define(named: Named): JsonSchema {
    const words = named.doc === undefined ? {} : { description: named.doc };
    if (named.symbols) {
      found[named.name] = { type: 'string', enum: named.symbols, ...words };
      return reference(named.name);
    }
    const fields = (named.fields ?? []).filter(({ name }) => !hidden.includes(name));
    found[named.name] = {
      type: 'object',
      ...words,
      properties: Object.fromEntries(fields.map((field) => [field.name, described(typeOf(field.type), field.doc)])),
      required: fields.map(({ name }) => name),
      additionalProperties: false,
    };
    return reference(named.name);
  }

  typeOf(root);
  return found;
}

/** Avro refers to a type by its full name, the document by the last part of it. */
const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name.split('.').at(-1)}` });

function described(schema: JsonSchema, doc: string | undefined): JsonSchema {
  if (doc === undefined) return schema;
  const { description } = schema;
  return { ...schema, description: typeof description === 'string' ? `${doc} ${description}.` : doc };
}
