/**
 * A show of two recordings and their composition: the callbacks that the cloud sends, and what its list and get APIs
 * say of the same. Bodies follow cloud facts 1.4, answers cloud facts 3.2.
 */
import { CloudFault, type LiveRecording, type TranscodeTask, type VideoInfo } from '../../../connectors/vod/index.ts';
import type { BackfillCloud } from '../../../services/reconciler/gap-filler.ts';

const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
export const showStartMs = Date.UTC(2026, 2, 1, 10);
const at = (seconds: number) => showStartMs + seconds * 1000;
const text = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
const minute = 60;

type Spec = {
  readonly videoId: string;
  readonly composed: boolean;
  /** Seconds after the start: recorded from, to; created; source ready; transcoded. */
  readonly from: number;
  readonly to: number;
  readonly created: number;
  readonly ready: number;
  readonly failing: boolean;
};

const specs: readonly Spec[] = [
  { videoId: 'segment-1', composed: false, from: 0, to: 30 * minute, created: 1804, ready: 1810, failing: false },
  { videoId: 'segment-2', composed: false, from: 1800, to: 3000, created: 3190, ready: 3200, failing: true },
  { videoId: 'composed-1', composed: true, from: 0, to: 3000, created: 3240, ready: 3400, failing: false },
];

const job = (spec: Spec, definition: string) => ({
  jobId: `${spec.videoId}-${definition}`,
  definition,
  failed: spec.failing && definition === 'HD',
  finishedMs: at(spec.ready + (definition === 'LD' ? 60 : 95)),
});
const jobsOf = (spec: Spec) => [job(spec, 'LD'), job(spec, 'HD')];
const lastMs = (spec: Spec) => Math.max(...jobsOf(spec).map((one) => one.finishedMs));

type Body = Readonly<Record<string, unknown>> & { readonly VideoId: string };

function streamInfo(one: ReturnType<typeof job>) {
  const common = {
    Status: one.failed ? 'fail' : 'success',
    JobId: one.jobId,
    Definition: one.definition,
    Format: 'mp4',
  };
  if (one.failed) return { ...common, ErrorCode: 'InvalidParameter.ResourceContentBad', ErrorMessage: 'bad' };
  const url = `http://vod.example.com/${one.jobId}.mp4`;
  return {
    ...common,
    Bitrate: '925',
    Fps: '25',
    Duration: 1800.04,
    FileUrl: url,
    Height: 540,
    Width: 960,
    Size: 208_153_210,
    Encrypt: false,
  };
}

function bodiesOf(spec: Spec): readonly Body[] {
  const names = { DomainName: stream.domainName, AppName: stream.appName, StreamName: stream.streamName };
  const of = (EventType: string, ms: number, more: object): Body => ({
    EventType,
    EventTime: text(ms),
    VideoId: spec.videoId,
    Status: 'success',
    ...more,
  });
  const recorded = { ...names, RecordStartTime: text(at(spec.from)), RecordEndTime: text(at(spec.to)) };
  return [
    spec.composed
      ? of('LiveRecordVideoComposeStart', at(spec.created), names)
      : of('AddLiveRecordVideoComplete', at(spec.created), recorded),
    of('FileUploadComplete', at(spec.ready), { Size: 1_439_213_000 }),
    of('SnapshotComplete', at(spec.ready + 30), {
      CoverUrl: `http://vod.example.com/${spec.videoId}.jpg`,
      SnapshotInfos: [
        { Status: 'success', SnapshotType: 'CoverSnapshot', SnapshotCount: 1, JobId: `${spec.videoId}-cover` },
      ],
    }),
    ...jobsOf(spec).map((one) => of('StreamTranscodeComplete', one.finishedMs, streamInfo(one))),
    of('TranscodeComplete', lastMs(spec), { StreamInfos: jobsOf(spec).map(streamInfo) }),
  ];
}

/** All callbacks of the show. */
export const showBodies: readonly Body[] = specs.flatMap(bodiesOf);

