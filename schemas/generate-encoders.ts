/** Writes encoders as TypeScript, one per schema: straight calls in the order of the fields, nothing is looked up. */
export type AvroType = string | AvroType[] | AvroObject;
export type AvroObject = {
  type: string;
  name?: string;
  namespace?: string;
  doc?: string;
  items?: AvroType;
  values?: AvroType;
  fields?: { name: string; type: AvroType; doc?: string }[];
  symbols?: string[];
};

/** The source of `generated/encoders/<name>.ts`. @throws TypeError for what it has no words for */
export function encoderOf(schema: AvroObject): string {
  const functions: string[] = [];
  const symbols: string[] = [];
  const defined = new Map<string, AvroObject>();
  const used = new Set<string>();

  function callFor(type: AvroType, value: string, indent: string): string {
    if (Array.isArray(type)) return unionFor(type, value, indent);
    if (typeof type === 'string') {
      if (type in sinkCalls) return `${indent}${sinkCalls[type]}(${value});\n`;
      const known = defined.get(type.slice(type.lastIndexOf('.') + 1));
      if (known === undefined) throw new TypeError(`no encoder for ${type}`);
      return callFor(known, value, indent);
    }
    if (type.type === 'array' && type.items) {
      return [
        `${indent}const items = listOf(${value});\n`,
        `${indent}if (items.length > 0) out.items(items.length);\n`,
        `${indent}for (let i = 0; i < items.length; i += 1) {\n`,
        `${indent}  const item = items[i] as (typeof items)[number];\n`,
        callFor(type.items, 'item', `${indent}  `),
        `${indent}}\n`,
        `${indent}out.end();\n`,
      ].join('');
    }
    if (type.type === 'record' && type.name) {
      define(type);
      return `${indent}write${type.name}(out, ${value});\n`;
    }
    if (type.type === 'enum' && type.name) {
      define(type);
      return `${indent}out.symbol(symbolsOf${type.name}.get(${value}));\n`;
    }
    if (type.type in sinkCalls) return callFor(type.type, value, indent);
    throw new TypeError(`no encoder for ${type.type}`);
  }

  /** Null first and one more, or several records, each in an object of its full name (see `generate.ts`). */
  function unionFor([first, ...others]: AvroType[], value: string, indent: string): string {
    if (first !== 'null') throw new TypeError('no encoder for a union without null at its beginning');
    const [only] = others;
    const primitive = others.length === 1 ? primitiveOf(only) : undefined;
    if (primitive !== undefined) return `${indent}${sinkCalls[primitive]}OrNull(${value});\n`;
    const branches =
      others.length === 1 && only !== undefined
        ? [`${indent}} else {\n${indent}  out.branch(1);\n${callFor(only, value, `${indent}  `)}`]
        : others.map((branch, index) => {
            const name = typeof branch === 'object' && !Array.isArray(branch) ? branch.name : undefined;
            if (name === undefined) throw new TypeError('no encoder for a union of several that are no records');
            const key = `${schema.namespace}.${name}`;
            return `${indent}} else if ('${key}' in ${value}) {\n${indent}  out.branch(${index + 1});\n${callFor(branch, `${value}['${key}']`, `${indent}  `)}`;
          });
    const nothing =
      others.length === 1 ? '' : `${indent}} else {\n${indent}  throw new TypeError('no branch of the union');\n`;
    return `${indent}if (${value} === null) {\n${indent}  out.branch(0);\n${branches.join('')}${nothing}${indent}}\n`;
  }

  function define(type: AvroObject): void {
    const { name } = type;
    if (name === undefined || defined.has(name)) return;
    defined.set(name, type);
    if (type.type === 'enum') {
      const entries = (type.symbols ?? []).map((symbol, index) => `  ['${symbol}', ${index}],\n`).join('');
      symbols.push(`const symbolsOf${name}: ReadonlyMap<string, number> = new Map([\n${entries}]);\n`);
      return;
    }
    used.add(name);
    const fields = (type.fields ?? []).map((field) => {
      const body = callFor(field.type, `value.${field.name}`, '  ');
      // Each list has its names to itself.
      return body.includes('const items') ? `  {\n${body.replace(/^/gm, '  ').trimEnd()}\n  }\n` : body;
    });
    const keyword = type === schema ? 'export function' : 'function';
    functions.push(`${keyword} write${name}(out: AvroSink, value: ${name}): void {\n${fields.join('')}}\n`);
  }

  define(schema);
  const text = [...symbols, ...functions.reverse()].join('\n');
  const lists = text.includes('listOf(');
  return [
    '// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.\n\n',
    `import ${lists ? '{ type AvroSink, listOf }' : 'type { AvroSink }'} from '../../avro-sink.ts';\n`,
    `import type { ${[...used].join(', ')} } from '../${schema.name}.ts';\n\n`,
    text,
  ].join('');
}

const primitiveOf = (type: AvroType | undefined): string | undefined => {
  const name = typeof type === 'object' && !Array.isArray(type) ? type.type : type;
  return typeof name === 'string' && name in sinkCalls ? name : undefined;
};

const sinkCalls: Readonly<Record<string, string>> = {
  string: 'out.text',
  int: 'out.int',
  long: 'out.long',
  double: 'out.double',
  boolean: 'out.boolean',
};
