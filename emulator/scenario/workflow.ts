import type { Rng } from '../random.ts';
import type { Happening, VideoPlan, WorkflowRun } from './fact.ts';
import { groupOfWorkflow, type TemplateGroup } from './templates.ts';
import { planTranscode, type TranscodeFaults } from './transcode.ts';

/** Probability that a run fails, beside those of its transcode. */
export type WorkflowFaults = TranscodeFaults & { readonly workflowFailRate: number };

export type RunOrder = {
  readonly video: VideoPlan;
  readonly workflowId: string;
  /** Cloud time, epoch ms in whole seconds. */
  readonly createdMs: number;
  /** Whether its transcode takes pictures: VOD does so once per video. */
  readonly snapshots: boolean;
  readonly groupOf: (templateGroupId: string) => TemplateGroup;
  readonly faults: WorkflowFaults;
};

const secondMs = 1000;

/**
 * A run of a workflow. One that is known transcodes, as of its own accord (cloud facts 3.2.2), and ends after that; of another
 * the activities are unknown here, and it ends in 20 s to 2 minutes. One that fails transcodes nothing.
 */
export function planRun(rng: Rng, order: RunOrder): { run: WorkflowRun; happenings: Happening[] } {
  const { video, workflowId, createdMs, snapshots, faults } = order;
  const { videoId } = video;
  const failedActivity = rng.chance(faults.workflowFailRate) ? 'Transcode' : null;
  const run: WorkflowRun = { taskId: rng.hex(32), workflowId, createdMs, failedActivity };
  const taken: Happening = { atMs: createdMs, videoId, fact: { kind: 'workflow-taken', workflow: run } };
  const done = (atMs: number): Happening => ({ atMs, videoId, fact: { kind: 'workflow-done', workflow: run } });
  const templateGroupId = failedActivity === null ? groupOfWorkflow.get(workflowId) : undefined;
  if (templateGroupId === undefined) return { run, happenings: [taken, done(createdMs + rng.int(20, 120) * secondMs)] };
  const group = order.groupOf(templateGroupId);
  const transcode = { video, group, trigger: 'Auto', submittedMs: createdMs, snapshots, faults } as const;
  const { task, happenings } = planTranscode(rng, transcode);
  return { run, happenings: [taken, ...happenings, done(task.completedMs + rng.int(1, 5) * secondMs)] };
}
