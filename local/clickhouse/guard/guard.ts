import { EngineRefusal } from '../status.ts';
import { type ReaderLimits, settingProblem } from './settings.ts';
import { isMark, isWord, type Token, tokensOf } from './tokens.ts';
import { isEngine, type Vocabulary } from './vocabulary.ts';

export type Judged = {
  /** What the statement does: bounds are for those that read; rows of the last kind come apart from its text. */
  readonly kind: 'read' | 'write' | 'insert-rows';
  readonly tokens: readonly Token[];
};

/** The first words of what may be done. Whatever isn't named (SYSTEM, BACKUP, GRANT, SET, ATTACH, …) is refused. */
const reads = ['SELECT', 'WITH', '(', 'SHOW', 'DESCRIBE', 'DESC', 'EXISTS', 'EXPLAIN'];
const shows = ['DATABASES', 'TABLES', 'COLUMNS', 'INDEXES', 'INDEX', 'CREATE', 'FUNCTIONS'];
const writes: readonly RegExp[] = [
  /^INSERT INTO (?!(?:TABLE )?FUNCTION )/,
  /^CREATE (?:OR REPLACE )?(?:TEMPORARY )?TABLE /,
  /^CREATE (?:OR REPLACE )?VIEW /,
  /^CREATE DATABASE /,
  /^(?:ALTER|TRUNCATE|OPTIMIZE) (?:TEMPORARY )?TABLE /,
  /^DROP (?:TEMPORARY )?(?:TABLE|VIEW|DATABASE) /,
  /^(?:RENAME|EXCHANGE) (?:TABLES?) /,
  /^RENAME (?!.*DICTIONARY)/,
  /^DELETE FROM /,
];

/** Of the engine's tables about itself those that tell of tables and functions; the others tell of host and process. */
const systemTables = [
  'one',
  'numbers',
  'numbers_mt',
  'zeros',
  'columns',
  'functions',
  'data_type_families',
  'formats',
  'time_zones',
];

/**
 * Judges a statement that the engine has written itself (`formatQuery`): without comments, with one way to quote, every
 * name spelled out. So nothing that a person hides in the text is hidden from this.
 * @throws EngineRefusal `ACCESS_DENIED`, `SETTING_CONSTRAINT_VIOLATION`
 */
export function judge(
  sql: string,
  parameters: Readonly<Record<string, string>>,
  vocabulary: Vocabulary,
  limits: ReaderLimits,
): Judged {
  const tokens = [...tokensOf(sql)];
  checkPlain(sql, tokens);
  const kind = kindOf(sql, tokens);
  tokens.forEach((token, index) => {
    const before = tokens[index - 1];
    const next = tokens[index + 1];
    if (isWord(token, 'OUTFILE', 'INFILE')) throw refused('files (INTO OUTFILE, FROM INFILE)');
    if (isWord(token, 'PARALLEL') && isWord(next, 'WITH')) throw refused('several statements in one');
    if (isWord(token, 'ON') && isWord(next, 'CLUSTER')) throw refused('other hosts (ON CLUSTER)');
    if (isWord(token, 'SQL') && isWord(next, 'SECURITY')) throw refused('rights of others (SQL SECURITY)');
    if (isWord(token, 'ENGINE') && isMark(next, '=')) {
      const engine = tokens[index + 2]?.value ?? '';
      if (!isEngine(engine))
        throw refused(`the engine ${engine.slice(0, 60)}: MergeTree and its kin, Memory, Null, Log and View`);
    }
    if (isMark(token, '{')) checkParameter(tokens, index, parameters, vocabulary);
    const isOfEngine = isMark(before, '=') && isWord(tokens[index - 2], 'ENGINE');
    if ((token.kind === 'word' || token.kind === 'name') && !isOfEngine)
      checkName(token, before, next, tokens[index + 2], vocabulary);
    if (isWord(token, 'SETTINGS', 'SETTING')) checkSettings(tokens, index + 1, limits);
  });
  return { kind, tokens };
}

/** The engine writes no comments and few marks: whatever else is there would be read by it in a way of its own. */
function checkPlain(sql: string, tokens: readonly Token[]): void {
  let end = 0;
  for (const token of tokens) {
    const strange = token.kind === 'mark' && !/^[-+*/%=<>!(),.:?[\]{}|^~&]$/.test(token.value);
    if (strange || sql.slice(end, token.from).trim() !== '') throw refused('a statement that it can not read');
    end = token.to;
  }
  if (sql.slice(end).trim() !== '') throw refused('a statement that it can not read to its end');
}

