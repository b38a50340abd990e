import { type CloudVideo, distributedAt } from '../cloud/video.ts';

/** What has come of a video, as the show's records have it. */
export type Outcome = {
  /** It was recorded live, rather than composed, produced or uploaded. */
  readonly recorded: boolean;
  /** The file itself: not there, there, told to have failed, lost without a word, or deleted with all that was made of it. */
  readonly source: 'none' | 'there' | 'failed' | 'lost' | 'deleted';
  /** The file itself can be watched as it is. */
  readonly sourcePlays: boolean;
  /** It must not be published: an audit blocks it. */
  readonly blocked: boolean;
  /** Transcodes that VOD has taken and not finished. */
  readonly running: number;
  /** What can be played, and since when (epoch ms). */
  readonly playable: readonly { readonly label: string; readonly sinceTime: number }[];
  /** What was to be made and never came out. */
  readonly missing: readonly string[];
};

export function outcomeOf(video: CloudVideo): Outcome {
  const { occurred } = video;
  const since = new Map<string, number>();
  const tried = new Set<string>();
  const open = new Set<string>();
  let source: Outcome['source'] = 'none';
  let recorded = false;
  let audited = false;
  /** A transcode has found that there is nothing in it to play. */
  let broken = false;
  let reviewed: boolean | null = null;
  for (const { fact, atMs } of occurred) {
    if (fact.kind === 'recorded') recorded = true;
    if (fact.kind === 'source-ready') source = 'there';
    if (fact.kind === 'source-failed') source = 'lost';
    if (fact.kind === 'produced' && fact.failed) source = 'failed';
    if (fact.kind === 'audited') audited = fact.audit.suggestion === 'block';
    if (fact.kind === 'reviewed') reviewed = fact.review.status === 'Blocked';
    if (fact.kind === 'deleted') source = 'deleted';
    if (fact.kind === 'transcode-taken' && fact.task.jobs.length > 0) open.add(fact.task.taskId);
    if (fact.kind === 'transcoded') open.delete(fact.task.taskId);
    if (fact.kind === 'transcoded' && fact.task.broken) broken = true;
    const made = fact.kind === 'stream-transcoded' ? [fact.job] : fact.kind === 'transcoded' ? fact.task.jobs : [];
    for (const { definition, format, status } of made) {
      const label = `${definition} ${format}`;
      tried.add(label);
      if (status === 'success' && !since.has(label)) since.set(label, atMs);
    }
  }
  const nothing = { sourcePlays: false, blocked: false, running: 0, playable: [], missing: [] };
  if (source === 'deleted') return { recorded, source, ...nothing };
  // A person's verdict stands above the machine's.
  const blocked = reviewed ?? audited;
  return {
    ...{ recorded, source, blocked, running: open.size },
    sourcePlays: source === 'there' && !broken && distributedAt(video) !== null,
    playable: [...since].map(([label, sinceTime]) => ({ label, sinceTime })),
    missing: [...tried].filter((label) => !since.has(label)),
  };
}
