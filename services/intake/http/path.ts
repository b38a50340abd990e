/**
 * Paths of callback URLs, compared as a server compares them: nothing in one is a pattern, case and doubled slashes
 * count, and spellings of one path that RFC 3986 (6.2.2) holds equal are one: `%7E` and `~`, `%e5` and `%E5`, a letter
 * and its escaped bytes. A trailing slash makes no difference.
 */

/** The one spelling of a path; null for a text that is none: not beginning with a slash, or with a broken escape. */
export function plainPath(text: string): string | null {
  if (!text.startsWith('/') || /%(?![0-9a-fA-F]{2})/.test(text)) return null;
  const spelt = text
    // What is no printable ASCII is sent escaped, byte by byte.
    .replace(/[^\x21-\x7e]+/g, (letters) => encodeURI(letters.toWellFormed()))
    .replace(/%[0-9a-fA-F]{2}/g, (escaped) => {
      const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
      return /[A-Za-z0-9._~-]/.test(character) ? character : escaped.toUpperCase();
    });
  return spelt.length > 1 && spelt.endsWith('/') ? spelt.slice(0, -1) : spelt;
}

/** The path of a request: of its target, which a proxy's client may write with scheme and host. Null for none. */
export function requestPath(target: string): string | null {
  const [path = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  return plainPath(path === '' ? '/' : path);
}

/** The paths that a callback URL may be sent to: as written, and without `.` and `..`, which some clients resolve. */
export function pathsOfUrl(url: string): string[] {
  const written = requestPath(url.trim());
  const resolved = plainPath(new URL(url).pathname);
  return [...new Set([written, resolved].filter((path) => path !== null))];
}
