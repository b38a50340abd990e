import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { compareText } from './fields.ts';

/** SHA-256 of a text's UTF-8 form, as hex digits: the platform's is a third of the cost of the one here. */
export type Sha256 = (text: string) => string;

/**
 * The first 16 bytes of a SHA-256 over the parts, as 32 hex digits. Each part is preceded by its length, so that no two
 * lists of parts give the same text.
 *
 * @param parts a list: as arguments of a call, the ids that a large body lists would not fit on the stack
 * @param sha256 only how it is computed; the hash is the same
 */
export function hashOf(parts: readonly string[], sha256?: Sha256): string {
  if (sha256 === undefined) return ownHashOf(parts);
  let text = '';
  for (const part of parts) text += `${part.length}:${part}`;
  return sha256(text).slice(0, 32);
}

function ownHashOf(parts: readonly string[]): string {
  // A hasher is costly to make: this one is put back to the start each time.
  start._cloneInto(hasher).update(bytesOf(parts)).digestInto(digest);
  for (let i = 0; i < hex.length; i += 1) {
    const nibble = ((digest[i >> 1] ?? 0) >> (i & 1 ? 0 : 4)) & 15;
    hex[i] = nibble < 10 ? nibble + 48 : nibble + 87;
  }
  return String.fromCharCode(...hex);
}

const start = sha256.create();
const hasher = sha256.create();
const digest = new Uint8Array(hasher.outputLen);
const hex: number[] = new Array<number>(32).fill(0);
const scratch = new Uint8Array(512);

/** The parts with their lengths as UTF-8. ASCII (nearly all ids are) is written without an encoder. Valid until the next call. */
function bytesOf(parts: readonly string[]): Uint8Array {
  let end = 0;
  for (const part of parts) {
    end = putAscii(`${part.length}:`, end);
    end = putAscii(part, end);
    if (end < 0) return utf8ToBytes(parts.map((each) => `${each.length}:${each}`).join(''));
  }
  return scratch.subarray(0, end);
}

/** Where the text ends in `scratch`; negative where it isn't ASCII or doesn't fit. */
function putAscii(text: string, at: number): number {
  if (at < 0 || at + text.length > scratch.length) return -1;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return -1;
    scratch[at + i] = code;
  }
  return at + text.length;
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
