import type {
  SessionComposed,
  SessionSegment,
  SessionState,
  SessionStatus,
} from '../../schemas/generated/SessionState.ts';
import type { VideoStatus } from '../../schemas/generated/VideoState.ts';
import type { SessionPlan } from '../scenario/fact.ts';
import type { Practice } from '../scenario/practice.ts';
import type { LedgerVideo } from './video.ts';

/** One live session as it truly was. Fields that SessionState has too bear its names and units. */
export type LedgerSession = Pick<SessionState, 'sessionId' | 'stream' | 'startTime' | 'gaps'> & {
  readonly segments: readonly Pick<SessionSegment, 'videoId' | 'startTime' | 'endTime' | 'status'>[];
  readonly composed: readonly Pick<
    SessionComposed,
    'videoId' | 'status' | 'composeStartTime' | 'sourceReadyTime' | 'transcodedTime'
  >[];
  readonly practice: Practice;
  /** What its videos add up to once the session counts as over, which it does after the disconnect delay. */
  readonly status: SessionStatus;
  /** When the push ended, whether or not the last segment is in VOD yet. */
  readonly endTime: number;
  readonly endedBy: 'time-out' | 'command';
  /** Its recording configuration has auto-compose on. */
  readonly composeExpected: boolean;
};

/** Sessions of which at least one segment is recorded; segments that aren't recorded yet are left out. */
export function ledgerSessions(plans: Iterable<SessionPlan>, videos: readonly LedgerVideo[]): LedgerSession[] {
  const bySession = Map.groupBy(videos, (video) => video.sessionId);
  return [...plans]
    .map((plan) => ledgerSession(plan, bySession.get(plan.sessionId) ?? []))
    .filter((session) => session.segments.length > 0);
}

/** Silences of up to 2 s between two segments are the recorder's, not the stream's. */
const gapToleranceMs = 2000;

function ledgerSession(plan: SessionPlan, videos: readonly LedgerVideo[]): LedgerSession {
  const segments = videos
    .flatMap(({ kind, videoId, recording, status }) =>
      kind === 'SEGMENT' && recording ? [{ videoId, ...recording, status }] : [],
    )
    .sort((a, b) => a.startTime - b.startTime);
  const gaps = segments.slice(1).flatMap(({ startTime }, index) => {
    const endTime = segments[index]?.endTime ?? startTime;
    return startTime - endTime > gapToleranceMs ? [{ startTime: endTime, endTime: startTime }] : [];
  });
  const composed = videos.flatMap(({ kind, videoId, status, composeStartTime, sourceReadyTime, transcodedTime }) =>
    kind === 'COMPOSED' ? [{ videoId, status, composeStartTime, sourceReadyTime, transcodedTime }] : [],
  );
  const { sessionId, practice, stream, startTime, endTime, endedBy, composes } = plan;
  const status = statusOf(
    segments.map((segment) => segment.status),
    composed.map((video) => video.status),
    composes,
  );
  const composeExpected = composes;
  return {
    sessionId,
    practice,
    stream,
    status,
    startTime,
    endTime,
    endedBy,
    composeExpected,
    segments,
    gaps,
    composed,
  };
}

/** The composition decides where there is or should be one, else the segments. */
function statusOf(
  segments: readonly VideoStatus[],
  composed: readonly VideoStatus[],
  composes: boolean,
): SessionStatus {
  const playable = segments.some((status) => ['PLAYABLE', 'TRANSCODED', 'PARTIAL'].includes(status));
  if (composed.length > 0) {
    const has = (...statuses: VideoStatus[]) => composed.some((status) => statuses.includes(status));
    if (has('ANNOUNCED', 'RECORDED')) return 'COMPOSING';
    if (has('SOURCE_READY')) return 'COMPOSED';
    if (has('TRANSCODING', 'PLAYABLE')) return 'TRANSCODING';
    if (!has('PARTIAL', 'FAILED', 'DELETED')) return 'READY';
    return has('TRANSCODED', 'PARTIAL') || playable ? 'PARTIAL' : 'FAILED';
  }
  if (composes) return playable ? 'PARTIAL' : 'ENDED';
  if (segments.every((status) => status === 'TRANSCODED')) return 'READY';
  const settled = segments.every((status) => ['TRANSCODED', 'PARTIAL', 'FAILED', 'DELETED'].includes(status));
  if (settled) return playable ? 'PARTIAL' : 'FAILED';
  return playable || segments.includes('TRANSCODING') ? 'TRANSCODING' : 'ENDED';
}
