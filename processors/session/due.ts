/** What time alone will change. */
import { keptAt } from './announce.ts';
import { coversMoment } from './leaving.ts';
import { homeOf } from './ledger.ts';
import { looseUntil, retiresAt } from './retention.ts';
import { limits, type SessionRules } from './rules.ts';
import { isWithin, type Judged, type Turned } from './span.ts';

/** The next moment after the clock at which time alone changes something about what is judged; null for never. */
export function dueAt(turned: Turned, rules: SessionRules, judged: Judged): number | null {
  let due = Number.POSITIVE_INFINITY;
  const isJudged = (ms: number) => isWithin(ms, judged);
  const consider = (atMs: number | null) => {
    if (atMs !== null && atMs > turned.clock) due = Math.min(due, atMs);
  };
  for (const session of turned.current) {
    if (!isJudged(session.group.startMs)) continue;
    if (!session.closed) consider(session.closesAtMs);
    if (session.mode !== 'NONE' && session.composition === null) {
      consider(session.certainAtMs);
      consider(session.composeOverdueAtMs);
    }
    if (!session.settled) consider(session.settlesAtMs);
    consider(retiresAt(session, rules));
  }
  for (const video of turned.loose)
    if (isJudged(homeOf(video, turned.compositions))) consider(looseUntil(video, rules));
  for (const { sessionStart, plannedAt } of turned.compositions)
    if (isJudged(sessionStart) && !turned.current.some(coversMoment(sessionStart)))
      consider(plannedAt + rules.retentionMs);
  for (const one of turned.sessions)
    if (one.mergedAt !== null && isJudged(keptAt(one, turned.current))) consider(one.mergedAt + limits.mergedForMs);
  return Number.isFinite(due) ? due : null;
}
