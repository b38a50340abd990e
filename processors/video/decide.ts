import type { JobLedgerEntry, JobPurpose, NotStarted, VideoState } from '../../schemas/generated/VideoState.ts';
import type { Sha256 } from '../callback/index.ts';
import type { Policy } from '../policy/index.ts';
import { sameValue } from './conflicts.ts';
import { type Event, eventsOf } from './events.ts';
import { type Decision, decided, isSpokenOf, newEntry, planSteps, requestTokenOf, stepCommandOf } from './plan.ts';
import { hasSource, qualifiedAs, ruleOf, sourceKnownSince } from './qualified.ts';
import { blockLiftedTime, holdOf, missingAnalyses, newStep, stepsBy, verdictTime } from './steps.ts';

/** Most generations of jobs that one video gets; requests beyond are not started, which the state says. */
export const maxGenerations = 16;

/**
 * Which jobs are to be started now. `policy` is that of the video's stream (`PolicyBook.unknownStream` where that isn't
 * known), `nowMs` the wall clock. Null: nothing
 * to decide. Pure. `sha256` as in `hashOf`.
 *
 * The policy decides once per video: as soon as its source is ready and it is known to be recorded or composed, in
 * either order, however transcodes of the cloud's ended before or after. The decision is stored, `cloud` included, and
 * never taken again: neither a changed policy nor a replay nor a late event transcodes an archive once more. With it go
 * the steps beside the transcode, once, whoever transcodes; a transcode that waits for the audit starts when the verdict
 * lets the video pass. Only a person's request adds a job, one per request, as a further generation; it answers an entry
 * that awaits approval first, and waits for the audit like it. A request that comes before the policy has decided is
 * answered too, and the policy decides nonetheless. Nothing is planned for what is older than `maxActAgeSeconds`, or of
 * an unknown age, which the state says then, nor for a video that is retired, deleted, blocked by an audit, or has lost
 * its source.
 */
export function decide(state: VideoState, policy: Policy, nowMs: number, sha256?: Sha256): Decision | null {
  if (state.retired || state.subject !== 'VIDEO') return null;
  const unstarted = new Unstarted(policy, nowMs);
  const sourcePlays = state.sourcePlays ?? sourcePlaysBy(state, policy);
  const mayStart = state.status !== 'DELETED' && state.auditStatus !== 'BLOCKED';
  // Nearly always nothing of this changes, and then the state isn't copied.
  let known: VideoState = sourcePlays === state.sourcePlays ? state : { ...state, sourcePlays };
  let start: Decision['start'] = [];
  for (const rule of mayStart ? rules : []) {
    const next = rule(known, policy, nowMs, unstarted, sha256);
    if (next === null) continue;
    known = { ...known, jobs: next.jobs, steps: next.steps };
    start = [...start, ...next.start];
  }
  const notStarted = mayStart ? unstarted.since(state.notStarted) : state.notStarted;
  const isSame = known.jobs === state.jobs && known.steps === state.steps && sourcePlays === state.sourcePlays;
  if (isSame && sameValue(notStarted, state.notStarted)) return null;
  return { jobs: known.jobs, steps: known.steps, notStarted, sourcePlays, start };
}

/**
 * What would be started, were its cause not too old, or the video's generations not used up. As far in the future is as
 * wrong as too old: acted on, it could be again after the state was retired and forgotten.
 */
class Unstarted {
  readonly #policy: Policy;
  readonly #nowMs: number;
  readonly #found: NotStarted[] = [];

  constructor(policy: Policy, nowMs: number) {
    this.#policy = policy;
    this.#nowMs = nowMs;
  }

  isUntimely(causeTime: number): boolean {
    return this.wasUntimely(this.#nowMs, causeTime);
  }

  wasUntimely(atMs: number, causeTime: number): boolean {
    return Math.abs(atMs - causeTime) > this.#policy.maxActAgeSeconds * 1000;
  }

  /** Notes that a request, or null: what the policy decided, isn't started for its cause. */
  note(causeTime: number, requestId: string | null): null {
    return this.#add(causeTime < this.#nowMs ? 'TOO_OLD' : 'TOO_FAR_AHEAD', causeTime, requestId);
  }

  /** Notes that what the policy decided isn't started, since nothing that can be believed says when its cause was. */
  noteUndated(knownTime: number): null {
    return this.#add('UNDATED', knownTime, null);
  }

  /** Notes a request for which there is no generation left. */
  noteSurplus(causeTime: number, requestId: string): null {
    return this.#add('TOO_MANY', causeTime, requestId);
  }

  #add(reason: NotStarted['reason'], causeTime: number, requestId: string | null): null {
    this.#found.push({ requestId, reason, causeTime, decidedAt: this.#nowMs, policy: this.#policy.name });
    return null;
  }

