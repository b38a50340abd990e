/** Events that this pipeline itself puts on `callbacks`, typed, and what they are on the wire. `internal-events.ts` reads them. */
import type { FactClipPart, StepKind, StreamRef } from '../../schemas/generated/VideoState.ts';
import type { EventSource } from '../../schemas/topics.ts';
import { compareText } from './fields.ts';

type About = {
  readonly videoId: string;
  /** Of the video; null: that of the settings. */
  readonly region: string | null;
  /** When it happened, epoch milliseconds. */
  readonly atMs: number;
};

type OfJob = About & {
  readonly token: string;
  /** Calls made for the job so far. */
  readonly attempt: number;
};

type OfStep = OfJob & { readonly step: StepKind };

/** Without a product there is no video to speak of: `videoId` then is a stand-in that carries the news to the session. */
type OfComposition = OfJob & {
  readonly stream: StreamRef;
  readonly sessionId: string;
  readonly segmentVideoIds: readonly string[];
  /** Where a clip was to be cut. */
  readonly clip?: Clip | null;
};

/** What a clip shows, and its title. */
type Clip = { readonly fromMs: number; readonly toMs: number; readonly title: string };

type Why = { readonly errorCode: string; readonly errorMessage: string };

/** A person, or a redrive, asks for a transcode. Asking again with the same key asks for the same job. */
export type OperatorTranscodeRequest = About & {
  readonly type: 'OperatorTranscodeRequest';
  readonly templateGroupId: string;
  /** Null: the cloud's default. */
  readonly priority: number | null;
  readonly idempotencyKey: string;
};

/**
 * A person asks for a clip of a session, cut out of these parts. `videoId` is the stand-in of its token, so asking again
 * for the same is the same event.
 */
export type OperatorClipRequest = About & {
  readonly type: 'OperatorClipRequest';
  readonly token: string;
  readonly stream: StreamRef;
  readonly sessionId: string;
  /** Null: it isn't transcoded. */
  readonly templateGroupId: string | null;
  readonly clip: Clip & { readonly parts: readonly FactClipPart[] };
};

/** What the cloud shows of a video whose callbacks never came; a part that is null was not looked for or not found. */
export type ReconcilerObservation = About & {
  readonly type: 'ReconcilerObservation';
  /** The cloud's status, where it says that the video failed. */
  readonly failedStatus: string | null;
  readonly source: { readonly sizeBytes: number | null; readonly durationSeconds: number | null } | null;
  readonly coverUrl: string | null;
  /** The workflow that the cloud ran over it, where all that this transcodes has ended; its own end can't be asked for. */
  readonly workflowId: string | null;
};

export type InternalEvent =
  | (OfJob & {
      readonly type: 'TranscodeJobAcknowledged';
      /** Null where the cloud names none, which happens with workflows. */
      readonly taskId: string | null;
      readonly jobIds: readonly string[];
    })
  | (OfJob & Why & { readonly type: 'TranscodeJobSubmitted' | 'TranscodeJobFailed' | 'TranscodeJobInDoubt' })
  /** A cover has no job: its acknowledgement says what the cover is now. */
  | (OfStep & { readonly type: 'StepJobAcknowledged'; readonly jobId: string | null; readonly coverUrl?: string })
  | (OfStep & Why & { readonly type: 'StepJobFailed' | 'StepJobInDoubt' })
  | (OfComposition & {
      readonly type: 'ComposeJobAcknowledged';
      /** What the cloud makes of the product; null: the account's default. */
      readonly templateGroupId: string | null;
    })
  | (OfComposition & Why & { readonly type: 'ComposeJobFailed' | 'ComposeJobInDoubt' })
  | OperatorTranscodeRequest
  | OperatorClipRequest
  | ReconcilerObservation;

export type InternalEventType = InternalEvent['type'];
export type InternalSource = Extract<EventSource, 'job-runner' | 'operator' | 'reconciler'>;

/** Who says it. From anywhere else the same EventType is an unknown event. */
export const sourceOfInternal: Readonly<Record<InternalEventType, InternalSource>> = {
  TranscodeJobSubmitted: 'job-runner',
  TranscodeJobAcknowledged: 'job-runner',
  TranscodeJobFailed: 'job-runner',
  TranscodeJobInDoubt: 'job-runner',
  StepJobAcknowledged: 'job-runner',
  StepJobFailed: 'job-runner',
  StepJobInDoubt: 'job-runner',
  ComposeJobAcknowledged: 'job-runner',
  ComposeJobFailed: 'job-runner',
  ComposeJobInDoubt: 'job-runner',
  OperatorTranscodeRequest: 'operator',
  OperatorClipRequest: 'operator',
  ReconcilerObservation: 'reconciler',
};

