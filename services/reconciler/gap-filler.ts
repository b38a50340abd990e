/** Asks a region's cloud about videos and reports what it finds. Loop and Kafka are the reconciler's business. */

import type { AiJob, LiveRecording, TranscodeTask, VideoInfo, VodCloud } from '../../connectors/vod/index.ts';
import { allReadable, CloudFault, cloudTime } from '../../connectors/vod/index.ts';
import type { Platform } from '../../platform/host/index.ts';
import type { Logger } from '../../platform/telemetry/index.ts';
import {
  auditFound,
  cloudRunFound,
  compositionFound,
  dnaFound,
  type Finding,
  recordingFound,
  snapshotFound,
  streamInDescription,
  tagsFound,
  transcodesFound,
  videoObserved,
  workflowFound,
} from './findings.ts';
import type { KnownVideo, OpenRun } from './needs.ts';
import { type Ask, kindOfRow, recordingsIn, slicesOf } from './sweep.ts';
import { isWithin, type SweepTarget, type Window } from './target.ts';
import { mayBe, type Unread } from './unread.ts';
import type { WatchList } from './watch-list.ts';

export type BackfillCloud = Pick<
  VodCloud,
  | 'getVideoInfos'
  | 'listTranscodeTask'
  | 'getTranscodeTask'
  | 'listLiveRecordVideo'
  | 'searchMedia'
  | 'getJob'
  | 'getMediaAuditResult'
  | 'listSnapshots'
  | 'listAiJobs'
  | 'getMediaDnaResult'
  | 'getAiVideoTagResult'
>;

export type GapFillerOptions = {
  /** The client of the region; asked for anew with every call. */
  readonly cloud: () => BackfillCloud;
  readonly ask: Ask;
  /** Where the videos lie that this one is asked about; null where it isn't known. */
  readonly region: string | null;
  readonly watch: WatchList;
  /** Publishes a finding; resolves when it is durable. */
  readonly report: (finding: Finding) => Promise<void>;
  readonly platform: Pick<Platform, 'now'>;
  readonly log: Logger;
  /** A recording or composition this young may still be reported by its callback; milliseconds. */
  readonly tooYoungMs: number;
};

export type GapFiller = {
  /** Asks about these videos and supplies what they miss. */
  checkVideos(videos: readonly KnownVideo[]): Promise<void>;
  /** Looks for recordings and compositions in the window of which no callback came. */
  sweep(targets: readonly SweepTarget[], window: Window): Promise<void>;
};

/** What a sweep has seen of recordings: their ids, and rows that couldn't be read. */
type Listed = { readonly listed: Set<string>; readonly unread: Unread[] };

/** The longest cycle (cloud facts 4): a recording of a window may have begun so much earlier. */
const longestCycleMs = 6 * 60 * 60_000;
const sliceMs = 6 * 60 * 60_000;
const searchPageSize = 100;
const mostSearchPages = 50;
/** GetVideoInfos takes so many ids (cloud facts 3.2): one question is one call. */
const videosPerQuestion = 20;

