import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type ChdbResult, drainPending, Session } from 'chdb';
import { hasSecondStatement, type InsertHead, identifier, insertFromFile, quoted } from './statement.ts';
import { EngineRefusal, refusalOf } from './status.ts';

/** One statement with all that belongs to it. */
export type Work = {
  readonly sql: string;
  /** Rows of an INSERT, in a file that `run` deletes. */
  readonly rows?: { readonly head: InsertHead; readonly path: string; readonly compression: string };
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

/**
 * ClickHouse's engine in this process, on one data folder. Every statement gets a connection of its own (0.3 ms), so
 * that settings, parameters, the current database and temporary tables never leak into another request; chdb's own
 * parameter binding isn't safe between concurrent queries and isn't used.
 */
export function openEngine(folder: string, connectionArgs: readonly string[]): Engine {
  // Held for the engine's life: it keeps the folder open between statements.
  const keeper = new Session(folder, { connectionArgs });
  const queue = new Turnstile(atOnce, mostWaiting);
  const closing = new AbortController();

  async function run(work: Work, signal: AbortSignal): Promise<Answer> {
    if (!work.rows && hasSecondStatement(work.sql)) {
      throw new EngineRefusal(62, 'Syntax error (Multi-statements are not allowed). (SYNTAX_ERROR)');
    }
    if (work.sql.includes('\0')) throw new EngineRefusal(62, 'Syntax error (a zero byte). (SYNTAX_ERROR)');
    return queue.pass(async () => {
      const cancelled = AbortSignal.any([signal, closing.signal]);
      if (cancelled.aborted) throw new EngineRefusal(394, 'Query was cancelled. (QUERY_WAS_CANCELLED)');
      const connection = new Session(folder);
      const mark = randomUUID();
      const cancel = () => void kill(mark);
      try {
        for (const line of preparation(work, mark)) await connection.queryAsync(line);
        cancelled.addEventListener('abort', cancel, { once: true });
        const sql = work.rows ? insertFromFile(work.rows.head, work.rows.path, work.rows.compression) : work.sql;
        return answerOf(await connection.queryAsync(sql, { format: work.format }));
      } catch (error) {
        throw refusalOf(error);
      } finally {
        cancelled.removeEventListener('abort', cancel);
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
        if (work.rows) await rm(work.rows.path, { force: true });
      }
    },
    async close() {
      closing.abort();
      await queue.idle();
      await drainPending();
      keeper.close();
    },
  };
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
function preparation(work: Work, mark: string): string[] {
  const lines: string[] = [];
  if (work.database !== null) lines.push(`USE ${identifier(work.database)}`);
  const assignments = [
    `log_comment = ${quoted(mark)}`,
    // Not that of the machine.
    "session_timezone = 'UTC'",
    ...Object.entries(work.settings)
      .filter(([name]) => name !== 'log_comment')
      .map(([name, value]) => `${settingName(name)} = ${quoted(value)}`),
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

/** Lets a few in at a time, the others in order, and refuses when too many wait. */
class Turnstile {
  #free: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  readonly #inside = new Set<Promise<unknown>>();

  constructor(atOnce: number, mostWaiting: number) {
    this.#free = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else {
      if (this.#waiting.length >= this.#mostWaiting) {
        throw new EngineRefusal(202, 'Too many simultaneous queries. (TOO_MANY_SIMULTANEOUS_QUERIES)');
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    const running = work();
    this.#inside.add(running);
    try {
      return await running;
    } finally {
      this.#inside.delete(running);
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }

  async idle(): Promise<void> {
    while (this.#inside.size > 0) await Promise.allSettled([...this.#inside]);
  }
}
