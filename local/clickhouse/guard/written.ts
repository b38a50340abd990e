import type { Session } from 'chdb';
import { maxStatementBytes } from '../access/rights.ts';
import { quoted } from '../statement.ts';
import { EngineRefusal, refusalOf } from '../status.ts';
import {
  combinatorsQuery,
  functionsQuery,
  type KnownFunction,
  otherNamesQuery,
  tableFunctionsQuery,
  type Vocabulary,
  vocabularyOf,
} from './vocabulary.ts';

const mostKept = 500;
const mostKeptLength = 16 * 1024;

/**
 * A statement as the engine writes it after having read it, on one line. Of an INSERT with rows only the head.
 * @param written what was asked lately: sinks and dashboards say the same again and again
 * @throws EngineRefusal `SYNTAX_ERROR`, for several statements too
 */
export async function asWritten(connection: Session, sql: string, written: Map<string, string>): Promise<string> {
  const known = written.get(sql);
  if (known !== undefined) return known;
  if (sql.includes('\0')) throw new EngineRefusal(62, 'Syntax error (a zero byte). (SYNTAX_ERROR)');
  if (Buffer.byteLength(sql) > maxStatementBytes) {
    throw new EngineRefusal(
      223,
      `The statement is larger than ${maxStatementBytes} bytes: bind long values as parameters. (QUERY_IS_TOO_LARGE)`,
    );
  }
  try {
    const result = await connection.queryAsync(`SELECT formatQuerySingleLine(${quoted(sql)})`, { format: 'RawBLOB' });
    const text = Buffer.from(result.bytes()).toString('utf8');
    if (sql.length > mostKeptLength) return text;
    const [oldest] = written.keys();
    if (written.size >= mostKept && oldest !== undefined) written.delete(oldest);
    written.set(sql, text);
    return text;
  } catch (error) {
    const { code, message } = refusalOf(error);
    // It goes on with the question that was asked of the engine, and ends with the code's name.
    const name = / \([A-Z_]+\)$/.exec(message.slice(-100))?.[0] ?? '';
    throw new EngineRefusal(code, `${message.split(': In scope SELECT formatQuery')[0]?.replace(name, '')}${name}`);
  }
}

/** What the engine says of its functions, types and codecs. */
export function readVocabulary(keeper: Session): Vocabulary {
  const names = (query: string) => rowsOf<{ name: string }>(keeper, query).map(({ name }) => name);
  return vocabularyOf({
    functions: rowsOf<KnownFunction>(keeper, functionsQuery),
    tableFunctions: names(tableFunctionsQuery),
    others: names(otherNamesQuery),
    combinators: names(combinatorsQuery),
  });
}

function rowsOf<T>(keeper: Session, query: string): T[] {
  const lines = keeper.query(query, 'JSONEachRow').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as T);
}
