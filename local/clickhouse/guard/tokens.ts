/** A token of SQL. */
export type Token = {
  /** `word` is a bare word, `name` a quoted identifier, `text` a string, `mark` a single other character. */
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'mark';
  /** As written; of a quoted identifier what the quotes hold. */
  readonly value: string;
  /** Where it begins and ends in the text. */
  readonly from: number;
  readonly to: number;
};

// A comment that isn't closed goes on to the end: looking for its end anew behind each of its marks would take for ever.
const blank = /(?:\s|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$))+/y;
const token =
  /(?<word>[A-Za-z_][A-Za-z0-9_]*)|(?<number>0x[0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)|(?<text>'(?:\\[\s\S]|''|[^'\\])*')|(?<name>`(?:\\[\s\S]|``|[^`\\])*`|"(?:\\[\s\S]|""|[^"\\])*")|(?<mark>[^\s'"`])/uy;

/**
 * Reads SQL one token after the other; ends early where a quote isn't closed. Whether it reads a person's SQL as the
 * engine does (nested comments, heredocs) doesn't matter to the guard, which judges what the engine has written itself.
 */
export function* tokensOf(sql: string): Generator<Token, void> {
  let at = 0;
  while (at < sql.length) {
    blank.lastIndex = at;
    at += blank.exec(sql)?.[0].length ?? 0;
    token.lastIndex = at;
    const found = token.exec(sql);
    if (!found) return;
    const to = at + found[0].length;
    const kind = kinds.find((one) => found.groups?.[one] !== undefined) ?? 'mark';
    yield { kind, value: kind === 'name' ? unquoted(found[0]) : found[0], from: at, to };
    at = to;
  }
}

const kinds = ['word', 'name', 'text', 'number'] as const;

function unquoted(name: string): string {
  const quote = name[0] ?? '';
  return name
    .slice(1, -1)
    .replaceAll(quote + quote, quote)
    .replaceAll(/\\([\s\S])/g, '$1');
}

/** The token is this bare word, in whatever case. */
export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.value.toUpperCase());

export const isMark = (token: Token | undefined, mark: string): boolean =>
  token?.kind === 'mark' && token.value === mark;