export function gapFiller(options: GapFillerOptions): GapFiller {
  const { cloud, ask, watch, platform, log, tooYoungMs } = options;

  async function supply(known: KnownVideo, finding: Finding | null): Promise<boolean> {
    if (finding === null || known.reported.has(finding.eventName)) return false;
    await options.report(finding);
    watch.supplied(known.videoId, finding.eventName);
    return true;
  }

  /** A fault skips this question for now; the next round asks again. */
  async function tolerant(doing: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof CloudFault)) throw error;
      log.warn({ action: error.action, code: error.code }, `${doing}: no answer for now`);
    }
  }

  async function originOf(known: KnownVideo, video: VideoInfo): Promise<Finding | null> {
    const stream = streamInDescription(video.description);
    if (stream === null || video.createdAtMs === null) return null;
    const window = { fromMs: video.createdAtMs - 2 * longestCycleMs, toMs: video.createdAtMs + longestCycleMs };
    const rows: LiveRecording[] = [];
    const unread: Unread[] = [];
    for await (const page of recordingsIn(cloud, ask, stream, window)) {
      rows.push(...page.recordings);
      unread.push(...page.unread);
    }
    const own = rows.find((row) => row.video?.videoId === known.videoId);
    const kind = own && kindOfRow(own, rows);
    if (own && kind === 'recording') return recordingFound(own);
    if (kind === 'unclear' || mayBe(unread, stream, video)) return null;
    // Every user of the account can write such a description: only a stream that was recorded before can have been composed.
    const createdAtMs = video.createdAtMs;
    const recordedBefore = rows.some(
      (row) => row !== own && row.recordStartMs !== null && row.recordStartMs < createdAtMs,
    );
    return recordedBefore ? compositionFound(video) : null;
  }

  async function tasksOf(videoId: string): Promise<readonly TranscodeTask[]> {
    const tasks: TranscodeTask[] = [];
    const { rows } = await ask(() => cloud().listTranscodeTask({ videoId }));
    for (const { taskId } of rows) {
      tasks.push(await ask(() => cloud().getTranscodeTask({ taskId })));
    }
    return tasks;
  }

  async function auditOf(known: KnownVideo): Promise<Finding | null> {
    const { videoId } = known;
    const jobId = known.stepJobs.audit;
    if (jobId === undefined) return null;
    const job = await ask(() => cloud().getJob({ jobId, jobType: 'ai' }));
    if (job.completedAtMs === null) return null;
    const { suggestion } = await ask(() => cloud().getMediaAuditResult({ mediaId: videoId }));
    return auditFound(known, jobId, job, suggestion);
  }

  async function snapshotOf(known: KnownVideo): Promise<Finding | null> {
    const { videoId } = known;
    const jobId = known.stepJobs.snapshot;
    if (jobId === undefined) return null;
    const job = await ask(() => cloud().getJob({ jobId, jobType: 'snapshot' }));
    if (job.completedAtMs === null) return null;
    const pictures = await ask(() => cloud().listSnapshots({ videoId, snapshotType: 'NormalSnapshot' }));
    return snapshotFound(known, jobId, job, pictures);
  }

  async function runOf(known: KnownVideo, run: OpenRun): Promise<Finding | null> {
    return workflowFound(known, run, await ask(() => cloud().getJob({ jobId: run.taskId, jobType: 'workflow' })));
  }

  /** The job, once it has ended. */
  async function endedAiJob(jobId: string): Promise<AiJob | null> {
    const { rows, odd } = await ask(() => cloud().listAiJobs({ jobIds: [jobId] }));
    const job = rows.find((one) => one.jobId === jobId);
    if (job === undefined) allReadable('ListAIJob', odd);
    return job === undefined || job.completedAtMs === null ? null : job;
  }

  async function dnaOf({ videoId, stepJobs }: KnownVideo): Promise<Finding | null> {
    const job = stepJobs.dna === undefined ? null : await endedAiJob(stepJobs.dna);
    if (job === null) return null;
    return dnaFound({ videoId }, job, await ask(() => cloud().getMediaDnaResult({ mediaId: videoId })));
  }

  async function tagsOf({ videoId, stepJobs }: KnownVideo): Promise<Finding | null> {
    const job = stepJobs.tags === undefined ? null : await endedAiJob(stepJobs.tags);
    if (job === null) return null;
    return tagsFound({ videoId }, job, await ask(() => cloud().getAiVideoTagResult({ mediaId: videoId })));
  }

  async function checkVideo(known: KnownVideo, video: VideoInfo): Promise<void> {
    let news = false;
    if (known.needs.includes('origin')) news = (await supply(known, await originOf(known, video))) || news;
    const tasks = known.needs.some((need) => need !== 'origin') ? await tasksOf(known.videoId) : [];
    news = (await supply(known, videoObserved(known, video, tasks))) || news;
    for (const finding of transcodesFound(known, tasks)) news = (await supply(known, finding)) || news;
    if (known.needs.includes('audit')) news = (await supply(known, await auditOf(known))) || news;
    if (known.needs.includes('snapshot')) news = (await supply(known, await snapshotOf(known))) || news;
    if (known.needs.includes('dna')) news = (await supply(known, await dnaOf(known))) || news;
    if (known.needs.includes('tags')) news = (await supply(known, await tagsOf(known))) || news;
    news = (await supply(known, cloudRunFound(known, video, tasks))) || news;
    for (const run of known.runs ?? []) news = (await supply(known, await runOf(known, run))) || news;
    if (!news) watch.asked(known.videoId, platform.now());
  }

  async function infosOf(videoIds: readonly string[]): Promise<ReadonlyMap<string, VideoInfo>> {
    const infos = new Map<string, VideoInfo>();
    for (let from = 0; from < videoIds.length; from += videosPerQuestion) {
      const asked = videoIds.slice(from, from + videosPerQuestion);
      const { videos, odd } = await ask(() => cloud().getVideoInfos({ videoIds: asked }));
      if (odd.length > 0)
        log.warn({ videoIds: odd.map(({ id }) => id) }, 'what the cloud says of videos can not be read');
      for (const video of videos) infos.set(video.videoId, video);
    }
    return infos;
  }

  /** A video that the cloud gives no answer about must not come first in every later round. */
  function putOff(videos: readonly KnownVideo[], fault: unknown): void {
    if (!(fault instanceof CloudFault)) throw fault;
    const videoIds = videos.map((one) => one.videoId);
    log.warn({ action: fault.action, code: fault.code, videoIds }, 'no answer about videos');
    for (const videoId of videoIds) {
      if (fault.kind === 'terminal') watch.asked(videoId, platform.now());
      else watch.postpone(videoId, platform.now());
    }
  }

  async function checkBatch(batch: readonly KnownVideo[]): Promise<void> {
    let infos: ReadonlyMap<string, VideoInfo>;
    try {
      infos = await infosOf(batch.map((one) => one.videoId));
    } catch (fault) {
      const refused = fault instanceof CloudFault && fault.kind === 'terminal';
      if (!refused || batch.length === 1) return putOff(batch, fault);
      // The cloud refuses one of them: the others are asked about one by one.
      for (const one of batch) await checkBatch([one]);
      return;
    }
    for (const known of batch) {
      const video = infos.get(known.videoId);
      if (video) await checkVideo(known, video).catch((fault: unknown) => putOff([known], fault));
      else watch.asked(known.videoId, platform.now());
    }
  }

  async function checkVideos(videos: readonly KnownVideo[]): Promise<void> {
    for (let from = 0; from < videos.length; from += videosPerQuestion) {
      await checkBatch(videos.slice(from, from + videosPerQuestion));
    }
  }

  const newcomer = (videoId: string, stream: KnownVideo['stream']): KnownVideo => ({
    videoId,
    stream,
    region: options.region,
    needs: ['source', 'transcodes', 'cover'],
    stepJobs: {},
    reported: new Set(),
    heardAtMs: 0,
  });

  /** Tells where a video comes from; one that was not known at all is asked about as a whole. */
  async function introduce(finding: Finding | null, stream: SweepTarget): Promise<void> {
    if (finding === null) return;
    const { VideoId: videoId } = finding.body;
    const known = watch.get(videoId);
    if (known) {
      if (known.needs.includes('origin')) await supply(known, finding);
      return;
    }
    await options.report(finding);
    const { domainName, appName = '', streamName = '' } = stream;
    await checkVideos([newcomer(videoId, { domainName, appName, streamName })]);
  }

  async function sweepRecordings(target: SweepTarget, window: Window, { listed, unread }: Listed): Promise<void> {
    const youngestMs = platform.now() - tooYoungMs;
    for (const slice of slicesOf(window, sliceMs)) {
      const rows: LiveRecording[] = [];
      const wider = { fromMs: slice.fromMs - longestCycleMs, toMs: slice.toMs };
      for await (const page of recordingsIn(cloud, ask, target, wider)) {
        rows.push(...page.recordings);
        unread.push(...page.unread);
      }
      for (const row of rows) {
        const kind = kindOfRow(row, rows);
        if (kind === 'composition' || row.video === null) continue;
        listed.add(row.video.videoId);
        if (kind === 'unclear') continue;
        if ((row.video.createdAtMs ?? row.recordEndMs ?? 0) > youngestMs) continue;
        await introduce(recordingFound(row), row);
      }
    }
  }

  /** Ids of media of which it isn't known where they come from. A composition counts as live or as edited, which isn't documented. */
  async function searchUnexplained(window: Window, found: Set<string>): Promise<void> {
    const toMs = Math.min(window.toMs, platform.now() - tooYoungMs);
    const created = `CreationTime = ('${cloudTime(window.fromMs)}','${cloudTime(toMs)}')`;
    const match = `MediaSource in ('live','editing') and ${created}`;
    for (let page = 1; page <= mostSearchPages; page++) {
      const { media, odd } = await ask(() => cloud().searchMedia({ match, page, pageSize: searchPageSize }));
      for (const { mediaId } of media) if (watch.get(mediaId)?.needs.includes('origin') ?? true) found.add(mediaId);
      if (media.length + odd.length < searchPageSize) return;
    }
    log.warn({ from: window.fromMs, to: toMs }, 'more media than one search gives: shorten the look-back');
  }

  async function introduceCompositions(
    found: ReadonlySet<string>,
    { listed, unread }: Listed,
    targets: readonly SweepTarget[],
  ): Promise<void> {
    const unexplained = [...found].filter((id) => !listed.has(id));
    for (let from = 0; from < unexplained.length; from += searchPageSize) {
      const infos = await infosOf(unexplained.slice(from, from + searchPageSize));
      for (const video of infos.values()) {
        const stream = streamInDescription(video.description);
        // Only where the recordings of its stream are known can it be told from one.
        if (stream === null || !targets.some((target) => isWithin(target, stream))) continue;
        // It may be a recording of which the list told nothing.
        if (mayBe(unread, stream, video)) continue;
        await introduce(compositionFound(video), stream);
      }
    }
  }

  return {
    checkVideos,
    async sweep(targets, window) {
      const listed: Listed = { listed: new Set(), unread: [] };
      const swept: SweepTarget[] = [];
      // Before recordings are listed, which may take long: one that is made meanwhile would be found and not listed.
      const found = new Set<string>();
      await tolerant('compositions', () => searchUnexplained(window, found));
      for (const target of targets) {
        await tolerant(`recordings of ${target.domainName}`, async () => {
          await sweepRecordings(target, window, listed);
          swept.push(target);
        });
      }
      await tolerant('compositions', () => introduceCompositions(found, listed, swept));
    },
  };
}
