/** What a turn lets go of: sessions whose time is over, and what no session follows any more. */
import type { Composition, EmittedSession, StreamVideo } from '../../schemas/generated/StreamState.ts';
import type { Emission } from '../topology.ts';
import { tombstone } from './announce.ts';
import { compositionOf, homeOf } from './ledger.ts';
import type { Session } from './projection.ts';
import { isOverAt, looseUntil, retiresAt } from './retention.ts';
import type { SessionRules } from './rules.ts';
import { isWithin, type Judged, type Span } from './span.ts';
import { isStandIn } from './times.ts';

export type Parting = {
  /** Those that stay, in their order. */
  readonly current: readonly Session[];
  readonly retired: readonly Session[];
  /** What stays in the ledger. */
  readonly compositions: readonly Composition[];
  readonly facts: ReadonlySet<StreamVideo>;
  readonly emit: readonly Emission[];
};

/**
 * @param sessions and compositions: as decided just now
 * @param loose what belongs to no session
 * @param ledger before those decisions: it tells where a fact is kept
 */
export function partWith(
  { stream, clock }: Pick<Span, 'stream' | 'clock'>,
  { sessions, compositions }: { readonly sessions: readonly Session[]; readonly compositions: readonly Composition[] },
  loose: readonly StreamVideo[],
  ledger: readonly Composition[],
  rules: SessionRules,
  judged: Judged,
): Parting {
  const [retired, current] = partition(
    sessions,
    (session) => isWithin(session.group.startMs, judged) && isOverAt(retiresAt(session, rules), clock),
  );
  const [forgotten, kept] = partition(
    compositions,
    (one) => isWithin(one.sessionStart, judged) && isForgotten(one, retired, current, clock, rules),
  );
  const own = loose.filter((one) => isWithin(homeOf(one, ledger), judged));
  return {
    current,
    retired,
    compositions: kept,
    facts: factsLeaving(retired, own, { kept, forgotten }, clock, rules),
    emit: retired.map((session) => tombstone(stream, session.group.startMs, 'retired')),
  };
}

/** What is still said of ids, without the sessions that retire: theirs to say is the tombstone. */
export function withoutRetired(
  said: readonly EmittedSession[],
  retired: readonly Session[],
): readonly EmittedSession[] {
  const isGone = (startMs: number) => retired.some((session) => session.group.startMs === startMs);
  return said.filter((one) => one.mergedInto !== null || !isGone(one.startTime));
}

/** The facts of sessions that retire, and loose ones that have waited long enough. */
function factsLeaving(
  retired: readonly Session[],
  loose: readonly StreamVideo[],
  ledger: { readonly kept: readonly Composition[]; readonly forgotten: readonly Composition[] },
  clock: number,
  rules: SessionRules,
): ReadonlySet<StreamVideo> {
  const left = new Set<StreamVideo>();
  for (const { group, composed, clips } of retired) {
    for (const { video } of group.segments) left.add(video);
    for (const { video } of composed) left.add(video);
    for (const video of clips) left.add(video);
  }
  for (const video of loose) {
    // What became of a composition matters as long as that is in the ledger.
    const isForgotten =
      compositionOf(video, ledger.forgotten) !== undefined ||
      (isStandIn(video) && compositionOf(video, ledger.kept) === undefined);
    const until = looseUntil(video, rules);
    if (isForgotten || (until !== null && isOverAt(until, clock))) left.add(video);
  }
  return left;
}

/** A composition is remembered with its session; where that is gone, for as long as one would be. */
function isForgotten(
  { sessionStart, plannedAt }: Composition,
  retired: readonly Session[],
  current: readonly Session[],
  clock: number,
  rules: SessionRules,
): boolean {
  const covers = coversMoment(sessionStart);
  return !current.some(covers) && (retired.some(covers) || isOverAt(plannedAt + rules.retentionMs, clock));
}

/** Whether a session is of that moment. */
export function coversMoment(ms: number): (session: Session) => boolean {
  return ({ group }) => group.startMs <= ms && ms <= group.endMs;
}

/** Those of which it holds, and the others. */
export function partition<T>(all: readonly T[], isIn: (one: T) => boolean) {
  const [within, without]: [T[], T[]] = [[], []];
  for (const one of all) (isIn(one) ? within : without).push(one);
  return [within, without] as const;
}
