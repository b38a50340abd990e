/**
 * The session rule as a person would apply it with a list of recordings and much patience. Shares no code with the
 * processor: pairs of segments instead of a sweep, single seconds instead of intervals.
 */
import type { StreamFact } from '../../../schemas/generated/StreamFact.ts';

export type ExpectedSession = {
  startTime: number;
  endTime: number;
  videoIds: string[];
  uncoveredSeconds: number;
  composedIds: string[];
};

const slackMs = 2000;

export function expectedSessions(facts: readonly StreamFact[], delayMs: number): ExpectedSession[] {
  const newest = new Map<string, StreamFact>();
  for (const fact of facts) {
    const other = newest.get(fact.videoId);
    if (!other || other.videoRevision < fact.videoRevision) newest.set(fact.videoId, fact);
  }
  const videos = [...newest.values()].filter((fact) => !fact.removed);
  const segments = videos
    .filter((fact) => fact.kind === 'SEGMENT')
    .map((fact) => ({ fact, start: fact.recording?.startTime ?? NaN, end: fact.recording?.endTime ?? NaN }));

  // Any two recordings that are at most the delay apart are in one session, and so are the sessions of both.
  const label = segments.map((_, index) => index);
  for (const [i, a] of segments.entries())
    for (const [j, b] of segments.entries()) {
      const apart = Math.max(a.start, b.start) - Math.min(a.end, b.end);
      const [from, to] = [label[i] ?? 0, label[j] ?? 0];
      if (apart <= delayMs && from !== to) for (const [k, l] of label.entries()) if (l === from) label[k] = to;
    }

  const sessions = [...new Set(label)].map((one) => {
    const members = segments.filter((_, index) => label[index] === one);
    const startTime = Math.min(...members.map((member) => member.start));
    const endTime = Math.max(...members.map((member) => member.end));
    let uncoveredSeconds = 0;
    for (let at = startTime; at < endTime; at += 1000)
      if (!members.some((member) => member.start <= at && at < member.end)) uncoveredSeconds += 1;
    const formats = Math.max(
      ...members.map((a) => {
        const together = members.filter((b) => b.start >= a.start && b.start <= a.start + slackMs);
        return together.filter((b) => b.start === a.start || b.start < a.end).length;
      }),
    );
    return { startTime, endTime, members, uncoveredSeconds, formats, composed: [] as StreamFact[] };
  });
  sessions.sort((a, b) => b.startTime - a.startTime);

  const compositions = videos
    .filter((fact) => fact.kind === 'COMPOSED')
    .sort((a, b) => (a.composeStartTime ?? 0) - (b.composeStartTime ?? 0) || (a.videoId < b.videoId ? -1 : 1));
  for (const video of compositions) {
    const at = (video.composeStartTime ?? 0) + slackMs;
    const free = sessions.filter(
      (session) =>
        session.composed.length < session.formats &&
        !session.composed.some((other) => other.format !== null && other.format === video.format),
    );
    const over = free.find((session) => session.endTime + delayMs <= at);
    const stopped = free.find((session) => session.endTime <= at && at < session.endTime + delayMs);
    const late = over === undefined || at - over.endTime - delayMs > 600_000;
    const owner = stopped && late ? stopped : over;
    if (owner && (owner === stopped || at - owner.endTime - delayMs <= 86_400_000)) owner.composed.push(video);
  }

  return sessions.reverse().map(({ startTime, endTime, members, uncoveredSeconds, composed }) => ({
    startTime,
    endTime,
    videoIds: members.map((member) => member.fact.videoId).toSorted((a, b) => (a < b ? -1 : 1)),
    uncoveredSeconds,
    composedIds: composed.map((video) => video.videoId),
  }));
}
