import { isMark, isWord, type Token, tokensOf } from './guard/tokens.ts';

/** The format that a statement asks for itself (`… FORMAT JSON`), null where it leaves that to the request. */
export function formatOf(sql: string): string | null {
  return /\bFORMAT\s+(\w+)\s*(?:\bSETTINGS\b[^;]*)?;?\s*$/i.exec(sql)?.[1] ?? null;
}

/** An INSERT whose rows don't come out of a query, apart from these rows. */
export type SplitInsert = {
  /** `INSERT INTO t (a, b) … FORMAT f` or `… VALUES`. */
  readonly head: string;
  /** What follows it; blank where the rows come in the request's body alone. */
  readonly rows: string;
};

/**
 * Takes an `INSERT INTO t [(columns)] [SETTINGS …] FORMAT f` or `… VALUES` and its rows apart; null for other
 * statements. The engine never sees such rows as SQL: behind them it would look for a next statement.
 */
export function splitInsert(sql: string): SplitInsert | null {
  let depth = 0;
  let previous: Token | undefined;
  for (const token of tokensOf(sql)) {
    if (previous === undefined && !isWord(token, 'INSERT')) return null;
    if (isMark(token, '(')) depth += 1;
    if (isMark(token, ')')) depth -= 1;
    if (depth === 0) {
      if (isWord(token, 'SELECT', 'WITH', 'WATCH', 'INFILE')) return null;
      const isEnd = isWord(token, 'VALUES') || (isWord(previous, 'FORMAT') && token.kind === 'word');
      if (isEnd) {
        const rows = sql.slice(token.to).trimStart();
        return { head: sql.slice(0, token.to), rows: rows.trimEnd() === ';' ? '' : rows };
      }
    }
    previous = token;
  }
  return null;
}

/**
 * The same INSERT, reading its rows from a file that is compressed by `compression` (`none`, `gzip`, `zstd`, …).
 * @param tokens of the head as the engine has written it: `INSERT INTO t (a, b) SETTINGS … FORMAT f`
 */
export function insertFromFile(head: string, tokens: readonly Token[], path: string, compression: string): string {
  const format = tokens.at(-2);
  const settings = tokens.find((token, index) => isWord(token, 'SETTINGS') && isMark(tokens[index + 2], '='));
  const end = (settings ?? format)?.from ?? head.length;
  return `${head.slice(0, end)} FROM INFILE ${quoted(path)} COMPRESSION ${quoted(compression)} ${head.slice(end)}`;
}

/** A SQL string literal. The engine takes statements as C strings: a zero byte would end them. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}
