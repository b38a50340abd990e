/** Composing by us: when, of what, and what became of it. */
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { Composition, CompositionReason, StreamRef, StreamVideo } from '../../schemas/generated/StreamState.ts';
import { compositionKeyOf, compositionToken } from '../composition-token.ts';
import { digest } from './digest.ts';
import { areOneCycle, type Group, type Segment } from './grouping.ts';
import { byText } from './order.ts';
import type { Session } from './projection.ts';
import { limits, type SessionRules } from './rules.ts';
import { sessionIdOf } from './session-id.ts';
import { isLiving } from './status.ts';

/** Of exactly these segments in this order. */
export function tokenOf(group: Group, generation: number): string {
  const [first, second] = [digest(1), digest(2)];
  for (const { video } of group.segments) {
    first.add(video.videoId);
    second.add(video.videoId);
  }
  return compositionToken(`${first.hex()}${second.hex()}`, generation);
}

/**
 * Whether we compose this session now, and why; null for no. Once per set of segments: when it is certain to be over, and
 * the sources of all usable segments are ready, or have had the time to be.
 *
 * @param nowMs wall clock: nothing is planned for what is older than the policy's `maxActAgeSeconds`
 * @param clockMs up to when time has passed for this stream
 */
export function decideComposition(
  session: Session,
  compositions: readonly Composition[],
  rules: SessionRules,
  nowMs: number,
  clockMs: number,
): Composition | null {
  const isOver = clockMs >= session.certainAtMs || session.composed.some((one) => !one.ours);
  const reason = isOver && session.composition === null ? reasonOf(session, rules) : null;
  if (reason === null) return null;
  const { group } = session;
  const earlier = compositions.filter((one) => one.sessionStart >= group.startMs && one.sessionStart <= group.endMs);
  if (earlier.length >= limits.compositions) return null;
  const usable = group.segments.filter(({ video }) => isLiving(video));
  // A recording that goes on as the next session isn't over.
  if (usable.length === 0 || group.goesOn) return null;
  // What waits until composing is overdue can't be too old before it is.
  const waits = reason === 'OVERDUE' || !usable.every(hasSource);
  if (waits && clockMs < session.composeOverdueAtMs) return null;
  const sinceMs = waits ? session.composeOverdueAtMs : Math.max(group.endMs, session.certainAtMs);
  if (nowMs - sinceMs > rules.maxActAgeMs) return null;
  return {
    sessionStart: group.startMs,
    token: tokenOf(group, 0),
    generation: 0,
    reason,
    state: 'PLANNED',
    plannedAt: nowMs,
    mediaId: null,
    errorCode: null,
  };
}

/** Nothing is composed that a policy doesn't ask for. */
function reasonOf({ mode, composeMissing }: Session, rules: SessionRules): CompositionReason | null {
  if (mode === 'PIPELINE') return 'POLICY';
  return composeMissing && rules.takeOver ? 'OVERDUE' : null;
}

/** The command for a decided composition. */
export function composeJobOf(
  stream: StreamRef,
  group: Group,
  composition: Composition,
  templateGroupId: string | null,
): ComposeJob {
  const videos = oneFormat(group.segments.filter(({ video }) => isLiving(video))).map(({ video }) => video);
  return {
    token: composition.token,
    sessionId: sessionIdOf(stream, group.startMs),
    stream,
    videoIds: videos.map(({ videoId }) => videoId),
    templateGroupId,
    region: videos.find(({ region }) => region !== null)?.region ?? null,
    generation: composition.generation,
    plannedAt: composition.plannedAt,
  };
}

/** One segment per cycle: of the format that most cycles have, on a tie the alphabetically first. */
function oneFormat(segments: readonly Segment[]): Segment[] {
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

function hasSource({ video }: Segment): boolean {
  return !isBeforeSource(video.status);
}

/**
 * The ledger after these facts: planned → acknowledged(mediaId) → done | failed, or in doubt. Derived anew from the set
 * of facts, so their order doesn't matter.
 */
export function followCompositions(
  compositions: readonly Composition[],
  videos: readonly StreamVideo[],
): readonly Composition[] {
  const speaking = videos.filter((video) => !video.removed);
  return compositions.map((composition) => {
    const about = speaking.filter((video) => compositionOf(video, [composition]) !== undefined);
    const produced = about.findLast((video) => video.composeJob?.state === 'ACKNOWLEDGED');
    if (produced) {
      const { status, videoId } = produced;
      const state = status === 'FAILED' ? 'FAILED' : isBeforeSource(status) ? 'ACKNOWLEDGED' : 'DONE';
      return { ...composition, state, mediaId: videoId, errorCode: null };
    }
    const refused = about.findLast((video) => video.composeJob?.state === 'FAILED') ?? about.at(-1);
    if (!refused?.composeJob) return composition;
    const { state, errorCode } = refused.composeJob;
    return { ...composition, state: state === 'FAILED' ? 'FAILED' : 'IN_DOUBT', errorCode };
  });
}

function isBeforeSource(status: StreamVideo['status']): boolean {
  return status === 'ANNOUNCED' || status === 'RECORDED';
}

/** By session, then token. */
export function withDecided(compositions: readonly Composition[], decided: readonly Composition[]): Composition[] {
  return [...compositions, ...decided].sort(
    (a, b) => a.sessionStart - b.sessionStart || byText(compositionKeyOf(a.token), compositionKeyOf(b.token)),
  );
}

/** The ledger entry that the video is the product of; a redrive has another generation of the same token. */
export function compositionOf(video: StreamVideo, compositions: readonly Composition[]): Composition | undefined {
  const token = video.composeJob?.token;
  if (token === undefined) return undefined;
  const key = compositionKeyOf(token);
  return compositions.find((composition) => compositionKeyOf(composition.token) === key);
}
