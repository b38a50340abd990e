import type { Happening, VideoPlan } from '../scenario/fact.ts';
import { afterSource, composingSeconds } from '../scenario/lifecycle.ts';
import type { TemplateGroup } from '../scenario/templates.ts';
import { planSnapshot, planTranscode } from '../scenario/transcode.ts';
import type { Cloud } from './cloud.ts';
import { paceOf, start } from './start.ts';
import type { CloudVideo, RunningTask } from './video.ts';

/** What a user asks the cloud to do. Each is taken at once and done from then on, at a pace of its own. */

export type TranscodeWish = {
  readonly video: CloudVideo;
  readonly group: TemplateGroup;
  readonly priority: number;
  readonly extend: string | null;
  readonly callbackUrl: string | null;
};

export function orderTranscode(cloud: Cloud, wish: TranscodeWish): RunningTask {
  const { video, callbackUrl } = wish;
  const pace = paceOf(cloud, [video]);
  const snapshots = !video.occurred.some(({ fact }) => fact.kind === 'snapshot') && video.tasks.length === 0;
  const { task, happenings } = planTranscode(cloud.chance('manual', video.plan.videoId, video.tasks.length), {
    ...wish,
    video: video.plan,
    trigger: 'Manual',
    submittedMs: pace.cloudMs,
    snapshots,
    faults: cloud.knobs(),
  });
  start(cloud, happenings, pace, callbackUrl);
  return { task, pace };
}

export type ProductionWish = {
  readonly title: string;
  /** The clips, in order. */
  readonly sources: readonly CloudVideo[];
  readonly templateGroupId: string;
  /** Seconds of pictures of the product, where clips are cut out of their sources; null where these are whole. */
  readonly cutToSeconds: number | null;
  /** How many productions there were before; makes the product's id. */
  readonly number: number;
};

/**
 * Produces a new video from clips. Made of whole recordings of one session it belongs to that session, as the cloud's own
 * composition does; what is cut out of them is a video of its own.
 */
export function orderProduction(cloud: Cloud, wish: ProductionWish): { video: CloudVideo; projectId: string } {
  const { sources } = wish;
  const pace = paceOf(cloud, sources);
  const rng = cloud.chance('production', wish.number);
  const plan = productOf(`${rng.hex(28)}0102`, wish);
  const video = cloud.addVideo(plan, pace);
  const projectId = rng.hex(32);
  const { videoId } = plan;
  const failed = rng.chance(cloud.knobs().produceFailRate);
  const readyMs = pace.cloudMs + composingSeconds(rng, plan) * 1000;
  const happenings: Happening[] = [
    { atMs: pace.cloudMs, videoId, fact: { kind: 'created' } },
    { atMs: readyMs + rng.int(0, 2) * 1000, videoId, fact: { kind: 'produced', projectId, failed } },
  ];
  const settings = { groupOf: (id: string) => cloud.groupOf(id), faults: cloud.knobs() };
  if (!failed) happenings.push(...afterSource(rng, plan, readyMs, settings));
  start(cloud, happenings, pace, null);
  return { video, projectId };
}

/** A picture at a moment of the user's choice; done in 3 to 15 s. */
export function orderSnapshot(cloud: Cloud, video: CloudVideo, count: number): string {
  const pace = paceOf(cloud, [video]);
  const rng = cloud.chance('snapshot', video.plan.videoId, video.orders.length);
  const snapshot = planSnapshot(rng, video.plan, count, 'user', rng.chance(cloud.knobs().snapshotFailRate));
  video.orders.push({ kind: 'snapshot', jobId: snapshot.jobId, createdMs: pace.cloudMs });
  const atMs = pace.cloudMs + rng.int(3, 15) * 1000;
  start(cloud, [{ atMs, videoId: video.plan.videoId, fact: { kind: 'snapshot', snapshot } }], pace, null);
  return snapshot.jobId;
}

/** An AI audit; done in 20 s to 2 minutes. */
export function orderAudit(cloud: Cloud, video: CloudVideo): string {
  const pace = paceOf(cloud, [video]);
  const rng = cloud.chance('audit', video.plan.videoId, video.orders.length);
  const { auditBlockRate, auditReviewRate } = cloud.knobs();
  const draw = rng.float();
  const suggestion = draw < auditBlockRate ? 'block' : draw < auditBlockRate + auditReviewRate ? 'review' : 'pass';
  const audit = { jobId: rng.hex(32), suggestion, label: suggestion === 'pass' ? 'normal' : 'terrorism' } as const;
  video.orders.push({ kind: 'audit', jobId: audit.jobId, createdMs: pace.cloudMs });
  const atMs = pace.cloudMs + rng.int(20, 120) * 1000;
  start(cloud, [{ atMs, videoId: video.plan.videoId, fact: { kind: 'audited', audit } }], pace, null);
  return audit.jobId;
}

function productOf(videoId: string, { title, templateGroupId, cutToSeconds, ...wish }: ProductionWish): VideoPlan {
  const sources = wish.sources.map(({ plan }) => plan);
  const [first] = sources;
  const ofOneSession = sources.every((one) => one.kind === 'SEGMENT' && one.sessionId === first?.sessionId);
  const isFilm = ofOneSession && cutToSeconds === null;
  const total = (of: (source: VideoPlan) => number) => sources.reduce((sum, source) => sum + of(source), 0);
  const wholeSeconds = total((source) => source.durationSeconds);
  const seconds = cutToSeconds ?? wholeSeconds;
  return {
    videoId,
    kind: isFilm ? 'COMPOSED' : 'UPLOAD',
    practice: isFilm ? (first?.practice ?? null) : null,
    stream: isFilm ? (first?.stream ?? null) : null,
    sessionId: isFilm ? (first?.sessionId ?? null) : null,
    recording: null,
    title,
    sourceUrl: `http://live-record.oss-cn-shanghai.aliyuncs.com/produced/${videoId}.m3u8`,
    sizeBytes: Math.round((total((source) => source.sizeBytes) * seconds) / Math.max(wholeSeconds, 0.01)),
    durationSeconds: Math.round(seconds * 100) / 100,
    templateGroupId,
    madeOf: sources.map((source) => source.videoId),
    ...(first?.region === undefined ? {} : { region: first.region }),
  };
}
