/** Histories of one video for property tests: what the cloud, the job runner, people and the reconciler may say of it. */
import fc from 'fast-check';
import type { EventSource } from '../../schemas/topics.ts';
import {
  at,
  type CallbackBody,
  composeStart,
  failedRendition,
  jobEvent,
  recorded,
  rendition,
  requested,
  snapshot,
  sourceOf,
  sourceReady,
  streamTranscoded,
  transcoded,
  videoId,
} from './callbacks.ts';

/** One delivery of one body. */
export type Delivered = { readonly body: CallbackBody; readonly source: EventSource };

/** Seconds from a small range, so that events tie often. */
const second = fc.integer({ min: 0, max: 30 });
const definition = fc.constantFrom('LD', 'SD', 'HD');
const jobId = fc.constantFrom('job-1', 'job-2', 'job-3', 'job-4');
const status = fc.constantFrom('success', 'fail');
const streamName = fc.constantFrom('room-1', 'room-2');
const token = fc.constantFrom('token-1', 'token-2');

const output = fc
  .tuple(jobId, definition, fc.boolean(), fc.option(fc.constantFrom('900', '1452.5'), { nil: undefined }))
  .map(([id, label, ok, bitrate]) => (ok ? rendition(id, label, { Bitrate: bitrate }) : failedRendition(id, label)));

/** An output that leaves out its JobId, or its definition. */
const vagueOutput = fc
  .tuple(output, fc.constantFrom('JobId', 'Definition', 'Format', 'Status'))
  .map(([one, field]) => ({ ...one, [field]: undefined }));

const transcodeEvent = fc.oneof(
  fc.tuple(second, fc.oneof(output, vagueOutput)).map(([s, one]) => streamTranscoded(s, one)),
  fc
    .tuple(second, fc.array(fc.oneof({ weight: 4, arbitrary: output }, vagueOutput), { maxLength: 3 }), status)
    .map(([s, outputs, Status]) => transcoded(s, outputs, { Status })),
);

const sourceEvent = fc.oneof(
  fc.tuple(second, status, streamName).map(([s, Status, StreamName]) => recorded(s, { Status, StreamName })),
  fc.tuple(second, status, streamName).map(([s, Status, StreamName]) => composeStart(s, { Status, StreamName })),
  fc.tuple(second, fc.constantFrom('http://b/x.m3u8', undefined)).map(([s, FileUrl]) => sourceReady(s, { FileUrl })),
);

const named = (EventType: string, s: number, more: object): CallbackBody => ({
  EventType,
  EventTime: at(s),
  VideoId: videoId,
  ...more,
});

const otherEvent = fc.oneof(
  fc
    .tuple(second, jobId)
    .map(([s, JobId]) => snapshot(s, { SnapshotInfos: [{ JobId }], CoverUrl: `http://c/${s}.jpg` })),
  second.map((s) => named('VideoAnalysisComplete', s, { Status: 'success', Duration: String(s * 1.5), Size: '77' })),
  fc
    .tuple(second, status, jobId)
    .map(([s, Status, JobId]) => named('UploadByURLComplete', s, { Status, JobId, ErrorCode: 'E.Url' })),
  fc.tuple(second, status).map(([s, Status]) => named('ProduceMediaComplete', s, { Status, ErrorCode: 'E.Produce' })),
  fc
    .tuple(second, status, fc.constantFrom('all', 'mezzanine', 'stream'), fc.array(jobId, { maxLength: 2 }))
    .map(([s, Status, DeleteType, ids]) =>
      named('DeleteMediaComplete', s, { Status, DeleteType, MediaType: 'video', JobIds: ids.join(',') }),
    ),
  fc
    .tuple(second, fc.constantFrom('Normal', 'Blocked'))
    .map(([s, AuditStatus]) => named('CreateAuditComplete', s, { Status: 'success', AuditStatus, Reason: `r${s}` })),
  fc
    .tuple(second, jobId, fc.constantFrom('pass', 'review', 'block'))
    .map(([s, JobId, Suggestion]) =>
      named('AIMediaAuditComplete', s, { Status: 'success', JobId, Data: JSON.stringify({ Suggestion }), Code: '0' }),
    ),
  fc
    .tuple(second, status, jobId, fc.constantFrom('twin', 'other'))
    .map(([s, Status, JobId, PrimaryKey]) =>
      named('AIMediaDNAComplete', s, { Status, JobId, Data: { VideoDNA: [{ PrimaryKey, Similarity: '0.9' }] } }),
    ),
  fc
    .tuple(second, status, jobId, fc.constantFrom('Person', 'Location'))
    .map(([s, Status, JobId, list]) =>
      named('AIVideoTagComplete', s, { Status, JobId, Data: JSON.stringify({ [list]: [{ Tag: 'a', Times: ['1'] }] }) }),
    ),
  fc.tuple(second, fc.integer({ min: 0, max: 3 })).map(([s, New]) => named('NotKnownYetComplete', s, { New })),
);

