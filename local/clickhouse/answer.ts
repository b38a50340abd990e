import type { ServerResponse } from 'node:http';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Answer } from './engine.ts';
import type { Asked } from './request.ts';
import { type EngineRefusal, httpStatus } from './status.ts';

export const displayName = 'live2vod embedded';

const contentTypes: readonly (readonly [RegExp, string])[] = [
  [/^JSON(Strings)?(Compact\w*)?EachRow/, 'application/x-ndjson; charset=UTF-8'],
  [/^JSON/, 'application/json; charset=UTF-8'],
  [/^(TabSeparated|TSV)/, 'text/tab-separated-values; charset=UTF-8'],
  [/^CSV/, 'text/csv; charset=UTF-8; header=absent'],
  [/^XML$/, 'application/xml; charset=UTF-8'],
  [/^(Native|RowBinary|Arrow|Parquet|Avro|ORC)/, 'application/octet-stream'],
];

/** The whole answer at once: an error after the first row can't happen to a client of this role. */
export function sendAnswer(response: ServerResponse, asked: Asked, answer: Answer, isInsert: boolean): void {
  const body = compressed(answer.bytes, asked.compressAnswer);
  response.writeHead(200, {
    ...commonHeaders(asked.queryId),
    'Content-Type':
      contentTypes.find(([pattern]) => pattern.test(asked.work.format))?.[1] ?? 'text/plain; charset=UTF-8',
    'Content-Length': body.length,
    ...(asked.compressAnswer === null ? {} : { 'Content-Encoding': asked.compressAnswer, Vary: 'Accept-Encoding' }),
    'X-ClickHouse-Format': asked.work.format,
    'X-ClickHouse-Summary': summary(answer, isInsert),
  });
  response.end(body);
}

/** An error as a server words it; clients read code and name out of the text. */
export function sendRefusal(response: ServerResponse, queryId: string, refusal: EngineRefusal, version: string): void {
  const body = Buffer.from(`Code: ${refusal.code}. DB::Exception: ${refusal.message} (version ${version})\n`);
  response.writeHead(httpStatus(refusal.code), {
    ...commonHeaders(queryId),
    'Content-Type': 'text/plain; charset=UTF-8',
    'Content-Length': body.length,
    'X-ClickHouse-Exception-Code': String(refusal.code),
  });
  response.end(body);
}

function commonHeaders(queryId: string): Record<string, string> {
  return {
    // A foreign query id goes back into a header: nothing but printable characters.
    'X-ClickHouse-Query-Id': queryId.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200),
    'X-ClickHouse-Server-Display-Name': displayName,
    'X-ClickHouse-Timezone': 'UTC',
    'X-Content-Type-Options': 'nosniff',
  };
}

function summary(answer: Answer, isInsert: boolean): string {
  const [read, written] = isInsert ? [0, answer.rows] : [answer.rows, 0];
  return JSON.stringify({
    read_rows: String(read),
    read_bytes: String(isInsert ? 0 : answer.bytesRead),
    written_rows: String(written),
    written_bytes: String(isInsert ? answer.bytesRead : 0),
    total_rows_to_read: '0',
    result_rows: String(written),
    result_bytes: String(answer.bytes.length),
    elapsed_ns: String(Math.round(answer.elapsedSeconds * 1e9)),
  });
}

function compressed(bytes: Uint8Array, encoding: string | null): Uint8Array {
  if (encoding === 'gzip') return gzipSync(bytes, { level: 1 });
  if (encoding === 'deflate') return deflateSync(bytes, { level: 1 });
  if (encoding === 'br') return brotliCompressSync(bytes);
  if (encoding === 'zstd') return zstdCompressSync(bytes);
  return bytes;
}
