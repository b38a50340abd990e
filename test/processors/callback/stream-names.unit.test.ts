import { expect, it } from 'vitest';
import { parseCallback } from '../../../processors/callback/index.ts';
import { streamKeyOf } from '../../../processors/stream-key.ts';

function keyOf(StreamName: string): string {
  const body = { EventType: 'AddLiveRecordVideoComplete', VideoId: 'v', DomainName: 'd', AppName: 'live', StreamName };
  const bytes = new TextEncoder().encode(
    JSON.stringify({ ...body, EventTime: '2026-03-01T10:00:00Z', Status: 'success' }),
  );
  const parsed = parseCallback(bytes, { source: 'http', receivedAtMs: 1, region: null });
  if (parsed.kind === 'unparsable' || !('event' in parsed) || parsed.event.fact.stream === null)
    throw new Error(parsed.kind);
  return streamKeyOf(parsed.event.fact.stream);
}

// Names were cut at 256 bytes: two long ones that differ only behind that were one stream.
it('names that are too long are cut, but two different ones stay two', () => {
  for (const letter of ['x', '中', '😀']) {
    const long = letter.repeat(300);
    const keys = [long, `${long}a`, `${long}b`].map(keyOf);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys) expect(Buffer.byteLength(key)).toBeLessThanOrEqual(256 + 'd/live/'.length);
    expect(keyOf(`${long}a`)).toBe(keys[1]);
  }
  expect(keyOf('x'.repeat(256))).toBe(`d/live/${'x'.repeat(256)}`);
  // The end of a name that was cut is a hash of the whole, 16 digits of it.
  for (const letter of ['x', '中', '😀'])
    expect(keyOf(letter.repeat(300))).toMatch(/^d\/live\/[x中😀]+~[0-9a-f]{16}$/u);
  expect(Buffer.byteLength(keyOf('x'.repeat(257)))).toBe(256 + 'd/live/'.length);
});
