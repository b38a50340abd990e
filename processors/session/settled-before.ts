/**
 * What releases that let go of the facts of a settled session left behind: stubs whose records stand until the retention
 * is over. They are moved out of the stream's own record once, since there may be thousands.
 */
import type { StreamState, StreamVideo } from '../../schemas/generated/StreamState.ts';
import type { Emission } from '../topology.ts';
import { tombstone } from './announce.ts';
import type { Archive } from './archive.ts';
import type { SessionRules } from './rules.ts';
import { placeOf } from './times.ts';

/** A fact about something whose other facts are gone: it would be taken for a session of its own. */
export function settledBefore(own: StreamState, archive: Archive | null, video: StreamVideo): boolean {
  const { settledThrough } = own;
  if (settledThrough === null) return false;
  const place = placeOf(video);
  if (place > 0 && place <= settledThrough) return true;
  const stubs = [...own.settled, ...(archive?.stubs?.settled ?? [])];
  return stubs.some((session) => session.composed.includes(video.videoId));
}

/** The own record without its stubs, which have a record of their own then. */
export function withoutStubs(own: StreamState, archive: Archive, rules: SessionRules): StreamState {
  if (own.settled.length === 0) return own;
  archive.putStubs(
    withDue({ ...own, videos: [], sessions: [], compositions: [], archivedBefore: null, archived: 0 }, rules),
  );
  return { ...own, settled: [], archived: own.archived + 1 };
}

/** The stubs whose retention isn't over at that time, null for none, and tombstones for the others. */
export function stubsAt(stubs: StreamState, clock: number, rules: SessionRules) {
  const isOver = ({ lastActivity }: StreamState['settled'][number]) => clock >= lastActivity + rules.retentionMs;
  const emit = stubs.settled
    .filter(isOver)
    .map(({ startTime }): Emission => tombstone(stubs.stream, startTime, 'retired'));
  const settled = stubs.settled.filter((stub) => !isOver(stub));
  return { stubs: settled.length === 0 ? null : withDue({ ...stubs, settled, clock }, rules), emit };
}

function withDue(stubs: StreamState, rules: SessionRules): StreamState {
  const first = stubs.settled.reduce((min, { lastActivity }) => Math.min(min, lastActivity), Number.POSITIVE_INFINITY);
  return { ...stubs, dueAt: Math.max(stubs.clock + 1, first + rules.retentionMs) };
}
