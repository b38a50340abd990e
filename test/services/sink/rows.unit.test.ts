import avsc from 'avsc';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { RecordView } from '../../../connectors/avro/index.ts';
import type { ConsumedRecord } from '../../../connectors/kafka/index.ts';
import { avroSchema } from '../../../schemas/avro.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { callbackRow } from '../../../services/sink/rows/callback-row.ts';
import { callbackColumns, RowBytes, videoRows } from '../../../services/sink/rows/index.ts';
import { videoDerivations } from '../../../services/sink/rows/video-derivations.ts';
import { after, audit, body, composed, ledgerEntry, rendition, segment, timelineEntry } from './fixtures.ts';

const at = { partition: 2, offset: 77 };

function record(o: Partial<ConsumedRecord>): ConsumedRecord {
  return { topic: 'callbacks', ...at, key: 'video', value: null, headers: {}, timestampMs: 5_000, ...o };
}

const videoType = avsc.Type.forSchema(avroSchema('VideoState') as avsc.Schema);

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

// A time of receipt beyond 2106 overflows the 32 bits of the table's time to live: the row is then as good as expired.
it.each([
  ['a header of the year 2107', { 'received-at': String(Date.UTC(2107, 0, 1)) }, 5_000, 5_000],
  ['a header of 0', { 'received-at': '0' }, 5_000, 5_000],
  ['a record without a time', {}, 0, after(10)],
  ['a header of the year 2286', { 'received-at': '9999999999999' }, 5_000, 5_000],
  ['a record of the year 3000', {}, Date.UTC(3000, 0, 1), after(10)],
  ['a header beyond on a record beyond', { 'received-at': '9999999999999' }, Date.UTC(3000, 0, 1), after(10)],
])('%s gives a row that is kept', (_what, headers, timestampMs, expected) => {
  const row = callbackRow(record({ headers, timestampMs, value: body({ VideoId: 'v' }) }));
  expect(row.received_at).toBe(expected);
});

it('keeps the row of a body that says nothing, whatever time its record tells', () => {
  const row = callbackRow(record({ timestampMs: Date.UTC(3000, 0, 1), value: Buffer.from('{') }));
  expect(row.received_at).toBe(Date.UTC(2100, 0, 1) - 1);
});

it('gives copies of one event one id, whatever their headers', () => {
  const first = callbackRow(record({ headers: { source: 'http' }, value: body({ VideoId: 'v' }) }));
  const resent = callbackRow(
    record({ offset: 78, headers: { source: 'mns', 'received-at': '9' }, value: body({ VideoId: 'v' }) }),
  );
  expect(resent.event_id).toBe(first.event_id);
});

function derived(state: VideoState) {
  const view = new RecordView<VideoState>(avroSchema('VideoState'));
  const of = videoDerivations(view);
  view.read(videoType.toBuffer(state));
  return {
    readyReceivedAt: of.readyReceivedAt(0),
    lastEventTime: of.lastEventTime(0),
    auditTime: of.auditTime(0),
    auditReceivedAt: of.auditReceivedAt(0),
    reviewTime: of.reviewTime(0),
    reviewReceivedAt: of.reviewReceivedAt(0),
    renditionsSubmittedAt: state.renditions.map((_, n) => of.renditionSubmittedAt(n)),
  };
}

it('says when a source was known to be ready: for a composition when both of its events had come', () => {
  const ready = (state: VideoState) => derived(state).readyReceivedAt;
  expect(ready(segment('a'))).toBe(after(12));
  expect(ready(composed('a'))).toBe(after(250));
  expect(ready(composed('a', { timeline: [] }))).toBeNull();
  expect(ready(segment('a', { sourceReadyTime: null }))).toBeNull();
});

it("takes what begins after a workflow was submitted for the workflow's, as no job of it is known by id", () => {
  const renditions = [rendition({ jobId: 'a', startTime: after(30) }), rendition({ jobId: 'b', startTime: after(15) })];
  const jobs = [ledgerEntry({ workflowId: 'w', jobIds: [], submittedAt: after(20) })];
  const submitted = (more: object) => derived(segment('a', { renditions, jobs, ...more })).renditionsSubmittedAt;
  expect(submitted({})).toEqual([after(20), null]);
  expect(submitted({ jobs: [ledgerEntry({ jobIds: [], submittedAt: after(20) })] })).toEqual([null, null]);
  const withinIts = [rendition({ jobId: 'a', startTime: after(20) })];
  const later = [ledgerEntry({ workflowId: 'w', jobIds: [], submittedAt: after(20) + 999 })];
  expect(submitted({ renditions: withinIts, jobs: later })).toEqual([after(20) + 999]);
});

