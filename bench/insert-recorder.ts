/** Stands between a ClickHouse client and its server, and keeps every insert that passes. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RecordedInsert = { readonly query: string; readonly body: Buffer };

export type InsertRecorder = {
  readonly url: string;
  /** In the order in which they were answered. */
  readonly inserts: readonly RecordedInsert[];
  close(): Promise<void>;
};

export async function startInsertRecorder(target: string): Promise<InsertRecorder> {
  const inserts: RecordedInsert[] = [];
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing, target, inserts).catch(() => outgoing.destroy());
  });
  // Later than the client gives up an idle connection, however slow the machine: else one closes while the other writes.
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    inserts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function pass(incoming: IncomingMessage, outgoing: ServerResponse, target: string, inserts: RecordedInsert[]) {
  const body = Buffer.concat(await incoming.toArray());
  const { 'transfer-encoding': _chunked, ...headers } = incoming.headers;
  const onward = request(new URL(incoming.url ?? '/', target), {
    method: incoming.method,
    headers: { ...headers, host: new URL(target).host, 'content-length': body.length },
  });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  const query = new URL(incoming.url ?? '/', target).searchParams.get('query') ?? '';
  if (query.startsWith('INSERT INTO') && query.includes('RowBinary') && answer.statusCode === 200)
    inserts.push({ query, body });
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(outgoing);
}
