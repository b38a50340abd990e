import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ServerSentEvent, serverSentEvents } from '../../client/sse.ts';

async function parse(chunks: readonly Uint8Array[]): Promise<ServerSentEvent[]> {
  const seen: ServerSentEvent[] = [];
  async function* body() {
    yield* chunks;
  }
  for await (const event of serverSentEvents(body())) seen.push(event);
  return seen;
}

const text = [
  ': keep-alive\n\n',
  'id: e~1.2~3\nevent: video\ndata: {"name":"直播"}\n\n',
  'event:session\r\ndata:one\r\ndata: two\r\nretry: 10\r\n\r\n',
  'data\n\n',
  'id: e~2.2~3\n\n',
  'event: nothing\n\n',
  'data: after\r\r',
  'data: cut off',
].join('');
const events = [
  { id: 'e~1.2~3', event: 'video', data: '{"name":"直播"}' },
  { id: 'e~1.2~3', event: 'session', data: 'one\ntwo' },
  { id: 'e~1.2~3', event: 'message', data: '' },
  { id: 'e~2.2~3', event: 'message', data: 'after' },
];

test('reads events by the rules of the standard', async () => {
  expect(await parse([Buffer.from(text)])).toEqual(events);
});

test('however the bytes are cut into chunks', async () => {
  const bytes = Buffer.from(text);
  const cuts = fc.uniqueArray(fc.nat(bytes.length), { maxLength: 30 });
  const property = fc.asyncProperty(cuts, async (places) => {
    const sorted = [0, ...places.sort((a, b) => a - b), bytes.length];
    const chunks = sorted.slice(1).map((end, i) => bytes.subarray(sorted[i], end));
    expect(await parse(chunks)).toEqual(events);
  });
  await fc.assert(property, { numRuns: 200 });
});