it("takes the audit's older name for an audit", () => {
  const timeline = [timelineEntry({ eventType: 'AIVideoCensorComplete', eventTime: after(30), receivedAt: after(31) })];
  expect(derived(segment('a', { timeline }))).toMatchObject({ auditTime: after(30), auditReceivedAt: after(31) });
});

it.each(['fail', 'failed'])('takes an upload or an audit of status %s for none', (status) => {
  const told = (eventType: string, n: number, more: object = {}) =>
    timelineEntry({ eventType, eventTime: after(n), receivedAt: after(n + 1), ...more });
  const timeline = [
    told('FileUploadComplete', 10, { status }),
    told('FileUploadComplete', 20, { status: null }),
    told('CreateAuditComplete', 30),
    told('CreateAuditComplete', 40, { status }),
  ];
  expect(derived(segment('a', { timeline }))).toMatchObject({
    readyReceivedAt: after(21),
    reviewTime: after(30),
    reviewReceivedAt: after(31),
  });
});

it("tells the machine's first verdict, a person's latest one, and an audit that the cloud refused", () => {
  const verdict = (eventType: string, n: number) =>
    timelineEntry({ eventType, eventTime: after(n), receivedAt: after(n + 1) });
  const machine = [verdict('AIMediaAuditComplete', 40), verdict('AIMediaAuditComplete', 50)];
  const person = [verdict('CreateAuditComplete', 60), verdict('CreateAuditComplete', 70)];
  expect(derived(segment('a', { timeline: [...machine, ...person] }))).toMatchObject({
    auditTime: after(40),
    auditReceivedAt: after(41),
    reviewTime: after(70),
    reviewReceivedAt: after(71),
    lastEventTime: after(70),
  });
  const refused = {
    timeline: [],
    steps: [audit({ kind: 'SNAPSHOT' }), audit({ state: 'FAILED', finishedAt: after(9) })],
  };
  expect(derived(segment('a', refused))).toMatchObject({
    auditTime: after(9),
    auditReceivedAt: null,
    reviewTime: null,
    lastEventTime: null,
  });
});

it('tells when the job of a rendition was submitted, of those that the pipeline started', () => {
  const renditions = ['ours', 'of the cloud', null, 'ours too'].map((jobId) => rendition({ jobId }));
  const jobs = [
    ledgerEntry({ jobIds: ['other', 'ours'], submittedAt: after(13) }),
    ledgerEntry({ jobIds: ['ours too'], submittedAt: null }),
  ];
  expect(derived(segment('a', { renditions, jobs })).renditionsSubmittedAt).toEqual([after(13), null, null, null]);
});

it('makes no row of a retired state, whose last full one stays', () => {
  const out = new RowBytes();
  expect(videoRows().write(videoType.toBuffer(segment('a', { retired: true })), at, out)).toBe(false);
  expect(out.rows).toBe(0);
  expect(out.bytes).toBe(0);
});

it.each(['IMAGE', 'ATTACHED_MEDIA', 'MEDIA', 'JOB', 'COMPOSITION'] as const)(
  'hides what turns out to be no video: %s',
  (subject) => {
    const [hidden, gone] = [new RowBytes(), new RowBytes()];
    expect(videoRows().write(videoType.toBuffer(segment('a', { subject })), at, hidden)).toBe(true);
    videoRows().writeGone('a', at, gone);
    expect([...hidden.slice(0, 1)]).toEqual([...gone.slice(0, 1)]);
  },
);

it('forgets a row whose value cannot be encoded, and keeps those before it', () => {
  const out = new RowBytes();
  const rows = videoRows();
  const write = (state: VideoState) => rows.write(videoType.toBuffer(state), at, out);
  write(segment('good'));
  const good = [...out.slice(0, 1)];
  expect(() => write(segment('bad', { renditions: [rendition({ width: -1 })] }))).toThrow(RangeError);
  out.dropUnfinished();
  write(segment('good'));
  expect(out.rows).toBe(2);
  expect([...out.slice(0, 1)]).toEqual(good);
  expect([...out.slice(1, 2)]).toEqual(good);
  const timeline = [timelineEntry({ eventType: 'x', eventId: 'no hex digits, but of that length' })];
  expect(() => write(segment('bad', { timeline }))).toThrow(RangeError);
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
