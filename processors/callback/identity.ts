import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { compareText } from './fields.ts';

/** SHA-256 of a text's UTF-8 form, as hex digits: the platform's is a third of the cost of the one here. */
export type Sha256 = (text: string) => string;

/** A part of what is hashed: preceded by its length, so that no two lists of parts give the same text. */
export const partOf = (text: string): string => `${text.length}:${text}`;

/**
 * The first 16 bytes of a SHA-256 over the parts (`partOf`), as 32 hex digits.
 *
 * @param parts a list: as arguments of a call, the ids that a large body lists would not fit on the stack
 * @param sha256 only how it is computed; the hash is the same
 */
export function hashOf(parts: readonly string[], sha256?: Sha256): string {
  let text = '';
  for (const part of parts) text += partOf(part);
  return hashOfText(text, sha256);
}

/** The same of parts that are one text already. */
export function hashOfText(text: string, sha256: Sha256 = ownSha256): string {
  return sha256(text).slice(0, 32);
}

function ownSha256(text: string): string {
  // A hasher is costly to make: this one is put back to the start each time.
  start._cloneInto(hasher).update(bytesOf(text)).digestInto(digest);
  for (let i = 0; i < hex.length; i += 1) {
    const nibble = ((digest[i >> 1] ?? 0) >> (i & 1 ? 0 : 4)) & 15;
    hex[i] = nibble < 10 ? nibble + 48 : nibble + 87;
  }
  return String.fromCharCode(...hex);
}

const start = nobleSha256.create();
const hasher = nobleSha256.create();
const digest = new Uint8Array(hasher.outputLen);
const hex: number[] = new Array<number>(64).fill(0);
const scratch = new Uint8Array(512);

/** The text as UTF-8. ASCII (nearly all ids are) is written without an encoder. Valid until the next call. */
function bytesOf(text: string): Uint8Array {
  if (text.length > scratch.length) return utf8ToBytes(text);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return utf8ToBytes(text);
    scratch[i] = code;
  }
  return scratch.subarray(0, text.length);
}

/** Nesting that canonical JSON follows; deeper bodies are hashed as they came. */
const maxDepth = 64;

/** JSON with sorted keys and no spaces: equal for bodies that differ only in key order and layout. Null when nested too deep. */
export function canonicalJson(value: unknown, depth = 0): string | null {
  if (depth > maxDepth) return null;
  if (Array.isArray(value)) {
    const items = value.map((item) => canonicalJson(item, depth + 1));
    return items.includes(null) ? null : `[${items.join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const parts: string[] = [];
    for (const [key, item] of Object.entries(value).sort(([a], [b]) => compareText(a, b))) {
      const text = canonicalJson(item, depth + 1);
      if (text === null) return null;
      parts.push(`${JSON.stringify(key)}:${text}`);
    }
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value);
}
