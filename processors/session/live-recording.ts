/**
 * What ApsaraVideo Live's own record callbacks say of a stream's recordings (cloud facts 4.11). A set of events like all
 * else: any order and any repetition give the same. No segment, composed video or composition depends on them, so one
 * that is lost, late or wrong does no harm.
 */
import type { LiveRecordFact } from '../../schemas/generated/StreamFact.ts';
import type { LiveEvent, LiveRecording } from '../../schemas/generated/StreamState.ts';
import { limits, type SessionRules } from './rules.ts';

const ranks = { STARTED: 0, PAUSED: 1, RESUMED: 2, FILE: 3, UNKNOWN: 4 } as const;

/** Where in time the event stands: a file at its start, which is its session's or later. */
export function livePlaceOf({ startTime, time }: LiveEvent): number {
  return startTime ?? time;
}

function inOrder(a: LiveEvent, b: LiveEvent): number {
  return livePlaceOf(a) - livePlaceOf(b) || ranks[a.event] - ranks[b.event] || a.time - b.time;
}

/** The set with this event; the very same one where it is in it, or too many newer ones of its sort are. */
export function withLiveEvent(events: readonly LiveEvent[], fact: LiveRecordFact): readonly LiveEvent[] {
  const { event, time, startTime, endTime } = fact;
  const added = { event, time, startTime, endTime };
  if (event === 'UNKNOWN' || events.some((other) => event === other.event && inOrder(other, added) === 0))
    return events;
  const all = [...events, added].sort(inOrder);
  const sort = all.filter((one) => one.event === event);
  const surplus = sort.length > limits.liveEvents ? sort[0] : undefined;
  return surplus === added ? events : all.filter((one) => one !== surplus);
}

/** How long an event is followed. */
export function liveFollowedMs({ retentionMs }: SessionRules): number {
  return Math.min(retentionMs, limits.settleAfterMs);
}

export type LiveRun = {
  /** With a pause that nothing has ended. */
  readonly isPaused: boolean;
  readonly recording: LiveRecording;
  readonly lastMs: number;
};

/**
 * What the events of one recording, in order, say of it. A repeated one adds nothing: the first of several pauses in a row is
 * when it paused.
 */
export function liveRunOf(events: readonly LiveEvent[]): LiveRun {
  let startedTime: number | null = null;
  let pausedTime: number | null = null;
  let resumedTime: number | null = null;
  let fileTime: number | null = null;
  let fileStart: number | null = null;
  let isPaused: boolean | null = null;
  let lastMs = 0;
  for (const { event, time, startTime } of events) {
    lastMs = Math.max(lastMs, time);
    if (event === 'FILE') {
      fileStart ??= startTime;
      fileTime = Math.max(fileTime ?? 0, time);
    } else if (event === 'PAUSED') {
      if (isPaused !== true) pausedTime = time;
      isPaused = true;
    } else {
      if (event === 'STARTED') startedTime ??= time;
      if (isPaused === true || (isPaused === null && event === 'RESUMED')) resumedTime = time;
      isPaused = false;
    }
  }
  const state = isPaused === null ? 'UNKNOWN' : isPaused ? 'PAUSED' : 'RECORDING';
  startedTime ??= fileStart;
  const recording = { state, startedTime, pausedTime, resumedTime, endedTime: null, fileTime } as const;
  return { isPaused: isPaused === true, recording, lastMs };
}

/** A recording that has ended: at its pause, if one was told of last. */
export function endedRecording({ isPaused, recording }: LiveRun): LiveRecording {
  return { ...recording, state: 'ENDED', endedTime: isPaused ? recording.pausedTime : null };
}
