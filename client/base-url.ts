/** An address to which a path can be added. Not by a pattern: one for the slashes at the end looks at each from all before it. */
export function baseUrl(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}
