/**
 * The bytes of a callback in a queue message. The service writes JSON, but SDKs that send encode it in base64 by
 * default and who wrote isn't told (cloud facts 2.2): what starts like an object is taken as it is, then as base64;
 * anything else stays as it came, for `dead-letters`.
 */
export function bytesOf(messageBody: string): Buffer {
  if (startsObject(messageBody)) return Buffer.from(messageBody);
  const decoded = Buffer.from(messageBody, 'base64');
  return startsObject(decoded.toString('utf8', 0, 64)) ? decoded : Buffer.from(messageBody);
}

/** A byte order mark before it, which some clients write, counts as space. */
function startsObject(text: string): boolean {
  return text.trimStart().startsWith('{');
}
