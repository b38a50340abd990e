import fc from 'fast-check';
import { expect, it } from 'vitest';
import { callbackRow } from '../../../connectors/clickhouse/rows/callback-row.ts';
import { callbackColumns, RowBytes, videoColumns } from '../../../connectors/clickhouse/rows/index.ts';
import { readyReceivedAt } from '../../../connectors/clickhouse/rows/video-row.ts';
import type { ConsumedRecord } from '../../../connectors/kafka/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { after, body, composed, rendition, segment } from './fixtures.ts';

const at = { partition: 2, offset: 77 };

function record(o: Partial<ConsumedRecord>): ConsumedRecord {
  return { topic: 'callbacks', ...at, key: 'video', value: null, headers: {}, timestampMs: 5_000, ...o };
}

it('takes how a callback arrived from its headers and what it says from its body', () => {
  const headers = {
    source: 'mns',
    'received-at': '1772359212345',
    region: 'cn-beijing',
    'replayed-at': '1772359999000',
  };
  expect(callbackRow(record({ headers, value: body({ VideoId: 'video', source: 'operator' }) }))).toMatchObject({
    partition: 2,
    offset: 77,
    source: 'mns',
    received_at: 1_772_359_212_345,
    replayed_at: 1_772_359_999_000,
    region: 'cn-beijing',
    event_type: 'FileUploadComplete',
    event_time: after(10),
    event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
  });
});

it('keeps a body that says nothing, received when Kafka got it', () => {
  expect(callbackRow(record({ value: Buffer.from('{') }))).toMatchObject({
    event_type: '',
    event_time: null,
    received_at: 5_000,
    body: Buffer.from('{'),
  });
});

it('gives copies of one event one id, whatever their headers', () => {
  const first = callbackRow(record({ headers: { source: 'http' }, value: body({ VideoId: 'v' }) }));
  const resent = callbackRow(
    record({ offset: 78, headers: { source: 'mns', 'received-at': '9' }, value: body({ VideoId: 'v' }) }),
  );
  expect(resent.event_id).toBe(first.event_id);
});

it('says when a source was known to be ready: for a composition when both of its events had come', () => {
  expect(readyReceivedAt(segment('a'))).toBe(after(12));
  expect(readyReceivedAt(composed('a'))).toBe(after(250));
  expect(readyReceivedAt(composed('a', { timeline: [] }))).toBeNull();
  expect(readyReceivedAt(segment('a', { sourceReadyTime: null }))).toBeNull();
});

it('forgets a row whose value cannot be encoded, and keeps those before it', () => {
  const out = new RowBytes();
  const write = (state: VideoState) => videoColumns.write({ id: state.videoId, ...at, state }, out);
  write(segment('good'));
  const good = [...out.slice(0, 1)];
  expect(() => write(segment('bad', { renditions: [rendition({ width: -1 })] }))).toThrow(RangeError);
  out.dropUnfinished();
  write(segment('good'));
  expect(out.rows).toBe(2);
  expect([...out.slice(0, 1)]).toEqual(good);
  expect([...out.slice(1, 2)]).toEqual(good);
});

it('writes RowBinary: lengths before text, little endian numbers, a flag before what may be absent', () => {
  const out = new RowBytes(4);
  const row = callbackRow(record({ headers: { source: 'http', 'received-at': '258' }, value: Buffer.from([0xff, 0]) }));
  const special = { ...row, event_id: '000102030405060708090a0b0c0d0e0f', job_id: 'ü'.repeat(100) };
  for (const column of callbackColumns) column.write(out, special);
  out.endRow();
  const bytes = [...out.slice(0, 1)];
  expect(bytes.slice(0, 18)).toEqual([2, 0, 77, 0, 0, 0, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0, 0, 0]);
  expect(bytes.slice(18, 31)).toEqual([4, ...Buffer.from('http'), 0, 1, 5, ...Buffer.from('video')]);
  expect(bytes.slice(31, 47)).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8]);
  expect(bytes.slice(47, 51)).toEqual([0, 1, 0, 0]);
  expect(bytes.slice(51, 53)).toEqual([0xc8, 0x01]);
  expect(bytes.slice(-3)).toEqual([2, 0xff, 0]);
});

it('keeps every number and text through the row buffer, however it grows', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.maxSafeInteger(), fc.string({ maxLength: 300 }))), (rows) => {
      const out = new RowBytes(1);
      for (const [number, text] of rows) {
        out.int64(number);
        out.text(text);
        out.endRow();
      }
      rows.forEach(([number, text], n) => {
        const slice = out.slice(n, n + 1);
        expect(slice.readBigInt64LE()).toBe(BigInt(number));
        const lengthBytes = (slice[8] ?? 0) < 0x80 ? 1 : 2;
        expect(slice.subarray(8 + lengthBytes).toString()).toBe(Buffer.from(text).toString());
      });
      expect(out.slice(0, rows.length).length).toBe(out.bytes);
    }),
  );
});
