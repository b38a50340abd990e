import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { internalRecord } from '../../../connectors/kafka/index.ts';
import {
  deliveryOf,
  encodeInternalEvent,
  type InternalEvent,
  parseCallback,
  type VideoEvent,
} from '../../../processors/callback/index.ts';
import type { FactClip } from '../../../schemas/generated/VideoState.ts';

const atMs = Date.UTC(2026, 2, 1, 10, 0, 4, 123);
const job = { videoId: 'v1', region: 'cn-beijing', atMs, token: 't0k3n', attempt: 1 };
const stream = { domainName: 'd', appName: 'a', streamName: 's' };
const composition = { ...job, region: null, stream, sessionId: 'd/a/s/2026', segmentVideoIds: ['v2', 'v1'] };
const why = { errorCode: 'Throttling.User', errorMessage: 'slow "down"' };
const request = { type: 'OperatorTranscodeRequest', videoId: 'v1', region: null, atMs, templateGroupId: 'g1' } as const;
const clip = { fromMs: atMs, toMs: atMs + 5_500, title: 'goal' };
const clipRequest = {
  ...({
    type: 'OperatorClipRequest',
    videoId: 'compose:lvk-1-0',
    region: null,
    atMs,
    token: 'lvk-1-0',
    stream,
  } as const),
  sessionId: 'd/a/s/2026',
  templateGroupId: null,
  clip: { ...clip, parts: [{ videoId: 'v1', inSeconds: 1.5, outSeconds: null }] },
};
const observation = {
  type: 'ReconcilerObservation',
  videoId: 'v1',
  region: null,
  atMs,
  failedStatus: null,
  source: null,
  coverUrl: null,
  workflowId: null,
} as const;

const time = '"EventTime":"2026-03-01T10:00:04.123Z"';
const ofJob = `${time},"VideoId":"v1","Token":"t0k3n","Attempt":1`;
const ofComposition =
  '"DomainName":"d","AppName":"a","StreamName":"s","SessionId":"d/a/s/2026","Token":"t0k3n","Attempt":1,"SegmentVideoIds":["v2","v1"]';
const saidWhy = '"ErrorCode":"Throttling.User","ErrorMessage":"slow \\"down\\""';

