import { randomUUID } from 'node:crypto';
import { type ChdbResult, drainPending, Session } from 'chdb';
import { Semaphore } from '../../platform/semaphore.ts';
import { type Judged, judge } from './guard/guard.ts';
import { limitSettings, type ReaderLimits, settingProblem } from './guard/settings.ts';
import { asWritten, readVocabulary } from './guard/written.ts';
import type { IncomingRows } from './incoming.ts';
import { identifier, insertFromFile, quoted } from './statement.ts';
import { EngineRefusal, refusalOf } from './status.ts';

/** One statement with all that belongs to it. */
export type Work = {
  readonly sql: string;
  /** Rows of an INSERT of which `sql` is the head; `run` closes them. */
  readonly rows?: IncomingRows;
  readonly database: string | null;
  readonly format: string;
  /** Values of `{name:Type}` in the statement, escaped as ClickHouse's `param_` parameters are. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  readonly readOnly: boolean;
};

export type Answer = {
  readonly bytes: Uint8Array;
  /** Rows read, for an INSERT written. */
  readonly rows: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
};

export type Engine = {
  readonly version: string;
  /**
   * Runs a statement; when `signal` aborts it is cancelled, unless it writes.
   * @throws EngineRefusal in the engine's words
   */
  run(work: Work, signal: AbortSignal): Promise<Answer>;
  /** Cancels what reads, waits for what writes, then lets go of the folder. */
  close(): Promise<void>;
};

/**
 * libuv runs four things at a time by default and a query occupies one of them until it ends; one stays free for files.
 */
const atOnce = 3;
const mostWaiting = 200;

/** How much longer than its limit a query may run before it is cancelled from here. */
const graceSeconds = 5;

/**
 * ClickHouse's engine in this process, on one data folder. Every statement gets a connection of its own (0.3 ms), so
 * that settings, parameters, the current database and temporary tables never leak into another request; chdb's own
 * parameter binding isn't safe between concurrent queries and isn't used. What runs is the statement as the engine has
 * written it, which is what the guard has judged: a person's own spelling never reaches the engine as SQL.
 */
export function openEngine(folder: string, connectionArgs: readonly string[], limits: ReaderLimits): Engine {
  // Held for the engine's life: it keeps the folder open between statements.
  const keeper = new Session(folder, { connectionArgs });
  const vocabulary = readVocabulary(keeper);
  const queue = new Semaphore(atOnce);
  const closing = new AbortController();
  const lately = new Map<string, string>();

  async function run(work: Work, signal: AbortSignal): Promise<Answer> {
    if (queue.waiting >= mostWaiting) {
      throw new EngineRefusal(202, 'Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)');
    }
    return queue.run(async () => {
      const cancelled = AbortSignal.any([signal, closing.signal]);
      if (cancelled.aborted) throw new EngineRefusal(394, 'Query was cancelled. (QUERY_WAS_CANCELLED)');
      const connection = new Session(folder);
      const mark = randomUUID();
      const cancel = () => void kill(mark);
      let until = cancelled;
      try {
        const written = await asWritten(connection, work.sql, lately);
        const judged = judge(written, work.parameters, vocabulary, limits);
        for (const line of preparation(work, judged.kind, mark, limits)) await connection.queryAsync(line);
        if (judged.kind === 'read') {
          until = AbortSignal.any([cancelled, AbortSignal.timeout((limits.seconds + graceSeconds) * 1000)]);
        }
        until.addEventListener('abort', cancel, { once: true });
        if (judged.kind === 'insert-rows') return await insertRows(connection, written, judged, work.rows);
        const answer = answerOf(await connection.queryAsync(written, { format: work.format }));
        if (answer.bytes.length > limits.resultBytes) {
          throw new EngineRefusal(
            396,
            `The answer is larger than ${limits.resultBytes} bytes. (TOO_MANY_ROWS_OR_BYTES)`,
          );
        }
        return answer;
      } catch (error) {
        throw refusalOf(error);
      } finally {
        until.removeEventListener('abort', cancel);
        connection.close();
      }
    });
  }

  /** There are no query ids to be set from here; the comment that every query carries says which one it is. */
  async function kill(mark: string): Promise<void> {
    const sql = `KILL QUERY WHERE query_kind != 'Insert' AND Settings['log_comment'] = '${mark}' ASYNC`;
    await keeper.queryAsync(sql).catch(() => {});
  }

  return {
    version: keeper.query('SELECT version()', 'TSVRaw').trim(),
    async run(work, signal) {
      try {
        return await run(work, signal);
      } finally {
        await work.rows?.close();
      }
    },
    async close() {
      closing.abort();
      await queue.whenIdle();
      await drainPending();
      keeper.close();
    },
  };
}

async function insertRows(
  connection: Session,
  head: string,
  judged: Judged,
  rows: IncomingRows | undefined,
): Promise<Answer> {
  // An INSERT of no rows is fine for a server and an error for the engine.
  if (rows === undefined || rows.bytes === 0) return answerOf(await connection.queryAsync('SELECT 1 WHERE 0'));
  return answerOf(await connection.queryAsync(insertFromFile(head, judged.tokens, rows.path, rows.compression)));
}

function answerOf(result: ChdbResult): Answer {
  return {
    bytes: result.bytes(),
    rows: result.rowsRead,
    bytesRead: result.bytesRead,
    elapsedSeconds: result.elapsed,
  };
}

/** Statements that put a fresh connection into the state that the request asks for. */
function preparation(work: Work, kind: Judged['kind'], mark: string, limits: ReaderLimits): string[] {
  const lines: string[] = [];
  if (!/^\w+$/.test(work.format)) throw new EngineRefusal(73, 'Unknown format. (UNKNOWN_FORMAT)');
  if (work.database !== null) {
    if (/^system$/i.test(work.database)) {
      throw new EngineRefusal(497, "The engine's tables about itself are no database to work in. (ACCESS_DENIED)");
    }
    lines.push(`USE ${identifier(work.database)}`);
  }
  for (const [name, value] of Object.entries(work.settings)) {
    const problem = settingProblem(name, value, limits);
    if (problem !== null) throw new EngineRefusal(452, `${problem}. (SETTING_CONSTRAINT_VIOLATION)`);
  }
  const settings = {
    ...(kind === 'read' ? limitSettings(limits) : {}),
    // Not that of the machine.
    session_timezone: 'UTC',
    ...work.settings,
    log_comment: mark,
  };
  const assignments = [
    ...Object.entries(settings).map(([name, value]) => `${settingName(name)} = ${quoted(String(value))}`),
    ...Object.entries(work.parameters).map(([name, value]) => `param_${settingName(name)} = ${quoted(value)}`),
  ];
  lines.push(`SET ${assignments.join(', ')}`);
  // The last one: nothing could be set after it.
  if (work.readOnly) lines.push('SET readonly = 2');
  return lines;
}

function settingName(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new EngineRefusal(115, `Unknown setting '${name.slice(0, 100)}'. (UNKNOWN_SETTING)`);
}
