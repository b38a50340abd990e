/** A base of an HTTP API as a setting names it, in the parts that a request takes it in: `fetch` refuses a URL with a login. */
export type BaseUrl = {
  /** Without login, and without the slashes at its end. */
  readonly url: string;
  readonly login: { readonly username: string; readonly password: string } | null;
  readonly headers: Readonly<Record<string, string>>;
};

/** @param text an http(s) URL; its user and password become basic authentication */
export function baseUrl(text: string): BaseUrl {
  const parsed = new URL(text);
  const { username, password } = parsed;
  parsed.username = '';
  parsed.password = '';
  const url = withoutSlashes(parsed.href);
  if (username === '' && password === '') return { url, login: null, headers: {} };
  const login = { username: plain(username), password: plain(password) };
  const token = Buffer.from(`${login.username}:${login.password}`).toString('base64');
  return { url, login, headers: { authorization: `Basic ${token}` } };
}

/** Without the slashes at its end, in time linear in its length. */
export function withoutSlashes(text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === '/') end -= 1;
  return text.slice(0, end);
}

/** Percent-decoded, or as it is where it holds a sign of its own. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
