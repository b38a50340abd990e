/**
 * Writes `schemas/generated/*.ts` and the encoders beside them from `schemas/avro/*.avsc`: `node schemas/generate.ts`, or `--check` to
 * fail when a generated file is out of date. Timestamps (`timestamp-millis`) and longs become `number`
 * (epoch milliseconds; sizes stay below 2^53), nullable fields become `T | null`. Of a union of several records each is
 * wrapped in an object of its full name, as Avro's JSON encoding and avsc have it: `{ 'live2vod.Thing': Thing }`.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type AvroObject, type AvroType, encoderOf, encodersIndex } from './generate-encoders.ts';

const primitives: Record<string, string> = {
  string: 'string',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  float: 'number',
  double: 'number',
  bytes: 'Uint8Array',
  null: 'null',
};

/** The TypeScript source of one schema: every named type it defines, each as an exported type. */
export function typesOf(schema: AvroObject): string {
  const lines: string[] = [];
  const seen = new Set<string>();
  const comment = (doc: string | undefined, indent: string) => (doc ? `${indent}/** ${doc} */\n` : '');

  function reference(type: AvroType): string {
    if (Array.isArray(type)) {
      const tagged = type.filter((branch) => typeof branch === 'object' && 'name' in branch).length > 1;
      return type
        .map((branch) => {
          const name = reference(branch);
          return tagged && name !== 'null' ? `{ readonly '${schema.namespace}.${name}': ${name} }` : name;
        })
        .sort((a, b) => (a === 'null' ? 1 : b === 'null' ? -1 : 0))
        .join(' | ');
    }
    if (typeof type === 'string') return primitives[type] ?? type.slice(type.lastIndexOf('.') + 1);
    if (type.type === 'array' && type.items) {
      const item = reference(type.items);
      return `readonly ${item.includes(' ') ? `(${item})` : item}[]`;
    }
    if (type.type === 'map' && type.values) return `Readonly<Record<string, ${reference(type.values)}>>`;
    if (type.name && (type.type === 'record' || type.type === 'enum' || type.type === 'fixed')) {
      define(type);
      return type.name;
    }
    return reference(type.type);
  }

  function define(type: AvroObject): void {
    if (!type.name || seen.has(type.name)) return;
    seen.add(type.name);
    if (type.type === 'enum') {
      lines.push(
        `${comment(type.doc, '')}export type ${type.name} = ${(type.symbols ?? []).map((s) => `'${s}'`).join(' | ')};\n`,
      );
    } else if (type.type === 'fixed') {
      lines.push(`export type ${type.name} = Uint8Array;\n`);
    } else {
      const fields = (type.fields ?? []).map(
        (field) => `${comment(field.doc, '  ')}  readonly ${field.name}: ${reference(field.type)};\n`,
      );
      lines.push(`${comment(type.doc, '')}export type ${type.name} = {\n${fields.join('')}};\n`);
    }
  }

  define(schema);
  return `// Generated from the .avsc of the same name by schemas/generate.ts. Do not edit.\n\n${lines.join('\n')}`;
}

/** All generated files, by path below `schemas/generated`. */
function generated(source: string): Map<string, string> {
  const files = new Map<string, string>();
  const names = readdirSync(source)
    .filter((name) => name.endsWith('.avsc'))
    .map((name) => basename(name, '.avsc'))
    .sort();
  for (const name of names) {
    const schema = JSON.parse(readFileSync(join(source, `${name}.avsc`), 'utf8')) as AvroObject;
    files.set(`${name}.ts`, typesOf(schema));
    files.set(join('encoders', `${name}.ts`), encoderOf(schema));
  }
  files.set(join('encoders', 'index.ts'), encodersIndex(names));
  return files;
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  const target = join(import.meta.dirname, 'generated');
  mkdirSync(join(target, 'encoders'), { recursive: true });
  let stale = 0;
  for (const [file, text] of generated(join(import.meta.dirname, 'avro'))) {
    const out = join(target, file);
    let existing = '';
    try {
      existing = readFileSync(out, 'utf8');
    } catch {}
    if (existing === text) continue;
    if (check) {
      stale += 1;
      console.error(`${out} is out of date: run node schemas/generate.ts`);
    } else {
      writeFileSync(out, text);
      console.log(`wrote ${out}`);
    }
  }
  process.exitCode = stale > 0 ? 1 : 0;
}
