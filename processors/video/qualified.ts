/** Since when a policy has something to decide about a video, and which part of it holds. */
import type { Fact, VideoState } from '../../schemas/generated/VideoState.ts';
import { succeeded } from '../callback/index.ts';
import { type Policy, partFor } from '../policy/index.ts';
import { containerOf } from './container.ts';
import { type Event, eventsOf, timeOf } from './events.ts';

/** As what it is known, whose source is ready, and since when; `undated`: part of that has no time that can be believed. */
export type Qualified = {
  readonly kind: 'SEGMENT' | 'COMPOSED';
  /** Of what has one, else 0. */
  readonly atMs: number;
  readonly undated: boolean;
};

/**
 * Null: it isn't known for a recording or a composition, or its source isn't ready. That the workflow has ended which the
 * cloud was told to run over it says that there was a source, whatever became of the callback of that.
 */
export function qualifiedAs(state: VideoState, policy: Policy): Qualified | null {
  const { kind, stream, recordedTime, composeStartTime, sourceReadyTime } = state;
  if (stream === null || (kind !== 'SEGMENT' && kind !== 'COMPOSED')) return null;
  const announcedTime = kind === 'SEGMENT' ? recordedTime : composeStartTime;
  const isSaid = (time: number | null, kinds: readonly Fact['kind'][]) =>
    time !== null || undated(state, kinds) !== undefined;
  if (!isSaid(announcedTime, [kind === 'SEGMENT' ? 'RECORDED' : 'COMPOSE_START'])) return null;
  const run = sourceReadyTime === null ? firstRun(state, policy) : undefined;
  if (run === undefined && !isSaid(sourceReadyTime, sourceKinds)) return null;
  const sourceTime = run === undefined ? sourceReadyTime : timeOf(run);
  return {
    kind,
    atMs: Math.max(announcedTime ?? 0, sourceTime ?? 0),
    undated: announcedTime === null || sourceTime === null,
  };
}

/** What holds by its container; where that isn't known, by the workflow that the cloud ran over it. */
export function ruleOf(state: VideoState, policy: Policy) {
  const part = partOf(state);
  const container = containerOf(state.sourceUrl);
  const rule = partFor(policy, part, container);
  if (container !== null || rule.cloudWorkflowId !== null) return rule;
  const run = firstRun(state, policy);
  const format = Object.keys(policy.formats).find((format) => {
    return run !== undefined && partFor(policy, part, format).cloudWorkflowId === run.fact.workflow?.workflowId;
  });
  return partFor(policy, part, format ?? null);
}

const partOf = ({ kind }: VideoState) => (kind === 'SEGMENT' ? 'SEGMENT' : 'COMPOSED');

/** The first end of a run, by whatever time it has, of a workflow that the cloud was told to run over such a video. */
function firstRun(state: VideoState, policy: Policy): Event | undefined {
  const part = partOf(state);
  const told = [null, ...Object.keys(policy.formats)].flatMap((format) => {
    return partFor(policy, part, format).cloudWorkflowId ?? [];
  });
  if (told.length === 0) return undefined;
  const runs = eventsOf(state).filter(({ fact: { kind, workflow } }) => {
    return (
      kind !== 'OBSERVED' && workflow !== null && workflow.workflowId !== null && told.includes(workflow.workflowId)
    );
  });
  return runs.find((run) => timeOf(run) !== null) ?? runs[0];
}

/** What makes a source, so that it is ready. */
const sourceKinds: readonly Fact['kind'][] = ['SOURCE_READY', 'UPLOADED_BY_URL'];

/** A rendition proves that there was a source; that of one whose callback has no time that can be believed is there, too. */
export function hasSource(state: VideoState): boolean {
  if (state.sourceGone) return false;
  if (state.sourceReadyTime !== null || undatedSource(state) !== undefined) return true;
  return state.renditions.some((rendition) => rendition.status === 'SUCCESS');
}

/** Since when the source is known to be ready: by its own time, else by when it was heard of; epoch milliseconds. */
export function sourceKnownSince(state: VideoState): number | null {
  return state.sourceReadyTime ?? undatedSource(state)?.entry.receivedAt ?? null;
}

const undatedSource = (state: VideoState) => undated(state, sourceKinds);

/** An event of these kinds that worked, at a time that can't be believed. */
function undated(state: VideoState, kinds: readonly Fact['kind'][]): Event | undefined {
  return eventsOf(state).find((event) => {
    return kinds.includes(event.fact.kind) && succeeded(event.entry) && timeOf(event) === null;
  });
}
