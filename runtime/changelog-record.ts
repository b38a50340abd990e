import type { OutgoingRecord } from '../connectors/kafka/index.ts';
import { header } from '../schemas/topics.ts';
import type { Change } from './overlay.ts';

/** Header of a state record: when its timer is due (epoch ms), so that a restore needn't decode the value. */
export const nextTimerHeader = 'next-timer-at';

/** The state record of a key: its own partition number, whatever the key's hash says, because the store restores from there. */
export function changelogRecord(
  topic: string,
  partition: number,
  key: string,
  bytes: Buffer | null,
  dueAtMs: number | null,
  change: Change<unknown>,
): OutgoingRecord {
  const headers: Record<string, string> = { ...change.trace };
  if (dueAtMs !== null) headers[nextTimerHeader] = String(dueAtMs);
  if (bytes === null && change.reason !== undefined) headers[header.reason] = change.reason;
  return { topic, partition, key, value: bytes, headers };
}

/** The due time that a state record carries, null for none. */
export function nextTimerAtMs(headers: Readonly<Record<string, string>>): number | null {
  const text = headers[nextTimerHeader];
  if (text === undefined) return null;
  const ms = Number(text);
  return Number.isFinite(ms) ? ms : null;
}
