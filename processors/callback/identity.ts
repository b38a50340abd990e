import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { compareText } from './fields.ts';

/**
 * The first 16 bytes of a SHA-256 over the parts, as 32 hex digits. Each part is preceded by its length, so that no two
 * lists of parts give the same text.
 *
 * Takes a list: as arguments of a call, the ids that a large body lists would not fit on the stack.
 */
export function hashOf(parts: readonly string[]): string {
  const text = parts.map((part) => `${part.length}:${part}`).join('');
  // A hasher is costly to make: this one is put back to the start each time.
  start._cloneInto(hasher).update(utf8ToBytes(text)).digestInto(digest);
  return bytesToHex(firstHalf);
}

const start = sha256.create();
const hasher = sha256.create();
const digest = new Uint8Array(hasher.outputLen);
const firstHalf = digest.subarray(0, 16);

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
