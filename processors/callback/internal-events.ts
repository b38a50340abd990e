/**
 * Reads the events that this pipeline itself puts on `callbacks`: what the job runner did, what an operator asks for, what
 * the reconciler found out. They count only with the source header of their sender; from anywhere else the same EventType
 * is an unknown event, so a forged callback can't pose as one of them.
 */
import type { FactClip, JobFact } from '../../schemas/generated/VideoState.ts';
import {
  boundedIds,
  messageOf,
  type Reader,
  recordingOf,
  sizeOf,
  streamOf,
  timeText,
  workflowOf,
} from './cloud-events.ts';
import { emptyFact } from './event.ts';
import {
  type Body,
  countOf,
  maxBytes,
  numberOf,
  objectOf,
  objectsOf,
  shortText,
  textOf,
  textsOf,
  urlOf,
} from './fields.ts';
import { canonicalJson } from './identity.ts';
import { type InternalEventType, type InternalSource, sourceOfInternal } from './internal-event.ts';
import { streamInfosOf } from './rendition.ts';
import { parseCloudTime } from './time.ts';

const readers: Readonly<Record<InternalEventType, Reader>> = {
  TranscodeJobSubmitted: jobEvent('JOB_SUBMITTED'),
  TranscodeJobAcknowledged: jobEvent('JOB_ACKNOWLEDGED'),
  TranscodeJobFailed: jobEvent('JOB_FAILED'),
  TranscodeJobInDoubt: jobEvent('JOB_IN_DOUBT'),
  StepJobAcknowledged: stepEvent('JOB_ACKNOWLEDGED'),
  StepJobFailed: stepEvent('JOB_FAILED'),
  StepJobInDoubt: stepEvent('JOB_IN_DOUBT'),
  ComposeJobAcknowledged: composeEvent('COMPOSE_ACKNOWLEDGED'),
  ComposeJobFailed: composeEvent('COMPOSE_FAILED'),
  ComposeJobInDoubt: composeEvent('COMPOSE_IN_DOUBT'),
  OperatorTranscodeRequest: (body) => ({
    fact: { ...emptyFact, kind: 'TRANSCODE_REQUESTED', job: jobOf(body) },
    discriminator: [textOf(body.IdempotencyKey) ?? timeText(body)],
  }),
  OperatorClipRequest: (body) => {
    const job = jobOf(body);
    return {
      fact: { ...emptyFact, kind: 'OTHER', job, stream: streamOf(body) },
      discriminator: [job.token ?? ''],
    };
  },
  ReconcilerObservation: (body) => ({
    fact: {
      ...emptyFact,
      kind: 'OBSERVED',
      stream: streamOf(body),
      recording: recordingOf(body),
      fileUrl: urlOf(textOf(body.FileUrl) ?? body.FileURL),
      coverUrl: urlOf(textOf(body.CoverUrl) ?? body.CoverURL),
      sizeBytes: sizeOf(body),
      durationSeconds: numberOf(body.Duration, 'Duration'),
      errorMessage: messageOf(body),
      outputs: streamInfosOf(objectsOf(body.StreamInfos), body.Status),
      workflow: workflowOf(body),
    },
    // The same finding an hour later is the same finding.
    discriminator: [canonicalJson({ ...body, EventTime: null }) ?? timeText(body)],
  }),
};

const types = Object.keys(readers) as InternalEventType[];

function saidBy(source: InternalSource): ReadonlyMap<string, Reader> {
  return new Map(types.filter((type) => sourceOfInternal[type] === source).map((type) => [type, readers[type]]));
}

export const internalEvents: Readonly<Record<InternalSource, ReadonlyMap<string, Reader>>> = {
  'job-runner': saidBy('job-runner'),
  operator: saidBy('operator'),
  reconciler: saidBy('reconciler'),
};

function jobEvent(kind: 'JOB_SUBMITTED' | 'JOB_ACKNOWLEDGED' | 'JOB_FAILED' | 'JOB_IN_DOUBT'): Reader {
  return (body) => {
    const job = jobOf(body);
    const jobIds = textsOf(body.JobIds);
    return {
      fact: { ...emptyFact, kind, job, jobIds: boundedIds(jobIds), errorMessage: messageOf(body) },
      discriminator: [job.token ?? '', String(job.attempt), job.taskId ?? '', ...jobIds],
    };
  };
}

/** A step's job is no transcode: its id is in the timeline alone, not among the fact's jobs, which become renditions. */
function stepEvent(kind: 'JOB_ACKNOWLEDGED' | 'JOB_FAILED' | 'JOB_IN_DOUBT'): Reader {
  return (body) => {
    const job = jobOf(body);
    return {
      fact: { ...emptyFact, kind, job, coverUrl: urlOf(body.CoverUrl), errorMessage: messageOf(body) },
      discriminator: [job.token ?? '', textOf(body.JobId) ?? ''],
    };
  };
}

function composeEvent(kind: 'COMPOSE_ACKNOWLEDGED' | 'COMPOSE_FAILED' | 'COMPOSE_IN_DOUBT'): Reader {
  return (body) => {
    const job = jobOf(body);
    return {
      fact: { ...emptyFact, kind, job, stream: streamOf(body), errorMessage: messageOf(body) },
      discriminator: [job.token ?? ''],
    };
  };
}

function jobOf(body: Body): JobFact {
  return {
    token: shortText(body.Token, maxBytes.id),
    attempt: countOf(body.Attempt, 1_000_000, 'Attempt') ?? 0,
    taskId: shortText(body.TranscodeTaskId, maxBytes.id),
    templateGroupId: shortText(body.TemplateGroupId, maxBytes.id),
    priority: countOf(body.Priority, 10, 'Priority'),
    clip: clipOf(body),
  };
}

/** Most parts kept of one clip: as many as one may have. */
const maxParts = 40;

function clipOf(body: Body): FactClip | null {
  const clip = objectOf(body.Clip);
  if (clip === null) return null;
  const [from, to] = [parseCloudTime(clip.From), parseCloudTime(clip.To)];
  if (from === null || to === null) return null;
  const parts = objectsOf(clip.Parts)
    .slice(0, maxParts)
    .map((part) => ({
      videoId: shortText(part.VideoId, maxBytes.id) ?? '',
      inSeconds: numberOf(part.In, 'In') ?? 0,
      outSeconds: numberOf(part.Out, 'Out'),
    }));
  return { from, to, title: shortText(clip.Title, maxBytes.title) ?? '', parts };
}
