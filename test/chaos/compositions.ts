import type { Ledger, LedgerSession } from '../../emulator/index.ts';
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { Decoded } from './outputs.ts';

/** One film of each show that its user wants composed, of all its recordings that can be used, in order; no other. */
export function wrongCompositions(
  { sessions, videos }: Pick<Ledger, 'sessions' | 'videos'>,
  compositions: readonly Pick<Decoded<ComposeJob>, 'value'>[],
): string[] {
  const failed = new Set(videos.filter(({ status }) => status === 'FAILED').map(({ videoId }) => videoId));
  const clipsOf = ({ segments }: LedgerSession) =>
    segments.filter(({ videoId }) => !failed.has(videoId)).map(({ videoId }) => videoId);
  const wanted = new Map(
    sessions
      .filter(({ composedBy }) => composedBy === 'user')
      .map((session) => [session.sessionId, clipsOf(session).join(' ')]),
  );
  const ordered = compositions.flatMap(({ value }) => (value === null ? [] : [value]));
  const bySession = Map.groupBy(ordered, (job) => job.sessionId);
  const tokens = Map.groupBy(ordered, (job) => job.token);
  return [
    ...[...wanted.keys()].filter((id) => !bySession.has(id)).map((id) => `no composition of session ${id}`),
    ...[...bySession].flatMap(([id, jobs]) => {
      const clips = wanted.get(id);
      const [first] = jobs;
      if (clips === undefined) return [`a composition of session ${id}, which nobody asked for`];
      if (jobs.length > 1) return [`${jobs.length} compositions of session ${id}`];
      return first?.videoIds.join(' ') === clips
        ? []
        : [`session ${id} is composed of ${first?.videoIds.join(' ')}, recorded was ${clips}`];
    }),
    ...[...tokens].flatMap(([token, { length }]) => (length > 1 ? [`${length} compositions with token ${token}`] : [])),
  ];
}
