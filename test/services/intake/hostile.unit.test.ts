import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type Bench, callback, endpoint, ingressWithList, signed } from './harness.ts';
import { Sender } from './sender.ts';

let bench: Bench;
let port: number;
const sockets: Socket[] = [];

async function listen(limits: Parameters<typeof ingressWithList>[0] = {}): Promise<void> {
  bench = ingressWithList(limits);
  port = Number(new URL(await bench.app.listen({ host: '127.0.0.1', port: 0 })).port);
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await bench.app.close();
});

/** A connection whose answer is text; `ended` once the server closed it. */
async function open(): Promise<{ socket: Socket; text(): string; ended(): boolean }> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  let ended = false;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('close', () => {
    ended = true;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return { socket, text: () => text, ended: () => ended };
}

function head(lines: Readonly<Record<string, string>>): string {
  return `POST ${endpoint.path} HTTP/1.1\r\nhost: x\r\n${Object.entries(lines)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}

describe('a connection that misbehaves is answered and cut', () => {
  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', '400'],
    ['a broken length', head({ 'content-length': 'many' }), '400'],
    ['two lengths', `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n`, '400'],
    ['length and chunks at once', head({ 'content-length': '3', 'transfer-encoding': 'chunked' }), '400'],
    ['headers without end', `POST / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}`, '431'],
  ])('%s', async (_name, bytes, status) => {
    await listen();
    const { socket, text, ended } = await open();
    socket.write(bytes);
    await eventually(ended);
    expect(text()).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    expect(bench.published).toEqual([]);
  });

  test('headers that never end', async () => {
    await listen({ limits: { headersTimeoutMs: 200, requestTimeoutMs: 400 } });
    const { socket, text, ended } = await open();
    socket.write('POST /callbacks/vod HTTP/1.1\r\nhost: x\r\nx-slow: ');
    await eventually(() => {
      if (socket.writable) socket.write('a');
      return ended();
    });
    expect(text()).toMatch(/^HTTP\/1.1 408/);
  });

  test('a connection that never says anything', async () => {
    await listen({ limits: { headersTimeoutMs: 200, requestTimeoutMs: 400 } });
    const { ended } = await open();
    await eventually(ended);
  });

  test('a signed body that never ends', async () => {
    await listen({ limits: { headersTimeoutMs: 200, requestTimeoutMs: 400 } });
    const { socket, text, ended } = await open();
    socket.write(head({ ...signed(), 'content-length': '500' }));
    socket.write('{"VideoId"');
    await eventually(ended);
    expect(text()).toMatch(/^HTTP\/1.1 408/);
    expect(bench.published).toEqual([]);
  });

  test('a forged upload without end is refused before it is read', async () => {
    await listen();
    const { socket, text } = await open();
    socket.write(head({ 'transfer-encoding': 'chunked' }));
    await eventually(() => text().startsWith('HTTP/1.1 403'));
    expect(text()).toMatch(/connection: close/i);
  });

  test('a signed body over the limit, in chunks, gets 413', async () => {
    await listen();
    const { socket, text } = await open();
    socket.write(head({ ...signed(), 'transfer-encoding': 'chunked' }));
    const piece = 'x'.repeat(65_536);
    for (let sent = 0; sent <= 1024 * 1024; sent += piece.length) socket.write(`10000\r\n${piece}\r\n`);
    await eventually(() => text().startsWith('HTTP/1.1 413'));
    expect(bench.published).toEqual([]);
  });

  test('one that leaves in the middle of its body publishes nothing', async () => {
    await listen();
    const { socket } = await open();
    socket.write(head({ ...signed(), 'content-length': '500' }));
    socket.write('{"VideoId":"a"}');
    socket.destroy();
    const sender = new Sender('after');
    await sender.deliver(port);
    sender.close();
    expect(bench.published.map((record) => record.key)).toEqual(['after-0']);
  });
});

test.each([
  ['POST', '/nowhere', 'application/json', '404', 'none 404 path'],
  ['PUT', endpoint.path, 'text/plain', '405', `${endpoint.path} 405 method`],
])('%s %s is answered without its body being read', async (method, path, type, status, counted) => {
  // The framework's own parsers held up to 1 MiB of anybody's body, outside every limit, and answered broken JSON by 400.
  await listen();
  const { socket, text } = await open();
  socket.write(`${method} ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ncontent-length: 1000000\r\n\r\n{bad`);
  await eventually(() => text().startsWith(`HTTP/1.1 ${status}`));
  expect(await bench.counted('live2vod_ingress_requests_total')).toEqual({ [counted]: 1 });
});

test('a callback that nothing makes durable is answered 503 in time, one whose sender has gone is not counted', async () => {
  await listen({ publisher: { publish: () => new Promise(() => {}) }, limits: { answerWithinMs: 200 } });
  const leaver = await open();
  leaver.socket.write(`${head({ ...signed(), 'content-length': '15' })}{"VideoId":"a"}`);
  const stayer = await open();
  stayer.socket.write(`${head({ ...signed(), 'content-length': '15' })}{"VideoId":"b"}`);
  leaver.socket.destroy();
  await eventually(() => stayer.text().startsWith('HTTP/1.1 503'));
  expect(await bench.counted('live2vod_ingress_requests_total')).toEqual({ '/callbacks/vod 503 ANSWER_OVERDUE': 1 });
});

test('connections over the limit are dropped, those within it served', async () => {
  await listen({ limits: { connections: 2 } });
  const first = await open();
  await open();
  const third = await open();
  await eventually(third.ended);
  first.socket.write(`${head({ ...signed(), 'content-length': '15' })}{"VideoId":"a"}`);
  await eventually(() => first.text().startsWith('HTTP/1.1 200'));
});

test('one address can not take all connections', async () => {
  await listen({ limits: { connectionsOfAddress: 2 } });
  const first = await open();
  const second = await open();
  const third = await open();
  await eventually(third.ended);
  second.socket.destroy();
  // The place of one that has left is free again.
  await eventually(async () => {
    const fourth = await open();
    fourth.socket.write(`${head({ ...signed(), 'content-length': '15' })}{"VideoId":"a"}`);
    await eventually(() => fourth.ended() || fourth.text() !== '');
    expect(fourth.text()).toMatch(/^HTTP\/1.1 200/);
  });
  expect(first.ended()).toBe(false);
  const counted = await bench.counted('live2vod_ingress_requests_total');
  expect(counted['none none address-connections']).toBeGreaterThanOrEqual(1);
});

test('bodies that are still arriving count against the memory set aside: what comes on top gets 503', async () => {
  await listen({ limits: { waitingBytes: 1_000 } });
  const slow = await open();
  slow.socket.write(`${head({ ...signed(), 'content-length': '900' })}${'x'.repeat(800)}`);
  const large = await open();
  large.socket.write(head({ ...signed(), 'content-length': '5000' }));
  const piece = 'x'.repeat(500);
  await eventually(() => {
    if (large.socket.writable && large.text() === '') large.socket.write(piece);
    return large.text().startsWith('HTTP/1.1 503');
  });
  // The slow one's room is its own, and the refused one's is free again.
  slow.socket.write('x'.repeat(100));
  await eventually(() => slow.text().startsWith('HTTP/1.1 200'));
  const next = await open();
  next.socket.write(`${head({ ...signed(), 'content-length': '15' })}{"VideoId":"a"}`);
  await eventually(() => next.text().startsWith('HTTP/1.1 200'));
});

test('the log holds no payload, no signature, no key, and one line for a flood', async () => {
  const lines: string[] = [];
  const { pino } = await import('pino');
  await listen({ log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }) });
  const headers = { ...signed(), 'x-vod-signature': 'deadbeef'.repeat(4) };
  for (let count = 0; count < 20; count += 1) {
    await bench.app.inject({ method: 'POST', url: endpoint.path, headers, payload: callback('secret-payload') });
  }
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('forged');
  expect(lines[0]).not.toMatch(/deadbeef|secret-payload|Abc123Def456/);
});