// As the writers that each spelled their own event had them: topics hold such records, and identities are made of some.
const wire: readonly (readonly [event: InternalEvent, bytes: string])[] = [
  [{ type: 'TranscodeJobSubmitted', ...job, ...why }, `{"EventType":"TranscodeJobSubmitted",${ofJob},${saidWhy}}`],
  [
    { type: 'TranscodeJobAcknowledged', ...job, taskId: 'task1', jobIds: ['jB', 'jA'] },
    `{"EventType":"TranscodeJobAcknowledged",${ofJob},"TranscodeTaskId":"task1","JobIds":["jA","jB"]}`,
  ],
  [{ type: 'TranscodeJobFailed', ...job, ...why }, `{"EventType":"TranscodeJobFailed",${ofJob},${saidWhy}}`],
  [{ type: 'TranscodeJobInDoubt', ...job, ...why }, `{"EventType":"TranscodeJobInDoubt",${ofJob},${saidWhy}}`],
  [
    { type: 'StepJobAcknowledged', ...job, step: 'AUDIT', jobId: 'a1' },
    `{"EventType":"StepJobAcknowledged",${ofJob},"Step":"AUDIT","JobId":"a1"}`,
  ],
  [
    { type: 'StepJobFailed', ...job, step: 'SNAPSHOT', ...why },
    `{"EventType":"StepJobFailed",${ofJob},"Step":"SNAPSHOT",${saidWhy}}`,
  ],
  [
    { type: 'StepJobInDoubt', ...job, step: 'AUDIT', ...why },
    `{"EventType":"StepJobInDoubt",${ofJob},"Step":"AUDIT",${saidWhy}}`,
  ],
  [
    { type: 'ComposeJobAcknowledged', ...composition, videoId: 'm1', templateGroupId: null },
    `{"EventType":"ComposeJobAcknowledged",${time},"VideoId":"m1",${ofComposition}}`,
  ],
  [
    { type: 'ComposeJobAcknowledged', ...composition, videoId: 'm1', templateGroupId: 'VOD_NO_TRANSCODE' },
    `{"EventType":"ComposeJobAcknowledged",${time},"VideoId":"m1",${ofComposition},"TemplateGroupId":"VOD_NO_TRANSCODE"}`,
  ],
  [
    { type: 'ComposeJobFailed', ...composition, videoId: 'compose:t0k3n', ...why },
    `{"EventType":"ComposeJobFailed",${time},"VideoId":"compose:t0k3n",${ofComposition},${saidWhy}}`,
  ],
  [
    { type: 'ComposeJobInDoubt', ...composition, videoId: 'compose:t0k3n', ...why },
    `{"EventType":"ComposeJobInDoubt",${time},"VideoId":"compose:t0k3n",${ofComposition},${saidWhy}}`,
  ],
  [
    { ...request, priority: 6, idempotencyKey: 'redrive-t0k3n' },
    `{"EventType":"OperatorTranscodeRequest",${time},"VideoId":"v1","TemplateGroupId":"g1","Priority":6,"IdempotencyKey":"redrive-t0k3n"}`,
  ],
  [
    { ...request, priority: null, idempotencyKey: 'k' },
    `{"EventType":"OperatorTranscodeRequest",${time},"VideoId":"v1","TemplateGroupId":"g1","IdempotencyKey":"k"}`,
  ],
  [
    clipRequest,
    `{"EventType":"OperatorClipRequest",${time},"VideoId":"compose:lvk-1-0","DomainName":"d","AppName":"a","StreamName":"s","SessionId":"d/a/s/2026","Token":"lvk-1-0","Clip":{"From":"2026-03-01T10:00:04.123Z","To":"2026-03-01T10:00:09.623Z","Title":"goal","Parts":[{"VideoId":"v1","In":1.5}]}}`,
  ],
  [
    { type: 'ComposeJobAcknowledged', templateGroupId: null, ...composition, videoId: 'm1', clip },
    `{"EventType":"ComposeJobAcknowledged",${time},"VideoId":"m1",${ofComposition},"Clip":{"From":"2026-03-01T10:00:04.123Z","To":"2026-03-01T10:00:09.623Z","Title":"goal"}}`,
  ],
  [
    { ...observation, source: { sizeBytes: 12, durationSeconds: 1.5 }, coverUrl: 'http://c' },
    '{"EventType":"ReconcilerObservation","EventTime":"2026-03-01T10:00:04Z","VideoId":"v1","Size":12,"Duration":1.5,"CoverUrl":"http://c"}',
  ],
  [
    { ...observation, source: { sizeBytes: null, durationSeconds: null } },
    '{"EventType":"ReconcilerObservation","EventTime":"2026-03-01T10:00:04Z","VideoId":"v1","Size":0}',
  ],
  [
    { ...observation, workflowId: 'w1' },
    '{"EventType":"ReconcilerObservation","EventTime":"2026-03-01T10:00:04Z","VideoId":"v1","WorkflowId":"w1"}',
  ],
  [
    { ...observation, failedStatus: 'UploadFail' },
    '{"EventType":"ReconcilerObservation","EventTime":"2026-03-01T10:00:04Z","VideoId":"v1","Status":"fail","ErrorCode":"UploadFail","ErrorMessage":"the cloud shows UploadFail"}',
  ],
];

const recordOf = (event: InternalEvent) => internalRecord((id) => id, encodeInternalEvent(event), atMs + 1);

