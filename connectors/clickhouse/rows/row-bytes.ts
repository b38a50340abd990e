/**
 * Rows of one table, encoded one after the other in one growing buffer, so that a batch is a few large objects and not
 * a hundred thousand small ones. The writer of ClickHouse's RowBinary: numbers little endian, text with its length before it.
 */
export class RowBytes {
  #buffer: Buffer;
  #end = 0;
  /** Where each row ends. */
  readonly #ends: number[] = [];

  constructor(firstBytes = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafe(firstBytes);
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
    this.#end = this.#buffer.writeUInt8(value, this.#end);
  }

  uint16(value: number): void {
    this.#reserve(2);
    this.#end = this.#buffer.writeUInt16LE(value, this.#end);
  }

  /** Int64 and UInt64 of a safe integer; DateTime64(3) is one of these, epoch milliseconds. */
  int64(value: number): void {
    this.#reserve(8);
    this.#buffer.writeUInt32LE(value >>> 0, this.#end);
    this.#end = this.#buffer.writeInt32LE(Math.floor(value / 0x1_0000_0000), this.#end + 4);
  }

  uint32(value: number): void {
    this.#reserve(4);
    this.#end = this.#buffer.writeUInt32LE(value, this.#end);
  }

  float64(value: number): void {
    this.#reserve(8);
    this.#end = this.#buffer.writeDoubleLE(value, this.#end);
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

  binary(value: Uint8Array): void {
    this.count(value.length);
    this.#reserve(value.length);
    this.#buffer.set(value, this.#end);
    this.#end += value.length;
  }

  /** A UUID from its 32 hex digits: two halves, each little endian. */
  uuid(hex: string): void {
    this.#reserve(16);
    this.#buffer.write(hex, this.#end, 16, 'hex');
    this.#buffer.subarray(this.#end, this.#end + 8).reverse();
    this.#buffer.subarray(this.#end + 8, this.#end + 16).reverse();
    this.#end += 16;
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
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes));
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
