/** The cloud's event types: what each says about its subject, and what tells two events of that type apart. */
import { bounds, canBeHost } from '../../schemas/bounds.ts';
import type { AuditStatus, DeleteType, Fact, StreamRef } from '../../schemas/generated/VideoState.ts';
import { fingerprinted, tagged } from './content-events.ts';
import { emptyFact, type FreshFact, failed } from './event.ts';
import {
  type Body,
  compareText,
  countOf,
  cut,
  maxBytes,
  numberOf,
  objectOf,
  objectsOf,
  plain,
  shortText,
  textOf,
  textsOf,
  urlOf,
} from './fields.ts';
import { canonicalJson, hashOf } from './identity.ts';
import { renditionOf, streamInfosOf } from './rendition.ts';
import { refreshed, restored, storageClassChanged } from './storage-events.ts';
import { parseCloudTime } from './time.ts';
import { Unusable } from './unusable.ts';

/** What one event type says. */
export type Reading = {
  readonly fact: FreshFact;
  /** Parts of the identity beyond type and subject (cloud facts 1.6). */
  readonly discriminator: readonly string[];
  /** It may succeed and fail at one time: that it failed is part of the identity, too (cloud facts 1.6.2). */
  readonly mayFailBeside?: true;
};

/** Types that earlier releases didn't know: their stores hold events of them by the identity of an unknown type. */
export const formerlyUnknown: ReadonlySet<string> = new Set([
  'AIVideoCensorComplete',
  'UpdateMediaStorageClassComplete',
  'RestoreMediaComplete',
  'SubmitMediaRefreshComplete',
]);

export type Reader = (body: Body) => Reading;

/** Readers by EventType (cloud facts 1.2, 1.4). A type that isn't here is unknown: kept, and nothing is derived from it. */
export const cloudEvents: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  [
    'AddLiveRecordVideoComplete',
    (body) => ({
      fact: {
        ...emptyFact,
        kind: 'RECORDED',
        stream: streamOf(body),
        recording: recordingOf(body),
        errorMessage: messageOf(body),
      },
      discriminator: [statusText(body)],
    }),
  ],
  [
    'LiveRecordVideoComposeStart',
    (body) => ({
      fact: { ...emptyFact, kind: 'COMPOSE_START', stream: streamOf(body), errorMessage: messageOf(body) },
      discriminator: [statusText(body)],
    }),
  ],
  ['FileUploadComplete', sourceReady],
  ['ImageUploadComplete', sourceReady],
  ['AttachedMediaUploadComplete', sourceReady],
  [
    'StreamTranscodeComplete',
    (body) => {
      const output = renditionOf(body, 'FAIL');
      return {
        fact: { ...emptyFact, kind: 'STREAM_TRANSCODED', outputs: [output], errorMessage: output.errorMessage },
        discriminator: jobIdentity(body, output.definition ?? '', output.format ?? ''),
      };
    },
  ],
  [
    'TranscodeComplete',
    (body) => {
      const infos = objectsOf(body.StreamInfos);
      const jobIds = jobIdsIn(infos);
      const outputs = streamInfosOf(infos, body.Status);
      return {
        fact: { ...emptyFact, kind: 'TRANSCODED', outputs, errorMessage: messageOf(body) },
        discriminator: [statusText(body), ...(jobIds.length > 0 ? jobIds : ['', timeText(body)])],
      };
    },
  ],
  [
    'SnapshotComplete',
    (body) => {
      const jobIds = jobIdsIn(objectsOf(body.SnapshotInfos));
      return {
        fact: {
          ...emptyFact,
          kind: 'SNAPSHOT',
          coverUrl: urlOf(textOf(body.CoverUrl) ?? body.CoverURL),
          errorMessage: messageOf(body),
          // Only what was ordered through the API belongs to one of our steps.
          jobIds: isOrderedSnapshot(body) ? boundedIds(jobIds.slice(0, 1)) : [],
          snapshot: snapshotOf(body, jobIds.length > 0),
        },
        discriminator: jobIds.length > 0 ? jobIds : ['', timeText(body)],
      };
    },
  ],
  [
    'VideoAnalysisComplete',
    (body) => ({
      fact: {
        ...emptyFact,
        kind: 'SOURCE_ANALYSED',
        sizeBytes: sizeOf(body),
        durationSeconds: numberOf(body.Duration, 'Duration'),
        errorMessage: messageOf(body),
      },
      discriminator: [timeText(body)],
      mayFailBeside: true,
    }),
  ],
  [
    'UploadByURLComplete',
    (body) => {
      const told = { ...emptyFact, errorMessage: messageOf(body) };
      const fact: FreshFact =
        textOf(body.FileType)?.toLowerCase() === 'stream'
          ? { ...told, ...addedStream(body) }
          : { ...told, kind: 'UPLOADED_BY_URL', sizeBytes: sizeOf(body) };
      return { fact, discriminator: jobIdentity(body) };
    },
  ],
  [
    'ProduceMediaComplete',
    (body) => ({
      fact: { ...emptyFact, kind: 'PRODUCED', errorMessage: messageOf(body) },
      discriminator: [timeText(body)],
      mayFailBeside: true,
    }),
  ],
  [
    'DeleteMediaComplete',
    (body) => {
      const deletion = deleteTypeOf(body);
      const jobIds = textsOf(body.JobIds);
      return {
        fact: { ...emptyFact, kind: 'DELETED', deletion, jobIds: boundedIds(jobIds), errorMessage: messageOf(body) },
        discriminator: [timeText(body), deletion, ...jobIds],
        mayFailBeside: true,
      };
    },
  ],
  [
    'CreateAuditComplete',
    (body) => {
      const verdict = textOf(body.AuditStatus)?.toLowerCase();
      const audit = verdict === 'blocked' ? 'BLOCKED' : verdict === 'normal' ? 'PASS' : null;
      return {
        fact: { ...emptyFact, kind: 'MANUAL_AUDIT', audit, errorMessage: shortText(body.Reason, maxBytes.message) },
        discriminator: [timeText(body), verdict ?? ''],
        mayFailBeside: true,
      };
    },
  ],
  ['AIMediaAuditComplete', machineAudit],
  // The same by its older name (cloud facts 1.2.3).
  ['AIVideoCensorComplete', machineAudit],
  ['AIMediaDNAComplete', fingerprinted(jobIdentity)],
  ['AIVideoTagComplete', tagged(jobIdentity)],
  ['DynamicImageComplete', other(dynamicImageIdentity)],
  ['UpdateMediaStorageClassComplete', storageClassChanged],
  ['RestoreMediaComplete', restored],
  ['SubmitMediaRefreshComplete', refreshed],
  [
    'WorkflowTaskComplete',
    (body) => ({
      fact: {
        ...emptyFact,
        kind: 'OTHER',
        errorMessage: messageOf(body) ?? failedActivities(body),
        workflow: workflowOf(body),
      },
      discriminator: [textOf(body.TaskId) ?? timeText(body), statusText(body)],
    }),
  ],
  [
    'MediaBaseChangeComplete',
    (body) => {
      const mode = textOf(body.OperateMode) ?? '';
      return {
        fact: { ...emptyFact, ...mediaChange(body, mode), errorMessage: messageOf(body) },
        discriminator: [timeText(body), mode, canonicalJson(objectOf(body.MediaContent)) ?? ''],
        mayFailBeside: true,
      };
    },
  ],
]);

