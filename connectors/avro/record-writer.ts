import type { AvroSink } from '../../schemas/avro-sink.ts';

/** As avsc, which reads no others. */
const mostLong = Number.MAX_SAFE_INTEGER - 1;
const bits28 = 2 ** 28;
const bits30 = 2 ** 30;
/** The branches of a union of null, first, and another type. */
const [none, some] = [0, 2];
/** Shorter texts are written faster by a loop than by a call into the platform. */
const shortText = 12;

/**
 * Writes values into a buffer. What doesn't fit into it isn't written, but counted: `position` then lies beyond its length, and the
 * caller does it again with a larger one.
 */
export class RecordWriter implements AvroSink {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** The next values go there. */
  begin(bytes: Buffer, at: number): void {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** Where the next value would go. */
  get position(): number {
    return this.#at;
  }

  text(value: string): void {
    if (typeof value !== 'string') throw new TypeError('no text');
    const { length } = value;
    const begin = this.#at;
    if (length <= shortText) {
      const bytes = this.#bytes;
      // A length below 64 is one byte.
      let at = begin + 1;
      let index = 0;
      for (; index < length; index += 1) {
        const code = value.charCodeAt(index);
        if (code > 0x7f) break;
        bytes[at] = code;
        at += 1;
      }
      if (index === length) {
        bytes[begin] = length << 1;
        this.#at = at;
        return;
      }
    }
    this.#longText(value, begin, length);
  }

  #longText(value: string, begin: number, length: number): void {
    const sizeBytes = length < 64 ? 1 : length < 8_192 ? 2 : 0;
    // Three bytes a unit are the most there are. Nearly all texts have one, so that the size's place is known beforehand.
    if (sizeBytes > 0 && begin + sizeBytes + length * 3 <= this.#bytes.length) {
      if (this.#bytes.write(value, begin + sizeBytes) === length) {
        this.long(length);
        this.#at += length;
        return;
      }
    }
    const bytes = Buffer.byteLength(value);
    this.long(bytes);
    if (this.#at + bytes <= this.#bytes.length) this.#bytes.write(value, this.#at);
    this.#at += bytes;
  }

  int(value: number): void {
    if ((value | 0) !== value) throw new TypeError('no int');
    this.long(value);
  }

  long(value: number): void {
    // Zigzag: the sign is the last bit.
    if ((value | 0) === value && value >= 0 && value < bits30) this.#groups(value << 1);
    else this.#largeLong(value);
  }

  #largeLong(value: number): void {
    if (typeof value !== 'number' || value % 1 !== 0 || value > mostLong || value < -mostLong)
      throw new TypeError('no long');
    // Above 31 bits only arithmetic is exact.
    const coded = value >= 0 ? value * 2 : value * -2 - 1;
    const high = Math.floor(coded / bits28);
    let low = coded - high * bits28;
    if (high === 0) {
      this.#groups(low);
      return;
    }
    const bytes = this.#bytes;
    const at = this.#at;
    for (let group = 0; group < 4; group += 1) {
      bytes[at + group] = (low & 0x7f) | 0x80;
      low >>>= 7;
    }
    this.#at = at + 4;
    this.#groups(high);
  }

  /** Seven bits a byte, the lowest first. */
  #groups(number: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let left = number;
    while (left > 0x7f) {
      bytes[at] = (left & 0x7f) | 0x80;
      at += 1;
      left >>>= 7;
    }
    bytes[at] = left;
    this.#at = at + 1;
  }

  /** A whole number that isn't negative, nearly always one of a byte. */
  #count(count: number): void {
    if (count < 64) this.#byte(count << 1);
    else this.#groups(count * 2);
  }

  #byte(byte: number): void {
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  double(value: number): void {
    if (typeof value !== 'number') throw new TypeError('no double');
    if (this.#at + 8 <= this.#bytes.length) this.#bytes.writeDoubleLE(value, this.#at);
    this.#at += 8;
  }

  boolean(value: boolean): void {
    if (typeof value !== 'boolean') throw new TypeError('no boolean');
    this.#byte(value ? 1 : 0);
  }

  textOrNull(value: string | null): void {
    if (value === null) {
      this.#byte(none);
      return;
    }
    this.#byte(some);
    this.text(value);
  }

  intOrNull(value: number | null): void {
    if (value === null) {
      this.#byte(none);
      return;
    }
    this.#byte(some);
    this.int(value);
  }

  longOrNull(value: number | null): void {
    if (value === null) {
      this.#byte(none);
      return;
    }
    this.#byte(some);
    this.long(value);
  }

  doubleOrNull(value: number | null): void {
    if (value === null) {
      this.#byte(none);
      return;
    }
    this.#byte(some);
    this.double(value);
  }

  booleanOrNull(value: boolean | null): void {
    if (value === null) {
      this.#byte(none);
      return;
    }
    this.#byte(some);
    this.boolean(value);
  }

  symbol(index: number | undefined): void {
    if (index === undefined) throw new TypeError('no symbol');
    this.#count(index);
  }

  branch(index: number): void {
    this.#count(index);
  }

  items(count: number): void {
    this.#count(count);
  }

  end(): void {
    this.#byte(0);
  }
}
