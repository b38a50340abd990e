import type { ConsumedRecord } from '../connectors/kafka/index.ts';
import { hasControlCharacter } from '../schemas/bounds.ts';
import type { DeadLetterReason } from '../schemas/dead-letter.ts';

/** A longer key would be repeated in every change of its state. */
const maxKeyLength = 1_024;

/** Why no state can be kept under a record's key, as a reason and a sentence; null where it can. */
export function unusableKey({ key, raw }: ConsumedRecord): readonly [reason: DeadLetterReason, error: string] | null {
  if (key === null) return ['no-key', 'the record has no key'];
  if (raw?.key !== undefined) return ['unusable-key', 'the key is no UTF-8'];
  if (key.length > maxKeyLength)
    return ['unusable-key', `the key has ${key.length} characters, at most ${maxKeyLength}`];
  if (hasControlCharacter(key)) return ['unusable-key', 'the key has a control character'];
  return null;
}