function sourceReady(body: Body): Reading {
  return {
    fact: {
      ...emptyFact,
      kind: 'SOURCE_READY',
      fileUrl: urlOf(textOf(body.FileUrl) ?? body.FileURL),
      sizeBytes: sizeOf(body),
      errorMessage: messageOf(body),
    },
    discriminator: [timeText(body)],
    mayFailBeside: true,
  };
}

function machineAudit(body: Body): Reading {
  return {
    fact: { ...emptyFact, kind: 'MACHINE_AUDIT', audit: suggestionOf(body), errorMessage: messageOf(body) },
    discriminator: jobIdentity(body),
  };
}

function other(discriminator: (body: Body) => readonly string[]): Reader {
  return (body) => ({
    fact: { ...emptyFact, kind: 'OTHER', errorMessage: messageOf(body) },
    discriminator: discriminator(body),
  });
}

/** The stream, where all three names are there. */
export function streamOf(body: Body): StreamRef | null {
  const domainName = domainOf(body.DomainName, 'DomainName');
  const appName = appOf(body.AppName, 'AppName');
  const streamName = nameOf(body.StreamName, 'StreamName');
  return domainName !== null && appName !== null && streamName !== null ? { domainName, appName, streamName } : null;
}

/** @throws Unusable for one that can't be a host: nothing streams there, and no filter could name it */
export function domainOf(value: unknown, name: string): string | null {
  const domain = nameOf(value, name);
  if (domain !== null && !canBeHost(domain)) throw new Unusable('impossible-name', `${name} can't be a host name`);
  return domain;
}

/** @throws Unusable for one with a slash, which parts app and stream in every address */
export function appOf(value: unknown, name: string): string | null {
  const app = nameOf(value, name);
  if (app?.includes('/')) throw new Unusable('impossible-name', `${name} has a slash`);
  return app;
}

/**
 * One that is too long is cut, and ends in its hash: cut alone, two streams would become one.
 * @throws Unusable for one with a control character: a stream's names are a key
 */
export function nameOf(value: unknown, name: string): string | null {
  const text = textOf(value);
  if (text === null) return null;
  const short = cut(text, maxBytes.name);
  if (short.length === text.length) return plain(short, name);
  const ending = `~${hashOf([text]).slice(0, 16)}`;
  return plain(`${cut(text, maxBytes.name - ending.length)}${ending}`, name);
}

/** As it is told; one without any time is none (`plausible`). */
export function recordingOf(body: Body): Fact['recording'] {
  return { startTime: parseCloudTime(body.RecordStartTime), endTime: parseCloudTime(body.RecordEndTime) };
}

export function sizeOf(body: Body): number | null {
  return countOf(body.Size, bounds.mostLong, 'Size');
}

