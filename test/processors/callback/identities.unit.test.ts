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
  ['FileUploadComplete', {}, { Status: 'fail' }],
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
  ['VideoAnalysisComplete', {}, { Status: 'fail' }],
  ['UploadByURLComplete', { JobId: 'j1' }, { JobId: 'j2' }],
  ['UploadByURLComplete', {}, later],
  ['ProduceMediaComplete', {}, later],
  ['ProduceMediaComplete', {}, { Status: 'fail' }],
  ['DeleteMediaComplete', { DeleteType: 'all' }, later],
  ['DeleteMediaComplete', { DeleteType: 'all' }, { Status: 'fail' }],
  ['DeleteMediaComplete', { DeleteType: 'stream', JobIds: 'j1' }, { Status: 'fail' }],
  ['DeleteMediaComplete', { DeleteType: 'all' }, { DeleteType: 'mezzanine' }],
  ['DeleteMediaComplete', { DeleteType: 'stream', JobIds: 'j1' }, { JobIds: 'j2' }],
  ['CreateAuditComplete', { AuditStatus: 'Blocked' }, { AuditStatus: 'Normal' }],
  ['CreateAuditComplete', { AuditStatus: 'Blocked' }, later],
  ['CreateAuditComplete', { AuditStatus: 'Blocked' }, { Status: 'fail' }],
  ['AIMediaAuditComplete', { JobId: 'j1' }, { JobId: 'j2' }],
  ['AIMediaAuditComplete', {}, later],
  ['AIMediaDNAComplete', { JobId: 'j1' }, { JobId: 'j2' }],
  ['DynamicImageComplete', { DynamicImageJobInfo: { JobId: 'j1' } }, { DynamicImageJobInfo: '{"JobId": "j2"}' }],
  ['DynamicImageComplete', { DynamicImageJobInfo: '{}' }, later],
  ['WorkflowTaskComplete', { TaskId: 't1' }, { TaskId: 't2' }],
  ['WorkflowTaskComplete', { TaskId: 't1' }, { Status: 'fail' }],
  ['WorkflowTaskComplete', {}, later],
  ['MediaBaseChangeComplete', {}, later],
  ['MediaBaseChangeComplete', { OperateMode: 'update' }, { Status: 'fail' }],
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
  ['OperatorClipRequest', { Token: 'a' }, { Token: 'b' }],
  ['ReconcilerObservation', { Size: 1 }, { Size: 2 }],
  ['NotKnownYetComplete', { a: { b: [1] } }, { a: { b: [2] } }],
  ['NotKnownYetComplete', {}, later],
  ['NotKnownYetComplete', { a: 9_007_199_254_740_991 }, { a: '9007199254740991' }],
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
  [
    'DynamicImageComplete',
    { DynamicImageJobInfo: { JobId: 'j1' } },
    { DynamicImageJobInfo: '{"JobId": "j1"}', ...later },
  ],
  ['DeleteMediaComplete', { DeleteType: 'all', Status: 'fail' }, { Status: 'Failed' }],
  ['WorkflowTaskComplete', { TaskId: 't1' }, later],
  ['MediaBaseChangeComplete', { MediaContent: { a: 1, b: 2 } }, { MediaContent: '{"b":2, "a":1}' }],
  ['TranscodeJobSubmitted', { Token: 't1', Attempt: 1 }, later],
  ['StepJobAcknowledged', { Token: 't1', JobId: 'a' }, { ...later, Attempt: 3 }],
  ['ComposeJobAcknowledged', { Token: 't1' }, later],
  ['OperatorTranscodeRequest', { IdempotencyKey: 'a' }, later],
  ['OperatorClipRequest', { Token: 'a' }, { ...later, SessionId: 'x' }],
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

