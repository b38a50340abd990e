/**
 * What nobody may have said on the way to the end. It knows the show, not the pipeline: a show is over when Live has
 * taken its stream for ended, and whoever calls it over before has misled whoever read that, corrected or not.
 */
import type { Ledger, LedgerSession } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';

/** The show that a session is about: the one that its recordings, else its compositions, were made in. */
export function showsByVideo({ sessions }: Pick<Ledger, 'sessions'>): ReadonlyMap<string, LedgerSession> {
  return new Map(
    sessions.flatMap((show) => [...show.segments, ...show.composed].map(({ videoId }) => [videoId, show] as const)),
  );
}

export function showOf(
  shows: ReadonlyMap<string, LedgerSession>,
  { segments, composed }: SessionState,
): LedgerSession | undefined {
  return [...segments, ...composed].map(({ videoId }) => shows.get(videoId)).find((show) => show !== undefined);
}

/** Anything but RECORDING says that it is over; MERGED says that it was never a session. */
export function saysOver({ status }: SessionState): boolean {
  return status !== 'RECORDING' && status !== 'MERGED';
}

/**
 * Whether nothing in the record tells of the end. A show's last file and its composition exist only after it, so a
 * record with neither has guessed.
 */
export function isGuess(show: LedgerSession, said: SessionState): boolean {
  const lastMs = Math.max(...show.segments.map(({ endTime }) => endTime));
  const has = (videoId: string) => said.segments.some((one) => one.videoId === videoId);
  const tells = show.segments.some(({ videoId, endTime }) => endTime === lastMs && has(videoId));
  return !tells && said.composed.length === 0;
}

/** What must be composed by us: one film of each show that its user wants composed, of all of its recordings in order. */
export function wantedProductions({ sessions }: Ledger): string[] {
  return sessions
    .filter(({ composedBy }) => composedBy === 'user')
    .map(({ segments }) => segments.map(({ videoId }) => videoId).join(' '))
    .sort();
}
