/**
 * Pieces of the cloud's answers. They are as tolerant as the cloud is inconsistent: numbers come as strings, absent
 * text as null or "", a list bare or wrapped in an object that names its elements (cloud facts 1.3, 3.2).
 */
import { z } from 'zod';

/** Text, or null where the field is absent or empty. */
export const text = z.union([z.string(), z.number()]).nullish().transform(orNull);

function orNull(value: string | number | null | undefined): string | null {
  return value === null || value === undefined || value === '' ? null : String(value);
}

/** What a row is about: a row without can't be read. */
export const rowId = z.string().min(1);

/** A number, or null where the field is absent or no number. */
export const amount = z
  .union([z.number(), z.string()])
  .nullish()
  .transform((value) => {
    if (value === null || value === undefined || value === '') return null;
    const number = Number(value);
    return Number.isFinite(number) ? number : null;
  });

/**
 * Whether an output is encrypted (cloud facts 1.3.1, 3.2.1): the type's name, or an object or JSON text with it, a boolean,
 * 0 or 1, or any of these as a word. Null where nothing is told.
 */
export const encryption = z.unknown().optional().transform(isEncrypted);

function isEncrypted(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  if (typeof value === 'object' && value !== null) {
    // Where keys are told, something is encrypted, whatever its type is called.
    if (!('EncryptType' in value) && Object.keys(value).length > 0) return true;
    return isEncrypted((value as { EncryptType?: unknown }).EncryptType);
  }
  if (typeof value !== 'string' || value.trim() === '') return null;
  const word = value.trim();
  if (!word.startsWith('{')) return !/^(?:false|0|no|none)$/i.test(word);
  try {
    return isEncrypted(JSON.parse(word));
  } catch {
    // What can't be read names a type at least where it holds the word.
    return word.includes('EncryptType');
  }
}

/** Epoch milliseconds of a UTC time as the cloud writes it, or null. */
export const time = z.string().nullish().transform(cloudTimeMs);

/** `2026-03-01T10:00:04Z` to epoch milliseconds; also with a colon before the milliseconds (cloud facts 1.1). */
export function cloudTimeMs(value: string | null | undefined): number | null {
  if (!value) return null;
  const ms = Date.parse(value.replace(/:(\d{3})Z$/, '.$1Z'));
  return Number.isNaN(ms) ? null : ms;
}

/** Epoch milliseconds to `2026-03-01T10:00:04Z`; the cloud's times have whole seconds. */
export function cloudTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** A list that may be absent, bare, or wrapped: `{ TranscodeJob: [...] }`. */
export function listOf<T extends z.ZodType>(wrapper: string, item: T) {
  const list = z.array(item);
  return z
    .union([list, z.object({ [wrapper]: list })])
    .nullish()
    .transform((value): z.infer<T>[] => {
      if (value === null || value === undefined) return [];
      return Array.isArray(value) ? value : ((value as Record<string, z.infer<T>[]>)[wrapper] ?? []);
    });
}

/** An answer of which only the success matters. */
export const done = z.object({ RequestId: z.string().nullish() });
