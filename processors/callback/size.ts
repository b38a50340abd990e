/** Upper bound of an encoded text that may be null, in bytes: its UTF-8 form and four for what comes before it. */
export function textBytes(text: string | null): number {
  if (text === null) return 1;
  let bytes = 4;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    // A surrogate pair is four bytes, two for each half.
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code < 0xe000) ? 2 : 3;
  }
  return bytes;
}
