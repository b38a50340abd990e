import avsc, { type Type } from 'avsc';
import { RegistryFault } from './fault.ts';

/** What avsc reads with; its own types leave the internals out. */
type Tap = {
  readonly buf: Uint8Array;
  pos: number;
  readLong(): number;
  skipLong(): void;
  readString(): string;
  skipString(): void;
};
type Node = {
  readonly typeName: string;
  readonly name?: string;
  readonly fields?: readonly { readonly name: string; readonly type: Node }[];
  readonly types?: readonly Node[];
  readonly itemsType?: Node;
  readonly valuesType?: Node;
  readonly symbols?: readonly string[];
  readonly size?: number;
  readonly underlyingType?: Node;
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
};
type Reads = { _read(tap: Tap): unknown };

/** Far more than any contract has: what reading a schema costs must have a bound too. */
const maxTypes = 5_000;
const maxDepth = 64;

/**
 * Checks that what a type's values cost to read has a bound. Arrays and maps of all types look at how many bytes are left
 * before they take a count for true: avsc makes room for as many items as the bytes say, and a record of 300 bytes may say
 * 2^28. That costs nothing for each value, as it sits where the count is read. Every item takes a byte at least, so reading
 * costs no more than the bytes are long.
 *
 * @throws RegistryFault `INCOMPATIBLE_SCHEMA` for a schema whose values can't be bounded: one that refers to itself, is
 * larger than any of ours could become, or has a part that takes no bytes
 */
export function withBoundedReads(type: Type): Type {
  const seen = new Set<Node>();
  const visit = (node: Node, above: readonly Node[]): void => {
    if (above.includes(node)) throw unbounded('refers to itself');
    if (above.length > maxDepth) throw unbounded(`is nested more than ${maxDepth} deep`);
    if (seen.has(node)) return;
    seen.add(node);
    if (seen.size > maxTypes) throw unbounded(`has more than ${maxTypes} types`);
    const below = [...above, node];
    for (const each of partsOf(node)) {
      if (takesNothing(each)) throw unbounded('has a part that takes no bytes');
      visit(each, below);
    }
    for (const each of node.types ?? []) visit(each, below);
  };
  const root = type as unknown as Node;
  if (takesNothing(root)) throw unbounded('takes no bytes');
  visit(root, []);
  return type;
}

function partsOf({ fields, itemsType, valuesType, underlyingType }: Node): Node[] {
  const parts = [...(fields ?? []).map((field) => field.type), itemsType, valuesType, underlyingType];
  return parts.filter((part) => part !== undefined);
}

const takesNothing = ({ typeName, fields, size }: Node): boolean =>
  typeName === 'null' || (typeName === 'record' && fields?.length === 0) || (typeName === 'fixed' && size === 0);

/** The next block's count; 0 at the end of the list. */
function blockOf(tap: Tap): number {
  const said = tap.readLong();
  const count = Math.abs(said);
  if (said < 0) tap.skipLong();
  // Also false for what is no number.
  if (!(count <= tap.buf.length - tap.pos))
    throw new RangeError('a list says that it has more items than bytes are left');
  return count;
}

/** `this` is a type, or avsc's resolver from another one, which has items of its own. */
const reads = {
  array(this: { readonly itemsType: Reads }, tap: Tap): unknown[] {
    const { itemsType } = this;
    const items: unknown[] = [];
    for (let left = blockOf(tap); left > 0; left = blockOf(tap)) {
      for (; left > 0; left -= 1) items.push(itemsType._read(tap));
    }
    return items;
  },
  map(this: { readonly valuesType: Reads }, tap: Tap): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (let left = blockOf(tap); left > 0; left = blockOf(tap)) {
      for (; left > 0; left -= 1) entries.push([tap.readString(), this.valuesType._read(tap)]);
    }
    return Object.fromEntries(entries);
  },
};

/** A size that comes with a block isn't believed: it could lead back to where it stands. */
const skips = {
  array(this: Node, tap: Tap): void {
    for (let left = blockOf(tap); left > 0; left = blockOf(tap)) {
      for (; left > 0; left -= 1) this.itemsType?._skip(tap);
    }
  },
  map(this: Node, tap: Tap): void {
    for (let left = blockOf(tap); left > 0; left = blockOf(tap)) {
      for (; left > 0; left -= 1) {
        tap.skipString();
        this.valuesType?._skip(tap);
      }
    }
  },
};

// Its types are frozen once they are made, and share these.
Object.assign(avsc.types.ArrayType.prototype, { _read: reads.array, _skip: skips.array });
Object.assign(avsc.types.MapType.prototype, { _read: reads.map, _skip: skips.map });

const unbounded = (what: string): RegistryFault =>
  new RegistryFault('INCOMPATIBLE_SCHEMA', `records can't be read whose schema ${what}`);
