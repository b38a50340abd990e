import type { Field } from './avro-fields.ts';
import { RegistryFault } from './fault.ts';

/** Takes bytes `from` (inclusive) to `to` (exclusive) as one value. */
export type BytesTaker = { binary(bytes: Uint8Array, from: number, to: number): void };

/** Where the values of a list's items begin, item by item; -1 where one is null. A record alone is a list of one. */
export class Table {
  slots = new Int32Array(64);
  /** How many values of each item are kept. */
  width = 0;
  count = 0;

  /** For the values of all items so far. */
  makeRoom(): void {
    const needed = this.count * this.width;
    if (needed <= this.slots.length) return;
    const larger = new Int32Array(needed * 2);
    larger.set(this.slots);
    this.slots = larger;
  }
}

/** Reads a field of the record that the view has read last. Null in the record is null here. */
export class FieldReader {
  readonly #field: Field;
  readonly #slot: number;
  readonly #table: Table;
  readonly #cursor: Cursor;

  constructor(field: Field, table: Table, cursor: Cursor) {
    this.#field = field;
    this.#slot = field.slot;
    this.#table = table;
    this.#cursor = cursor;
  }

  isNull(item: number): boolean {
    return this.#placeOf(item) < 0;
  }

  /** An int or a long. */
  integer(item: number): number | null {
    const at = this.#placeOf(item);
    if (at < 0) return null;
    const byte = this.#cursor.bytes[at] ?? 0;
    if (byte < 0x80) return (byte >> 1) ^ -(byte & 1);
    this.#cursor.at = at;
    return this.#cursor.integer();
  }

  double(item: number): number | null {
    return this.#goTo(item) ? this.#cursor.bytes.readDoubleLE(this.#cursor.at) : null;
  }

  flag(item: number): boolean | null {
    return this.#goTo(item) ? this.#cursor.bytes[this.#cursor.at] !== 0 : null;
  }

  /** A string, or an enum's symbol. */
  text(item: number): string | null {
    if (!this.#goTo(item)) return null;
    const cursor = this.#cursor;
    if (this.#field.kind === 'enum') return cursor.symbol(this.#field).toString();
    const bytes = cursor.integer();
    return cursor.bytes.toString('utf8', cursor.at, cursor.at + bytes);
  }

  /** Whether the value is this text, in UTF-8. */
  is(item: number, expected: Uint8Array): boolean {
    if (!this.#goTo(item)) return false;
    const cursor = this.#cursor;
    if (this.#field.kind === 'enum') return cursor.symbol(this.#field).equals(expected);
    if (cursor.integer() !== expected.length) return false;
    for (let n = 0; n < expected.length; n += 1) if (cursor.bytes[cursor.at + n] !== expected[n]) return false;
    return true;
  }

  /** Hands over a string's or symbol's UTF-8 bytes; none where it is null. */
  copyText(item: number, to: BytesTaker): void {
    const at = this.#placeOf(item);
    const { bytes } = this.#cursor;
    if (at < 0) to.binary(bytes, 0, 0);
    else if (this.#field.kind === 'enum') this.#copySymbol(at, to);
    else {
      const first = bytes[at] ?? 0;
      // Nearly all texts have a length of one byte.
      if (first < 0x80) to.binary(bytes, at + 1, at + 1 + (first >> 1));
      else this.#copyLongText(at, to);
    }
  }

  #copySymbol(at: number, to: BytesTaker): void {
    this.#cursor.at = at;
    const symbol = this.#cursor.symbol(this.#field);
    to.binary(symbol, 0, symbol.length);
  }

  #copyLongText(at: number, to: BytesTaker): void {
    const cursor = this.#cursor;
    cursor.at = at;
    const length = cursor.integer();
    to.binary(cursor.bytes, cursor.at, cursor.at + length);
  }

  /** A list of strings. */
  texts(item: number): string[] {
    const texts: string[] = [];
    if (!this.#goTo(item)) return texts;
    const cursor = this.#cursor;
    for (let left = cursor.block(); left > 0; left = cursor.block()) {
      for (; left > 0; left -= 1) {
        const from = cursor.at;
        cursor.skipText();
        const bytes = cursor.at;
        cursor.at = from;
        cursor.integer();
        texts.push(cursor.bytes.toString('utf8', cursor.at, bytes));
        cursor.at = bytes;
      }
    }
    return texts;
  }

  #goTo(item: number): boolean {
    this.#cursor.at = this.#placeOf(item);
    return this.#cursor.at >= 0;
  }

  /** Where the value begins; -1 where it is null. */
  #placeOf(item: number): number {
    const table = this.#table;
    return table.slots[item * table.width + this.#slot] ?? -1;
  }
}

/** Reads Avro's encoding step by step. Beyond the end it reads nothing sensible and stops: the caller compares `at`. */
export class Cursor {
  bytes: Buffer = Buffer.alloc(0);
  at = 0;

  /** The branch of a union of null and one more type. */
  absent(): boolean {
    const branch = this.bytes[this.at];
    this.at += 1;
    if (branch === 0) return true;
    if (branch === 2) return false;
    throw bad(this.bytes, `a union has no branch ${branch}`);
  }

  /** An int or a long, exact below 2^52, as with avsc. */
  integer(): number {
    const { bytes } = this;
    let byte = bytes[this.at] ?? 0;
    this.at += 1;
    if (byte < 0x80) return (byte >> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      byte = bytes[this.at] ?? 0;
      this.at += 1;
      value += (byte & 0x7f) * factor;
    }
    const number = value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    if (!Number.isSafeInteger(number)) throw bad(bytes, 'a long is beyond 2^53');
    return number;
  }

  /** @throws RegistryFault where the enum has none of that number */
  symbol({ name, symbols }: Field): Buffer {
    const symbol = symbols[this.integer()];
    if (symbol === undefined) throw bad(this.bytes, `${name} has no such symbol`);
    return symbol;
  }

  skipInteger(): void {
    const { bytes } = this;
    while ((bytes[this.at] ?? 0) >= 0x80) this.at += 1;
    this.at += 1;
  }

  skipText(): void {
    const length = this.integer();
    if (length < 0) throw bad(this.bytes, 'a text has a negative length');
    this.at += length;
  }

  /** How many items of a list follow before `block` must be asked again; 0 at its end. */
  block(): number {
    const items = this.integer();
    if (items >= 0) return items;
    // Its size in bytes comes along, for those who skip it.
    this.skipInteger();
    return -items;
  }
}

export function bad(bytes: Uint8Array, why: string): RegistryFault {
  return new RegistryFault('BAD_AVRO', `${bytes.length} bytes are no record of the schema: ${why}`);
}
