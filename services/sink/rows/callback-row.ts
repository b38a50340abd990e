import type { ConsumedRecord } from '../../../connectors/kafka/index.ts';
import { sha256 } from '../../../platform/host/index.ts';
import { claimedSourceOf, deliveryOf, parseCallback, replayedAtMsOf } from '../../../processors/callback/index.ts';
import { bytes, type Column, label, maybeTime, text, time, uint16, uint64, uuid } from './columns.ts';
import type { RowBytes } from './row-bytes.ts';

/** A row of `callbacks`, without what ClickHouse fills in. Times are epoch milliseconds. */
export type CallbackRow = {
  readonly partition: number;
  readonly offset: number;
  readonly received_at: number;
  readonly source: string;
  readonly region: string;
  readonly replayed_at: number | null;
  readonly subject_id: string;
  /** 32 hex digits. */
  readonly event_id: string;
  readonly event_type: string;
  readonly event_time: number | null;
  readonly status: string;
  readonly error_code: string;
  readonly job_id: string;
  /** As received, whatever the bytes are. */
  readonly body: Buffer;
};

const noEvent = '0'.repeat(32);
const noBody = Buffer.alloc(0);

/** Where and how a body arrived, and what it says. A body that says nothing usable has a row too. */
export function callbackRow(record: ConsumedRecord): CallbackRow {
  const delivery = deliveryOf(record);
  const body = record.value ?? noBody;
  const parsed = parseCallback(body, delivery, sha256);
  const entry = parsed.kind === 'unparsable' ? null : parsed.event.entry;
  return {
    partition: record.partition,
    offset: record.offset,
    received_at: keptTime([delivery.receivedAtMs, record.timestampMs, entry?.eventTime ?? 0]),
    // An unknown source is worth seeing, though it is trusted like a callback.
    source: claimedSourceOf(record),
    region: delivery.region ?? '',
    replayed_at: replayedAtMsOf(record),
    subject_id: record.key ?? '',
    event_id: entry?.eventId ?? noEvent,
    event_type: entry?.eventType ?? '',
    event_time: entry === null || entry.eventTime === 0 ? null : entry.eventTime,
    status: entry?.status ?? '',
    error_code: entry?.errorCode ?? '',
    job_id: entry?.jobId ?? '',
    body,
  };
}

/** The table `callbacks`. A body keeps its bytes, whatever they are. */
export const callbackColumns: readonly Column<CallbackRow>[] = [
  uint16.of('partition', (r) => r.partition),
  uint64.of('offset', (r) => r.offset),
  time.of('received_at', (r) => r.received_at),
  label.of('source', (r) => r.source),
  label.of('region', (r) => r.region),
  maybeTime.of('replayed_at', (r) => r.replayed_at),
  text.of('subject_id', (r) => r.subject_id),
  uuid.of('event_id', (r) => r.event_id),
  label.of('event_type', (r) => r.event_type),
  maybeTime.of('event_time', (r) => r.event_time),
  label.of('status', (r) => r.status),
  label.of('error_code', (r) => r.error_code),
  text.of('job_id', (r) => r.job_id),
  bytes.of('body', (r) => r.body),
];

/** Appends the row of a callback. */
export function writeCallback(record: ConsumedRecord, out: RowBytes): void {
  const row = callbackRow(record);
  for (const column of callbackColumns) column.write(out, row);
  out.endRow();
}

/**
 * The end of the year 2099. ClickHouse counts a row's time to live in 32 bits, which end in 2106: of a later time it makes
 * one in the 1970s, and removes the row at its next merge. Nothing is received after this, whatever a stranger's record says.
 */
const latestMs = Date.UTC(2100, 0, 1) - 1;

/** The first time that is one, and that a row can have and stay. */
function keptTime(times: readonly number[]): number {
  return times.find((ms) => ms > 0 && ms <= latestMs) ?? (times.some((ms) => ms > latestMs) ? latestMs : 0);
}