  /** All that was noted; what was noted before, as it was then. */
  since(before: readonly NotStarted[]): readonly NotStarted[] {
    if (this.#found.length === 0 && before.length === 0) return before;
    return this.#found.map((one) => before.find((old) => sameValue({ ...old, decidedAt: one.decidedAt }, one)) ?? one);
  }
}

/**
 * Whether the source plays as it is, by the policy when the video first qualified; null: it hasn't yet. Nothing is started
 * by it, so it is decided at any age. One that an earlier release decided on stays as it was.
 */
function sourcePlaysBy(state: VideoState, policy: Policy): boolean | null {
  if (hasDecided(state) || qualifiedAs(state, policy) === null) return null;
  return ruleOf(state, policy).sourcePlays;
}

function hasDecided({ jobs }: VideoState): boolean {
  return jobs.some(({ generation }) => generation === 0);
}

type Rule = (
  state: VideoState,
  policy: Policy,
  nowMs: number,
  unstarted: Unstarted,
  sha256: Sha256 | undefined,
) => Decision | null;

const byPolicy: Rule = (state, policy, nowMs, unstarted, sha256) => {
  // Requests may have been answered before the video was known for what it is.
  const before = state.jobs.find(({ generation }) => generation === 0);
  if (state.sourceGone || before?.leftAsIs === false) return null;
  const qualified = qualifiedAs(state, policy);
  if (qualified === null) return null;
  const rule = ruleOf(state, policy);
  if (before !== undefined && rule.analyse === undefined) return null;
  const causeTime = Math.max(qualified.atMs, blockLiftedTime(eventsOf(state)));
  const { undated } = qualified;
  const noteUntimely = () => (undated ? unstarted.noteUndated(causeTime) : unstarted.note(causeTime, null));
  if (before !== undefined) {
    const missing = missingAnalyses(rule, state);
    if (missing.length === 0) return null;
    // What was left as it is at any age may have been too old for an analysis, and is still. What had no time then may get one.
    const said = state.notStarted.filter(({ requestId }) => requestId === null);
    const wasUndated = said.some(({ reason, decidedAt }) => reason === 'UNDATED' && decidedAt === before.decidedAt);
    if (wasUndated && !undated && !unstarted.isUntimely(causeTime)) {
      const { steps, start } = planSteps(state, before, missing, policy.name, nowMs, sha256);
      return { ...decided(state, state.jobs, [...state.steps, ...steps], []), start };
    }
    const wasUntimely = undated || said.length > 0 || unstarted.wasUntimely(before.decidedAt, causeTime);
    return wasUntimely ? noteUntimely() : null;
  }
  const isLeft = rule.transcode === 'none';
  const startsNothing = isLeft || rule.transcode === 'cloud';
  const untimely = undated || unstarted.isUntimely(causeTime);
  // What is left to the cloud, or as it is, would not have been started by us at any age.
  if (untimely && (!startsNothing || missingAnalyses(rule, state).length > 0)) noteUntimely();
  if (untimely && !isLeft) return null;
  const job = { purpose: qualified.kind, generation: 0 };
  const { steps, start } = planSteps(state, job, untimely ? [] : stepsBy(rule, state), policy.name, nowMs, sha256);
  const hold = rule.beforeTranscode?.audit === undefined ? null : holdOf(state.auditStatus, steps);
  const plan = rule.transcode === 'pipeline' && hold === null;
  const entry: JobLedgerEntry = {
    ...newEntry(state.videoId, qualified.kind, 0, nowMs, sha256),
    decision: rule.transcode === 'pipeline' ? 'PIPELINE' : startsNothing ? 'CLOUD' : 'APPROVAL',
    // Of what is planned the ledger says how it stands.
    state: startsNothing ? 'DECIDED' : 'AWAITING_APPROVAL',
    templateGroupId: startsNothing ? null : (rule.templateGroupId ?? null),
    workflowId: startsNothing ? rule.cloudWorkflowId : (rule.workflowId ?? null),
    priority: startsNothing ? null : (rule.priority ?? null),
    policy: policy.name,
    plannedAt: plan ? nowMs : null,
    hold,
    leftAsIs: isLeft,
  };
  const decision = decided(state, [entry, ...state.jobs], steps, [entry]);
  return { ...decision, start: [...decision.start, ...start] };
};

/** The picture that was taken for a cover becomes the cover, once. */
const byPicture: Rule = (state, policy, nowMs, unstarted, sha256) => {
  const taken = state.steps.find(({ kind, state, pictureUrl }) => {
    return kind === 'SNAPSHOT' && state === 'DONE' && pictureUrl !== null;
  });
  const entry = state.jobs.find(({ generation }) => generation === 0);
  if (taken?.pictureUrl == null || entry === undefined) return null;
  if (state.steps.some(({ kind }) => kind === 'COVER')) return null;
  const causeTime = taken.finishedAt ?? taken.plannedAt;
  if (unstarted.isUntimely(causeTime)) return unstarted.note(causeTime, null);
  const command = stepCommandOf(state, entry, { kind: 'COVER', coverUrl: taken.pictureUrl }, nowMs, sha256);
  const step = newStep(command.token, 'COVER', policy.name, nowMs);
  const decision = decided(state, state.jobs, [...state.steps, step], []);
  return { ...decision, start: isSpokenOf(state, command.token) ? [] : [command] };
};

/** What the policy had wait for the audit, once that lets the video pass. */
const byVerdict: Rule = (state, _, nowMs, unstarted) => {
  const at = state.jobs.findIndex(
    ({ decision, plannedAt, hold }) => decision === 'PIPELINE' && plannedAt === null && hold === 'PASSED',
  );
  const held = state.jobs[at];
  if (held === undefined || !hasSource(state)) return null;
  const causeTime = Math.max(verdictTime(eventsOf(state)), state.sourceReadyTime ?? 0);
  if (unstarted.isUntimely(causeTime)) return unstarted.note(causeTime, null);
  const entry: JobLedgerEntry = { ...held, plannedAt: nowMs };
  return decided(state, state.jobs.with(at, entry), state.steps, [entry]);
};

const byRequests: Rule = (state, policy, nowMs, unstarted, sha256) => {
  // All requests wait for the audit; after its verdict they count as asked again.
  if (state.jobs.some(({ hold }) => hold !== null && hold !== 'PASSED')) return null;
  const events = eventsOf(state);
  const heldUntil = state.jobs.some(({ hold }) => hold !== null) ? verdictTime(events) : 0;
  const streamAwaitedUntil = streamAwaitedUntilMs(state, policy);
  let jobs = state.jobs;
  const start: JobLedgerEntry[] = [];
  for (const request of events) {
    const { eventId, eventTime } = request.entry;
    if (request.fact.kind !== 'TRANSCODE_REQUESTED' || jobs.some((job) => job.requestId === eventId)) continue;
    if (streamAwaitedUntil !== null && eventTime < streamAwaitedUntil) continue;
    const answered = answer(state, jobs, request, policy, nowMs, sha256);
    if (answered === 'TOO_MANY') unstarted.noteSurplus(eventTime, eventId);
    if (answered === null || answered === 'TOO_MANY') continue;
    const causeTime = Math.max(eventTime, heldUntil);
    if (unstarted.isUntimely(causeTime)) {
      unstarted.note(causeTime, eventId);
      continue;
    }
    jobs = answered.jobs;
    start.push(answered.entry);
  }
  return start.length === 0 ? null : decided(state, jobs, state.steps, start);
};

const rules: readonly Rule[] = [byPolicy, byPicture, byVerdict, byRequests];

/**
 * Until when a video may turn out to be of a stream whose policy has an audit come first, epoch milliseconds; null where
 * that can't be. A request from before then is answered once the stream is known, which that of an upload never is; one
 * from then or later counts as one for an upload.
 */
export function streamAwaitedUntilMs(state: VideoState, policy: Policy): number | null {
  const since = state.stream === null ? sourceKnownSince(state) : null;
  if (since === null || policy.segments.beforeTranscode?.audit === undefined) return null;
  return since + policy.silentAfterSeconds * 1000;
}

type Answered = { readonly entry: JobLedgerEntry; readonly jobs: readonly JobLedgerEntry[] };

function answer(
  state: VideoState,
  jobs: readonly JobLedgerEntry[],
  { entry: { eventId }, fact }: Event,
  policy: Policy,
  nowMs: number,
  sha256: Sha256 | undefined,
): Answered | 'TOO_MANY' | null {
  if (!hasSource(state)) return null;
  // Several requests may be answered at once: what one of them has approved awaits nothing any more.
  const awaiting = jobs.find((job) => job.state === 'AWAITING_APPROVAL' && job.plannedAt === null);
  const purpose: JobPurpose = awaiting?.purpose ?? (state.kind === 'UNKNOWN' ? 'UPLOAD' : state.kind);
  const byRule = purpose === 'COMPOSED' ? policy.composed : policy.segments;
  const templateGroupId = fact.job?.templateGroupId ?? awaiting?.templateGroupId ?? byRule.templateGroupId ?? null;
  if (templateGroupId === null) return null;
  const granted = {
    token: requestTokenOf(state.videoId, eventId, sha256),
    requestId: eventId,
    templateGroupId,
    // A person names a template group, also where a workflow was to follow an audit.
    workflowId: null,
    priority: fact.job?.priority ?? awaiting?.priority ?? byRule.priority ?? null,
    plannedAt: nowMs,
  };
  if (awaiting !== undefined) {
    const entry = { ...awaiting, ...granted };
    return { entry, jobs: [...jobs.filter((job) => job !== awaiting), entry] };
  }
  // Generation 0 is the policy's, even where it hasn't decided.
  const generation = 1 + jobs.reduce((most, job) => Math.max(most, job.generation), 0);
  if (generation > maxGenerations) return 'TOO_MANY';
  const entry: JobLedgerEntry = {
    ...newEntry(state.videoId, purpose, generation, nowMs, sha256),
    ...granted,
    decision: 'APPROVAL',
  };
  return { entry, jobs: [...jobs, entry] };
}
