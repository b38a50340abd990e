import type { AvroSource } from '../../schemas/avro-source.ts';

/** Longer ones are ids and addresses, each of them another. */
const mostShort = 31;
/** A power of two. */
const places = 1024;
const bits28 = 2 ** 28;
/** Twice the largest number that avsc reads: the sign takes the last bit. */
const mostCoded = 2 * (Number.MAX_SAFE_INTEGER - 1);
/** The branches of a union of null, first, and another type. */
const [none, some] = [0, 2];

/**
 * Reads values out of a record's bytes. Beyond their end it reads nothing sensible and stops: the caller asks `isAtEnd`. What it
 * refuses may still be a value in an unusual form, which avsc reads.
 */
export class RecordReader implements AvroSource {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** Short texts that were read last: most of them are there again and again. */
  readonly #read: (string | undefined)[] = new Array<undefined>(places).fill(undefined);

  /** The values of `bytes` from there on come next. */
  begin(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Whether all bytes were read, and no more. */
  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  text(): string {
    const length = this.long();
    const begin = this.#at;
    const end = begin + length;
    const bytes = this.#bytes;
    if (length < 0 || end > bytes.length) throw new RangeError('a text is longer than the record');
    this.#at = end;
    if (length > mostShort) return bytes.toString('utf8', begin, end);
    let known = 0;
    for (let at = begin; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte > 0x7f) return bytes.toString('utf8', begin, end);
      known = (known * 31 + byte) & (places - 1);
    }
    const last = this.#read[known];
    if (last !== undefined && isText(last, bytes, begin, end)) return last;
    const text = bytes.toString('latin1', begin, end);
    this.#read[known] = text;
    return text;
  }

  int(): number {
    return this.long();
  }

  long(): number {
    const bytes = this.#bytes;
    // Zigzag: the sign is the last bit.
    const first = bytes[this.#at] as number;
    if (first < 0x80) {
      this.#at += 1;
      return (first >> 1) ^ -(first & 1);
    }
    return this.#longer();
  }

  /** Seven bits a byte, the lowest first. */
  #longer(): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let coded = 0;
    let byte = 0x80;
    for (let shift = 0; byte > 0x7f && shift < 28; shift += 7) {
      byte = bytes[at] as number;
      at += 1;
      coded |= (byte & 0x7f) << shift;
    }
    if (byte < 0x80) {
      this.#at = at;
      return (coded >> 1) ^ -(coded & 1);
    }
    // Above 28 bits only arithmetic is exact.
    let large = coded;
    for (let factor = bits28; byte > 0x7f; factor *= 128) {
      byte = bytes[at] as number;
      at += 1;
      large += (byte & 0x7f) * factor;
    }
    this.#at = at;
    // Also where it is no number any more, of more than a hundred bytes.
    if (!(large <= mostCoded)) throw new RangeError('a long that JavaScript may not hold exactly');
    return (large % 2 === 0 ? large : -(large + 1)) / 2;
  }

  double(): number {
    const at = this.#at;
    this.#at = at + 8;
    return this.#bytes.readDoubleLE(at);
  }

  boolean(): boolean {
    const byte = this.#bytes[this.#at];
    this.#at += 1;
    return byte !== 0;
  }

  textOrNull(): string | null {
    return this.some() ? this.text() : null;
  }

  intOrNull(): number | null {
    return this.some() ? this.long() : null;
  }

  longOrNull(): number | null {
    return this.some() ? this.long() : null;
  }

  doubleOrNull(): number | null {
    return this.some() ? this.double() : null;
  }

  booleanOrNull(): boolean | null {
    return this.some() ? this.boolean() : null;
  }

  symbol<S extends string>(symbols: readonly S[]): S {
    const symbol = symbols[this.long()];
    if (symbol === undefined) throw new RangeError('no symbol');
    return symbol;
  }

  some(): boolean {
    const branch = this.#bytes[this.#at];
    this.#at += 1;
    if (branch === none) return false;
    if (branch === some) return true;
    throw new RangeError('no branch of the union');
  }

  branch(): number {
    return this.long();
  }

  block(): number {
    const count = this.long();
    // Every item takes a byte at least. One that is negative comes with a size, which nobody writes here.
    if (!(count >= 0 && count <= this.#bytes.length - this.#at))
      throw new RangeError('a list says that it has more items than bytes are left');
    return count;
  }
}

function isText(text: string, bytes: Buffer, begin: number, end: number): boolean {
  if (text.length !== end - begin) return false;
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) !== bytes[begin + index]) return false;
  return true;
}
