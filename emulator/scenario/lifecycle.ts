import type { Rng } from '../random.ts';
import type { Happening, VideoPlan } from './fact.ts';
import { playFormatOf, type TemplateGroup } from './templates.ts';
import { planTranscode } from './transcode.ts';
import { planRun, type WorkflowFaults } from './workflow.ts';

export type LifecycleSettings = {
  readonly groupOf: (templateGroupId: string) => TemplateGroup;
  readonly faults: LifecycleFaults;
};

/** Probabilities; see Knobs. */
export type LifecycleFaults = WorkflowFaults & {
  readonly analysisRate: number;
  readonly composeSkipRate: number;
  readonly composeFailRate: number;
};

const secondMs = 1000;

/** A recorded file: in VOD 2 to 8 s after the recorder closed it, its source ready up to 6 s later. */
export function segmentLifecycle(
  rng: Rng,
  video: VideoPlan,
  closedMs: number,
  settings: LifecycleSettings,
): Happening[] {
  const recordedMs = closedMs + rng.int(2, 8) * secondMs;
  const readyMs = recordedMs + rng.int(0, 6) * secondMs;
  return [
    { atMs: recordedMs, videoId: video.videoId, fact: { kind: 'recorded' } },
    ...afterSource(rng, video, readyMs, settings),
  ];
}

/** A composition. Empty where VOD never begins it. */
export function composedLifecycle(
  rng: Rng,
  video: VideoPlan,
  startMs: number,
  settings: LifecycleSettings,
): Happening[] {
  const { videoId } = video;
  const readyMs = startMs + composingSeconds(rng, video) * secondMs;
  const started: Happening = { atMs: startMs, videoId, fact: { kind: 'compose-started' } };
  if (rng.chance(settings.faults.composeSkipRate)) return [];
  if (rng.chance(settings.faults.composeFailRate)) {
    return [started, { atMs: readyMs, videoId, fact: { kind: 'source-failed' } }];
  }
  return [started, ...afterSource(rng, video, readyMs, settings)];
}

/** How long composing takes: 40 to 90 s plus 1 to 4 % of the playing time. */
export function composingSeconds(rng: Rng, video: VideoPlan): number {
  return rng.int(40, 90) + Math.ceil(video.durationSeconds * rng.between(0.01, 0.04));
}

/** What VOD does by itself once a source is there: tells it, analyses it, transcodes it by the video's template group, or runs its workflow. */
export function afterSource(rng: Rng, video: VideoPlan, readyMs: number, settings: LifecycleSettings): Happening[] {
  const { videoId } = video;
  const happenings: Happening[] = [{ atMs: readyMs, videoId, fact: { kind: 'source-ready' } }];
  if (rng.chance(settings.faults.analysisRate)) {
    happenings.push({ atMs: readyMs + rng.int(0, 5) * secondMs, videoId, fact: { kind: 'analysed' } });
  }
  const group = settings.groupOf(video.templateGroupId);
  const submittedMs = readyMs + rng.int(0, 3) * secondMs;
  const { workflowId } = video;
  if (workflowId !== undefined) {
    const { groupOf, faults } = settings;
    const order = { video, workflowId, createdMs: submittedMs, snapshots: true, groupOf, faults };
    return [...happenings, ...planRun(rng, order).happenings];
  }
  if (group.effect === 'no-transcode' && playFormatOf(video.sourceUrl) !== null) {
    return [...happenings, { atMs: readyMs, videoId, fact: { kind: 'distributed' } }];
  }
  if (group.effect !== 'transcode') return happenings;
  const order = { video, group, trigger: 'Auto', submittedMs, snapshots: true, faults: settings.faults } as const;
  return [...happenings, ...planTranscode(rng, order).happenings];
}
