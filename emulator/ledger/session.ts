import type {
  SessionComposed,
  SessionSegment,
  SessionState,
  SessionStatus,
} from '../../schemas/generated/SessionState.ts';
import type { ComposedBy, SessionPlan } from '../scenario/fact.ts';
import type { Practice } from '../scenario/practice.ts';
import type { Push } from '../scenario/recording.ts';
import type { StoryName } from '../scenario/story-names.ts';
import { sessionSeenAs } from './seen-session.ts';
import type { LedgerVideo } from './video.ts';

/** One live session as it truly was. Fields that SessionState has too bear its names and units. */
export type LedgerSession = Pick<SessionState, 'sessionId' | 'stream' | 'startTime' | 'gaps'> & {
  readonly segments: readonly Pick<SessionSegment, 'videoId' | 'startTime' | 'endTime' | 'status'>[];
  readonly composed: readonly Pick<
    SessionComposed,
    'videoId' | 'status' | 'composeStartTime' | 'sourceReadyTime' | 'transcodedTime'
  >[];
  /** What was played: one of the two. */
  readonly practice: Practice | null;
  readonly story: StoryName | null;
  /** What the pipeline must say once it is over and all is known. */
  readonly status: SessionStatus;
  /** When the stream was pushed, and whether a command ended that. */
  readonly pushes: readonly Push[];
  /** When the push ended, whether or not the last segment is in VOD yet. */
  readonly endTime: number;
  readonly endedBy: 'time-out' | 'command';
  /** When Live took the stream for ended: the pipeline may not say so before. */
  readonly overTime: number;
  /** Who was to compose it. */
  readonly composedBy: ComposedBy;
  /** How many files each cycle was recorded to. */
  readonly containers: number;
};

/** Sessions of which at least one segment is recorded; segments that aren't recorded yet are left out. */
export function ledgerSessions(plans: Iterable<SessionPlan>, videos: readonly LedgerVideo[]): LedgerSession[] {
  const bySession = Map.groupBy(videos, (video) => video.sessionId);
  return [...plans].flatMap((plan) => {
    const known = bySession.get(plan.sessionId) ?? [];
    return known.some(isRecording) ? [ledgerSession(plan, known)] : [];
  });
}

const isRecording = ({ kind, recording }: LedgerVideo) => kind === 'SEGMENT' && recording !== null;

/** Silences of up to 2 s between two segments are the recorder's, not the stream's. */
const gapToleranceMs = 2000;

function ledgerSession(plan: SessionPlan, videos: readonly LedgerVideo[]): LedgerSession {
  const files = videos.filter(isRecording);
  const segments = files
    .flatMap(({ videoId, recording, status }) => (recording ? [{ videoId, ...recording, status }] : []))
    .sort((a, b) => a.startTime - b.startTime || (a.videoId < b.videoId ? -1 : 1));
  const gaps = segments.slice(1).flatMap(({ startTime }, index) => {
    const endTime = segments[index]?.endTime ?? startTime;
    return startTime - endTime > gapToleranceMs ? [{ startTime: endTime, endTime: startTime }] : [];
  });
  const films = videos.filter(({ kind }) => kind === 'COMPOSED').sort(byBeginning);
  const repeated = new Set(films.map((film) => film.repeats));
  const { segmentIds: _, leftAsIs, ...told } = plan;
  return {
    ...told,
    status: sessionSeenAs({
      isOver: true,
      composedBy: plan.composedBy,
      files: files.map(({ outcome }) => outcome),
      films: films.filter(({ videoId }) => !repeated.has(videoId)).map(({ outcome }) => outcome),
      leftAsIs,
    }),
    ...{ segments, gaps },
    composed: films.map(({ videoId, status, composeStartTime, sourceReadyTime, transcodedTime }) => ({
      ...{ videoId, status, composeStartTime, sourceReadyTime, transcodedTime },
    })),
  };
}

/** As the cloud began them; a user's are in the order of asking. */
function byBeginning(a: LedgerVideo, b: LedgerVideo): number {
  if (a.composeStartTime === null || b.composeStartTime === null) return 0;
  return a.composeStartTime - b.composeStartTime || (a.videoId < b.videoId ? -1 : 1);
}
