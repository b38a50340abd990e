import type { Fact, Review, VideoPlan } from '../scenario/fact.ts';
import { afterSource } from '../scenario/lifecycle.ts';
import { planSnapshot } from '../scenario/transcode.ts';
import { planRun } from '../scenario/workflow.ts';
import type { Cloud } from './cloud.ts';
import { paceOf, start } from './start.ts';
import { type CloudVideo, coverOf, infoSet } from './video.ts';

/** What a user asks of media beside transcodes, productions, snapshots and audits. */

/** True at once: the API doesn't know the video any more, and nothing more happens to it. */
export function deleteVideo(cloud: Cloud, video: CloudVideo): void {
  const { videoId, title } = video.plan;
  const pace = paceOf(cloud, [video]);
  const facts: readonly Fact[] = [
    { kind: 'info-deleted', title: infoSet(video, 'Title') ?? title },
    { kind: 'deleted' },
  ];
  start(
    cloud,
    facts.map((fact) => ({ atMs: pace.cloudMs, videoId, fact })),
    pace,
    null,
  );
}

/** A person's verdict, as it is given. */
export function reviewVideo(cloud: Cloud, video: CloudVideo, review: Review): void {
  happen(cloud, video, 0, { kind: 'reviewed', review });
}

/** What a user says of the video, at once. */
export function changeInfo(cloud: Cloud, video: CloudVideo, now: Readonly<Record<string, string>>): void {
  const known: Readonly<Record<string, string | null>> = {
    Title: infoSet(video, 'Title') ?? video.plan.title,
    Description: infoSet(video, 'Description'),
    CoverURL: coverOf(video),
    Tags: infoSet(video, 'Tags'),
  };
  const before = Object.fromEntries(
    Object.keys(now).flatMap((name) => (known[name] == null ? [] : [[name, known[name]]])),
  );
  happen(cloud, video, 0, { kind: 'info-changed', change: { now, before } });
}

/** A cover chosen by a machine; done in 5 to 30 s, and told by no callback (cloud facts 3.3.7). */
export function orderAiImage(cloud: Cloud, video: CloudVideo): string {
  const rng = cloud.chance('ai-image', video.plan.videoId, video.orders.length);
  const jobId = rng.hex(32);
  happen(cloud, video, rng.int(5, 30), { kind: 'ai-image-made', jobId }, (createdMs) =>
    video.orders.push({ kind: 'ai-image', jobId, createdMs }),
  );
  return jobId;
}

/** An animated picture; done in 5 to 30 s. */
export function orderDynamicImage(cloud: Cloud, video: CloudVideo): string {
  const rng = cloud.chance('dynamic-image', video.plan.videoId, video.occurred.length);
  const jobId = rng.hex(32);
  happen(cloud, video, rng.int(5, 30), { kind: 'dynamic-image-made', jobId });
  return jobId;
}

/** A run of a workflow that a user asked for. */
export function orderWorkflow(cloud: Cloud, video: CloudVideo, workflowId: string): string {
  const pace = paceOf(cloud, [video]);
  const { run, happenings } = planRun(cloud.chance('workflow', video.plan.videoId, video.occurred.length), {
    ...{ video: video.plan, workflowId, createdMs: pace.cloudMs, faults: cloud.knobs() },
    snapshots: !video.occurred.some(({ fact }) => fact.kind === 'snapshot') && video.tasks.length === 0,
    groupOf: (id) => cloud.groupOf(id),
  });
  start(cloud, happenings, pace, null);
  return run.taskId;
}

export type Fetch = {
  readonly sourceUrl: string;
  readonly title: string;
  readonly templateGroupId: string;
  readonly region: string | null;
  /** How many there were before; makes the ids. */
  readonly number: number;
};

/** Uploads from an address; the source is there in 5 to 30 s, its cover with it. */
export function orderFetch(cloud: Cloud, { sourceUrl, title, templateGroupId, region, number }: Fetch): string {
  const rng = cloud.chance('fetch', number);
  const videoId = `${rng.hex(28)}0102`;
  const jobId = rng.hex(32);
  const durationSeconds = rng.int(60, 3600);
  const plan: VideoPlan = {
    ...{ videoId, kind: 'UPLOAD', practice: null, stream: null, sessionId: null, recording: null },
    ...{ title, templateGroupId, durationSeconds, sizeBytes: durationSeconds * 450_000 },
    sourceUrl: `http://uploads.oss-cn-shanghai.aliyuncs.com/${videoId}.mp4`,
    ...(region === null ? {} : { region }),
  };
  const pace = paceOf(cloud, []);
  const readyMs = pace.cloudMs + rng.int(5, 30) * 1000;
  cloud.addVideo(plan, pace);
  const settings = { groupOf: (id: string) => cloud.groupOf(id), faults: cloud.knobs() };
  const made = afterSource(rng, plan, readyMs, settings);
  const covered = made.some(({ fact }) => fact.kind === 'snapshot');
  const cover = planSnapshot(rng, plan, 1, 'cloud');
  const happenings = [
    ...made,
    { atMs: readyMs, videoId, fact: { kind: 'fetched', jobId, sourceUrl } as const },
    ...(covered ? [] : [{ atMs: readyMs, videoId, fact: { kind: 'snapshot', snapshot: cover } as const }]),
  ];
  start(cloud, happenings, pace, null);
  return jobId;
}

/** Lets a fact come true after a while; `taken` is told the moment of the order, by the cloud's clock. */
export function happen(
  cloud: Cloud,
  video: CloudVideo,
  afterSeconds: number,
  fact: Fact,
  taken: (atMs: number) => void = () => {},
): void {
  const pace = paceOf(cloud, [video]);
  taken(pace.cloudMs);
  const atMs = pace.cloudMs + afterSeconds * 1000;
  start(cloud, [{ atMs, videoId: video.plan.videoId, fact }], pace, null);
}
