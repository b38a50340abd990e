/** What the role has to know of a statement before the engine sees it. Everything else is the engine's business. */

/** The format that a statement asks for itself (`… FORMAT JSON`), null where it leaves that to the request. */
export function formatOf(sql: string): string | null {
  return /\bFORMAT\s+(\w+)\s*(?:\bSETTINGS\b[^;]*)?;?\s*$/i.exec(sql)?.[1] ?? null;
}

/** An INSERT whose rows come apart from its text, e.g. in the body of the request. */
export type InsertHead = {
  /** `INSERT INTO t (a, b)` */
  readonly target: string;
  /** `SETTINGS …` or empty. */
  readonly settings: string;
  readonly format: string;
};

/** Reads `INSERT INTO t [(columns)] [SETTINGS …] FORMAT f` or `… VALUES` without any rows; null for other statements. */
export function insertHead(sql: string): InsertHead | null {
  const match = /^(\s*INSERT\s+INTO\s[\s\S]*?)\s*\b(?:FORMAT\s+(\w+)|(VALUES))\s*;?\s*$/i.exec(sql);
  if (!match?.[1]) return null;
  const [target = '', settings] = match[1].split(/\s(?=SETTINGS\s)/i);
  return { target, settings: settings ?? '', format: match[2] ?? 'Values' };
}

/** The same INSERT, reading its rows from a file that is compressed by `compression` (`none`, `gzip`, `zstd`, …). */
export function insertFromFile(head: InsertHead, path: string, compression: string): string {
  const file = `FROM INFILE ${quoted(path)} COMPRESSION ${quoted(compression)}`;
  return `${head.target} ${file} ${head.settings} FORMAT ${head.format}`;
}

/** A SQL string literal. The engine takes statements as C strings: a zero byte would end them. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\0', '\\0')}'`;
}

/** A quoted identifier. */
export function identifier(name: string): string {
  return `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``;
}

/**
 * Whether the text holds more than one statement. The engine would run them all; ClickHouse's HTTP interface refuses
 * them, which is what keeps `; DROP TABLE …` in a careless query harmless. Rows inside of an INSERT aren't looked at.
 */
export function hasSecondStatement(sql: string): boolean {
  if (/^\s*INSERT\b[\s\S]*?\bFORMAT\b/i.test(sql)) return false;
  // Strings, quoted identifiers, comments: a semicolon in there ends nothing. One that isn't closed goes on to the end:
  // looking for its end from each of its characters anew would take for ever.
  const opaque =
    /'(?:\\[\s\S]|''|[^'\\])*(?:'|\\?$)|"(?:\\[\s\S]|""|[^"\\])*(?:"|\\?$)|`(?:\\[\s\S]|``|[^`\\])*(?:`|\\?$)|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g;
  const bare = sql.replace(opaque, (text) => (text.startsWith('-') || text.startsWith('/') ? ' ' : 'x'));
  return /;\s*[^\s;]/.test(bare);
}
