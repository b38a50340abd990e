import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join, resolve } from 'node:path';
import type { Logger } from '../../telemetry/index.ts';
import { ClickhouseFault } from '../fault.ts';
import { displayName, sendAnswer, sendRefusal } from './answer.ts';
import type { Engine } from './engine.ts';
import { goHello, goHelloAnswer } from './go-hello.ts';
import { readRequest } from './request.ts';
import { refusalOf } from './status.ts';

export type ClickhouseRoleOptions = {
  /** Data folder; one process at a time. Made where it doesn't exist. */
  readonly folder: string;
  /** Default 127.0.0.1. There is no password: whoever reaches the port may read and change everything. */
  readonly host?: string;
  /** 0 for any free one. */
  readonly port: number;
  /** What the engine may allocate before queries are refused (MEMORY_LIMIT_EXCEEDED). Default 2 GiB. */
  readonly memoryLimitBytes?: number;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /** Told the base URL once queries are answered. */
  readonly onReady?: (url: string) => void;
};

/**
 * Answers the part of ClickHouse's HTTP interface that `@clickhouse/client` and Grafana use, from an engine in this
 * process. Resolves after `signal` aborted and what ran has ended.
 * @throws ClickhouseFault `FOLDER_IN_USE`, `FOLDER_UNUSABLE`, `PORT_IN_USE`
 */
export async function startClickhouseRole(options: ClickhouseRoleOptions): Promise<void> {
  const folder = resolve(options.folder);
  await mkdir(folder, { recursive: true });
  const engine = await openFolder(folder, options.memoryLimitBytes ?? 2 * 1024 ** 3);
  const incoming = join(folder, 'tmp', 'incoming');
  // What a killed process left behind was never acknowledged to anybody.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });
  const server = createServer((request, response) => {
    answer(engine, incoming, request, response).catch((error: unknown) => {
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

async function answer(
  engine: Engine,
  incoming: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0];
  const probing = path === '/ping' || path === '/replicas_status';
  if (probing || (request.method === 'GET' && request.url === '/')) {
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=UTF-8' }).end('Ok.\n');
    return;
  }
  // A web page must not be able to write: browsers name themselves in this header, clients and Grafana don't.
  if (request.headers.origin !== undefined || path !== '/' || !['GET', 'POST'].includes(request.method ?? '')) {
    const status = path !== '/' ? 404 : request.headers.origin === undefined ? 405 : 403;
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=UTF-8' }).end('Not answered here.\n');
    return;
  }
  let queryId = '';
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    const asked = await readRequest(request, incoming, randomUUID);
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
    sendRefusal(response, queryId, refusalOf(error), engine.version);
  }
}

async function openFolder(folder: string, memoryLimitBytes: number): Promise<Engine> {
  // Only this role pays for the engine's library: 250 MB that the other users of this room have no need of.
  const { openEngine } = await import('./engine.ts');
  try {
    return openEngine(folder, [
      `--max_server_memory_usage=${memoryLimitBytes}`,
      `--mark_cache_size=${Math.floor(memoryLimitBytes / 8)}`,
    ]);
  } catch (cause) {
    const owner = await livingOwner(folder);
    if (owner !== null) {
      throw new ClickhouseFault(
        'FOLDER_IN_USE',
        `the ClickHouse data folder ${folder} is in use by process ${owner}: stop it, or set another LIVE2VOD_HOME`,
        { cause },
      );
    }
    throw new ClickhouseFault(
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
          ? new ClickhouseFault('PORT_IN_USE', `port ${port} on ${host} is taken: set CLICKHOUSE_PORT to a free one`, {
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