describe('an internal event', () => {
  test.each(wire)('has the bytes that it always had: %j', (event, bytes) => {
    expect(recordOf(event)).toMatchObject({ topic: 'callbacks', key: event.videoId });
    expect(recordOf(event).value?.toString()).toBe(bytes);
  });

  test('of every type is read as what was written', () => {
    fc.assert(
      fc.property(events, (event) => {
        const { headers = {}, value } = recordOf(event);
        const parsed = parseCallback(value as Buffer, deliveryOf({ headers, timestampMs: atMs }));
        if (parsed.kind !== 'ok') throw new Error(`${event.type} is ${parsed.kind}`);
        expect(saidBy(parsed.event)).toEqual(meant(event));
      }),
    );
  });

  test('counts from its own sender alone', () => {
    for (const [event, bytes] of wire) {
      const { source: own } = encodeInternalEvent(event);
      for (const source of ['http', 'mns', 'job-runner', 'operator', 'reconciler']) {
        const delivery = deliveryOf({ headers: { source }, timestampMs: atMs });
        expect(parseCallback(Buffer.from(bytes), delivery).kind).toBe(source === own ? 'ok' : 'unknown');
      }
    }
  });
});

const id = fc.stringMatching(/^[a-zA-Z0-9_-]{1,32}$/);
const text = fc.stringMatching(/^[!-~]([ -~\u4e00-\u9fff]{0,60}[!-~])?$/);
const about = {
  videoId: id,
  region: fc.option(id),
  atMs: fc.integer({ min: Date.UTC(2020), max: atMs }),
};
const ofAnyJob = { ...about, token: id, attempt: fc.integer({ min: 0, max: 1_000 }) };
// "0" says that all is well (cloud facts 1.4.13).
const failing = { errorCode: id.filter((code) => code !== '0'), errorMessage: text };
const ofAnyStep = { ...ofAnyJob, step: fc.constantFrom('AUDIT' as const, 'SNAPSHOT' as const) };
const moment = fc.integer({ min: Date.UTC(2020), max: atMs });
const shown = { fromMs: moment, toMs: moment, title: text };
const seconds = fc.integer({ min: 0, max: 21_600_000 }).map((ms) => ms / 1_000);
const parts = fc.array(fc.record({ videoId: id, inSeconds: seconds, outSeconds: fc.option(seconds) }), {
  maxLength: 5,
});
const ofAnyComposition = {
  ...ofAnyJob,
  stream: fc.record({ domainName: id, appName: id, streamName: id }),
  sessionId: id,
  segmentVideoIds: fc.array(id, { maxLength: 5 }),
  clip: fc.option(fc.record(shown)),
};
const events: fc.Arbitrary<InternalEvent> = fc.oneof(
  fc.record({
    ...ofAnyJob,
    type: fc.constant('TranscodeJobAcknowledged' as const),
    taskId: id,
    jobIds: fc.uniqueArray(id, { maxLength: 8 }),
  }),
  fc.record({
    ...ofAnyJob,
    ...failing,
    type: fc.constantFrom(
      'TranscodeJobSubmitted' as const,
      'TranscodeJobFailed' as const,
      'TranscodeJobInDoubt' as const,
    ),
  }),
  fc.record({ ...ofAnyStep, type: fc.constant('StepJobAcknowledged' as const), jobId: id }),
  fc.record({ ...ofAnyStep, ...failing, type: fc.constantFrom('StepJobFailed' as const, 'StepJobInDoubt' as const) }),
  fc.record({
    ...ofAnyComposition,
    type: fc.constant('ComposeJobAcknowledged' as const),
    templateGroupId: fc.option(id),
  }),
  fc.record({
    ...ofAnyComposition,
    ...failing,
    type: fc.constantFrom('ComposeJobFailed' as const, 'ComposeJobInDoubt' as const),
  }),
  fc.record({
    ...about,
    type: fc.constant('OperatorTranscodeRequest' as const),
    templateGroupId: id,
    priority: fc.option(fc.integer({ min: 1, max: 10 })),
    idempotencyKey: id,
  }),
  fc.record({
    ...about,
    type: fc.constant('OperatorClipRequest' as const),
    token: id,
    stream: fc.record({ domainName: id, appName: id, streamName: id }),
    sessionId: id,
    templateGroupId: fc.option(id),
    clip: fc.record({ ...shown, parts }),
  }),
  fc.record({
    ...about,
    type: fc.constant('ReconcilerObservation' as const),
    // The code 0 is no error.
    failedStatus: fc.option(id.filter((status) => status !== '0')),
    source: fc.option(
      fc.record({
        sizeBytes: fc.option(fc.nat()),
        durationSeconds: fc.option(fc.integer({ min: 1, max: 1e6 })),
      }),
    ),
    coverUrl: fc.option(id.map((name) => `http://${name}.example.com/cover.jpg`)),
    workflowId: fc.option(id),
  }),
);

