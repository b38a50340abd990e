import type { Rng } from '../random.ts';
import type { Happening, Snapshot, TranscodeJobPlan, TranscodeTask, VideoPlan } from './fact.ts';
import type { RenditionTemplate, TemplateGroup } from './templates.ts';

export type TranscodeOrder = {
  readonly video: VideoPlan;
  readonly group: TemplateGroup;
  readonly trigger: 'Auto' | 'Manual';
  /** Cloud time, epoch ms in whole seconds. */
  readonly submittedMs: number;
  readonly priority?: number;
  readonly extend?: string | null;
  readonly callbackUrl?: string | null;
  /** Whether VOD also takes snapshots: it does so once per video. */
  readonly snapshots: boolean;
  readonly faults: TranscodeFaults;
};

/** Probabilities of a damaged source and of a single rendition's failure. */
export type TranscodeFaults = { readonly brokenSourceRate: number; readonly renditionFailureRate: number };

const secondMs = 1000;

/**
 * Plans a transcode: one job per rendition, running side by side. A job waits 2 to 30 s in the queue, then runs at a
 * speed that depends on its picture size (2 to 12 % of the playing time). Snapshots run in parallel and don't wait for
 * any job. Each event's time is 0 to 2 s after what it tells.
 */
export function planTranscode(rng: Rng, order: TranscodeOrder): { task: TranscodeTask; happenings: Happening[] } {
  const { video, submittedMs } = order;
  const broken = rng.chance(order.faults.brokenSourceRate);
  const jobs = order.group.renditions.map((rendition) => planJob(rng, order, rendition, broken));
  const lastMs = Math.max(submittedMs, ...jobs.map((job) => job.finishMs));
  const task: TranscodeTask = {
    taskId: rng.hex(32),
    videoId: video.videoId,
    templateGroupId: order.group.templateGroupId,
    trigger: order.trigger,
    priority: order.priority ?? 6,
    submittedMs,
    completedMs: lastMs + rng.int(0, 2) * secondMs,
    jobs,
    broken,
    extend: order.extend ?? null,
    callbackUrl: order.callbackUrl ?? null,
  };
  const at = (atMs: number, fact: Happening['fact']): Happening => ({ atMs, videoId: video.videoId, fact });
  const happenings = [at(submittedMs, { kind: 'transcode-taken', task })];
  if (order.snapshots && !broken) {
    const pictures = planSnapshot(rng, video, rng.int(2, 8), 'cloud');
    happenings.push(at(submittedMs + rng.int(15, 90) * secondMs, { kind: 'snapshot', snapshot: pictures }));
  }
  for (const job of broken ? [] : jobs) {
    happenings.push(at(job.finishMs + rng.int(0, 2) * secondMs, { kind: 'stream-transcoded', task, job }));
  }
  if (jobs.length > 0) happenings.push(at(task.completedMs, { kind: 'transcoded', task }));
  return { task, happenings };
}

function planJob(rng: Rng, order: TranscodeOrder, rendition: RenditionTemplate, broken: boolean): TranscodeJobPlan {
  const { video, submittedMs } = order;
  const megapixels = (rendition.width * rendition.height) / 1e6;
  const startMs = submittedMs + rng.int(2, 30) * secondMs;
  const runSeconds = 5 + video.durationSeconds * rng.between(0.02, 0.04 + 0.04 * megapixels);
  const jobId = rng.hex(32);
  const failed = broken || rng.chance(order.faults.renditionFailureRate);
  return {
    ...rendition,
    jobId,
    startMs,
    finishMs: startMs + Math.ceil(runSeconds) * secondMs,
    status: failed ? 'fail' : 'success',
    fileUrl: `http://vod.example.com/${video.videoId}/${jobId.slice(0, 12)}.${rendition.format}`,
    sizeBytes: Math.round(((rendition.bitrateKbps * 1000) / 8) * video.durationSeconds * rng.between(0.97, 1.03)),
    durationSeconds: video.durationSeconds,
    errorCode: failed ? 'InvalidParameter.ResourceContentBad' : null,
    errorMessage: failed ? 'The resource operated "input file" is bad.' : null,
  };
}

/** Pictures of a video, one of them its cover. */
export function planSnapshot(
  rng: Rng,
  video: VideoPlan,
  count: number,
  startedBy: Snapshot['startedBy'],
  failed = false,
): Snapshot {
  const cover = String(rng.int(1, count)).padStart(5, '0');
  const jobId = rng.hex(32);
  const folder = startedBy === 'cloud' ? 'covers' : 'snapshots/normal';
  const picture = (number: string) =>
    `http://vod.example.com/${video.videoId}/${folder}/${jobId.slice(0, 8)}-${number}.jpg`;
  const coverUrl = startedBy === 'cloud' ? picture(cover) : null;
  return { jobId, failed, coverUrl, regular: picture('{SnapshotCount}'), count, startedBy };
}
