import type { ESTree } from 'vite';

export type Node = ESTree.Node;

/** What holds types alone: nothing of it runs. */
const typeFields = new Set(['typeAnnotation', 'returnType', 'typeParameters', 'typeArguments', 'superTypeArguments']);
const wrappers = new Set(['TSAsExpression', 'TSSatisfiesExpression', 'TSNonNullExpression']);
const noValues = new Set([
  'ImportDeclaration',
  'ExportAllDeclaration',
  'ExportSpecifier',
  'Identifier',
  'MetaProperty',
]);

/** The parts of a node that run, in the order of the text. Names of fields and what is imported are none. */
export function partsOf(node: Node): readonly Node[] {
  if (node.type === 'ExportNamedDeclaration' && node.source) return [];
  if (noValues.has(node.type) || (node.type.startsWith('TS') && !wrappers.has(node.type))) return [];
  const parts: Node[] = [];
  for (const [field, value] of Object.entries(node)) {
    if (typeFields.has(field) || isName(node, field)) continue;
    for (const part of Array.isArray(value) ? (value as readonly unknown[]) : [value])
      if (isNode(part)) parts.push(part);
  }
  return parts.sort((a, b) => a.start - b.start);
}

function isName(node: Node, field: string): boolean {
  if (node.type === 'MemberExpression') return field === 'property' && !node.computed;
  if (node.type === 'Property') return (field === 'key' && !node.computed) || (field === 'key' && node.shorthand);
  return false;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export function isFunction(node: Node): boolean {
  return ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);
}