/** An event for `callbacks`: the body as the cloud would spell it, its subject as the key. */
export type EncodedEvent = {
  readonly source: InternalSource;
  readonly key: string;
  readonly region: string | null;
  readonly body: Readonly<Record<string, unknown>> & { readonly EventType: string; readonly VideoId: string };
};

/** The order of the fields is part of the wire format: another one would make other bytes of the same event. */
export function encodeInternalEvent(event: InternalEvent): EncodedEvent {
  const { type, videoId, region } = event;
  return {
    source: sourceOfInternal[type],
    key: videoId,
    region,
    body: { EventType: type, EventTime: timeText(event), VideoId: videoId, ...fieldsOf(event) },
  };
}

/**
 * To the millisecond: how far it lies from when it was heard of is measured. An observation repeats a time of the cloud's,
 * which has whole seconds.
 */
function timeText({ type, atMs }: InternalEvent): string {
  const text = new Date(atMs).toISOString();
  return type === 'ReconcilerObservation' ? `${text.slice(0, 19)}Z` : text;
}

function fieldsOf(event: InternalEvent): Readonly<Record<string, unknown>> {
  switch (event.type) {
    case 'TranscodeJobAcknowledged':
      // One event, whether the submitter reports it at once or a successor that looked the task up.
      return { ...jobOf(event), ...taskOf(event), JobIds: event.jobIds.toSorted(compareText) };
    case 'TranscodeJobSubmitted':
    case 'TranscodeJobFailed':
    case 'TranscodeJobInDoubt':
      return { ...jobOf(event), ...whyOf(event) };
    case 'StepJobAcknowledged':
      return {
        ...jobOf(event),
        Step: event.step,
        ...(event.jobId === null ? {} : { JobId: event.jobId }),
        ...(event.coverUrl === undefined ? {} : { CoverUrl: event.coverUrl }),
      };
    case 'StepJobFailed':
    case 'StepJobInDoubt':
      return { ...jobOf(event), Step: event.step, ...whyOf(event) };
    case 'ComposeJobAcknowledged':
      return {
        ...compositionOf(event),
        ...(event.templateGroupId === null ? {} : { TemplateGroupId: event.templateGroupId }),
      };
    case 'ComposeJobFailed':
    case 'ComposeJobInDoubt':
      return { ...compositionOf(event), ...whyOf(event) };
    case 'OperatorTranscodeRequest':
      return {
        TemplateGroupId: event.templateGroupId,
        ...(event.priority === null ? {} : { Priority: event.priority }),
        IdempotencyKey: event.idempotencyKey,
      };
    case 'OperatorClipRequest':
      return {
        ...streamOf(event.stream),
        SessionId: event.sessionId,
        Token: event.token,
        ...(event.templateGroupId === null ? {} : { TemplateGroupId: event.templateGroupId }),
        Clip: { ...clipOf(event.clip), Parts: event.clip.parts.map(partOf) },
      };
    case 'ReconcilerObservation':
      return observationOf(event);
  }
}

const jobOf = ({ token, attempt }: OfJob) => ({ Token: token, Attempt: attempt });
const taskOf = ({ taskId }: { readonly taskId: string | null }) => (taskId === null ? {} : { TranscodeTaskId: taskId });
const whyOf = ({ errorCode, errorMessage }: Why) => ({ ErrorCode: errorCode, ErrorMessage: errorMessage });

const streamOf = ({ domainName, appName, streamName }: StreamRef) => ({
  DomainName: domainName,
  AppName: appName,
  StreamName: streamName,
});

const compositionOf = (event: OfComposition) => ({
  ...streamOf(event.stream),
  SessionId: event.sessionId,
  ...jobOf(event),
  SegmentVideoIds: event.segmentVideoIds,
  ...(event.clip == null ? {} : { Clip: clipOf(event.clip) }),
});

const clipOf = ({ fromMs, toMs, title }: Clip) => ({
  From: new Date(fromMs).toISOString(),
  To: new Date(toMs).toISOString(),
  Title: title,
});

const partOf = ({ videoId, inSeconds, outSeconds }: FactClipPart) => ({
  VideoId: videoId,
  In: inSeconds,
  ...(outSeconds === null ? {} : { Out: outSeconds }),
});

function observationOf(observation: ReconcilerObservation): Readonly<Record<string, unknown>> {
  const { failedStatus, source, coverUrl, workflowId } = observation;
  const why =
    failedStatus === null ? null : { errorCode: failedStatus, errorMessage: `the cloud shows ${failedStatus}` };
  return {
    ...(why === null ? {} : { Status: 'fail', ...whyOf(why) }),
    // A source without a size is there all the same.
    ...(source === null ? {} : { Size: source.sizeBytes ?? 0, Duration: source.durationSeconds ?? undefined }),
    ...(coverUrl === null ? {} : { CoverUrl: coverUrl }),
    ...(workflowId === null ? {} : { WorkflowId: workflowId }),
  };
}
