import { once } from 'node:events';
import { connect } from 'node:net';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { stopServing } from '../../../services/intake/http/stop-serving.ts';
import { ingressWithList } from './harness.ts';

async function listen() {
  const { app } = ingressWithList();
  return { app, port: Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port) };
}

test.each([
  ['says nothing', ''],
  ['never finishes its headers', 'POST /callbacks/vod HTTP/1.1\r\nhost: x\r\nx-slow: '],
])('a connection that %s does not hold up the end', async (_name, bytes) => {
  // A server that is closing enforces no time limit on its connections any more, and such a connection isn't idle:
  // closing waited for it for ever, and the spool was never drained.
  const { app, port } = await listen();
  const arrived = once(app.server, 'connection');
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  const ended = once(socket, 'close');
  await arrived;
  if (bytes !== '') socket.write(bytes);
  await stopServing(app, 50, systemClock);
  await ended;
  expect(app.server.listening).toBe(false);
});

/** Connects often, tells by shared memory when the kernel has accepted all, then asks on each connection. */
const client = `
  const { workerData, parentPort } = require('node:worker_threads');
  const { connect } = require('node:net');
  const { port, connections, flag } = workerData;
  const sockets = [];
  let up = 0;
  const all = () => {
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
    let left = connections;
    const answers = { answered: 0, reset: 0 };
    for (const socket of sockets) {
      let answered = false;
      socket.on('data', () => { answered = true; });
      socket.on('error', () => {});
      socket.on('close', () => {
        answers[answered ? 'answered' : 'reset'] += 1;
        if (--left === 0) parentPort.postMessage(answers);
      });
      socket.write('GET /healthz HTTP/1.1\\r\\nhost: x\\r\\nconnection: close\\r\\n\\r\\n');
    }
  };
  parentPort.once('message', () => {
    for (let n = 0; n < connections; n++) sockets.push(connect(port, '127.0.0.1', () => { if (++up === connections) all(); }));
  });
  parentPort.postMessage('ready');
`;

test('every connection that the kernel has accepted is served', async () => {
  // A turn of the event loop accepts one connection: those that had gathered behind it while the loop was busy were
  // reset when the server stopped to listen.
  const { app, port } = await listen();
  const connections = 40;
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(client, { eval: true, workerData: { port, connections, flag } });
  await once(worker, 'message');
  const answers = once(worker, 'message');
  worker.postMessage('go');
  // This thread, and with it the server, stands still until all of them are in the kernel's queue.
  expect(Atomics.wait(flag, 0, 0, 10_000)).not.toBe('timed-out');
  // The second that accepting may take is not what is tested: a busy machine may need longer for 40 turns.
  await stopServing(app, 5_000, { ...systemClock, monotonicMs: () => 0 });
  expect(await answers).toEqual([{ answered: connections, reset: 0 }]);
  await worker.terminate();
});
