/** Composing by us: when and of what. */
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { CompositionHold } from '../../schemas/generated/SessionState.ts';
import type { Composition, CompositionReason, StreamRef } from '../../schemas/generated/StreamState.ts';
import { streamKeyOf } from '../stream-key.ts';
import type { Emission } from '../topology.ts';
import { compositionsOf, fileOf, lacksFormats, partsOf, tokenOf } from './composition-parts.ts';
import type { Group, Segment } from './grouping.ts';
import { withCompositions } from './ledger.ts';
import { type Session, withComposition } from './projection.ts';
import { limits, type SessionRules } from './rules.ts';
import { sessionIdOf } from './session-id.ts';
import { isWithin, type Judged, type Span } from './span.ts';
import { isBeforeSource, isNormal, keepsPlace } from './status.ts';

export type Composed = {
  readonly sessions: readonly Session[];
  /** The ledger, with what was decided on just now. */
  readonly compositions: readonly Composition[];
  readonly taken: readonly Composition[];
  readonly commands: readonly Emission[];
};

/** Decides on the sessions that are judged, and says of the others of them what holds it back. */
export function composeSessions(
  span: Pick<Span, 'stream' | 'clock' | 'composesUnplaced' | 'isOrdered'>,
  sessions: readonly Session[],
  ledger: readonly Composition[],
  rules: SessionRules,
  nowMs: number,
  judged: Judged,
): Composed {
  const { stream, clock, composesUnplaced } = span;
  const taken: Composition[] = [];
  const commands: Emission[] = [];
  const composed = sessions.map((session) => {
    if (!isWithin(session.group.startMs, judged)) return session;
    const composition = decideComposition(session, ledger, rules, nowMs, clock, composesUnplaced);
    if (!composition) return { ...session, compositionHold: holdOf(session, rules, clock, composesUnplaced) };
    if (span.isOrdered(composition.token)) return session;
    taken.push(composition);
    const value = composeJobOf(stream, session.group, composition, rules.composeTemplateGroupId);
    commands.push({ topic: 'compose-jobs', key: streamKeyOf(stream), value });
    return withComposition(session, composition, clock);
  });
  const compositions = taken.length === 0 ? ledger : withCompositions(ledger, taken);
  return { sessions: composed, compositions, taken, commands };
}

/**
 * Whether we compose this session now, and why; null for no. Once for what is to be composed: when the session is certain
 * to be over, and all its parts are what the cloud composes, or nothing was heard of their sources for too long. A cycle whose
 * files have all failed has one to be heard of, as long as those of other formats may come. That the cloud has begun composing
 * doesn't make it certain: until the next segment is heard of, the composed video may be that of the session before.
 *
 * @param nowMs wall clock: nothing is planned for what is older than the policy's `maxActAgeSeconds`
 * @param clockMs up to when time has passed for this stream
 * @param mayBeLate a composed video has begun of which nothing tells when: what seems overdue may be just that
 */
export function decideComposition(
  session: Session,
  compositions: readonly Composition[],
  rules: SessionRules,
  nowMs: number,
  clockMs: number,
  mayBeLate: boolean,
): Composition | null {
  const isOver = clockMs >= session.certainAtMs;
  const reason = isOver && session.composition === null ? reasonOf(session, rules, mayBeLate) : null;
  if (reason === null) return null;
  const { group } = session;
  if (compositionsOf(group, compositions).length >= limits.compositions) return null;
  const parts = partsOf(group);
  const [first] = parts;
  // A recording that goes on as the next session isn't over.
  if (!first || group.goesOn) return null;
  if (parts.length > limits.productionParts || parts.some(isRefused)) return null;
  // What waits until composing is overdue can't be too old before it is, nor what waits for a part before that is through.
  const waits = reason === 'OVERDUE' || !parts.every(hasSource) || lacksFormats(group);
  if (waits && clockMs < session.composeOverdueAtMs) return null;
  const overMs = waits ? session.composeOverdueAtMs : Math.max(group.endMs, session.certainAtMs);
  const sinceMs = Math.max(overMs, ...parts.map(throughSince));
  if (nowMs - sinceMs > rules.maxActAgeMs) return null;
  return {
    sessionStart: first.startMs,
    token: tokenOf({ segments: parts }, 0),
    generation: 0,
    reason,
    state: 'PLANNED',
    plannedAt: nowMs,
    mediaId: null,
    errorCode: null,
    files: parts.map(({ video }) => fileOf(video)),
  };
}

/**
 * Why what we are to compose isn't ordered: its parts aren't through yet, are more than the cloud takes, or, once composing is
 * overdue, are nothing that it would compose. Null where nothing holds it back.
 */
export function holdOf(
  session: Session,
  rules: SessionRules,
  clockMs: number,
  mayBeLate: boolean,
): CompositionHold | null {
  if (clockMs < session.certainAtMs || session.composition !== null || session.group.goesOn) return null;
  if (reasonOf(session, rules, mayBeLate) === null) return null;
  const parts = partsOf(session.group);
  if (parts.length > limits.productionParts) return 'TOO_MANY_SEGMENTS';
  if (clockMs >= session.composeOverdueAtMs) return parts.some(isRefused) ? 'SEGMENTS_NOT_NORMAL' : null;
  const isWhole = parts.every(({ video }) => isNormal(video)) && !lacksFormats(session.group);
  return isWhole ? null : 'SEGMENTS_AWAITED';
}

/** Nothing is composed that a policy doesn't ask for, nor what the cloud has composed. */
function reasonOf(session: Session, rules: SessionRules, mayBeLate: boolean): CompositionReason | null {
  if (session.mode === 'PIPELINE') {
    const isDone = session.composed.some(({ video, ours }) => !ours && keepsPlace(video));
    return isDone ? null : 'POLICY';
  }
  const takesOver = session.rules.takeOver ?? rules.takeOver;
  return session.composeMissing && takesOver && !mayBeLate ? 'OVERDUE' : null;
}

/** The command for a decided composition. */
export function composeJobOf(
  stream: StreamRef,
  group: Group,
  composition: Composition,
  templateGroupId: string | null,
): ComposeJob {
  const videos = partsOf(group).map(({ video }) => video);
  return {
    token: composition.token,
    sessionId: sessionIdOf(stream, group.startMs),
    stream,
    videoIds: videos.map(({ videoId }) => videoId),
    templateGroupId,
    region: videos.find(({ region }) => region !== null)?.region ?? null,
    generation: composition.generation,
    plannedAt: composition.plannedAt,
    clip: null,
  };
}

/** What the cloud would refuse to compose as it stands. Of one whose source nothing tells, nobody knows. */
function isRefused(part: Segment): boolean {
  return hasSource(part) && !isNormal(part.video);
}

function throughSince({ video: { transcodedTime, sourceReadyTime } }: Segment): number {
  return transcodedTime ?? sourceReadyTime ?? 0;
}

function hasSource({ video }: Segment): boolean {
  return !isBeforeSource(video.status);
}
