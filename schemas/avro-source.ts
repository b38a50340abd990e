/** What a generated decoder reads from: the values of a record one after the other, as Avro's binary encoding has them. */
export type AvroSource = {
  /** @throws RangeError, as all of these may, for what is no such value: then nothing of the record counts */
  text(): string;
  int(): number;
  long(): number;
  double(): number;
  boolean(): boolean;
  /** A union of null, first, and the other one. */
  textOrNull(): string | null;
  intOrNull(): number | null;
  longOrNull(): number | null;
  doubleOrNull(): number | null;
  booleanOrNull(): boolean | null;
  /** One of an enum's symbols. */
  symbol<S extends string>(symbols: readonly S[]): S;
  /** Of a union of null, first, and one more: whether that one follows. */
  some(): boolean;
  /** Which branch of a union follows. */
  branch(): number;
  /** How many items of a list follow before it is to be asked again; 0 at the list's end. */
  block(): number;
};

/** Reads one value of a schema. The generated ones are in `generated/decoders`. */
export type Decoder<T> = (from: AvroSource) => T;
