import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { brotliDecompressSync, gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import type { Work } from './engine.ts';
import { saveRows, tooLarge } from './incoming.ts';
import { formatOf, splitInsert } from './statement.ts';
import { EngineRefusal } from './status.ts';

export type Asked = {
  readonly work: Work;
  readonly queryId: string;
  /** Content encoding of the answer, null for none. */
  readonly compressAnswer: string | null;
  /** The asker is clickhouse-go, see go-hello.ts. */
  readonly goProtocol: boolean;
};

/** Settings of ClickHouse's HTTP layer: the engine doesn't know them, this role answers whole bodies anyway. */
const httpOnly = new Set([
  'add_http_cors_header',
  'buffer_size',
  'cancel_http_readonly_queries_on_client_close',
  'client_protocol_version',
  'http_headers_progress_interval_ms',
  'http_native_compression_disable_checksumming_on_decompress',
  'http_response_buffer_size',
  'http_response_headers',
  'http_zlib_compression_level',
  'output_format_compression_level',
  'quota_key',
  'send_progress_in_http_headers',
  'wait_end_of_query',
]);

/** Parameters that say something about the request and aren't settings. */
const notSettings = new Set([
  'query',
  'database',
  'default_format',
  'query_id',
  'user',
  'role',
  'session_timeout',
  'session_check',
  'enable_http_compression',
  'compress',
  'decompress',
]);

/** Of statements with what belongs to them, which are in memory; rows of an INSERT may be larger. */
const maxQueryBytes = 64 * 1024 * 1024;

/** Reads a request of ClickHouse's HTTP interface. Rows of an INSERT go to a file in `incoming`, as they came. */
export async function readRequest(
  request: IncomingMessage,
  incoming: string,
  maxBodyBytes: number,
  newId: () => string,
): Promise<Asked> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  let params = url.searchParams;
  if (params.get('compress') === '1' || params.get('decompress') === '1') {
    throw new EngineRefusal(
      48,
      'Native compression (compress=1, decompress=1) needs a ClickHouse server. (NOT_IMPLEMENTED)',
    );
  }
  if (params.has('session_id')) {
    throw new EngineRefusal(48, 'HTTP sessions (session_id) need a ClickHouse server. (NOT_IMPLEMENTED)');
  }
  const encoding = String(request.headers['content-encoding'] ?? 'none').toLowerCase();
  const queryId = params.get('query_id') || newId();
  const inUrl = params.get('query') ?? '';
  const insert = request.method === 'POST' ? splitInsert(inUrl) : null;
  if (insert?.rows === '') {
    const rows = await saveRows(request, incoming, compressionOf(encoding), maxBodyBytes);
    return asked(request, params, queryId, insert.head, rows);
  }
  const body = decompress(await readAll(request, Math.min(maxQueryBytes, maxBodyBytes)), encoding);
  const form = /^multipart\/form-data;\s*boundary="?([^";]+)/i.exec(request.headers['content-type'] ?? '');
  if (form?.[1]) {
    params = new URLSearchParams([...params, ...formFields(body.toString('utf8'), form[1])]);
    return asked(request, params, queryId, params.get('query') ?? '');
  }
  return withRows(request, params, queryId, inUrl, body, incoming);
}

/** A query may begin in the URL and go on in the body, with the rows of an INSERT behind it. */
async function withRows(
  request: IncomingMessage,
  params: URLSearchParams,
  queryId: string,
  inUrl: string,
  body: Buffer,
  incoming: string,
): Promise<Asked> {
  const begin = Buffer.from(inUrl === '' || body.length === 0 ? inUrl : `${inUrl}\n`);
  // One byte a character, so that places in the text are places in the bytes, which need be no text.
  const bytes = Buffer.concat([begin, body]).toString('latin1');
  const insert = splitInsert(bytes);
  if (insert === null) return asked(request, params, queryId, Buffer.from(bytes, 'latin1').toString('utf8'));
  const rows = await saveRows(
    Readable.from([Buffer.from(insert.rows, 'latin1')]),
    incoming,
    'none',
    Number.POSITIVE_INFINITY,
  );
  return asked(request, params, queryId, Buffer.from(insert.head, 'latin1').toString('utf8'), rows);
}

function asked(
  request: IncomingMessage,
  params: URLSearchParams,
  queryId: string,
  sql: string,
  rows?: Work['rows'],
): Asked {
  const parameters: Record<string, string> = {};
  const settings: Record<string, string> = {};
  for (const [name, value] of params) {
    if (name.startsWith('param_')) parameters[name.slice('param_'.length)] = value;
    else if (!notSettings.has(name) && !httpOnly.has(name)) settings[name] = value;
  }
  const wantsCompression = params.get('enable_http_compression') === '1';
  const accepted = String(request.headers['accept-encoding'] ?? '');
  return {
    queryId,
    goProtocol: params.has('client_protocol_version'),
    compressAnswer: wantsCompression ? (/\b(zstd|gzip|br|deflate)\b/.exec(accepted)?.[1] ?? null) : null,
    work: {
      sql,
      ...(rows === undefined ? {} : { rows }),
      database: params.get('database') ?? firstOf(request.headers['x-clickhouse-database']) ?? null,
      format:
        formatOf(sql) ??
        params.get('default_format') ??
        firstOf(request.headers['x-clickhouse-format']) ??
        'TabSeparated',
      parameters,
      settings,
      readOnly: request.method === 'GET',
    },
  };
}

const firstOf = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

async function readAll(request: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) throw tooLarge(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As the engine names them. */
const compressions: Readonly<Record<string, string>> = {
  none: 'none',
  identity: 'none',
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
  br: 'br',
  zstd: 'zstd',
  lz4: 'lz4',
  xz: 'xz',
  bz2: 'bz2',
};

function compressionOf(encoding: string): string {
  const known = compressions[encoding];
  if (known !== undefined) return known;
  throw new EngineRefusal(48, `Content-Encoding ${encoding.slice(0, 30)} is not supported. (NOT_IMPLEMENTED)`);
}

function decompress(body: Buffer, encoding: string): Buffer {
  const limit = { maxOutputLength: maxQueryBytes };
  const compression = compressionOf(encoding);
  if (body.length === 0 || compression === 'none') return body;
  if (compression === 'gzip') return gunzipSync(body, limit);
  if (compression === 'deflate') return inflateSync(body, limit);
  if (compression === 'br') return brotliDecompressSync(body, limit);
  if (compression === 'zstd') return zstdDecompressSync(body, limit);
  throw new EngineRefusal(48, `Content-Encoding ${encoding} is for rows of an INSERT only. (NOT_IMPLEMENTED)`);
}

/** The text fields of a form, as clients send long parameters. */
function formFields(body: string, boundary: string): [string, string][] {
  return body.split(`--${boundary}`).flatMap((part): [string, string][] => {
    const match = /name="([^"]+)"[^\r\n]*(?:\r\n[^\r\n]+)*\r\n\r\n([\s\S]*?)\r\n$/.exec(part);
    return match?.[1] === undefined || match[2] === undefined ? [] : [[match[1], match[2]]];
  });
}
