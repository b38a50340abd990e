import { parseSync } from 'vite';

/** A specifier as written; null where it isn't a plain string, so that nobody can tell what is imported. */
export type Import = { readonly specifier: string | null; readonly line: number };

/**
 * Everything that a TypeScript source takes in: imports, re-exports, `import()` and type-only forms of all of them,
 * `import('…').Type` included. Read by a parser that has nothing to do with the linter.
 */
export function importsOf(file: string, source: string): Import[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file} can't be parsed: ${errors[0]?.message}`);
  const found: Import[] = [];
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { type, start } = node as { type?: string; start?: number };
    if (type !== undefined && importing.has(type)) {
      const from = sourceOf(node as ImportingNode);
      if (from !== undefined) {
        const line = source.slice(0, start).split('\n').length;
        found.push({ specifier: typeof from === 'string' ? from : null, line });
      }
    }
    Object.values(node).forEach(visit);
  };
  visit(program);
  return found;
}

type ImportingNode = Readonly<Record<'source' | 'argument' | 'expression', unknown>>;

const importing = new Set([
  'ImportDeclaration',
  'ExportNamedDeclaration',
  'ExportAllDeclaration',
  'ImportExpression',
  'TSImportType',
  'TSExternalModuleReference',
]);

/** Undefined for an export of the file's own; a string if it is a literal; else whatever stands there. */
function sourceOf(node: ImportingNode): unknown {
  const literal = node.source ?? node.argument ?? node.expression;
  if (literal === undefined || literal === null) return undefined;
  return (literal as { value?: unknown }).value ?? literal;
}
