import { parseSync } from 'vite';
import type { Mutant } from './mutant.ts';
import { type Edit, editsAt, editsOfStatement, type Place } from './operators.ts';
import { isFunction, type Node, partsOf } from './syntax.ts';

/** An expression or statement that its mutants stand in for as a whole. */
export type Host = {
  readonly node: Node;
  readonly isStatement: boolean;
  readonly mutants: readonly (Mutant & { readonly text: string })[];
};

export type MutatedFile = {
  readonly file: string;
  readonly source: string;
  readonly program: Node;
  /** By position of the node, in which no two hosts agree. */
  readonly hosts: ReadonlyMap<Node, Host>;
};

/** All mutants of a file, numbered from `firstId` on. The same text gives the same list. */
export function findMutants(file: string, source: string, firstId: number): MutatedFile {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const hosts = new Map<Node, { node: Node; isStatement: boolean; edits: Edit[]; within: string }>();
  visit(program, []);
  let id = firstId;
  const numbered = new Map<Node, Host>();
  for (const { edits, ...host } of hosts.values()) {
    const seen = new Set([oneLine(source.slice(host.node.start, host.node.end))]);
    const mutants = edits.flatMap((edit) => {
      const text = withEdit(source, host.node, edit);
      const to = oneLine(text);
      if (seen.has(to)) return [];
      seen.add(to);
      const [from, line] = [oneLine(source.slice(host.node.start, host.node.end)), lineAt(source, edit.start)];
      id += 1;
      return [{ id: id - 1, file, line, within: host.within, operator: edit.operator, from, to, text }];
    });
    if (mutants.length > 0) numbered.set(host.node, { ...host, mutants });
  }
  return { file, source, program, hosts: numbered };

  function visit(node: Node, parents: readonly Node[]): void {
    const place: Place = { node, parents, source };
    for (const edit of editsAt(place)) note(chainAround(node, parents), false, edit, parents);
    for (const edit of editsOfStatement(place)) {
      const inside = edit.start > node.start || edit.end < node.end;
      const expression = inside
        ? partsOf(node).find((part) => part.start === edit.start && part.end === edit.end)
        : undefined;
      note(expression ?? node, expression === undefined, edit, parents);
    }
    for (const part of partsOf(node)) visit(part, [...parents, node]);
  }

  function note(node: Node, isStatement: boolean, edit: Edit, parents: readonly Node[]): void {
    if (edit.start === edit.end && edit.text === '') return;
    const host = hosts.get(node) ?? { node, isStatement, edits: [], within: nameAround(parents, source) };
    host.edits.push(edit);
    hosts.set(node, host);
  }
}

/** `a?.b.c` is one expression: what stands in for a part of it would undo its short cut. */
function chainAround(node: Node, parents: readonly Node[]): Node {
  let inner = node;
  for (const parent of [...parents].reverse()) {
    if (parent.type === 'ChainExpression') return parent;
    const onSpine =
      (parent.type === 'MemberExpression' && parent.object === inner) ||
      (parent.type === 'CallExpression' && parent.callee === inner) ||
      parent.type === 'TSNonNullExpression';
    // A method is no expression by itself either: it would lose what it is called on.
    if (!onSpine) break;
    inner = parent;
  }
  return node.type === 'MemberExpression' && parents.at(-1)?.type === 'CallExpression'
    ? (parents.at(-1) ?? node)
    : node;
}

function nameAround(parents: readonly Node[], source: string): string {
  for (const parent of [...parents].reverse()) {
    if (isFunction(parent) && 'id' in parent && parent.id) return source.slice(parent.id.start, parent.id.end);
    if (parent.type === 'VariableDeclarator' && parents.indexOf(parent) <= 3)
      return /^\w+/.exec(source.slice(parent.start))?.[0] ?? '';
  }
  return '';
}

function withEdit(source: string, host: Node, { start, end, text }: Edit): string {
  return source.slice(host.start, start) + text + source.slice(end, host.end);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function lineAt(source: string, position: number): number {
  return source.slice(0, position).split('\n').length;
}
