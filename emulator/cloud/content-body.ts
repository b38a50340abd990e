import type { Fact, Likeness, Tags } from '../scenario/fact.ts';

/** AIMediaDNAComplete and AIVideoTagComplete, as their pages show them: numbers and results as text (cloud facts 1.4.19, 1.4.20). */
export function contentBody(
  MediaId: string,
  fact: Extract<Fact, { readonly kind: 'fingerprinted' | 'tagged' | 'analysis-failed' }>,
  EventTime: string,
): Readonly<Record<string, string>> {
  const common = { EventTime, CompleteTime: EventTime, JobId: fact.jobId, MediaId };
  const isTags = fact.kind === 'tagged' || (fact.kind === 'analysis-failed' && fact.of === 'tags');
  const body = { ...common, EventType: isTags ? 'AIVideoTagComplete' : 'AIMediaDNAComplete' };
  if (fact.kind === 'analysis-failed') return { ...body, Status: 'fail', ...analysisFailure };
  const Data = JSON.stringify(fact.kind === 'tagged' ? tagLists(fact.tags, String) : { VideoDNA: dnaOf(fact.like) });
  return { ...body, Status: 'success', Code: '0', Message: 'OK', Data };
}

/** As every AI job here fails. */
export const analysisFailure = { Code: 'InternalError', Message: 'The analysis failed.' } as const;

/** By category; each time as `timeOf` makes it. */
export function tagLists(tags: Tags, timeOf: (seenMs: number) => string) {
  const lists = Object.entries(tags).map(([category, list]) => [
    category,
    list.map(({ tag, seenMs }) => ({ Tag: tag, ...(seenMs.length > 0 ? { Times: seenMs.map(timeOf) } : {}) })),
  ]);
  return Object.fromEntries(lists) as Readonly<Record<string, readonly object[]>>;
}

export const dnaOf = (like: readonly Likeness[]) => like.map(likeness);

function likeness({ videoId, similarity, seconds, startHere, startThere }: Likeness) {
  const Duration = seconds.toFixed(1);
  return {
    Similarity: similarity.toFixed(2),
    PrimaryKey: videoId,
    Detail: [
      { Input: { Start: startHere.toFixed(1), Duration }, Duplication: { Start: startThere.toFixed(1), Duration } },
    ],
  };
}