function kindOf(sql: string, tokens: readonly Token[]): Judged['kind'] {
  const [first, second] = tokens;
  const word = first?.value.toUpperCase() ?? '';
  if (reads.includes(word)) {
    if (word === 'SHOW' && !shows.includes(second?.value.toUpperCase() ?? '')) {
      throw refused(`SHOW ${second?.value.slice(0, 40)}`);
    }
    return 'read';
  }
  if (word === 'CHECK' && isWord(second, 'GRANT')) return 'read';
  if (!writes.some((pattern) => pattern.test(sql)))
    throw refused(`${word.slice(0, 40)} ${second?.value.slice(0, 40) ?? ''}`.trim());
  return word === 'INSERT' &&
    isWord(tokens.at(-2), 'FORMAT') &&
    !tokens.some((token) => isWord(token, 'SELECT', 'WATCH'))
    ? 'insert-rows'
    : 'write';
}

function checkName(
  token: Token,
  before: Token | undefined,
  next: Token | undefined,
  afterNext: Token | undefined,
  vocabulary: Vocabulary,
): void {
  if (isSystem(token.value)) {
    if (!isMark(next, '.') || !systemTables.includes(afterNext?.value ?? ''))
      throw refused(`the engine's tables about itself but ${systemTables.join(', ')}`);
  }
  // A column of a table, an element of a tuple: no function has a dot before its name.
  if (isMark(before, '.')) {
    if (isMark(next, '(') && next?.from === token.to) throw refused(`${token.value.slice(0, 60)}(…)`);
    return;
  }
  const called = isMark(next, '(') && next?.from === token.to;
  // By its name alone a function is called by APPLY, arrayMap and their like.
  if (called ? !vocabulary.isCallable(token.value) : vocabulary.isRefused(token.value) && !isMark(next, '.')) {
    throw refused(`the function ${token.value.slice(0, 60)}`);
  }
}

const isSystem = (name: string) => name.toLowerCase() === 'system';

/** An identifier may be a parameter; its value must not lead where the statement itself may not. */
function checkParameter(
  tokens: readonly Token[],
  index: number,
  parameters: Readonly<Record<string, string>>,
  vocabulary: Vocabulary,
): void {
  const [name, colon, type] = tokens.slice(index + 1, index + 4);
  if (name === undefined || !isMark(colon, ':') || !isWord(type, 'IDENTIFIER')) return;
  const value = parameters[name.value] ?? '';
  // An escape would be another character for the engine.
  const isPlain = /^[^\\`"'\s]*$/.test(value);
  const parts = value.split('.');
  if (!isPlain || parts.some((part) => isAboutEngine(part) || vocabulary.isRefused(part))) {
    throw refused('an identifier by a parameter that is no plain name of a table or column');
  }
}

const isAboutEngine = (name: string) => /^(?:system|information_schema)$/i.test(name);

/** `name = value, name = value`, as the engine writes it after SETTINGS. */
function checkSettings(tokens: readonly Token[], from: number, limits: ReaderLimits): void {
  for (let at = from; ; ) {
    const name = tokens[at];
    if (name === undefined || !(name.kind === 'word' || name.kind === 'name') || !isMark(tokens[at + 1], '=')) return;
    const value = tokens[at + 2];
    const plain = value?.kind === 'number' || value?.kind === 'text' ? value.value.replaceAll(/^'|'$/g, '') : null;
    const problem = settingProblem(name.value, plain, limits);
    if (problem !== null) throw new EngineRefusal(452, `${problem}. (SETTING_CONSTRAINT_VIOLATION)`);
    // A value of several tokens is of no setting that is taken, but a sign before a number.
    at += isMark(value, '-') ? 4 : 3;
    if (!isMark(tokens[at], ',')) return;
    at += 1;
  }
}

const refused = (what: string) =>
  new EngineRefusal(
    497,
    `Not answered by the embedded ClickHouse, which works with its own tables only: ${what}. Where that is needed, set CLICKHOUSE_URL to a server. (ACCESS_DENIED)`,
  );
