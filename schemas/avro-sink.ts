/** What a generated encoder writes to: the values of a record one after the other, as Avro's binary encoding has them. */
export type AvroSink = {
  /** @throws TypeError, as all of these do, for what the schema can't hold: then nothing of the record counts */
  text(value: string): void;
  /** A whole number of 32 bits. */
  int(value: number): void;
  /** A whole number that JavaScript holds exactly. */
  long(value: number): void;
  double(value: number): void;
  boolean(value: boolean): void;
  /** A union of null, first, and the other one. */
  textOrNull(value: string | null): void;
  intOrNull(value: number | null): void;
  longOrNull(value: number | null): void;
  doubleOrNull(value: number | null): void;
  booleanOrNull(value: boolean | null): void;
  /** The place of an enum's symbol; undefined for a text that is none. */
  symbol(index: number | undefined): void;
  /** Which branch of a union follows. */
  branch(index: number): void;
  /** So many items follow, and then `end`; without any only `end`. */
  items(count: number): void;
  end(): void;
};

/** Writes one value of a schema. The generated ones are in `generated/encoders`. */
export type Encoder<T> = (out: AvroSink, value: T) => void;

/** @throws TypeError where it is no list: a text has a length as well */
export function listOf<T>(value: readonly T[]): readonly T[] {
  if (Array.isArray(value)) return value;
  throw new TypeError('no list');
}