function infoOf(spec: Spec): VideoInfo {
  return {
    videoId: spec.videoId,
    title: stream.streamName,
    description: `${stream.streamName}|${stream.appName}|${stream.domainName}`,
    status: 'Normal',
    durationSeconds: spec.to - spec.from,
    sizeBytes: 1_439_213_000,
    createdAtMs: at(spec.created),
    modifiedAtMs: lastMs(spec),
    coverUrl: `http://vod.example.com/${spec.videoId}.jpg`,
    templateGroupId: 'group-1',
    auditStatus: 'Init',
  };
}

function taskOf(spec: Spec): TranscodeTask {
  return {
    taskId: `${spec.videoId}-task`,
    videoId: spec.videoId,
    templateGroupId: 'group-1',
    trigger: 'Auto',
    outcome: spec.failing ? 'partly' : 'succeeded',
    createdAtMs: at(spec.ready),
    completedAtMs: lastMs(spec),
    jobs: jobsOf(spec).map((one) => ({
      jobId: one.jobId,
      status: one.failed ? 'TranscodeFail' : 'TranscodeSuccess',
      definition: one.definition,
      format: 'mp4',
      outputUrl: one.failed ? null : `http://vod.example.com/${one.jobId}.mp4?auth_key=secret`,
      bitrateKbps: one.failed ? null : 925,
      fps: one.failed ? null : 25,
      width: one.failed ? null : 960,
      height: one.failed ? null : 540,
      durationSeconds: one.failed ? null : 1800.04,
      sizeBytes: one.failed ? null : 208_153_210,
      encrypted: one.failed ? null : false,
      createdAtMs: at(spec.ready),
      completedAtMs: one.finishedMs,
      errorCode: one.failed ? 'InvalidParameter.ResourceContentBad' : null,
      errorMessage: one.failed ? 'bad' : null,
    })),
    odd: [],
  };
}

function rowOf(spec: Spec): LiveRecording {
  return { ...stream, playlistId: null, recordStartMs: at(spec.from), recordEndMs: at(spec.to), video: infoOf(spec) };
}

/** The cloud's answers after the show. It isn't documented whether compositions are listed: both happen. */
export function showCloud(options: { readonly listsCompositions: boolean }): BackfillCloud {
  const specOf = (videoId: string) => specs.find((spec) => spec.videoId === videoId);
  return {
    getVideoInfos: ({ videoIds }) =>
      Promise.resolve({
        videos: videoIds.flatMap((videoId) => specOf(videoId) ?? []).map(infoOf),
        missing: videoIds.filter((videoId) => !specOf(videoId)),
        odd: [],
      }),
    listTranscodeTask: ({ videoId }) =>
      Promise.resolve({ rows: [specOf(videoId)].flatMap((spec) => (spec ? [taskOf(spec)] : [])), odd: [] }),
    getTranscodeTask({ taskId }) {
      const spec = specOf(taskId.replace('-task', ''));
      if (spec) return Promise.resolve(taskOf(spec));
      throw new CloudFault({ kind: 'terminal', code: 'NoSuchResource', action: 'GetTranscodeTask', message: '' });
    },
    // Nothing is audited in this show.
    getJob: ({ jobId }) => Promise.reject(new Error(`nobody ordered ${jobId}`)),
    getMediaAuditResult: () => Promise.resolve({ suggestion: null }),
    listSnapshots: () => Promise.resolve(null),
    listAiJobs: () => Promise.resolve({ rows: [], odd: [] }),
    getMediaDnaResult: () => Promise.resolve(null),
    getAiVideoTagResult: () => Promise.resolve(null),
    listLiveRecordVideo: ({ recordedFromMs, recordedToMs, page, pageSize }) => {
      const rows = specs
        .filter((spec) => !spec.composed || options.listsCompositions)
        .filter((spec) => at(spec.from) >= recordedFromMs && at(spec.to) <= recordedToMs)
        .map(rowOf);
      const recordings = rows.slice((page - 1) * pageSize, page * pageSize);
      return Promise.resolve({ total: rows.length, recordings, odd: [], count: recordings.length });
    },
    searchMedia: () => {
      const media = specs.map((spec) => ({ ...infoOf(spec), mediaId: spec.videoId }));
      return Promise.resolve({ total: media.length, media, odd: [] });
    },
  };
}
