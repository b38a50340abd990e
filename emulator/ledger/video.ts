import type { StreamRef, VideoKind, VideoState, VideoStatus } from '../../schemas/generated/VideoState.ts';
import { type CloudVideo, coverOf, distributedAt, timeOf } from '../cloud/video.ts';
import type { Delivery } from '../delivery/courier.ts';
import type { Practice } from '../scenario/practice.ts';
import { similarIn, tagsIn } from './content.ts';
import { type DeliveryCounts, deliveryCounts } from './deliveries.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { type LedgerRendition, renditionsOf } from './renditions.ts';
import { videoSeenAs } from './seen-video.ts';

/** What truly happened to one video. Fields that VideoState has too bear its names and units (times: epoch ms). */
export type LedgerVideo = {
  readonly videoId: string;
  readonly kind: VideoKind;
  readonly practice: Practice | null;
  /** Where it is stored; null where the account has one region. */
  readonly region: string | null;
  readonly stream: StreamRef | null;
  readonly sessionId: string | null;
  /** What has come of it, and what can be played since when. */
  readonly outcome: Outcome;
  /** What the pipeline must say where all of this is known to it. */
  readonly status: VideoStatus;
  /** The same from the callbacks alone, without a request to the cloud: no callback says that a composition failed. */
  readonly toldStatus: VideoStatus;
  /** Of a composition: the recordings that it is made of, in order, and the composition that it replaces. */
  readonly madeOf: readonly string[];
  readonly repeats: string | null;
  readonly recording: { readonly startTime: number; readonly endTime: number } | null;
  readonly recordedTime: number | null;
  readonly composeStartTime: number | null;
  readonly sourceReadyTime: number | null;
  readonly firstPlayableTime: number | null;
  /** Of the first transcode in which something succeeded, else of the first that failed. */
  readonly transcodedTime: number | null;
  readonly coverUrl: string | null;
  readonly sourceUrl: string | null;
  readonly sizeBytes: number | null;
  /** As an event has told it; null where none did. */
  readonly durationSeconds: number | null;
  readonly auditStatus: VideoState['auditStatus'];
  /** What the latest DNA and tags that didn't fail found; null where none was ordered. */
  readonly similarVideos: VideoState['similarVideos'] | null;
  readonly tags: VideoState['tags'] | null;
  /** Ordered by jobId. */
  readonly renditions: readonly LedgerRendition[];
  /** One entry per distinct callback, by event time. */
  readonly timeline: readonly TimelineLine[];
  readonly delivery: DeliveryCounts;
};

export type TimelineLine = {
  readonly eventType: string;
  readonly eventTime: number;
  readonly copies: number;
  readonly attempts: number;
  readonly accepted: number;
  readonly outOfOrder: boolean;
  readonly dropped: boolean;
};

const verdicts = { pass: 'PASS', review: 'REVIEW', block: 'BLOCKED' } as const;
const reviewed = { Normal: 'PASS', Blocked: 'BLOCKED' } as const;

export function ledgerVideo(video: CloudVideo, deliveries: readonly Delivery[]): LedgerVideo {
  const { plan, occurred } = video;
  const { videoId, kind, practice, stream, sessionId } = plan;
  const sourceReadyTime = timeOf(video, 'source-ready');
  const renditions = renditionsOf(video);
  const facts = occurred.map(({ fact }) => fact);
  const audits = facts.flatMap((fact) => (fact.kind === 'audited' ? [fact.audit] : []));
  const reviews = facts.flatMap((fact) => (fact.kind === 'reviewed' ? [fact.review] : []));
  const verdict = audits.at(-1)?.suggestion;
  const review = reviews.at(-1)?.status;
  const outcome = outcomeOf(video);
  const told = timeOf(video, 'analysed') !== null || renditions.some((rendition) => rendition.status === 'SUCCESS');
  return {
    videoId,
    kind,
    practice,
    stream,
    sessionId,
    region: plan.region ?? null,
    outcome,
    status: videoSeenAs(outcome),
    toldStatus: videoSeenAs({ ...outcome, source: outcome.source === 'lost' ? 'none' : outcome.source }),
    madeOf: plan.madeOf ?? [],
    repeats: plan.repeats ?? null,
    recording: timeOf(video, 'recorded') === null ? null : plan.recording,
    recordedTime: timeOf(video, 'recorded'),
    composeStartTime: timeOf(video, 'compose-started'),
    sourceReadyTime,
    ...transcodeTimes(video),
    coverUrl: coverOf(video),
    sourceUrl: sourceReadyTime === null ? null : plan.sourceUrl,
    sizeBytes: sourceReadyTime === null ? null : plan.sizeBytes,
    durationSeconds: told ? plan.durationSeconds : null,
    auditStatus: review ? reviewed[review] : verdict ? verdicts[verdict] : null,
    similarVideos: similarIn(facts),
    tags: tagsIn(facts),
    renditions,
    timeline: deliveries.map(timelineLine).sort((a, b) => a.eventTime - b.eventTime),
    delivery: deliveryCounts(deliveries),
  };
}

function timelineLine(delivery: Delivery): TimelineLine {
  const { eventType, eventTime, copies, attempts, accepted, outOfOrder, dropped } = delivery;
  return { eventType, eventTime, copies, attempts, accepted, outOfOrder, dropped };
}

function transcodeTimes(video: CloudVideo): Pick<LedgerVideo, 'firstPlayableTime' | 'transcodedTime'> {
  const streams: number[] = [];
  const good: number[] = [];
  const failed: number[] = [];
  for (const { fact, atMs } of video.occurred) {
    if (fact.kind === 'stream-transcoded' && fact.job.status === 'success') streams.push(atMs);
    if (fact.kind !== 'transcoded') continue;
    const list = fact.task.jobs.some((job) => job.status === 'success') ? good : failed;
    list.push(atMs);
  }
  const first = (times: readonly number[]) => (times.length > 0 ? Math.min(...times) : null);
  const made = first(streams) ?? first(good);
  const firstPlayableTime = first([made, distributedAt(video)].filter((time) => time !== null));
  return { firstPlayableTime, transcodedTime: first(good) ?? first(failed) };
}
