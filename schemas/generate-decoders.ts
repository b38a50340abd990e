/** Writes decoders as TypeScript, one per schema: each record is one literal in the order of its fields. */
import type { AvroObject, AvroType } from './generate-encoders.ts';

/** The source of `generated/decoders/<name>.ts`. @throws TypeError for what it has no words for */
export function decoderOf(schema: AvroObject): string {
  const functions: string[] = [];
  const symbols: string[] = [];
  const defined = new Map<string, AvroObject>();
  const used = new Set<string>();

  /** An expression that reads the next value; `place` names what holds it. */
  function callFor(type: AvroType, place: string): string {
    if (Array.isArray(type)) return unionFor(type, place);
    if (typeof type === 'string') {
      if (type in sourceCalls) return `${sourceCalls[type]}()`;
      const known = defined.get(type.slice(type.lastIndexOf('.') + 1));
      if (known === undefined) throw new TypeError(`no decoder for ${type}`);
      return callFor(known, place);
    }
    if (type.type === 'array' && type.items) return listFor(type.items, place);
    if (type.type === 'record' && type.name) {
      define(type);
      return `read${type.name}(from)`;
    }
    if (type.type === 'enum' && type.name) {
      define(type);
      return `from.symbol(symbolsOf${type.name})`;
    }
    if (type.type in sourceCalls) return callFor(type.type, place);
    throw new TypeError(`no decoder for ${type.type}`);
  }

  /** A function for each kind of item: one for all of them would call through a variable. */
  function listFor(items: AvroType, place: string): string {
    const item = callFor(items, place);
    const of = typeof items === 'object' && !Array.isArray(items) ? items.name : items;
    if (typeof of !== 'string') throw new TypeError('no decoder for such a list');
    const type = of.slice(of.lastIndexOf('.') + 1);
    const name = `readListOf${capital(type)}`;
    if (!functions.some((text) => text.startsWith(`function ${name}(`)))
      functions.push(
        [
          `function ${name}(from: AvroSource) {\n`,
          `  const items: ${primitives[type] ?? type}[] = [];\n`,
          '  for (let left = from.block(); left > 0; left = from.block())\n',
          `    for (; left > 0; left -= 1) items.push(${item});\n`,
          '  return items;\n}\n',
        ].join(''),
      );
    return `${name}(from)`;
  }

  /** Null first and one more, or several records, each in an object of its full name (see `generate.ts`). */
  function unionFor([first, ...others]: AvroType[], place: string): string {
    if (first !== 'null') throw new TypeError('no decoder for a union without null at its beginning');
    const [only] = others;
    if (others.length === 1 && only !== undefined) {
      const call = callFor(only, place);
      const isPrimitive = Object.values(sourceCalls).includes(call.slice(0, -2));
      return isPrimitive ? `${call.slice(0, -2)}OrNull()` : `from.some() ? ${call} : null`;
    }
    const cases = others.map((branch, index) => {
      const name = typeof branch === 'object' && !Array.isArray(branch) ? branch.name : undefined;
      if (name === undefined) throw new TypeError('no decoder for a union of several that are no records');
      return `    case ${index + 1}:\n      return { '${schema.namespace}.${name}': ${callFor(branch, place)} };\n`;
    });
    functions.push(
      [
        `function read${place}(from: AvroSource) {\n  switch (from.branch()) {\n    case 0:\n      return null;\n`,
        ...cases,
        "    default:\n      throw new RangeError('no branch of the union');\n  }\n}\n",
      ].join(''),
    );
    return `read${place}(from)`;
  }

  function define(type: AvroObject): void {
    const { name } = type;
    if (name === undefined || defined.has(name)) return;
    defined.set(name, type);
    if (type.type === 'enum') {
      symbols.push(
        `const symbolsOf${name} = [${(type.symbols ?? []).map((symbol) => `'${symbol}'`).join(', ')}] as const;\n`,
      );
      return;
    }
    used.add(name);
    const fields = (type.fields ?? []).map((field) => {
      const place = `${name}${capital(field.name)}`;
      return `    ${field.name}: ${callFor(field.type, place)},\n`;
    });
    const keyword = type === schema ? 'export function' : 'function';
    functions.push(`${keyword} read${name}(from: AvroSource): ${name} {\n  return {\n${fields.join('')}  };\n}\n`);
  }

  define(schema);
  return [
    '// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.\n\n',
    "import type { AvroSource } from '../../avro-source.ts';\n",
    `import type { ${[...used].join(', ')} } from '../${schema.name}.ts';\n\n`,
    [...symbols, ...functions.reverse()].join('\n'),
  ].join('');
}

const capital = (text: string): string => text.replace(/^./, (letter) => letter.toUpperCase());

const sourceCalls: Readonly<Record<string, string>> = {
  string: 'from.text',
  int: 'from.int',
  long: 'from.long',
  double: 'from.double',
  boolean: 'from.boolean',
};

/** Avro's primitive types in TypeScript. */
export const primitives: Readonly<Record<string, string>> = {
  string: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Uint8Array',
  null: 'null',
};
