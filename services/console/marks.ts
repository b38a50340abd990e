/**
 * What lists are filtered by besides the stream, as words: each has a list of its own, so that a rare one among a million
 * is found at once. There are few of each kind: every combination of the contracts' enumerations at most.
 */
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';

export type MarkKind = 'gist' | 'job';
export const markKinds: readonly MarkKind[] = ['gist', 'job'];

/** What a state is: a video's subject, kind and status, a session's status. */
export const gistOf = (state: VideoState | SessionState): string =>
  'sessionId' in state ? state.status : `${state.subject} ${state.kind} ${state.status}`;

/** A video's part of `gistOf`. */
export function videoGist(gist: string): Pick<VideoState, 'subject' | 'kind' | 'status'> {
  const [subject, kind, status] = gist.split(' ');
  return { subject, kind, status } as Pick<VideoState, 'subject' | 'kind' | 'status'>;
}

/** What jobs are filtered by; `''` where a job has no such thing. */
export type JobMark = {
  readonly type: string;
  readonly state: string;
  readonly hold: string;
  readonly decision: string;
};

export function jobMark(mark: string): JobMark {
  const [type = '', state = '', hold = '', decision = ''] = mark.split(' ');
  return { type, state, hold, decision };
}

/** The jobs of a state, those that are alike once. */
function jobsOf(state: VideoState | SessionState): ReadonlySet<string> {
  if ('sessionId' in state)
    return new Set([
      ...(state.composition === null ? [] : [`COMPOSE ${state.composition.state}`]),
      ...state.clips.map((clip) => `CLIP ${clip.state}`),
    ]);
  return new Set([
    ...state.steps.map((step) => `${step.kind} ${step.state}`),
    ...state.jobs.map((job) => `TRANSCODE ${job.state} ${job.hold ?? ''} ${job.decision}`),
  ]);
}

export const marksOf = (state: VideoState | SessionState): Readonly<Record<MarkKind, ReadonlySet<string>>> => ({
  gist: new Set([gistOf(state)]),
  job: jobsOf(state),
});
