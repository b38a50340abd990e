import type { Encoder } from './avro-sink.ts';
import type { Decoder } from './avro-source.ts';

/** A schema's own encoder and decoder. The generated ones are in `generated/codings.ts`. */
export type Coding<T> = { readonly encode: Encoder<T>; readonly decode: Decoder<T> };
