import { z } from 'zod';
import { templateGroupIds } from './scenario/templates.ts';

const rate = z.number().min(0).max(1);
const waitMs = z.number().min(0);
const perSecond = z.number().positive().nullable();

/** How callbacks travel. All times are wall time, whatever the compression: the receiver is real. */
const delivery = {
  /** A callback leaves up to this long after its event, evenly spread, which shuffles them. */
  shuffleWindowMs: waitMs.default(400),
  /** Probability that one or two more copies of a callback are sent. */
  duplicateRate: rate.default(0.1),
  /** Probability that a copy is a straggler, and how much later it leaves at most. */
  lateRate: rate.default(0.02),
  lateMs: waitMs.default(2000),
  /** Probability that a callback is never sent. */
  dropRate: rate.default(0),
  /** Requests per copy, the wait between two, and how long an answer may take: as documented. */
  attempts: z.int().min(1).default(3),
  resendGapMs: waitMs.default(1000),
  answerTimeoutMs: z.number().positive().default(5000),
  /** Whether Live's own record callbacks are sent, where there is an address for them. */
  liveCallbacks: z.boolean().default(true),
  /** Requests under way at once. */
  maxConcurrency: z.int().min(1).default(32),
};

/** What fails in the cloud's own work; acts on what is planned from then on. */
const work = {
  /** Probability that one rendition fails while the others of its task go on. */
  renditionFailureRate: rate.default(0.04),
  /** Probability that a source is damaged: TranscodeComplete with fail, and no StreamTranscodeComplete at all. */
  brokenSourceRate: rate.default(0),
  /** Probability that VOD never begins a composition: no callback of any kind. */
  composeSkipRate: rate.default(0),
  /** Probability that a composition begins and fails: nothing is told, GetVideoInfo says ProduceFail. */
  composeFailRate: rate.default(0),
  /** Probability that a production (ProduceEditingProjectVideo) fails: told by ProduceMediaComplete. */
  produceFailRate: rate.default(0),
  /** Probability that a snapshot that a user ordered fails: told by a SnapshotComplete without SnapshotInfos. */
  snapshotFailRate: rate.default(0),
  /** Probability that a run of a workflow fails: told by its WorkflowTaskComplete, with the activity that did. */
  workflowFailRate: rate.default(0),
  /** Probability that a DNA or tag job fails: told by its event, with Code and Message. */
  aiFailRate: rate.default(0),
  /** Probability of the verdicts `block` and `review` of an AI audit; else `pass`. */
  auditBlockRate: rate.default(0.05),
  auditReviewRate: rate.default(0.05),
  /** Probability that a source's analysis is told. */
  analysisRate: rate.default(0.3),
};

/** How the RPC API misbehaves, and how it is where the documentation leaves it open. Times are wall time. */
const api = {
  /** Probabilities: 5xx with nothing done; 5xx with the work done; silence with nothing done; silence with the work done. */
  errorRate: rate.default(0),
  lateErrorRate: rate.default(0),
  silenceRate: rate.default(0),
  lostAnswerRate: rate.default(0),
  /** How long a silent connection stays open before it is cut. */
  silenceMs: waitMs.default(10_000),
  /** Operations that the four rates above apply to; null for all. */
  faultyActions: z.array(z.string()).nullable().default(null),
  /** Calls per second before Throttling.User, by group of operations; null for no limit. */
  submitPerSecond: perSecond.default(30),
  queryPerSecond: perSecond.default(100),
  playPerSecond: perSecond.default(300),
  configPerSecond: perSecond.default(10),
  /** How long the API still gives a video's old status after something happened to it. */
  statusLagMs: waitMs.default(0),
  /** How long a new video isn't found by SearchMedia yet. */
  searchLagMs: waitMs.default(0),
  /** Error code for a SessionId seen before; not documented. */
  repeatedSessionCode: z.string().min(1).default('InvalidSessionId.Repeated'),
  /** How long a SessionId is remembered. */
  sessionMemoryMs: waitMs.default(7 * 24 * 60 * 60 * 1000),
  /** Long polls that a queue holds at once; one more is answered empty at once. Null for any number. */
  queueLongPolls: z.int().min(0).nullable().default(null),
  /** Cloud ms per wall ms for what follows a user's call; null for that of the video's play. */
  jobCompression: z.number().positive().nullable().default(null),
  /** Whether play addresses are signed and end, and after how many seconds where the caller doesn't say. */
  urlSigning: z.boolean().default(true),
  urlSigningSeconds: z.int().min(1).default(1800),
  /** The group of a product that names none; the default does nothing. */
  defaultTemplateGroupId: z.string().min(1).default(templateGroupIds.storeOnly),
};

const schema = z.strictObject({ ...delivery, ...work, ...api });

/** Everything about the cloud's behaviour that can be turned while it runs. */
export type Knobs = Readonly<z.output<typeof schema>>;

/** Knobs to change; what is absent or undefined stays. */
export type KnobChanges = Readonly<z.input<typeof schema>>;

/**
 * The knobs after a change.
 * @throws z.ZodError naming the knob that isn't known or doesn't fit; then nothing has changed.
 */
export function turned(knobs: Knobs | null, changes: KnobChanges): Knobs {
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  return schema.parse({ ...knobs, ...Object.fromEntries(given) });
}
