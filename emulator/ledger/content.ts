import type { VideoState } from '../../schemas/generated/VideoState.ts';
import type { CloudVideo } from '../cloud/video.ts';
import type { Fact } from '../scenario/fact.ts';

/** The most similar first, as it is told: to two decimals. */
export function similarIn(facts: readonly Fact[]): VideoState['similarVideos'] | null {
  const found = facts.findLast((fact) => fact.kind === 'fingerprinted');
  if (found?.kind !== 'fingerprinted') return null;
  return found.like
    .map(({ videoId, similarity }) => ({ videoId, similarity: Math.round(similarity * 100) / 100 }))
    .sort((a, b) => b.similarity - a.similarity || byText(a.videoId, b.videoId));
}

/** What is seen most often first. */
export function tagsIn(facts: readonly Fact[]): VideoState['tags'] | null {
  const found = facts.findLast((fact) => fact.kind === 'tagged');
  if (found?.kind !== 'tagged') return null;
  return Object.entries(found.tags)
    .flatMap(([category, tags]) => tags.map(({ tag: name, seenMs }) => ({ category, name, seen: seenMs.length })))
    .sort((a, b) => b.seen - a.seen || byText(a.category, b.category) || byText(a.name, b.name));
}

/** One DNA or tag job that a user ordered. Times are the cloud's, epoch ms. */
export type OrderedAnalysis = {
  readonly videoId: string;
  readonly type: 'AIMediaDNA' | 'AIVideoTag';
  readonly jobId: string;
  readonly createdTime: number;
  readonly status: 'processing' | 'success' | 'fail';
};

export function analysesOf({ plan, orders, occurred }: CloudVideo): OrderedAnalysis[] {
  return orders.flatMap(({ kind, jobId, createdMs }): OrderedAnalysis[] => {
    if (kind !== 'fingerprint' && kind !== 'tags') return [];
    const end = occurred.find(({ fact }) => 'jobId' in fact && fact.jobId === jobId)?.fact.kind;
    const status = end === undefined ? 'processing' : end === 'analysis-failed' ? 'fail' : 'success';
    const type = kind === 'tags' ? 'AIVideoTag' : 'AIMediaDNA';
    return [{ videoId: plan.videoId, type, jobId, createdTime: createdMs, status }];
  });
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