export function messageOf(body: Body): string | null {
  return shortText(textOf(body.ErrorMessage) ?? body.Message, maxBytes.message);
}

/** Most job ids kept of one event. */
export const maxJobIds = 32;

export function boundedIds(ids: readonly string[]): readonly string[] {
  return ids.slice(0, maxJobIds).map((id) => cut(id, maxBytes.id));
}

function statusText(body: Body): string {
  return textOf(body.Status)?.toLowerCase() ?? '';
}

/** EventTime as part of an identity: the instant, however it is written. */
export function timeText(body: Body): string {
  return String(parseCloudTime(body.EventTime));
}

/** The job, else what else can tell one output from another. */
function jobIdentity(body: Body, ...without: readonly string[]): readonly string[] {
  const jobId = textOf(body.JobId);
  return jobId === null ? ['', timeText(body), ...without] : [jobId];
}

/** Its job is inside DynamicImageJobInfo (cloud facts 1.6.3). */
function dynamicImageIdentity(body: Body): readonly string[] {
  const info = objectOf(body.DynamicImageJobInfo);
  const jobId = info === null ? null : textOf(info.JobId);
  return jobId === null ? jobIdentity(body) : [jobId];
}

function jobIdsIn(infos: readonly Body[]): readonly string[] {
  const jobIds: string[] = [];
  for (const { JobId } of infos) {
    const jobId = textOf(JobId);
    if (jobId !== null) jobIds.push(jobId);
  }
  return jobIds.sort(compareText);
}

/** Taken for a user, not by the cloud itself (cloud facts 1.4.8). */
function isOrderedSnapshot(body: Body): boolean {
  return textOf(body.SubType) === 'SpecifiedTime';
}

/** Of one that may be ours: it was ordered through the API, or failed and says nothing of itself (cloud facts 1.4.8). */
function snapshotOf(body: Body, named: boolean): Fact['snapshot'] {
  if (isOrderedSnapshot(body)) return { named, pictureUrl: firstPictureOf(body) };
  return !named && failed({ status: statusText(body) }) ? { named, pictureUrl: null } : null;
}

/** Pictures are numbered from 1, with five digits (cloud facts 1.4.16). */
function firstPictureOf(body: Body): string | null {
  for (const info of objectsOf(body.SnapshotInfos)) {
    const regular = failed({ status: statusText(info) }) ? null : textOf(info.SnapshotRegular);
    if (regular !== null) return urlOf(regular.replace('{SnapshotCount}', '00001'));
  }
  return null;
}

function deleteTypeOf(body: Body): DeleteType {
  const text = textOf(body.DeleteType)?.toLowerCase();
  return text === 'stream' ? 'STREAM' : text === 'mezzanine' ? 'MEZZANINE' : 'ALL';
}

function suggestionOf(body: Body): AuditStatus | null {
  const data = objectOf(body.Data);
  const suggestion = data === null ? null : textOf(data.Suggestion)?.toLowerCase();
  if (suggestion === 'block') return 'BLOCKED';
  return suggestion === 'review' ? 'REVIEW' : suggestion === 'pass' ? 'PASS' : null;
}

export function workflowOf(body: Body): Fact['workflow'] {
  const taskId = shortText(body.TaskId, maxBytes.id);
  const workflowId = shortText(body.WorkflowId, maxBytes.id);
  return taskId === null && workflowId === null ? null : { taskId, workflowId };
}

/** Which activities of a workflow failed, in words; null for none (cloud facts 1.4.15). */
function failedActivities(body: Body): string | null {
  const results = objectOf(body.ActivityResults) ?? {};
  const failed = Object.keys(results)
    .filter((name) => statusText(objectOf(results[name]) ?? {}).startsWith('fail'))
    .sort(compareText);
  return failed.length === 0 ? null : cut(`failed: ${failed.join(', ')}`, maxBytes.message);
}

/** The mode `delete` is DeleteVideo's, which takes all of a media away (cloud facts 1.4.12). */
function mediaChange(body: Body, mode: string): Pick<Fact, 'kind' | 'deletion' | 'coverUrl'> {
  if (mode.toLowerCase() === 'delete') return { kind: 'DELETED', deletion: 'ALL', coverUrl: null };
  return { kind: 'OTHER', deletion: null, coverUrl: changedCover(body) };
}

/**
 * A transcoded stream that was added to a media: all there is to be of it, so it waits for no TranscodeComplete. It
 * brings no source; one that failed leaves the media as it was (cloud facts 1.4.18).
 */
function addedStream(body: Body): Pick<Fact, 'kind' | 'outputs'> {
  if (failed({ status: statusText(body) })) return { kind: 'OTHER', outputs: [] };
  return { kind: 'TRANSCODED', outputs: [{ ...renditionOf(body, 'SUCCESS'), fileUrl: urlOf(body.StreamFileURL) }] };
}

function changedCover(body: Body): string | null {
  const content = objectOf(body.MediaContent);
  const cover = content === null ? null : objectOf(content.CoverURL);
  return cover === null ? null : urlOf(cover.NewValue);
}
