/**
 * What may be shown of a text that may hold URLs: of each, neither user and password nor what its query says, both of
 * which may be secrets. Everything that prints a URL of a setting, or a message of others that may quote one, asks here.
 */

/** From a scheme on to where no URL goes on. */
const url = /\b([a-z][a-z0-9+.-]{0,20}:\/\/)([^\s"`<>\\]+)/gi;

/** A text with its URLs as they may be shown: `http://…@host/path?…`. */
export function shown(text: string): string {
  return text.replace(url, (_, scheme: string, rest: string) => {
    const [authority = ''] = rest.split(/[/?#]/, 1);
    const [path = ''] = rest.slice(authority.length).split(/[?#]/, 1);
    const login = authority.lastIndexOf('@');
    const host = login === -1 ? authority : `…${authority.slice(login)}`;
    const end = authority.length + path.length;
    return `${scheme}${host}${path}${end < rest.length ? `${rest[end]}…` : ''}`;
  });
}
