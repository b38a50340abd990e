/** ApsaraVideo Live's own record callbacks: about a stream, with names in lower case and hardly a time (cloud facts 4.11). */
import type { LiveRecordEvent, LiveRecordFact, StreamRef } from '../../schemas/generated/StreamFact.ts';
import { appOf, domainOf, nameOf } from './cloud-events.ts';
import { type Body, numberOf, textOf } from './fields.ts';
import { maxAheadMs } from './plausible.ts';
import { openBody } from './subject.ts';
import { Unusable } from './unusable.ts';

/** `live` null: of a kind that says nothing about a recording's course. */
export type LiveRecord = { readonly stream: StreamRef; readonly live: LiveRecordFact | null };

export type OpenedLiveRecord =
  | { readonly ok: true; readonly record: LiveRecord }
  | { readonly ok: false; readonly reason: string };

const events: ReadonlyMap<string, LiveRecordEvent> = new Map([
  ['record_started', 'STARTED'],
  ['record_paused', 'PAUSED'],
  ['record_resumed', 'RESUMED'],
]);

/**
 * Reads one body. Never throws, whatever the bytes are.
 *
 * Nothing in it tells two events apart but what happened, to which stream, and when; and the time is not in the body. So
 * an event is what was said in one second: a copy that is sent again later is another event, which says what is known.
 *
 * @param sentAtMs when the cloud sent it, epoch milliseconds; a file's own times may not be later
 */
export function liveRecordOf(bytes: Uint8Array, sentAtMs: number): OpenedLiveRecord {
  const opened = openBody(bytes);
  if (!opened.ok) return opened;
  const { body } = opened;
  try {
    const [domainName, appName, streamName] = [
      domainOf(body.domain, 'domain'),
      appOf(body.app, 'app'),
      nameOf(body.stream, 'stream'),
    ];
    if (domainName === null || appName === null || streamName === null)
      return { ok: false, reason: 'no stream: domain, app or stream is missing' };
    return { ok: true, record: { stream: { domainName, appName, streamName }, live: factOf(body, sentAtMs) } };
  } catch (error) {
    if (error instanceof Unusable) return { ok: false, reason: error.message };
    throw error;
  }
}

function factOf(body: Body, sentAtMs: number): LiveRecordFact | null {
  const time = Math.floor(sentAtMs / 1000) * 1000;
  const said = textOf(body.event);
  if (said !== null) {
    const event = events.get(said);
    return event === undefined ? null : { event, time, startTime: null, endTime: null };
  }
  if (textOf(body.uri) === null) return null;
  const [startTime, endTime] = [secondsOf(body.start_time, 'start_time'), secondsOf(body.stop_time, 'stop_time')];
  // Of a file whose times can't be true nothing is left to say.
  if (startTime === null || endTime === null || endTime < startTime || endTime > sentAtMs + maxAheadMs) return null;
  return { event: 'FILE', time: endTime, startTime, endTime };
}

/** Epoch seconds as epoch milliseconds. */
function secondsOf(value: unknown, name: string): number | null {
  const seconds = numberOf(value, name);
  return seconds === null || !(seconds > 0) || seconds > 1e11 ? null : Math.trunc(seconds) * 1000;
}
