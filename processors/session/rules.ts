import type { KeptRules, StreamRef } from '../../schemas/generated/StreamState.ts';
import { noTranscode } from '../../schemas/template-groups.ts';

/** What the session rules need of a stream's policy (`processors/policy`). */
export type SessionPolicy = {
  readonly recording: {
    /** Length of a recording cycle. */
    readonly cycleSeconds: number;
    /** False where the cloud wasn't told, so that it may be another. */
    readonly cycleTold: boolean;
    /** A re-push within it continues the session. */
    readonly disconnectDelaySeconds: number;
    /** How much later than expected a callback may come. */
    readonly graceSeconds: number;
  };
  readonly composed: {
    readonly compose: 'cloud' | 'pipeline' | 'none';
    /** With `cloud`: compose ourselves when the cloud has not started by then; never, where absent. */
    readonly takeOverAfterSeconds?: number | undefined;
    /** Who transcodes the composed video. */
    readonly transcode: 'cloud' | 'pipeline' | 'approval' | 'none';
    readonly templateGroupId?: string | undefined;
    /** How many record formats the cloud was told to compose; absent: nothing was said of formats. */
    readonly films?: number | undefined;
  };
  readonly maxActAgeSeconds: number;
  readonly retentionDays: number;
  /** Silence for longer is worth a question. */
  readonly silentAfterSeconds: number;
};

export type SessionPolicies = { policyFor(stream: StreamRef): SessionPolicy };

/** The policy in milliseconds, as the rules use it. A session that has closed keeps those of `KeptRules`. */
export type SessionRules = KeptRules & {
  /** False: the cloud wasn't told how long a cycle is, so only recordings tell. */
  readonly cycleTold: boolean;
  readonly compose: 'cloud' | 'pipeline' | 'none';
  /** We compose what the cloud has left overdue. */
  readonly takeOver: boolean;
  /** Most composed videos that the cloud makes of a session by itself, whatever it is recorded to; null: one for each format. */
  readonly films: number | null;
  /** What the cloud does with a video that we had composed; null for the account's default. */
  readonly composeTemplateGroupId: string | null;
  readonly maxActAgeMs: number;
  readonly retentionMs: number;
};

const secondMs = 1000;
const dayMs = 24 * 60 * 60 * secondMs;

export const limits = {
  /** Segments of one session; the cycle after the 500th starts another session. */
  sessionSegments: 500,
  /** Segments with the very same start: record formats of one cycle. More is a flood; the smallest ids stay. */
  sameStart: 16,
  /** Facts held from one session's start to the next beside its segments: composed videos, and what has no session. */
  others: 50,
  /** Ids that lead to another session, remembered per session. */
  redirects: 500,
  /** Sessions in a stream's own record, and segments of all of them, beyond which all but the newest two are archived. */
  ownSessions: 3,
  ownSegments: 640,
  /** The cloud composes at most 40 segments (cloud facts 4.6). */
  cloudSegments: 40,
  /** A production takes so many sources (cloud facts 3.3.11). */
  productionParts: 200,
  /** Compositions that we decide on per session; late segments may ask for several. */
  compositions: 8,
  /** Clips cut out of one session. */
  clips: 20,
  /** Clips told of in a session's state: those, and as many requests that were refused. */
  clipsShown: 40,
  /** Recordings that one clip is cut out of; fewer than a production takes. */
  clipParts: 40,
  clipMs: 6 * 3600 * secondMs,
  /** The cloud tells of none; times of recordings have whole seconds. */
  shortestClipMs: secondMs,
  /** Less of one file is left out of a clip: a few pictures, within what times are rounded. */
  shortestPartMs: 200,
  /** Starts and ends come in whole seconds and need not meet exactly (cloud facts 4.9). */
  jitterMs: 2 * secondMs,
  /** A composition begins within minutes of the session's end: one that is a day younger belongs to another. */
  composeWithinMs: dayMs,
  /** With a stop by command a composition begins at once; one that was due longer ago than this is passed over for it. */
  composePromptMs: 600 * secondMs,
  /** A finished session that is silent for so long is marked as settled, and a fact without a session is let go. */
  settleAfterMs: 8 * dayMs,
  /** CycleDuration is 5 minutes to 6 hours (cloud facts 4.2): no recording is longer. */
  shortestCycleMs: 300 * secondMs,
  longestCycleMs: 21_600 * secondMs,
  /** What a callback says happened before it was sent; clocks differ by less. */
  clockSlackMs: 300 * secondMs,
  /** Live's own callbacks of one sort that are held of a stream: the newest. */
  liveEvents: 32,
  /** A recording's start is told of within so much of its first frame. */
  liveEarlyMs: 60 * secondMs,
  /** A callback of Live's that isn't answered is sent again within so much: five times, after up to ten seconds each (cloud facts 2.1.5). */
  liveResendMs: 120 * secondMs,
  /** How long a swallowed session id redirects. */
  mergedForMs: 3 * dayMs,
} as const;

export function rulesOf(policy: SessionPolicy): SessionRules {
  const { recording, composed } = policy;
  return {
    cycleMs: recording.cycleSeconds * secondMs,
    cycleTold: recording.cycleTold,
    disconnectDelayMs: recording.disconnectDelaySeconds * secondMs,
    graceMs: recording.graceSeconds * secondMs,
    compose: composed.compose,
    composeOverdueMs: (composed.takeOverAfterSeconds ?? policy.silentAfterSeconds) * secondMs,
    takeOver: composed.takeOverAfterSeconds !== undefined,
    films: composed.films ?? null,
    // A transcode by anybody but the cloud is a job of its own.
    composeTemplateGroupId: composed.transcode === 'cloud' ? (composed.templateGroupId ?? null) : noTranscode,
    maxActAgeMs: policy.maxActAgeSeconds * secondMs,
    retentionMs: policy.retentionDays * dayMs,
  };
}
