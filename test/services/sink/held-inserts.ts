import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Stands between a sink and ClickHouse: keeps the first insert of rows waiting, and from `refuse` on refuses it and its
 * repetitions, as a server does whose memory is too small for it. All else passes.
 */
export async function holdFirstInsert(target: string) {
  let held: { readonly body: Buffer; readonly outgoing: ServerResponse } | null = null;
  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  });
  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = Buffer.concat(await incoming.toArray());
    const rows = (incoming.url ?? '').includes('RowBinary');
    if (rows && held === null) held = { body, outgoing };
    else if (rows && held?.body.equals(body)) outOfMemory(outgoing);
    else await pass(incoming, body, outgoing, target);
  }
  server.keepAliveTimeout = 120_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isHolding: () => held !== null,
    refuse: () => held && outOfMemory(held.outgoing),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function outOfMemory(outgoing: ServerResponse): void {
  outgoing.writeHead(500, { 'x-clickhouse-exception-code': '241' });
  outgoing.end('Code: 241. DB::Exception: memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)');
}

async function pass(incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse, target: string): Promise<void> {
  const { 'transfer-encoding': _chunked, ...headers } = incoming.headers;
  const onward = request(new URL(incoming.url ?? '/', target), {
    method: incoming.method,
    headers: { ...headers, host: new URL(target).host, 'content-length': body.length },
  });
  onward.end(body);
  const [answer] = (await once(onward, 'response')) as [IncomingMessage];
  outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(outgoing);
}
