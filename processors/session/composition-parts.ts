/** What a composition by us is made of, and which one a session has. */
import type { Composition, CoveredTime } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf, compositionToken } from '../composition-token.ts';
import { digest } from './digest.ts';
import { areOneCycle, type Group, type Segment } from './grouping.ts';
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

/** What is composed of a session: one file per cycle, none that failed or was deleted. */
export function partsOf({ segments }: Pick<Group, 'segments'>): readonly Segment[] {
  return onePerCycle(segments.filter(({ video }) => isLiving(video)));
}

/** Of each cycle the file in the format that most files have, on a tie the alphabetically first; else what there is. */
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
  return chosen;
}

/** The time that these cover, where they go on without a gap as one. */
export function coveredBy(parts: readonly Segment[]): readonly CoveredTime[] {
  const covers: CoveredTime[] = [];
  for (const { startMs, endMs } of parts) {
    const last = covers.at(-1);
    if (last && startMs - last.endTime <= limits.jitterMs)
      covers[covers.length - 1] = { ...last, endTime: Math.max(last.endTime, endMs) };
    else covers.push({ startTime: startMs, endTime: endMs });
  }
  return covers;
}

/**
 * The composition that we decided on for what is to be composed of the session now: of the very same files, or of all the
 * time that these cover. A segment that fails or is deleted afterwards, a late one that can't be used, and a late file in
 * another format make no other composition.
 */
export function compositionFor(group: Group, compositions: readonly Composition[]): Composition | null {
  if (compositions.length === 0) return null;
  const parts = partsOf(group);
  // A token of earlier releases names all segments.
  for (const segments of [parts, group.segments]) {
    const key = compositionKeyOf(tokenOf({ segments }, 0));
    const same = compositions.find((composition) => compositionKeyOf(composition.token) === key);
    if (same) return same;
  }
  const complete = compositionsOf(group, compositions).filter(({ covers }) => areWithin(parts, covers));
  return complete.toSorted((a, b) => a.plannedAt - b.plannedAt).at(-1) ?? null;
}

function areWithin(parts: readonly Segment[], covers: readonly CoveredTime[]): boolean {
  const { jitterMs } = limits;
  return (
    covers.length > 0 &&
    parts.every(({ startMs, endMs }) =>
      covers.some(({ startTime, endTime }) => startTime - jitterMs <= startMs && endMs <= endTime + jitterMs),
    )
  );
}

/** All that we decided on for a session, whatever it was made of. */
export function compositionsOf(
  { startMs, endMs }: Pick<Group, 'startMs' | 'endMs'>,
  compositions: readonly Composition[],
): readonly Composition[] {
  return compositions.filter(({ sessionStart }) => sessionStart >= startMs && sessionStart <= endMs);
}
