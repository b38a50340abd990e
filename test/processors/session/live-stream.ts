/** ApsaraVideo Live's own record callbacks of the stream in a test, as the facts that the video processor makes of them. */
import { liveFactOf } from '../../../processors/video/stream-fact.ts';
import type { LiveRecordEvent, StreamFact } from '../../../schemas/generated/StreamFact.ts';
import { atMinute, stream } from './stream.ts';

export function said(event: LiveRecordEvent, minute: number): StreamFact {
  return liveFactOf(stream, { event, time: atMinute(minute), startTime: null, endTime: null });
}

export function file(from: number, to: number): StreamFact {
  const [startTime, endTime] = [atMinute(from), atMinute(to)];
  return liveFactOf(stream, { event: 'FILE', time: endTime, startTime, endTime });
}
