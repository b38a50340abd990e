import type { Fact, Likeness } from '../scenario/fact.ts';

/** AIMediaDNAComplete and AIVideoTagComplete, as their pages show them: numbers and results as text (cloud facts 1.4.19, 1.4.20). */
export function contentBody(
  MediaId: string,
  fact: Extract<Fact, { readonly kind: 'fingerprinted' | 'tagged' }>,
  EventTime: string,
): Readonly<Record<string, string>> {
  const common = { EventTime, CompleteTime: EventTime, JobId: fact.jobId, MediaId, Status: 'success', Code: '0' };
  const body = { ...common, Message: 'OK' };
  if (fact.kind === 'fingerprinted')
    return { ...body, EventType: 'AIMediaDNAComplete', Data: JSON.stringify({ VideoDNA: fact.like.map(likeness) }) };
  const lists = Object.entries(fact.tags).map(([category, tags]) => [
    category,
    tags.map(({ tag, seenMs }) => ({ Tag: tag, ...(seenMs.length > 0 ? { Times: seenMs.map(String) } : {}) })),
  ]);
  return { ...body, EventType: 'AIVideoTagComplete', Data: JSON.stringify(Object.fromEntries(lists)) };
}

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
