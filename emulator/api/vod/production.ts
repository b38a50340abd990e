import { cloudTime } from '../../cloud/body.ts';
import { orderAudit, orderProduction, orderSnapshot } from '../../cloud/orders.ts';
import { type SubmittedProduction, showsOf } from '../../ledger/index.ts';
import type { Action } from '../action.ts';
import { fault } from '../errors.ts';
import { integer, isRecord, jsonObject, optional } from '../params.ts';
import { demandStatus, videoOf, workable } from './lookup.ts';

/** Clips of one timeline. */
const mostClips = 200;

/**
 * ProduceEditingProjectVideo (cloud facts 3.3): a new video from the clips of a timeline, at once with its MediaId. It
 * knows no idempotency: every accepted call produces. Projects aren't kept, so a ProjectId without Timeline is unknown.
 * Of a clip with In or Out, seconds of its own pictures, that stretch is taken.
 */
export const produceEditingProjectVideo: Action = (params, context) => {
  const timeline = jsonObject(params, 'Timeline');
  const metadata = jsonObject(params, 'MediaMetadata');
  const config = jsonObject(params, 'ProduceConfig');
  if (Buffer.byteLength(params.UserData ?? '') > 256) throw fault.invalidParameter('UserData');
  if (timeline === null) {
    const projectId = optional(params, 'ProjectId');
    throw projectId === null ? fault.missingParameter('Timeline') : fault.noSuchResource(projectId);
  }
  const asked = clipsOf(timeline);
  if (asked.length === 0 || asked.length > mostClips) throw fault.invalidParameter('Timeline');
  const sources = asked.map(({ videoId: VideoId }) => videoOf({ VideoId }, context));
  for (const source of sources) demandStatus(source, context, ['Normal']);
  const clips = asked.map((clip, index) => stretchOf(clip, sources[index]?.plan.durationSeconds ?? 0));
  const { cloud, journal, knobs } = context;
  const group = config?.TemplateGroupId;
  const templateGroupId = typeof group === 'string' && group ? group : knobs().defaultTemplateGroupId;
  if (!cloud.templateGroups.has(templateGroupId)) throw fault.noSuchResource(templateGroupId);
  const title = typeof metadata?.Title === 'string' ? metadata.Title : (params.Title ?? 'untitled');
  const number = journal.productions.length;
  const isCut = asked.some(({ from, to }) => from !== null || to !== null);
  const seconds = clips.reduce((sum, { inSeconds, outSeconds }) => sum + outSeconds - inSeconds, 0);
  const { video, projectId } = orderProduction(cloud, {
    ...{ title, sources, templateGroupId, number },
    cutToSeconds: isCut ? seconds : null,
  });
  const { videoId } = video.plan;
  const sourceVideoIds = clips.map((clip) => clip.videoId);
  const shows = showsOf(clips, cloud);
  journal.productions.push({ videoId, title, sourceVideoIds, clips, shows, templateGroupId });
  return { MediaId: videoId, ProjectId: projectId };
};

/** Moments of one snapshot job (cloud facts 3.3). */
const mostOffsets = 30;

/** SubmitSnapshotJob: at least one of Count and Interval, but with a template, which overrides both (cloud facts 3.3.2). */
export const submitSnapshotJob: Action = (params, context) => {
  const video = videoOf(params, context);
  const given = ['Count', 'Interval', 'SnapshotTemplateId'].some((name) => optional(params, name) !== null);
  if (!given) throw fault.missingParameter('Count');
  const count = integer(params, 'Count', { from: 1, to: 10_000, otherwise: 1 });
  const anyMoment = { from: 0, to: Number.MAX_SAFE_INTEGER, otherwise: 0 };
  integer(params, 'SpecifiedOffsetTime', anyMoment);
  for (let n = 1; optional(params, `SpecifiedOffsetTimes.${n}`) !== null; n++) {
    if (n > mostOffsets) throw fault.invalidParameter('SpecifiedOffsetTimes');
    integer(params, `SpecifiedOffsetTimes.${n}`, anyMoment);
  }
  integer(params, 'Interval', { from: 0, to: 86_400, otherwise: 1 });
  for (const side of ['Width', 'Height']) integer(params, side, { from: 8, to: 4096, otherwise: 8 });
  demandStatus(video, context, [...workable, 'Blocked']);
  return { SnapshotJob: { JobId: orderSnapshot(context.cloud, video, count) } };
};

