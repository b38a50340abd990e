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
      emit.push({ topic: 'session-state', key: sessionId, value: { sessionId, stream, ...content, revision } });
    }
    return sum;
  }

  for (const session of sessions) {
    const { startMs, endMs } = session.group;
    const before = saidByStart.get(startMs);
    saidByStart.delete(startMs);
    const live = known.live.recordings.get(startMs) ?? keptRecording(before?.live, known.live);
    const digest = say(startMs, contentOf(session, live), before);
    // One that Live alone knows of decides nothing. The session that swallows it may begin a little later.
    const kept =
      session.group.segments.length === 0
        ? { endTime: Math.max(endMs, startMs + limits.liveEarlyMs), compose: null, rules: null }
        : { endTime: endMs, compose: session.closed ? session.mode : (before?.compose ?? null), rules: session.rules };
    next.push(asBefore(before, { startTime: startMs, ...kept, digest, mergedInto: null, mergedAt: null, live }));
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

/** The one that was, where nothing has changed: then a record that holds it needn't be written. */
function asBefore(before: EmittedSession | undefined, now: EmittedSession): EmittedSession {
  const isSame =
    before !== undefined &&
    before.endTime === now.endTime &&
    before.digest === now.digest &&
    before.compose === now.compose &&
    before.mergedInto === now.mergedInto &&
    before.mergedAt === now.mergedAt &&
    areSameFields(before.rules, now.rules) &&
    areSameFields(before.live ?? null, now.live);
  return isSame ? before : now;
}

function areSameFields<T extends KeptRules | LiveRecording>(a: T | null, b: T | null): boolean {
  if (a === b) return true;
  if (a === null || b === null) return false;
  for (const field in b) if (a[field] !== b[field]) return false;
  return true;
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
