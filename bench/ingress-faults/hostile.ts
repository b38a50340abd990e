/** Requests that are forged, stale, malformed, too large or too slow, beside good ones. */
import { once } from 'node:events';
import { connect } from 'node:net';
import autocannon from 'autocannon';
import { systemClock } from '../../platform/host/index.ts';
import { callback, endpoint, signed } from '../../test/services/intake/harness.ts';
import { type Fault, type Lane, latenciesOf } from './lane.ts';

const perSecond = 100;

/** Good callbacks all the while, every one of which must be answered 200. */
function beside(name: string, attack: (lane: Lane, port: number) => Promise<void>): Fault {
  return {
    name,
    async run(lane) {
      const { port } = await lane.start();
      const stopLoad = lane.load(() => port, perSecond);
      await lane.answered(perSecond);
      await attack(lane, port);
      await stopLoad();
      lane.require(lane.good.idsWith(200).length === lane.good.answered.size, 'a good callback was not answered 200');
    },
  };
}

const times = (count: number, run: (index: number) => Promise<void>) =>
  Promise.all(Array.from({ length: count }, (_, index) => run(index)));

const skewed = beside('clock skew: ±4 min and ±6 min', async (lane, port) => {
  for (const [prefix, minutes, expected] of [
    ['late-4', -4, 200],
    ['early-4', 4, 200],
    ['late-6', -6, 403],
    ['early-6', 6, 403],
  ] as const) {
    const sender = lane.sender(prefix);
    await times(100, () => sender.deliver(port, { headers: () => signed(endpoint, minutes * 60) }));
    lane.require(sender.idsWith(expected).length === 100, `${prefix} min: not all answered ${expected}`);
  }
});

const malformedRequests = [
  'hello\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  `POST ${endpoint.path} HTTP/9.9\r\nhost: x\r\n\r\n`,
  `POST ${endpoint.path} HTTP/1.1\r\nhost: x\r\ncontent-length: many\r\n\r\n`,
  `POST ${endpoint.path} HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n`,
  `POST ${endpoint.path} HTTP/1.1\r\nhost: x\r\nno colon\r\n\r\n`,
  `POST ${endpoint.path} HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
];

const malformed = beside('malformed HTTP, 2,100 connections', async (lane, port) => {
  for (let round = 0; round < 30; round += 1) {
    await times(70, async (index) => {
      const { answer } = await exchange(port, [malformedRequests[index % malformedRequests.length] ?? '']);
      lane.count(answer);
      lane.require(answer === '400' || answer === '431', `malformed request ${index % 7} was answered ${answer}`);
    });
  }
});

const oversize = beside('bodies of 300 KiB, 1 MiB and over', async (lane, port) => {
  for (const [prefix, bytes, expected] of [
    ['large', 300 * 1024, 200],
    ['largest', 1024 * 1024, 200],
    ['oversize', 1024 * 1024 + 1, 413],
  ] as const) {
    const sender = lane.sender(prefix);
    const body = (id: string) => callback(id).padEnd(bytes, ' ');
    for (let round = 0; round < 5; round += 1) await times(4, () => sender.deliver(port, { body }));
    lane.require(sender.idsWith(expected).length === 20, `${bytes} bytes: not all answered ${expected}`);
  }
  const letters = await lane.topics.read('dead-letters');
  lane.note(`${letters.length} dead letters`);
  lane.require(new Set(letters.map(({ value }) => String(value).trim())).size === 40, 'not 40 dead letters');
});

const slowLoris = beside('slow-loris, 500 connections that stall in the headers or the body', async (lane, port) => {
  const cutAfterMs: number[] = [];
  await times(500, async (index) => {
    const startedAtMs = systemClock.monotonicMs();
    const lines = Object.entries({ ...signed(), 'content-length': '500' }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    );
    const head = `POST ${endpoint.path} HTTP/1.1\r\nhost: x\r\n${lines.join('')}`;
    const { answer } = await exchange(port, index % 2 === 0 ? [head] : [`${head}\r\n{"VideoId"`], 'drip');
    cutAfterMs.push(systemClock.monotonicMs() - startedAtMs);
    lane.count(answer);
    lane.require(answer === '408', `a connection that stalls was answered ${answer}`);
  });
  lane.note(`cut after ${Math.round(Math.min(...cutAfterMs))} to ${Math.round(Math.max(...cutAfterMs))} ms`);
});

/** Writes to a connection and waits until the server has closed it. Returns the status that it answered. */
async function exchange(port: number, writes: readonly string[], manner?: 'drip'): Promise<{ answer: string }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  for (const bytes of writes) socket.write(Buffer.from(bytes, 'latin1'));
  const stopDripping = manner === 'drip' ? systemClock.every(500, () => socket.writable && socket.write('a')) : null;
  await closed;
  stopDripping?.();
  return { answer: /^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 'none' };
}

const forgeries = 10_000;

const flood: Fault = {
  name: `${forgeries.toLocaleString('en')} forged requests beside good ones`,
  async run(lane) {
    const { port } = await lane.start();
    // Warm, then a while without the flood: what the good ones' p99 is compared with.
    for (const prefix of ['warm', 'calm']) {
      const sender = lane.sender(prefix);
      const stop = sender.load(() => port, perSecond);
      await systemClock.sleep(prefix === 'warm' ? 3_000 : 8_000);
      await stop();
      if (prefix === 'calm') lane.note(`p99 without the flood ${latenciesOf(sender).p99Ms} ms`);
    }
    const stopLoad = lane.load(() => port, perSecond);
    const result = await autocannon({
      url: `http://127.0.0.1:${port}${endpoint.path}`,
      method: 'POST',
      connections: 50,
      amount: forgeries,
      headers: signed(endpoint, 0, 'NotTheKey1'),
      body: callback('[<id>]'),
      idReplacement: true,
      // In a thread of its own, so that making the flood doesn't slow the good sender.
      workers: 1,
    });
    await stopLoad();
    lane.count('403', result['4xx']);
    lane.note(`${Math.round(forgeries / result.duration)} forged a second`);
    lane.require(result['4xx'] === forgeries, `only ${result['4xx']} of the forged ones were answered 4xx`);
    lane.require(lane.good.idsWith(200).length === lane.good.answered.size, 'a good callback was not answered 200');
  },
};

export const hostileFaults: readonly Fault[] = [skewed, malformed, oversize, slowLoris, flood];
