/** What a composition by us is made of, and which one a session has. */
import type { Composition, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf, compositionToken } from '../composition-token.ts';
import { digest } from './digest.ts';
import { areOneCycle, type Group, hasNoStart, type Segment } from './grouping.ts';
import { byText } from './order.ts';
import { limits } from './rules.ts';
import { isLiving } from './status.ts';

/** Of exactly these segments in this order. */
export function tokenOf({ segments }: Pick<Group, 'segments'>, generation: number): string {
  const [first, second] = [digest(1), digest(2)];
  for (const { video } of segments) {
    first.add(video.videoId);
    second.add(video.videoId);
  }
  return compositionToken(`${first.hex()}${second.hex()}`, generation);
}

/** What a file is known by. */
export function fileOf({ videoId }: Pick<StreamVideo, 'videoId'>): number {
  return digest().add(videoId).number();
}

/** What is composed of a session: one file per cycle, none that failed or was deleted. */
export function partsOf({ segments }: Pick<Group, 'segments'>): readonly Segment[] {
  return onePerCycle(segments.filter(({ video }) => isLiving(video))).toSorted((a, b) => turnOf(a) - turnOf(b));
}

/**
 * Of some cycle no file can be used, and it has fewer than there are record formats: the callback of another format may still
 * come, and what was composed without that cycle would be composed again.
 */
export function lacksFormats({ segments, tracks }: Pick<Group, 'segments' | 'tracks'>): boolean {
  if (tracks === 1) return false;
  const cycles: Segment[][] = [];
  for (const segment of segments) {
    const last = cycles.at(-1);
    if (last?.[0] && areOneCycle(last[0], segment)) last.push(segment);
    else cycles.push([segment]);
  }
  return cycles.some((files) => files.length < tracks && !files.some(({ video }) => isLiving(video)));
}

/** One whose start isn't known comes before the cycle that starts when it ends. */
function turnOf(segment: Segment): number {
  return hasNoStart(segment) ? segment.endMs - 2 * limits.jitterMs : segment.startMs;
}

/** Of each cycle the file in the format that most files have, on a tie the alphabetically first; else what there is and that one doesn't show. */
function onePerCycle(segments: readonly Segment[]): readonly Segment[] {
  const formats = Map.groupBy(
    segments.flatMap(({ video }) => video.format ?? []),
    (format) => format,
  );
  const [preferred] = [...formats].sort(([a, m], [b, n]) => n.length - m.length || byText(a, b))[0] ?? [];
  const chosen: Segment[] = [];
  for (const segment of segments) {
    const last = chosen.at(-1);
    if (!last || !areOneCycle(last, segment)) chosen.push(segment);
    else if (last.video.format !== preferred && segment.video.format === preferred) chosen[chosen.length - 1] = segment;
  }
  // The cycles of another format may start at other times: what is shown for the most part isn't shown twice.
  const shown = chosen.filter(({ video }) => video.format === preferred);
  return chosen.filter((one) => one.video.format === preferred || 2 * overlapMs(one, shown) <= one.endMs - one.startMs);
}

/** How much of the segment others cover, which don't overlap. */
function overlapMs({ startMs, endMs }: Segment, others: readonly Segment[]): number {
  return others.reduce(
    (sum, other) => sum + Math.max(0, Math.min(endMs, other.endMs) - Math.max(startMs, other.startMs)),
    0,
  );
}

/**
 * The composition that we decided on for what is to be composed of the session now: of the very same files, or of all the
 * time that its files are of. A segment that fails or is deleted afterwards, a late one that can't be used, a late file in
 * another format, and times that are corrected make no other composition.
 */
export function compositionFor(group: Group, compositions: readonly Composition[]): Composition | null {
  const ours = compositionsOf(group, compositions);
  if (ours.length === 0) return null;
  const parts = partsOf(group);
  // A token of earlier releases names all segments.
  for (const segments of [parts, group.segments]) {
    const key = compositionKeyOf(tokenOf({ segments }, 0));
    const same = ours.find((composition) => compositionKeyOf(composition.token) === key);
    if (same) return same;
  }
  const complete = ours.filter(({ files }) => coversAll(parts, group, new Set(files)));
  return complete.toSorted((a, b) => a.plannedAt - b.plannedAt).at(-1) ?? null;
}

/** Whether these lie in the time that those of the session cover that are among the files. */
function coversAll(parts: readonly Segment[], { segments }: Group, files: ReadonlySet<number>): boolean {
  const covers: { startMs: number; endMs: number }[] = [];
  for (const { video, startMs, endMs } of segments) {
    if (!files.has(fileOf(video))) continue;
    const last = covers.at(-1);
    if (last && startMs - last.endMs <= limits.jitterMs) last.endMs = Math.max(last.endMs, endMs);
    else covers.push({ startMs, endMs });
  }
  return parts.every((part) =>
    covers.some(
      ({ startMs, endMs }) => startMs - limits.jitterMs <= part.startMs && part.endMs <= endMs + limits.jitterMs,
    ),
  );
}

/** All that we decided on for a session, whatever it was made of. */
export function compositionsOf(
  { startMs, endMs }: Pick<Group, 'startMs' | 'endMs'>,
  compositions: readonly Composition[],
): readonly Composition[] {
  return compositions.filter(({ sessionStart }) => sessionStart >= startMs && sessionStart <= endMs);
}