const observation = fc.tuple(second, fc.array(output, { maxLength: 2 }), fc.boolean()).map(([s, StreamInfos, whole]) =>
  named('ReconcilerObservation', s, {
    StreamInfos,
    ...(whole ? { Size: '9', CoverUrl: 'http://c/o.jpg', StreamName: 'room-3', DomainName: 'd', AppName: 'a' } : {}),
  }),
);

const jobEvents = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('TranscodeJobSubmitted', 'TranscodeJobAcknowledged', 'TranscodeJobFailed', 'TranscodeJobInDoubt'),
      second,
      token,
      fc.integer({ min: 1, max: 3 }),
      fc.array(jobId, { maxLength: 3 }),
    )
    .map(([type, s, name, Attempt, JobIds]) =>
      jobEvent(type, s, name, { Attempt, JobIds, TranscodeTaskId: `task-${Attempt}`, ErrorCode: `E.${Attempt}` }),
    ),
  fc
    .tuple(fc.constantFrom('StepJobAcknowledged', 'StepJobFailed', 'StepJobInDoubt'), second, token, jobId)
    .map(([type, s, name, JobId]) => jobEvent(type, s, name, { JobId, ErrorCode: 'E.Step' })),
  fc.tuple(second, fc.constantFrom('a', 'b')).map(([s, key]) => requested(s, key)),
);

/** Anything that may be said of a video, in any combination, also ones that make no sense together. */
export const anyBody: fc.Arbitrary<CallbackBody> = fc.oneof(
  { weight: 4, arbitrary: sourceEvent },
  { weight: 6, arbitrary: transcodeEvent },
  { weight: 4, arbitrary: otherEvent },
  { weight: 2, arbitrary: jobEvents },
  { weight: 1, arbitrary: observation },
);

export const anyHistory = fc.array(anyBody, { minLength: 1, maxLength: 14 });

/** What the reconciler makes of it: it asked other APIs, which may tell less or exactly as much. */
function asFound(body: CallbackBody, exactly: boolean): Delivered {
  return { body: exactly ? body : { ...body, ErrorMessage: 'found by asking' }, source: 'reconciler' };
}

/** The same event as another copy of it may look: keys in another order, numbers as text, the other transport. */
export function retold(body: CallbackBody, flip: boolean): Delivered {
  const entries = Object.entries(body).map(([key, value]) => [
    flip && key !== 'EventType' ? `${key} ` : key,
    flip && typeof value === 'number' ? String(value) : value,
  ]);
  const copy = Object.fromEntries(flip ? entries.reverse() : entries) as CallbackBody;
  const source = sourceOf(body);
  return { body: copy, source: flip && source === 'http' ? 'mns' : source };
}

/**
 * A history and an arrival of it: every event at least once, in any order, with copies, some of them by the reconciler.
 * `inOrder` holds every distinct thing that is said, once, in the order of the history.
 */
export const anyArrival: fc.Arbitrary<{ inOrder: readonly Delivered[]; arrival: readonly Delivered[] }> = fc
  .tuple(anyHistory, fc.array(fc.nat({ max: 13 }), { maxLength: 3 }), fc.array(fc.nat({ max: 16 }), { maxLength: 10 }))
  .chain(([history, found, again]) => {
    const findings = found.flatMap((i, n) => {
      const body = history[i];
      return body !== undefined && sourceOf(body) === 'http' ? [asFound(body, n % 2 === 0)] : [];
    });
    const inOrder = [...history.map((body) => retold(body, false)), ...findings];
    const copies = again.flatMap((i, n) => {
      const one = inOrder[i];
      if (one === undefined) return [];
      // An unknown type is identified by all that it says: text instead of a number is another event.
      const rewritable = one.source !== 'reconciler' && one.body.EventType !== 'NotKnownYetComplete';
      return [rewritable ? retold(one.body, n % 2 === 0) : one];
    });
    return fc
      .shuffledSubarray([...inOrder, ...copies], { minLength: inOrder.length + copies.length })
      .map((arrival) => ({ inOrder, arrival }));
  });
