import type { Ledger, LedgerSession } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import { isGuess, saysOver, showOf, showsByVideo } from '../emulator/on-the-way.ts';
import type { Decoded } from './outputs.ts';

/**
 * Records of `session-state` that called a show over while it went on: before Live took its stream for ended, or when
 * nothing that is only there at the end had been heard. What came after may have corrected it; whoever read it was misled.
 *
 * @param isFollowed the shows that may not be called over early; of others nobody can know
 */
export function earlyEnds(
  ledger: Pick<Ledger, 'sessions'>,
  sessions: readonly Pick<Decoded<SessionState>, 'timestampMs' | 'value'>[],
  isFollowed: (show: LedgerSession) => boolean,
): string[] {
  const shows = showsByVideo(ledger);
  return sessions.flatMap(({ timestampMs, value }) => {
    const show = value && saysOver(value) ? showOf(shows, value) : undefined;
    if (!value || !show || !isFollowed(show)) return [];
    const said = `session ${value.sessionId} revision ${value.revision} is ${value.status}`;
    if (timestampMs < show.overTime)
      return [`${said} ${(show.overTime - timestampMs) / 1000} s before its show is over`];
    return isGuess(show, value) ? [`${said} with ${value.segments.length} of ${show.segments.length} segments`] : [];
  });
}
