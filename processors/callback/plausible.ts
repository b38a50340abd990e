/**
 * Times that can't be true. One wrong time would hold a session open, or keep its last word, for years. What is refused
 * follows from the event and how its copy was delivered, never from what came before it: no order of arrival changes it.
 */
import type { Recording, Rendition } from '../../schemas/generated/VideoState.ts';
import type { Delivery, FreshFact } from './event.ts';

/**
 * How far a time may lie after the moment that bounds it: the longest recording cycle, so that an asset that is
 * registered when its cycle begins still counts. A local time taken for UTC (cloud facts 6.4) is off by more.
 */
export const maxAheadMs = 6 * 3_600_000;

/** No recording lasts longer: four of the longest cycles. */
const maxRecordingMs = 24 * 3_600_000;

/** Whether an EventTime lies after the delivery of a copy of the event. Our own roles tell their own time. */
export function isAhead(eventTimeMs: number, { source, receivedAtMs }: Delivery): boolean {
  if (source === 'job-runner' || source === 'operator') return false;
  return receivedAtMs > 0 && eventTimeMs > receivedAtMs + maxAheadMs;
}

/**
 * Takes the times that lie after its event out of the fact, and gives the cloud's names of them. `eventTimeMs` null: when that
 * was isn't known, so no time counts.
 */
export function withoutImplausible(fact: FreshFact, eventTimeMs: number | null): readonly string[] {
  const { recording, outputs } = fact;
  if (recording === null && outputs.length === 0) return none;
  const latest = eventTimeMs === null ? Number.NEGATIVE_INFINITY : eventTimeMs + maxAheadMs;
  const refused: string[] = [];
  if (recording !== null) fact.recording = plausibleRecording(recording, latest, refused);
  // Nearly always all can be true.
  if (!outputs.every((output) => isPlausible(output, latest)))
    fact.outputs = outputs.map((output) => plausibleOutput(output, latest, refused));
  return refused.length === 0 ? none : [...new Set(refused)];
}

const none: readonly string[] = [];

function plausibleRecording(told: Recording, latest: number, refused: string[]): Recording | null {
  let { startTime, endTime } = told;
  if (endTime !== null && endTime > latest) endTime = null;
  if (startTime !== null && startTime < (endTime ?? latest) - maxRecordingMs) startTime = null;
  if (startTime !== null && startTime > latest) startTime = null;
  // One of them is wrong, and nothing says which.
  if (startTime !== null && endTime !== null && startTime > endTime) startTime = endTime = null;
  if (startTime !== told.startTime) refused.push('RecordStartTime');
  if (endTime !== told.endTime) refused.push('RecordEndTime');
  // One that tells no time at all is none, though nothing of it is refused.
  if (startTime === null && endTime === null) return null;
  return startTime === told.startTime && endTime === told.endTime ? told : { startTime, endTime };
}

function isPlausible({ startTime, finishTime }: Rendition, latest: number): boolean {
  return (startTime === null || startTime <= latest) && (finishTime === null || finishTime <= latest);
}

function plausibleOutput(told: Rendition, latest: number, refused: string[]): Rendition {
  if (isPlausible(told, latest)) return told;
  const startTime = told.startTime !== null && told.startTime > latest ? null : told.startTime;
  const finishTime = told.finishTime !== null && told.finishTime > latest ? null : told.finishTime;
  if (startTime !== told.startTime) refused.push('StartTime');
  if (finishTime !== told.finishTime) refused.push('FinishTime');
  return { ...told, startTime, finishTime };
}