type Job = Readonly<Record<'token' | 'taskId' | 'templateGroupId', string | null>> &
  Readonly<Record<'attempt' | 'priority', number | null>> & { readonly clip: FactClip | null };
const noJob: Job = { token: null, attempt: null, taskId: null, templateGroupId: null, priority: null, clip: null };

function saidBy({ subjectId, entry, fact }: VideoEvent) {
  return {
    type: entry.eventType,
    videoId: subjectId,
    atMs: entry.eventTime,
    region: fact.region,
    errorCode: entry.errorCode,
    errorMessage: fact.errorMessage,
    job: fact.job ?? noJob,
    jobId: entry.jobId,
    jobIds: fact.jobIds,
    stream: fact.stream,
    sizeBytes: fact.sizeBytes,
    durationSeconds: fact.durationSeconds,
    coverUrl: fact.coverUrl,
  };
}

function clipOf(event: InternalEvent): FactClip | null {
  if (!('clip' in event) || event.clip == null) return null;
  const { fromMs: from, toMs: to, title } = event.clip;
  return { from, to, title, parts: 'parts' in event.clip ? event.clip.parts : [] };
}

/** The same, by the fields of the event. */
function meant(event: InternalEvent): ReturnType<typeof saidBy> {
  const said = {
    type: event.type,
    videoId: event.videoId,
    atMs: event.atMs,
    region: event.region,
    errorCode: 'errorCode' in event ? event.errorCode : null,
    errorMessage: 'errorMessage' in event ? event.errorMessage : null,
    job: 'attempt' in event ? { ...noJob, token: event.token, attempt: event.attempt, clip: clipOf(event) } : noJob,
    jobId: 'jobId' in event ? event.jobId : null,
    jobIds: 'jobIds' in event ? event.jobIds.toSorted() : [],
    stream: 'stream' in event ? event.stream : null,
    sizeBytes: null,
    durationSeconds: null,
    coverUrl: null,
  };
  switch (event.type) {
    case 'TranscodeJobAcknowledged':
      return { ...said, job: { ...said.job, taskId: event.taskId } };
    case 'ComposeJobAcknowledged':
      return { ...said, job: { ...said.job, templateGroupId: event.templateGroupId } };
    case 'OperatorTranscodeRequest': {
      const { templateGroupId, priority } = event;
      return { ...said, job: { ...noJob, attempt: 0, templateGroupId, priority } };
    }
    case 'OperatorClipRequest': {
      const { token, templateGroupId } = event;
      return { ...said, job: { ...noJob, attempt: 0, token, templateGroupId, clip: clipOf(event) } };
    }
    case 'ReconcilerObservation':
      return {
        ...said,
        atMs: Math.floor(event.atMs / 1_000) * 1_000,
        errorCode: event.failedStatus,
        errorMessage: event.failedStatus === null ? null : `the cloud shows ${event.failedStatus}`,
        // A source without a size is there all the same.
        sizeBytes: event.source === null ? null : (event.source.sizeBytes ?? 0),
        durationSeconds: event.source?.durationSeconds ?? null,
        coverUrl: event.coverUrl,
      };
    default:
      return said;
  }
}
