import type { Type } from 'avsc';

type Node = {
  readonly typeName: string;
  readonly fields?: readonly { readonly name: string; readonly type: Node }[];
  readonly types?: readonly Node[];
  readonly itemsType?: Node;
  readonly symbols?: readonly string[];
};

/**
 * The first field or symbol that a writer's schema has and ours doesn't, e.g. `timeline.mood`; null where ours knows all of
 * it. Reading such a record leaves that out, and writing it back would lose it.
 */
export function unknownIn(writer: Type, ours: Type): string | null {
  return firstUnknown(writer as unknown as Node, ours as unknown as Node, '');
}

function firstUnknown(writer: Node, ours: Node, path: string): string | null {
  if (writer.types || ours.types) return ofBranches(branchesOf(writer), branchesOf(ours), path);
  if (writer.itemsType && ours.itemsType) return firstUnknown(writer.itemsType, ours.itemsType, path);
  if (writer.symbols && ours.symbols) {
    const symbol = writer.symbols.find((each) => !ours.symbols?.includes(each));
    return symbol === undefined ? null : `${path}=${symbol}`;
  }
  for (const { name, type } of writer.fields ?? []) {
    const at = path === '' ? name : `${path}.${name}`;
    const mine = ours.fields?.find((field) => field.name === name);
    const unknown = mine === undefined ? at : firstUnknown(type, mine.type, at);
    if (unknown !== null) return unknown;
  }
  return null;
}

function ofBranches(writers: readonly Node[], ours: readonly Node[], path: string): string | null {
  for (const branch of writers) {
    const mine = ours.find(({ typeName }) => typeName === branch.typeName);
    if (mine === undefined) continue;
    const unknown = firstUnknown(branch, mine, path);
    if (unknown !== null) return unknown;
  }
  return null;
}

const branchesOf = (node: Node): readonly Node[] => node.types ?? [node];
