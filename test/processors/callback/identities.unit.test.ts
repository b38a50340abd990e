/** When two callbacks are one event, and when they are two: deduplication is nothing else. */
import { describe, expect, it } from 'vitest';
import { at, type CallbackBody, event, rendition, videoId } from '../callbacks.ts';

const idOf = (body: CallbackBody): string => event(body).entry.eventId;
const of = (EventType: string, more: object = {}): CallbackBody => ({
  EventType,
  EventTime: at(5),
  VideoId: videoId,
  Status: 'success',
  ...more,
});

const later = { EventTime: at(6) };
const [ld, hd] = [rendition('job-ld', 'LD'), rendition('job-hd', 'HD')];
const withoutJob = { JobId: null };

/** Event type, what it has, and then what makes another event of it. */
const differ: readonly (readonly [string, object, object])[] = [
  ['AddLiveRecordVideoComplete', {}, { Status: 'fail' }],
  ['LiveRecordVideoComposeStart', {}, { Status: 'fail' }],
  ['FileUploadComplete', {}, later],
  ['ImageUploadComplete', {}, later],
  ['StreamTranscodeComplete', hd, ld],
  ['StreamTranscodeComplete', { ...hd, ...withoutJob }, later],
  ['StreamTranscodeComplete', { ...hd, ...withoutJob }, { Definition: 'LD' }],
  ['StreamTranscodeComplete', { ...hd, ...withoutJob }, { Format: 'm3u8' }],
  ['TranscodeComplete', { StreamInfos: [hd, ld] }, { StreamInfos: [hd] }],
  ['TranscodeComplete', { StreamInfos: [hd] }, { Status: 'fail' }],
  ['TranscodeComplete', {}, later],
  ['SnapshotComplete', { SnapshotInfos: [{ JobId: 's1' }] }, { SnapshotInfos: [{ JobId: 's2' }] }],
  ['SnapshotComplete', {}, later],
  ['VideoAnalysisComplete', {}, later],
  ['UploadByURLComplete', { JobId: 'j1' }, { JobId: 'j2' }],
  ['UploadByURLComplete', {}, later],
  ['ProduceMediaComplete', {}, later],
  ['DeleteMediaComplete', { DeleteType: 'all' }, later],
  ['DeleteMediaComplete', { DeleteType: 'all' }, { DeleteType: 'mezzanine' }],
  ['DeleteMediaComplete', { DeleteType: 'stream', JobIds: 'j1' }, { JobIds: 'j2' }],
  ['CreateAuditComplete', { AuditStatus: 'Blocked' }, { AuditStatus: 'Normal' }],
  ['CreateAuditComplete', { AuditStatus: 'Blocked' }, later],
  ['AIMediaAuditComplete', { JobId: 'j1' }, { JobId: 'j2' }],
  ['AIMediaAuditComplete', {}, later],
  ['AIMediaDNAComplete', { JobId: 'j1' }, { JobId: 'j2' }],
  ['WorkflowTaskComplete', { TaskId: 't1' }, { TaskId: 't2' }],
  ['WorkflowTaskComplete', { TaskId: 't1' }, { Status: 'fail' }],
  ['WorkflowTaskComplete', {}, later],
  ['MediaBaseChangeComplete', {}, later],
  ['MediaBaseChangeComplete', { OperateMode: 'update' }, { OperateMode: 'delete' }],
  ['MediaBaseChangeComplete', { MediaContent: { a: 1 } }, { MediaContent: { a: 2 } }],
  ['TranscodeJobSubmitted', { Token: 't1' }, { Token: 't2' }],
  ['TranscodeJobSubmitted', { Token: 't1', Attempt: 1 }, { Attempt: 2 }],
  ['TranscodeJobAcknowledged', { Token: 't1', TranscodeTaskId: 'a' }, { TranscodeTaskId: 'b' }],
  ['TranscodeJobAcknowledged', { Token: 't1', JobIds: ['a'] }, { JobIds: ['a', 'b'] }],
  ['StepJobAcknowledged', { Token: 't1' }, { Token: 't2' }],
  ['StepJobAcknowledged', { Token: 't1', JobId: 'a' }, { JobId: 'b' }],
  ['ComposeJobAcknowledged', { Token: 't1' }, { Token: 't2' }],
  ['OperatorTranscodeRequest', { IdempotencyKey: 'a' }, { IdempotencyKey: 'b' }],
  ['OperatorTranscodeRequest', {}, later],
  ['ReconcilerObservation', { Size: 1 }, { Size: 2 }],
  ['NotKnownYetComplete', { a: { b: [1] } }, { a: { b: [2] } }],
  ['NotKnownYetComplete', {}, later],
];

