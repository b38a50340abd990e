import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import type { Logger } from '../../platform/telemetry/index.ts';
import { StackError } from '../errors.ts';
import { openKey } from './access/key.ts';
import { writeRights } from './access/rights.ts';
import { visitorRefusal } from './access/visitor.ts';
import { displayName, sendAnswer, sendRefusal } from './answer.ts';
import type { Engine } from './engine.ts';
import { goHello, goHelloAnswer } from './go-hello.ts';
import type { ReaderLimits } from './guard/settings.ts';
import { readRequest } from './request.ts';
import { refusalOf } from './status.ts';

export type ClickhouseRoleOptions = {
  /** Data folder; one process at a time. Made where it doesn't exist. */
  readonly folder: string;
  /** Default 127.0.0.1. Whatever it is, only requests to a loopback name are answered, and only with the folder's key. */
  readonly host?: string;
  /** 0 for any free one. */
  readonly port: number;
  /** What the engine may allocate before queries are refused (MEMORY_LIMIT_EXCEEDED). Default 2 GiB. */
  readonly memoryLimitBytes?: number;
  /** What one query that reads may take. Default 60 s, 256 MiB of answer, three quarters of the engine's memory. */
  readonly readerLimits?: Partial<ReaderLimits>;
  /** Of an INSERT's rows as they are sent. Default 1 GiB. */
  readonly maxBodyBytes?: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Called with the base URL once queries are answered. */
  readonly onReady?: (url: string) => void;
};

/**
 * Answers the part of ClickHouse's HTTP interface that `@clickhouse/client` and Grafana use, from an engine in this
 * process. Resolves after `signal` aborted and what ran has ended.
 * @throws StackError `FOLDER_IN_USE`, `FOLDER_UNUSABLE`, `PORT_IN_USE`
 */
export async function startClickhouseRole(options: ClickhouseRoleOptions): Promise<void> {
  const folder = resolve(options.folder);
  const key = openKey(folder);
  const memoryLimitBytes = options.memoryLimitBytes ?? 2 * 1024 ** 3;
  const engine = await openFolder(folder, memoryLimitBytes, {
    seconds: 60,
    resultBytes: 256 * 1024 ** 2,
    memoryBytes: Math.floor(memoryLimitBytes * 0.75),
    ...options.readerLimits,
  });
  const incoming = join(folder, 'tmp', 'incoming');
  // Where files need a name, a killed process may have left some: they were never acknowledged to anybody.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  const maxBodyBytes = options.maxBodyBytes ?? 1024 ** 3;
  const server = createServer((request, response) => {
    answer({ engine, key, incoming, maxBodyBytes }, request, response).catch((error: unknown) => {
      options.log.error({ err: error }, 'a request could not be answered');
      response.destroy();
    });
  });
  // Later than a client gives up an idle connection, however busy the machine: one must not close while the other writes.
  server.keepAliveTimeout = 60_000;
  try {
    const host = options.host ?? '127.0.0.1';
    const port = await listen(server, host, options.port);
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    options.log.info({ url, folder, engine: engine.version }, 'embedded ClickHouse answers');
    options.onReady?.(url);
    await new Promise<void>((done) => {
      if (options.signal.aborted) done();
      else options.signal.addEventListener('abort', () => done(), { once: true });
    });
    server.close();
    server.closeIdleConnections();
  } finally {
    await engine.close();
    server.closeAllConnections();
  }
}

type Desk = {
  readonly engine: Engine;
  readonly key: string;
  readonly incoming: string;
  readonly maxBodyBytes: number;
};

async function answer(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { engine } = desk;
  const unwelcome = visitorRefusal(request, desk.key);
  if (unwelcome !== null) {
    // Nothing of what it goes on to send is read.
    response.setHeader('Connection', 'close');
    sendRefusal(response, '', unwelcome, engine.version);
    return;
  }
  const path = (request.url ?? '/').split('?')[0];
  const probing = path === '/ping' || path === '/replicas_status';
  if (probing || (request.method === 'GET' && request.url === '/')) {
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=UTF-8' }).end('Ok.\n');
    return;
  }
  if (path !== '/' || !['GET', 'POST'].includes(request.method ?? '')) {
    const status = path !== '/' ? 404 : 405;
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end('Not answered here.\n');
    return;
  }
  let queryId = '';
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    const asked = await readRequest(request, desk.incoming, desk.maxBodyBytes, randomUUID);
    queryId = asked.queryId;
    if (asked.work.sql.trim() === goHello && asked.goProtocol) {
      const bytes = goHelloAnswer(displayName, engine.version);
      sendAnswer(response, asked, { bytes, rows: 1, bytesRead: 0, elapsedSeconds: 0 }, false);
      return;
    }
    const isInsert = asked.work.rows !== undefined;
    sendAnswer(response, asked, await engine.run(asked.work, gone.signal), isInsert);
  } catch (error) {
    if (response.headersSent) throw error;
    if (!request.complete) response.setHeader('Connection', 'close');
    sendRefusal(response, queryId, refusalOf(error), engine.version);
  }
}

async function openFolder(folder: string, memoryLimitBytes: number, limits: ReaderLimits): Promise<Engine> {
  // Only this role pays for the engine's library: 250 MB that the other users of this room have no need of.
  const { openEngine } = await import('./engine.ts');
  try {
    const args = [
      `--config-file=${await writeRights(folder)}`,
      `--max_server_memory_usage=${memoryLimitBytes}`,
      `--mark_cache_size=${Math.floor(memoryLimitBytes / 8)}`,
    ];
    return openEngine(folder, args, limits);
  } catch (cause) {
    const owner = await livingOwner(folder);
    if (owner !== null) {
      throw new StackError(
        'FOLDER_IN_USE',
        `the ClickHouse data folder ${folder} is in use by process ${owner}: stop it, or set another LIVE2VOD_HOME`,
        { cause },
      );
    }
    throw new StackError(
      'FOLDER_UNUSABLE',
      `the ClickHouse data folder ${folder} can't be opened: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** The process that locked the folder wrote its id into `status`. */
async function livingOwner(folder: string): Promise<number | null> {
  const status = await readFile(join(folder, 'status'), 'utf8').catch(() => '');
  const pid = Number(/^PID: (\d+)/m.exec(status)?.[1] ?? Number.NaN);
  if (!Number.isInteger(pid)) return null;
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
}

function listen(server: ReturnType<typeof createServer>, host: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', (cause: NodeJS.ErrnoException) =>
      fail(
        cause.code === 'EADDRINUSE'
          ? new StackError('PORT_IN_USE', `port ${port} on ${host} is taken: set CLICKHOUSE_PORT to a free one`, {
              cause,
            })
          : cause,
      ),
    );
    server.listen(port, host, () => {
      const address = server.address();
      done(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
