import type { StreamRef } from '../../schemas/generated/StreamState.ts';

/** What the session rules need of a stream's policy (`processors/policy`). */
export type SessionPolicy = {
  readonly recording: {
    /** Length of a recording cycle. */
    readonly cycleSeconds: number;
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
    readonly transcode: 'cloud' | 'pipeline' | 'approval';
    readonly templateGroupId?: string | undefined;
  };
  readonly maxActAgeSeconds: number;
  readonly retentionDays: number;
  /** Silence for longer is worth a question. */
  readonly silentAfterSeconds: number;
};

export type SessionPolicies = { policyFor(stream: StreamRef): SessionPolicy };

/** The policy in milliseconds, as the rules use it. */
export type SessionRules = {
  readonly cycleMs: number;
  readonly disconnectDelayMs: number;
  readonly graceMs: number;
  readonly compose: 'cloud' | 'pipeline' | 'none';
  /** A composed video that hasn't begun so long after the end of the session is missing. */
  readonly composeOverdueMs: number;
  /** We compose what the cloud has left overdue. */
  readonly takeOver: boolean;
  /** What the cloud does with a video that we had composed; null for the account's default. */
  readonly composeTemplateGroupId: string | null;
  readonly maxActAgeMs: number;
  readonly retentionMs: number;
};

/** The built-in group that leaves a video as it is (reference §3.1): whoever transcodes it starts that job separately. */
const noTranscode = 'VOD_NO_TRANSCODE';

const secondMs = 1000;
const dayMs = 24 * 60 * 60 * secondMs;

export const limits = {
  /** Segments of one session; the cycle after the 500th starts another session. */
  sessionSegments: 500,
  /** Segments with the very same start: record formats of one cycle. More is a flood; the smallest ids stay. */
  sameStart: 16,
  /** Facts held per stream. */
  videos: 1000,
  /** Settled sessions remembered per stream; the record of an older one is retired early. */
  settledSessions: 2000,
  /** The cloud composes at most 40 segments (reference §0.9). */
  cloudSegments: 40,
  /** Compositions that we decide on per session; late segments may ask for several. */
  compositions: 8,
  /** Starts and ends come in whole seconds and need not meet exactly (reference §6, 17). */
  jitterMs: 2 * secondMs,
  /** A composition begins within minutes of the session's end: one that is a day younger belongs to another. */
  composeWithinMs: dayMs,
  /** With a stop by command a composition begins at once; one that was due longer ago than this is passed over for it. */
  composePromptMs: 600 * secondMs,
  /** A day longer than `callbacks` and `stream-facts` keep a record, so that no replay meets a settled session. */
  settleAfterMs: 8 * dayMs,
  /** How long a swallowed session id redirects. */
  mergedForMs: 3 * dayMs,
} as const;

export function rulesOf(policy: SessionPolicy): SessionRules {
  const { recording, composed } = policy;
  return {
    cycleMs: recording.cycleSeconds * secondMs,
    disconnectDelayMs: recording.disconnectDelaySeconds * secondMs,
    graceMs: recording.graceSeconds * secondMs,
    compose: composed.compose,
    composeOverdueMs: (composed.takeOverAfterSeconds ?? policy.silentAfterSeconds) * secondMs,
    takeOver: composed.takeOverAfterSeconds !== undefined,
    composeTemplateGroupId: composed.transcode === 'cloud' ? (composed.templateGroupId ?? null) : noTranscode,
    maxActAgeMs: policy.maxActAgeSeconds * secondMs,
    retentionMs: policy.retentionDays * dayMs,
  };
}