/** Event type, what it has, and what makes no other event of it. */
const same: readonly (readonly [string, object, object])[] = [
  ['AddLiveRecordVideoComplete', {}, later],
  ['AddLiveRecordVideoComplete', {}, { Status: 'SUCCESS' }],
  ['LiveRecordVideoComposeStart', {}, later],
  ['FileUploadComplete', {}, { EventTime: '2026-03-01T10:00:05.000Z' }],
  ['FileUploadComplete', {}, { Size: 3 }],
  ['StreamTranscodeComplete', hd, { ...later, Definition: 'other' }],
  ['TranscodeComplete', { StreamInfos: [hd, ld] }, { StreamInfos: [ld, hd], ...later }],
  ['SnapshotComplete', { SnapshotInfos: [{ JobId: 's1' }] }, later],
  ['UploadByURLComplete', { JobId: 'j1' }, later],
  ['DeleteMediaComplete', { DeleteType: 'stream', JobIds: 'j1,j2' }, { JobIds: ['j2', 'j1', 'j2'] }],
  ['CreateAuditComplete', { AuditStatus: 'Blocked' }, { AuditStatus: 'blocked', Reason: 'x' }],
  ['AIMediaAuditComplete', { JobId: 'j1' }, later],
  ['AIVideoTagComplete', { JobId: 'j1' }, later],
  ['DynamicImageComplete', { JobId: 'j1' }, later],
  ['WorkflowTaskComplete', { TaskId: 't1' }, later],
  ['MediaBaseChangeComplete', { MediaContent: { a: 1, b: 2 } }, { MediaContent: '{"b":2, "a":1}' }],
  ['TranscodeJobSubmitted', { Token: 't1', Attempt: 1 }, later],
  ['StepJobAcknowledged', { Token: 't1', JobId: 'a' }, { ...later, Attempt: 3 }],
  ['ComposeJobAcknowledged', { Token: 't1' }, later],
  ['OperatorTranscodeRequest', { IdempotencyKey: 'a' }, later],
  ['ReconcilerObservation', { Size: 1 }, later],
];

describe('two events', () => {
  it.each(differ)('%s %j, and with %j another', (type, base, change) => {
    expect(idOf(of(type, { ...base, ...change }))).not.toBe(idOf(of(type, base)));
  });

  it.each(same)('%s %j, and with %j the same', (type, base, change) => {
    expect(idOf(of(type, { ...base, ...change }))).toBe(idOf(of(type, base)));
  });

  it('of different videos, or of different types, are never one', () => {
    expect(idOf(of('FileUploadComplete', { VideoId: 'other' }))).not.toBe(idOf(of('FileUploadComplete')));
    expect(idOf(of('ImageUploadComplete'))).not.toBe(idOf(of('FileUploadComplete')));
    expect(idOf(of('New2'))).not.toBe(idOf(of('New1')));
  });

  it('are two where parts of their ids run into each other differently', () => {
    const ids = (...JobIds: readonly string[]) => idOf(of('DeleteMediaComplete', { DeleteType: 'stream', JobIds }));
    expect(ids('ab', 'c')).not.toBe(ids('a', 'bc'));
    expect(ids('é', 'a')).not.toBe(ids('éa'));
  });

  it('are one whether an id is short, long or not of ASCII, and never a cut one', () => {
    for (const id of ['x'.repeat(200), 'é'.repeat(100), `${'x'.repeat(249)}é`]) {
      expect(idOf(of('FileUploadComplete', { VideoId: id }))).toBe(idOf(of('FileUploadComplete', { VideoId: id })));
      expect(idOf(of('FileUploadComplete', { VideoId: `${id}1` }))).not.toBe(
        idOf(of('FileUploadComplete', { VideoId: id })),
      );
    }
  });

  it.each([
    ['x'.repeat(240), 'y'.repeat(600)],
    ['x'.repeat(240), 'é'],
  ])('have ids of 32 hexadecimal digits', (id, job) => {
    expect(idOf(of('UploadByURLComplete', { VideoId: id, JobId: job }))).toMatch(/^[0-9a-f]{32}$/);
  });
});
