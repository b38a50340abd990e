/** From the sessions as they are to what has to be said about them. */
import type { EmittedSession, KeptRules, LiveRecording, StreamRef } from '../../schemas/generated/StreamState.ts';
import type { Emission } from '../topology.ts';
import { keptRecording, type LiveView } from './live-sessions.ts';
import type { Session } from './projection.ts';
import { contentOf, digestOf, mergedContentOf, type SessionContent } from './record.ts';
import { limits } from './rules.ts';
import { sessionIdOf } from './session-id.ts';

export type Announced = {
  /** What is now the last word about each id, by start. */
  readonly sessions: readonly EmittedSession[];
  readonly revision: number;
  readonly emit: readonly Emission[];
};

/**
 * Says what has changed since `said`: a record for every session whose content differs, a redirect for an id that
 * another session swallowed, a tombstone for a redirect that has served its time and for an id that nothing is left of.
 * Revisions are counted per stream, so that they strictly rise under every id, also where an id is given up and comes
 * back. Swallowing sessions come before the redirects to them.
 */
export function announce(
  stream: StreamRef,
  sessions: readonly Session[],
  said: readonly EmittedSession[],
  known: {
    /** All sessions that a redirect may lead to. */
    readonly others: readonly Session[];
    /** What Live's own callbacks say of them. */
    readonly live: LiveView;
    /** The last one that was given. */
    readonly revision: number;
    readonly nowMs: number;
    readonly clockMs: number;
  },
): Announced {
  const next: EmittedSession[] = [];
  const emit: Emission[] = [];
  let { revision } = known;
  const saidByStart = new Map(said.map((entry) => [entry.startTime, entry]));

  function say(startMs: number, content: SessionContent, before: EmittedSession | undefined): number {
    const sum = digestOf(content);
    if (sum !== before?.digest) {
      revision += 1;
      const sessionId = sessionIdOf(stream, startMs);
      const value = { sessionId, stream, ...content, revision };
      emit.push({ topic: 'session-state', key: sessionId, value, snapshot: true });
    }
    return sum;
  }

  for (const session of sessions) {
    const { startMs } = session.group;
    const before = saidByStart.get(startMs);
    saidByStart.delete(startMs);
    const live = known.live.recordings.get(startMs) ?? keptRecording(before?.live, known.live);
    const digest = say(startMs, contentOf(session, live), before);
    next.push(asBefore(before, entryOf(session, digest, live, before)));
  }
  // Beyond what is remembered the oldest redirects end early.
  let most = limits.redirects * Math.max(1, sessions.length);
  for (const before of [...saidByStart.values()].reverse()) {
    const into = redirectOf(before, saidByStart, known.others);
    const mergedAt = before.mergedAt ?? known.nowMs;
    most -= 1;
    if (into === null || most < 0 || known.clockMs >= mergedAt + limits.mergedForMs) {
      const reason = into === null ? 'retired' : 'merged';
      emit.push(tombstone(stream, before.startTime, reason));
    } else {
      const redirect = mergedContentOf(before.startTime, before.endTime, sessionIdOf(stream, into));
      const sum = say(before.startTime, redirect, before);
      next.push(asBefore(before, { ...before, digest: sum, mergedInto: into, mergedAt }));
    }
  }
  next.sort((a, b) => a.startTime - b.startTime);
  return { sessions: next, revision, emit };
}

/** Where in time what was said of an id is kept: a redirect with the session that it leads to. */
export function keptAt({ startTime, mergedInto }: EmittedSession, current: readonly Session[]): number {
  return mergedInto !== null && current.some(({ group }) => group.startMs === mergedInto) ? mergedInto : startTime;
}

/** What is kept of a session that is told of. */
function entryOf(
  { group: { startMs, endMs, segments }, closed, mode, rules }: Session,
  digest: number,
  live: LiveRecording | null,
  before: EmittedSession | undefined,
): EmittedSession {
  // One that Live alone knows of decides nothing. The session that swallows it may begin a little later.
  const isAlone = segments.length === 0;
  return {
    startTime: startMs,
    endTime: isAlone ? Math.max(endMs, startMs + limits.liveEarlyMs) : endMs,
    digest,
    compose: isAlone ? null : closed ? mode : (before?.compose ?? null),
    mergedInto: null,
    mergedAt: null,
    rules: isAlone ? null : rules,
    live,
  };
}

/** The one that was, where nothing has changed: then a record that holds it needn't be written. */
function asBefore(before: EmittedSession | undefined, now: EmittedSession): EmittedSession {
  const isSame =
    before !== undefined &&
    before.endTime === now.endTime &&
    before.digest === now.digest &&
    before.compose === now.compose &&
    before.mergedInto === now.mergedInto &&
    before.mergedAt === now.mergedAt &&
    areSameRules(before.rules, now.rules) &&
    areSameRecordings(before.live ?? null, now.live);
  return isSame ? before : now;
}

function areSameRules(a: KeptRules | null, b: KeptRules | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.cycleMs === b.cycleMs &&
    a.disconnectDelayMs === b.disconnectDelayMs &&
    a.graceMs === b.graceMs &&
    a.composeOverdueMs === b.composeOverdueMs &&
    a.takeOver === b.takeOver
  );
}

function areSameRecordings(a: LiveRecording | null, b: LiveRecording | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.state === b.state &&
    a.startedTime === b.startedTime &&
    a.pausedTime === b.pausedTime &&
    a.resumedTime === b.resumedTime &&
    a.endedTime === b.endedTime &&
    a.fileTime === b.fileTime
  );
}

/** The record of this session is deleted. */
export function tombstone(stream: StreamRef, startMs: number, reason: 'merged' | 'retired'): Emission {
  return { topic: 'session-state', key: sessionIdOf(stream, startMs), value: null, headers: { reason } };
}

/**
 * The start of the session that an id which is no longer one leads to: the first that has a moment in common with what
 * the id stood for, else the one that it led to before, else that one's. Null where nothing is left of it.
 */
function redirectOf(
  gone: EmittedSession,
  others: ReadonlyMap<number, EmittedSession>,
  sessions: readonly Session[],
): number | null {
  const visited = new Set<EmittedSession>();
  for (let at: EmittedSession | undefined = gone; at && !visited.has(at); ) {
    visited.add(at);
    const { startTime, endTime, mergedInto }: EmittedSession = at;
    const swallower = sessions.find(({ group }) => group.startMs <= endTime && group.endMs >= startTime);
    if (swallower) return swallower.group.startMs;
    if (mergedInto === null) return null;
    if (sessions.some(({ group }) => group.startMs === mergedInto)) return mergedInto;
    at = others.get(mergedInto);
  }
  return null;
}
