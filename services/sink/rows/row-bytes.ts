import type { BytesTaker } from '../../../connectors/avro/index.ts';

/**
 * Rows of one table, encoded one after the other in one growing buffer, so that a batch is a few large objects and not
 * a hundred thousand small ones. The writer of ClickHouse's RowBinary: numbers little endian, text with its length before it.
 */
export class RowBytes {
  #buffer: Buffer;
  /** Of the same memory. */
  #view: DataView;
  #end = 0;
  /** Where each row ends. */
  readonly #ends: number[] = [];
  /** Takes 32 hex digits and writes a UUID. */
  readonly asUuid: BytesTaker = { binary: (value, from, to) => this.#uuidOf(value, from, to) };

  constructor(firstBytes = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(firstBytes);
    this.#view = viewOf(this.#buffer);
  }

  get rows(): number {
    return this.#ends.length;
  }
  get bytes(): number {
    return this.#end;
  }

  /** What was written since the last row is a row now. */
  endRow(): void {
    this.#ends.push(this.#end);
  }

  /** Forgets all rows and keeps the memory for the next ones. */
  clear(): void {
    this.#end = 0;
    this.#ends.length = 0;
  }

  /** Forgets what was written since the last row: its value could not be encoded. */
  dropUnfinished(): void {
    this.#end = this.#ends.at(-1) ?? 0;
  }

  /** The encoded rows `from` (inclusive) to `to` (exclusive), without a copy. */
  slice(from: number, to: number): Buffer {
    const start = from === 0 ? 0 : (this.#ends[from - 1] ?? 0);
    return this.#buffer.subarray(start, to === 0 ? 0 : this.#ends[to - 1]);
  }

  uint8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#end] = value;
    this.#end += 1;
  }

  /** @throws RangeError, as all of these, for a number that the type doesn't hold */
  uint16(value: number): void {
    if (!(value >= 0 && value <= 0xffff)) throw new RangeError(`${value} is no UInt16`);
    this.#reserve(2);
    this.#view.setUint16(this.#end, value, true);
    this.#end += 2;
  }

  /** Int64 and UInt64 of a safe integer; DateTime64(3) is one of these, epoch milliseconds. */
  int64(value: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.#end, value >>> 0, true);
    this.#view.setInt32(this.#end + 4, Math.floor(value / 0x1_0000_0000), true);
    this.#end += 8;
  }

  uint32(value: number): void {
    if (!(value >= 0 && value <= 0xffff_ffff)) throw new RangeError(`${value} is no UInt32`);
    this.#reserve(4);
    this.#view.setUint32(this.#end, value, true);
    this.#end += 4;
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#end, value, true);
    this.#end += 8;
  }

  text(value: string): void {
    // Text of up to 42 UTF-16 units has at most 126 bytes: its length takes one byte, which can be filled in afterwards.
    if (value.length <= 42) {
      this.#reserve(127);
      const bytes = this.#buffer.write(value, this.#end + 1);
      this.#buffer[this.#end] = bytes;
      this.#end += bytes + 1;
      return;
    }
    const bytes = Buffer.byteLength(value);
    this.count(bytes);
    this.#reserve(bytes);
    this.#end += this.#buffer.write(value, this.#end);
  }

  /** The bytes `from` (inclusive) to `to` (exclusive). */
  binary(value: Uint8Array, from: number, to: number): void {
    const length = to - from;
    // A call costs more than copying a few bytes does.
    if (length > 48) {
      this.count(length);
      this.#reserve(length);
      this.#buffer.set(value.subarray(from, to), this.#end);
      this.#end += length;
      return;
    }
    this.#reserve(length + 1);
    const buffer = this.#buffer;
    let end = this.#end;
    buffer[end++] = length;
    for (let n = from; n < to; n += 1) buffer[end++] = value[n] as number;
    this.#end = end;
  }

  /** A UUID from its 32 hex digits. */
  uuid(hex: string): void {
    this.#startUuid(hex.length);
    for (let n = 0; n < 16; n += 1) this.#uuidByte(n, hex.charCodeAt(n * 2), hex.charCodeAt(n * 2 + 1));
    this.#end += 16;
  }

  #uuidOf(value: Uint8Array, from: number, to: number): void {
    this.#startUuid(to - from);
    for (let n = 0; n < 16; n += 1) this.#uuidByte(n, value[from + n * 2] ?? 0, value[from + n * 2 + 1] ?? 0);
    this.#end += 16;
  }

  #startUuid(digits: number): void {
    if (digits !== 32) throw new RangeError(`a UUID has 32 hex digits, not ${digits}`);
    this.#reserve(16);
  }

  /** Two halves, each little endian. */
  #uuidByte(n: number, high: number, low: number): void {
    const value = ((nibbles[high] ?? 0xff) << 4) | (nibbles[low] ?? 0xff);
    if (value > 0xff) throw new RangeError('a UUID has hex digits only');
    this.#buffer[this.#end + (n ^ 7)] = value;
  }

  /** How many items or bytes follow, as LEB128. */
  count(items: number): void {
    this.#reserve(5);
    let rest = items;
    while (rest >= 0x80) {
      this.#buffer[this.#end] = (rest & 0x7f) | 0x80;
      this.#end += 1;
      rest >>>= 7;
    }
    this.#buffer[this.#end] = rest;
    this.#end += 1;
  }

  #reserve(bytes: number): void {
    if (this.#end + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#buffer.length * 2, this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
    this.#view = viewOf(larger);
  }
}

const viewOf = (buffer: Buffer) => new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);

/** By the character code of a hex digit its value, 0xff for all others. */
const nibbles = new Uint8Array(256).fill(0xff);
for (let n = 0; n < 16; n += 1) {
  nibbles[n.toString(16).charCodeAt(0)] = n;
  nibbles[n.toString(16).toUpperCase().charCodeAt(0)] = n;
}
