/**
 * What a value of the schemas can hold, said once: the parser refuses what lies beyond, so that nothing it lets through
 * fails when it is encoded.
 */
export const bounds = {
  /** `int`. */
  mostInt: 2 ** 31 - 1,
  /** `long`: what JavaScript and the codec hold exactly, one less than its own largest whole number. */
  mostLong: Number.MAX_SAFE_INTEGER - 1,
  /** `timestamp-millis`: to the end of the year 9999, the last one whose text has four digits. */
  mostTimeMs: 253_402_300_799_999,
} as const;

/**
 * Whether a text has a character that no id or name may have: in a key, a log or a terminal it would cut the text short or
 * make another one of it.
 */
export function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return true;
  }
  return false;
}

/** What no host name has, of whatever script (the URL standard's forbidden host and domain code points). */
const neverInHost = Uint8Array.from({ length: 0x80 }, (_, code) =>
  Number(' #/:<>?@[\\]^|%'.includes(String.fromCharCode(code))),
);

/** Whether a DomainName can be the name of a host; what isn't has never been a streaming domain. */
export function canBeHost(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (neverInHost[text.charCodeAt(i)] === 1) return false;
  return !hasControlCharacter(text);
}