/** Every kind of identity, and the ids of those that miss what others are told by. */
const stored: readonly (readonly [string, object, string])[] = [
  ['AddLiveRecordVideoComplete', { Status: null }, '32e73e45bdd19472968dab3598baa471'],
  ['LiveRecordVideoComposeStart', {}, '678dc97de420863eb2a9a4c77f97806f'],
  ['StreamTranscodeComplete', { Definition: null, Format: null }, 'a07bdabb6abbb61123ad1e9fe41fd6cd'],
  ['TranscodeComplete', {}, '68842ac71d40755fac8b5180f1f0410d'],
  ['TranscodeComplete', { StreamInfos: [{ JobId: 'b' }, { JobId: 'a' }] }, '7618fc6328edc1be16fca5047cc5543a'],
  ['SnapshotComplete', {}, '619507934227c7c1b91685b9a457bba0'],
  ['SnapshotComplete', { SnapshotInfos: [{ JobId: 'b' }, { JobId: 'a' }] }, 'f5d0de73fe54243e11f352cf9ae3c397'],
  ['VideoAnalysisComplete', {}, 'e733d14d3aeaedda703e406b4590c390'],
  ['UploadByURLComplete', {}, '0f0fbffde521d558e850c495b60e94c5'],
  ['UploadByURLComplete', { JobId: 'j' }, '109d903a10194ddd64ddafde577956a5'],
  ['ProduceMediaComplete', {}, 'c7d53014cfc7777b9e7288bc3d586082'],
  ['DeleteMediaComplete', { DeleteType: 'stream', JobIds: 'b,a' }, 'c150cb7bb2fb31a3ba9f6bcbf3620cdc'],
  ['DeleteMediaComplete', {}, 'c51e922848d9659b5ae996b01ab821ba'],
  ['CreateAuditComplete', {}, '17b845961f54b795db97d0adb4a0bda1'],
  ['CreateAuditComplete', { AuditStatus: 'Blocked' }, '440ec73a173409abcce4610859903ebd'],
  ['AIMediaAuditComplete', {}, '0fe37688906236f78c9cc9473f203e56'],
  ['WorkflowTaskComplete', {}, '6e1ae93bc766fb44b2399ab9538f1078'],
  ['MediaBaseChangeComplete', {}, '078f323db5279b17a33cf9d1e87b9df5'],
  [
    'MediaBaseChangeComplete',
    { OperateMode: 'update', MediaContent: { b: 1, a: 2 } },
    '466ce5b6f78c957da144e9fc1f8c43e4',
  ],
  ['NotKnownYetComplete', { a: 1 }, '9cec38d7bdd0ef4b35c48cc4933beb66'],
  ['TranscodeJobAcknowledged', {}, '338c1e345d7261129afeaf2c8aee6c24'],
  [
    'TranscodeJobAcknowledged',
    { Token: 't', Attempt: 2, TranscodeTaskId: 'k', JobIds: ['b', 'a'] },
    '8e85f24caa5c872bfd3afe482022fde2',
  ],
  ['StepJobAcknowledged', {}, '37673b9ae9fed17bd0c9fdbaa1606573'],
  ['StepJobAcknowledged', { Token: 't', JobId: 'j' }, 'd3c514cb133a1b2b180e02b434625956'],
  ['ComposeJobAcknowledged', {}, 'e092471e6b8324e10fa3d549f49f74c9'],
  ['ComposeJobAcknowledged', { Token: 't' }, '54bec72f37f94d976c971d315597538f'],
  ['OperatorTranscodeRequest', {}, 'e16c666fe97105db5246a2c19d9ebef2'],
  ['OperatorTranscodeRequest', { IdempotencyKey: 'k' }, 'f12c032808703558f4398c05c183c82d'],
  ['ReconcilerObservation', { Size: 7 }, '345307bfd89ba59db0767a2e883a7a73'],
];

describe('an id', () => {
  it.each(stored)('of %s %j stays as states have stored it', (type, more, id) => {
    expect(idOf(of(type, more))).toBe(id);
  });

  it('of an event that lies after its delivery is another than that of a copy which can be believed', () => {
    const [ahead, further] = [7, 8].map((hours) => of('AddLiveRecordVideoComplete', { EventTime: at(hours * 3600) }));
    const ids = [ahead, further, of('AddLiveRecordVideoComplete')].map((body) => body && idOf(body));
    expect(ids[0]).toBe('3b483ef020c9ac160a774af46470a7b2');
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });
});
