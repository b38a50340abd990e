/** The states and the types in them as schemas of answers: what the document says of them comes from their Avro contracts. */
import { z } from 'zod';
import { avroSchema } from '../../../schemas/avro.ts';
import { internalFields } from '../event-stream.ts';
import { jsonSchemasOf } from './avro-to-json-schema.ts';

const contracts: ReadonlyMap<string, z.ZodType> = new Map(
  Object.entries({
    ...jsonSchemasOf(avroSchema('VideoState'), internalFields),
    ...jsonSchemasOf(avroSchema('SessionState'), internalFields),
  }).map(([id, contract]) => [id, z.custom<unknown>().meta({ ...contract, id })]),
);

/** @throws TypeError where no Avro contract of a state has a type of this name */
export function contract<T>(name: string): z.ZodType<T> {
  const found = contracts.get(name);
  if (!found) throw new TypeError(`no state has a type ${name}`);
  return found as z.ZodType<T>;
}

/**
 * The words that an enumeration of the states has, as its contract lists them.
 * @throws TypeError where no contract of a state has an enumeration of this name
 */
export function wordsOf<T extends string>(name: string): readonly T[] {
  const { enum: words } = (contracts.get(name)?.meta() ?? {}) as { readonly enum?: readonly T[] };
  if (!words) throw new TypeError(`no state has an enumeration ${name}`);
  return words;
}

/** As `publicState` gives them. */
export const videoState = contract<object>('VideoState');
export const sessionState = contract<object>('SessionState');
