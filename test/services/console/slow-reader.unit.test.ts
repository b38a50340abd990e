import { once } from 'node:events';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import { eventually } from '../../support/eventually.ts';
import { openView, testConsole, video, videoRecord } from './fixture.ts';

const videos = 1_500;
const kilobytes = 16;

test('a reader that takes nothing makes the console wait, not remember, and is cut off after a minute', {
  timeout: 240_000,
}, async () => {
  // Ending such an answer waits until the reader has taken what is buffered, which it never does: the socket and the
  // states in it stayed, counted by nobody. Only the connection's end shows that they are gone.
  const view = await openView();
  const errorMessage = 'x'.repeat(kilobytes * 1024);
  await view.apply(Array.from({ length: videos }, (_, n) => videoRecord(0, n, video(`video-${n}`, { errorMessage }))));
  let read = 0;
  const { changes } = view;
  view.changes = async (...question) => {
    const found = await changes.apply(view, question);
    read += found.length;
    return found as never;
  };
  let minuteIsOver: (() => void) | null = null;
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        expect(ms).toBe(60_000);
        minuteIsOver = resolve;
        signal?.addEventListener('abort', () => resolve(), { once: true });
      }),
  };
  const { app, readers } = await testConsole({ view, clock });
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));

  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  socket.pause();
  socket.write('GET /api/events?states=videos HTTP/1.1\r\nhost: console\r\n\r\n');
  // The system's own buffers take some of it; then nothing more is read from the store.
  let before = -1;
  await eventually(
    async () => {
      const stands = read === before && minuteIsOver !== null;
      before = read;
      return stands;
    },
    { timeoutMs: 200_000, intervalMs: 200 },
  );
  expect(await readers()).toBe(1);
  expect(read).toBeGreaterThan(0);
  expect(read).toBeLessThan(videos);

  (minuteIsOver as (() => void) | null)?.();
  await eventually(async () => expect(await readers()).toBe(0));
  const connections = promisify(app.server.getConnections.bind(app.server));
  await eventually(async () => expect(await connections()).toBe(0));
  expect(read).toBeLessThan(videos);
});

test('a live subscription has the strict headers too', async () => {
  const { app } = await testConsole();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const gone = new AbortController();
  const { headers } = await fetch(`${url}/api/events`, { signal: gone.signal });
  gone.abort();
  expect(headers.get('content-type')).toContain('text/event-stream');
  expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('cache-control')).toBe('no-store');
});

test('headers come at once, also where there is no event to send yet', async () => {
  // Node kept them back for the first event: behind a proxy, and in `fetch`, the stream looked dead until then.
  const { app } = await testConsole({ reaches: () => new Promise<boolean>(() => {}) });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const gone = new AbortController();
  const { status, headers } = await fetch(`${url}/api/events`, { signal: gone.signal });
  gone.abort();
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/event-stream');
});

test('HEAD is answered with the headers alone, and holds no place', async () => {
  // It was answered as GET is: with a stream, which for HEAD has no body and so never ended.
  const { app, readers } = await testConsole();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const { status, headers } = await fetch(`${url}/api/events`, { method: 'HEAD', signal: AbortSignal.timeout(20_000) });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toContain('text/event-stream');
  expect(await readers()).toBe(0);
});

test('every id that a video may have can be asked for', async () => {
  const { app } = await testConsole();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = async (length: number) => {
    const gone = new AbortController();
    const { status } = await fetch(`${url}/api/events?video=${'v'.repeat(length)}`, { signal: gone.signal });
    gone.abort();
    return status;
  };
  expect(await answer(256)).toBe(200);
  expect(await answer(257)).toBe(400);
});