const snapshotTypes = ['CoverSnapshot', 'NormalSnapshot', 'SpriteSnapshot', 'SpriteOriginSnapshot', 'WebVttSnapshot'];

/** ListSnapshots: the pictures of the latest snapshot of a type (cloud facts 3.3.12). */
export const listSnapshots: Action = (params, context) => {
  const video = videoOf(params, context);
  const type = optional(params, 'SnapshotType');
  if (type !== null && !snapshotTypes.includes(type)) throw fault.invalidParameter('SnapshotType');
  const pageSize = integer(params, 'PageSize', { from: 1, to: 100, otherwise: 20 });
  const pageNo = integer(params, 'PageNo', { from: 1, to: 100_000, otherwise: 1 });
  demandStatus(video, context, [...workable, 'Blocked']);
  const startedBy = { CoverSnapshot: 'cloud', NormalSnapshot: 'user' }[type ?? ''];
  const latest = video.occurred.findLast(
    ({ fact }) =>
      fact.kind === 'snapshot' && !fact.snapshot.failed && (type === null || fact.snapshot.startedBy === startedBy),
  );
  if (latest?.fact.kind !== 'snapshot') throw fault.noSuchResource(video.plan.videoId);
  const { jobId, count, regular } = latest.fact.snapshot;
  const numbers = Array.from({ length: count }, (_, n) => n + 1).slice((pageNo - 1) * pageSize, pageNo * pageSize);
  return {
    MediaSnapshot: {
      Total: count,
      Regular: regular,
      CreationTime: cloudTime(latest.atMs),
      JobId: jobId,
      Snapshots: {
        Snapshot: numbers.map((Index) => ({
          Index,
          Url: regular.replace('{SnapshotCount}', String(Index).padStart(5, '0')),
        })),
      },
    },
  };
};

/** SubmitAIMediaAuditJob. */
export const submitAiMediaAuditJob: Action = (params, context) => {
  const video = videoOf(params, context, 'MediaId');
  if ((params.MediaType || 'video') !== 'video') throw fault.invalidParameter('MediaType');
  demandStatus(video, context, [...workable, 'Blocked']);
  return { JobId: orderAudit(context.cloud, video), MediaId: video.plan.videoId };
};

type AskedClip = { readonly videoId: string; readonly from: number | null; readonly to: number | null };

/** All clips of all video tracks, in order. */
function clipsOf(timeline: Readonly<Record<string, unknown>>): AskedClip[] {
  return records(timeline.VideoTracks).flatMap((track) =>
    records(track.VideoTrackClips).map(({ MediaId, In, Out }) => {
      if (typeof MediaId !== 'string') throw fault.invalidParameter('Timeline');
      return { videoId: MediaId, from: secondsOf(In), to: secondsOf(Out) };
    }),
  );
}

function secondsOf(value: unknown): number | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'number' || !(value >= 0)) throw fault.invalidParameter('Timeline');
  return value;
}

/**
 * From the beginning without In, to the end without Out or with one that lies beyond it; Out must be after In (cloud facts
 * 3.3.10).
 */
function stretchOf({ videoId, from, to }: AskedClip, lengthSeconds: number): SubmittedProduction['clips'][number] {
  const inSeconds = from ?? 0;
  const outSeconds = Math.min(to ?? lengthSeconds, lengthSeconds);
  if (outSeconds <= inSeconds) throw fault.invalidParameter('Timeline');
  return { videoId, inSeconds, outSeconds };
}

function records(value: unknown): Readonly<Record<string, unknown>>[] {
  if (!Array.isArray(value) || !value.every(isRecord)) throw fault.invalidParameter('Timeline');
  return value;
}
