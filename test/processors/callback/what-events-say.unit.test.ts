/** One case for each thing that an event type tells of its video; what isn't named is not told. */
import { describe, expect, it } from 'vitest';
import { submitted } from '../../../processors/callback/index.ts';
import { at, atMs, type CallbackBody, event, parse, stream, videoId } from '../callbacks.ts';

/** What a fact says, without what it leaves open. */
function said(body: CallbackBody): object {
  const { subject: _, ...fact } = event(body).fact as object as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fact).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0)),
  );
}

const of = (EventType: string, more: object = {}): CallbackBody => ({
  EventType,
  EventTime: at(5),
  VideoId: videoId,
  Status: 'success',
  ...more,
});

const names = { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' };
const failure = { Status: 'fail', ErrorCode: 'E.1', ErrorMessage: 'no space' };
const recordedFrom = { RecordStartTime: at(1), RecordEndTime: at(4) };

describe('an event tells', () => {
  it.each<[string, CallbackBody, object]>([
    [
      'which stream was recorded and when',
      of('AddLiveRecordVideoComplete', { ...stream, ...recordedFrom }),
      { kind: 'RECORDED', stream: names, recording: { startTime: atMs(1), endTime: atMs(4) } },
    ],
    [
      'why a recording failed',
      of('AddLiveRecordVideoComplete', { ...stream, ...failure }),
      { kind: 'RECORDED', stream: names, errorMessage: 'no space' },
    ],
    [
      'half of a recording',
      of('AddLiveRecordVideoComplete', { RecordStartTime: at(1) }),
      { kind: 'RECORDED', recording: { startTime: atMs(1), endTime: null } },
    ],
    [
      'the other half',
      of('AddLiveRecordVideoComplete', { RecordEndTime: at(4) }),
      { kind: 'RECORDED', recording: { startTime: null, endTime: atMs(4) } },
    ],
    [
      'no stream where its domain is missing',
      of('LiveRecordVideoComposeStart', { ...stream, DomainName: '' }),
      { kind: 'COMPOSE_START' },
    ],
    [
      'no stream where its app is missing',
      of('LiveRecordVideoComposeStart', { ...stream, AppName: null }),
      { kind: 'COMPOSE_START' },
    ],
    [
      'no stream where its name is missing',
      of('LiveRecordVideoComposeStart', { ...stream, StreamName: ' ' }),
      { kind: 'COMPOSE_START' },
    ],
    [
      'which stream is being composed, and why that failed',
      of('LiveRecordVideoComposeStart', { ...stream, ...failure }),
      { kind: 'COMPOSE_START', stream: names, errorMessage: 'no space' },
    ],
    ...['FileUploadComplete', 'ImageUploadComplete', 'AttachedMediaUploadComplete'].map(
      (type): [string, CallbackBody, object] => [
        `where a source lies, and its size: ${type}`,
        of(type, { FileUrl: 'http://b/x.m3u8', Size: 12, ...failure }),
        { kind: 'SOURCE_READY', fileUrl: 'http://b/x.m3u8', sizeBytes: 12, errorMessage: 'no space' },
      ],
    ),
    [
      'why all of a transcode failed',
      of('TranscodeComplete', failure),
      { kind: 'TRANSCODED', errorMessage: 'no space' },
    ],
    [
      'the cover, and no job of a snapshot that nobody ordered',
      of('SnapshotComplete', {
        CoverUrl: 'http://b/c.jpg',
        SubType: 'CoverSnapshot',
        SnapshotInfos: [{ JobId: 's1' }],
      }),
      { kind: 'SNAPSHOT', coverUrl: 'http://b/c.jpg' },
    ],
    [
      'the first job of a snapshot that was ordered, and why it failed',
      of('SnapshotComplete', {
        SubType: 'SpecifiedTime',
        SnapshotInfos: [{ JobId: 's2' }, { JobId: 's1' }],
        ...failure,
      }),
      { kind: 'SNAPSHOT', jobIds: ['s1'], errorMessage: 'no space', snapshot: { named: true, pictureUrl: null } },
    ],
    [
      'the first picture of a snapshot that was ordered',
      of('SnapshotComplete', {
        SubType: 'SpecifiedTime',
        SnapshotInfos: [
          { JobId: 's0', Status: 'fail', SnapshotRegular: 'http://b/0-{SnapshotCount}.jpg' },
          { JobId: 's1', Status: 'success', SnapshotRegular: 'http://b/1-{SnapshotCount}.jpg' },
        ],
      }),
      { kind: 'SNAPSHOT', jobIds: ['s0'], snapshot: { named: true, pictureUrl: 'http://b/1-00001.jpg' } },
    ],
    [
      'that a snapshot failed, which may be one of ours',
      of('SnapshotComplete', failure),
      { kind: 'SNAPSHOT', errorMessage: 'no space', snapshot: { named: false, pictureUrl: null } },
    ],
    [
      'that the cloud’s own failed, where it names its job',
      of('SnapshotComplete', { ...failure, SnapshotInfos: [{ JobId: 's1' }] }),
      { kind: 'SNAPSHOT', errorMessage: 'no space' },
    ],
    [
      'the cover in its other spelling',
      of('SnapshotComplete', { CoverURL: 'http://b/c.jpg' }),
      { kind: 'SNAPSHOT', coverUrl: 'http://b/c.jpg' },
    ],
    [
      'size and length of a source',
      of('VideoAnalysisComplete', { Size: '7', Duration: '1.5', ...failure }),
      { kind: 'SOURCE_ANALYSED', sizeBytes: 7, durationSeconds: 1.5, errorMessage: 'no space' },
    ],
    [
      'the size of what was fetched',
      of('UploadByURLComplete', { JobId: 'j', Size: 7, ...failure }),
      { kind: 'UPLOADED_BY_URL', sizeBytes: 7, errorMessage: 'no space' },
    ],
    [
      'a rendition, and nothing of a source, where a transcoded stream was added',
      of('UploadByURLComplete', { JobId: 'j', FileType: 'Stream', Size: 7, StreamFileURL: 'http://b/s.mp4' }),
      {
        kind: 'TRANSCODED',
        outputs: [{ ...submitted, jobId: 'j', status: 'SUCCESS', fileUrl: 'http://b/s.mp4', sizeBytes: 7 }],
      },
    ],
    [
      'why a transcoded stream could not be added',
      of('UploadByURLComplete', { JobId: 'j', FileType: 'stream', ...failure }),
      { kind: 'OTHER', errorMessage: 'no space' },
    ],
    [
      'that another kind of file was fetched',
      of('UploadByURLComplete', { JobId: 'j', FileType: 'Source' }),
      { kind: 'UPLOADED_BY_URL' },
    ],
    ['why a production failed', of('ProduceMediaComplete', failure), { kind: 'PRODUCED', errorMessage: 'no space' }],
    [
      'which streams were deleted',
      of('DeleteMediaComplete', { DeleteType: 'Stream', JobIds: 'j2,j1', ...failure }),
      { kind: 'DELETED', deletion: 'STREAM', jobIds: ['j1', 'j2'], errorMessage: 'no space' },
    ],
    [
      'that the source was deleted',
      of('DeleteMediaComplete', { DeleteType: 'mezzanine' }),
      { kind: 'DELETED', deletion: 'MEZZANINE' },
    ],
    [
      'that everything was deleted',
      of('DeleteMediaComplete', { DeleteType: 'all' }),
      { kind: 'DELETED', deletion: 'ALL' },
    ],
    [
      'that everything was deleted, where it says no more',
      of('DeleteMediaComplete'),
      { kind: 'DELETED', deletion: 'ALL' },
    ],
    [
      'that a person blocks it, and why',
      of('CreateAuditComplete', { AuditStatus: 'Blocked', Reason: 'copyright' }),
      { kind: 'MANUAL_AUDIT', audit: 'BLOCKED', errorMessage: 'copyright' },
    ],
    [
      'that a person lets it pass',
      of('CreateAuditComplete', { AuditStatus: 'Normal' }),
      { kind: 'MANUAL_AUDIT', audit: 'PASS' },
    ],
    [
      'no verdict that it has no word for',
      of('CreateAuditComplete', { AuditStatus: 'Maybe' }),
      { kind: 'MANUAL_AUDIT' },
    ],
    [
      'that a machine blocks it',
      of('AIMediaAuditComplete', { JobId: 'j', Data: { Suggestion: 'Block' } }),
      { kind: 'MACHINE_AUDIT', audit: 'BLOCKED' },
    ],
    [
      'that a machine is unsure',
      of('AIMediaAuditComplete', { JobId: 'j', Data: { Suggestion: 'review' } }),
      { kind: 'MACHINE_AUDIT', audit: 'REVIEW' },
    ],
    [
      'that a machine lets it pass',
      of('AIMediaAuditComplete', { JobId: 'j', Data: { Suggestion: 'pass' } }),
      { kind: 'MACHINE_AUDIT', audit: 'PASS' },
    ],
    [
      'no verdict of an audit without data, but why',
      of('AIMediaAuditComplete', { JobId: 'j', Message: 'busy' }),
      { kind: 'MACHINE_AUDIT', errorMessage: 'busy' },
    ],
    [
      'no verdict that it has no word for',
      of('AIMediaAuditComplete', { JobId: 'j', Data: { Suggestion: '' } }),
      { kind: 'MACHINE_AUDIT' },
    ],
    ...['AIMediaDNAComplete', 'AIVideoTagComplete', 'DynamicImageComplete', 'WorkflowTaskComplete'].map(
      (type): [string, CallbackBody, object] => [
        `nothing but its message: ${type}`,
        of(type, failure),
        { kind: 'OTHER', errorMessage: 'no space' },
      ],
    ),
    [
      'a cover that somebody set',
      of('MediaBaseChangeComplete', {
        MediaContent: JSON.stringify({ CoverURL: { OldValue: '', NewValue: 'http://b/n.jpg' } }),
      }),
      { kind: 'OTHER', coverUrl: 'http://b/n.jpg' },
    ],
    [
      'no cover of another change',
      of('MediaBaseChangeComplete', { MediaContent: { Title: { NewValue: 'x' } } }),
      { kind: 'OTHER' },
    ],
    [
      'that DeleteVideo took it away, and no cover',
      of('MediaBaseChangeComplete', {
        OperateMode: 'Delete',
        MediaContent: { CoverURL: { OldValue: 'http://b/o.jpg', NewValue: 'http://b/n.jpg' } },
      }),
      { kind: 'DELETED', deletion: 'ALL' },
    ],
    ['no cover of a change without content', of('MediaBaseChangeComplete'), { kind: 'OTHER' }],
    ['nothing, where nobody described it', of('NotKnownYetComplete', failure), { kind: 'UNKNOWN' }],
  ])('%s', (_, body, facts) => {
    expect(said(body)).toEqual(facts);
  });
});

describe('our own events tell', () => {
  const job = { Token: 't', Attempt: 2, TranscodeTaskId: 'task', TemplateGroupId: 'g', Priority: 10 };
  const ledger = { token: 't', attempt: 2, taskId: 'task', templateGroupId: 'g', priority: 10, clip: null };
  it.each<[string, string, object]>([
    ['TranscodeJobSubmitted', 'JOB_SUBMITTED', { jobIds: ['j1', 'j2'] }],
    ['TranscodeJobAcknowledged', 'JOB_ACKNOWLEDGED', { jobIds: ['j1', 'j2'] }],
    ['TranscodeJobFailed', 'JOB_FAILED', { jobIds: ['j1', 'j2'] }],
    ['TranscodeJobInDoubt', 'JOB_IN_DOUBT', { jobIds: ['j1', 'j2'] }],
    ['StepJobAcknowledged', 'JOB_ACKNOWLEDGED', {}],
    ['StepJobFailed', 'JOB_FAILED', {}],
    ['StepJobInDoubt', 'JOB_IN_DOUBT', {}],
    ['ComposeJobAcknowledged', 'COMPOSE_ACKNOWLEDGED', { stream: names }],
    ['ComposeJobFailed', 'COMPOSE_FAILED', { stream: names }],
    ['ComposeJobInDoubt', 'COMPOSE_IN_DOUBT', { stream: names }],
  ])('%s: what became of a job', (type, kind, more) => {
    const body = of(type, { ...job, ...stream, JobIds: ['j2', 'j1'], JobId: 'j', ...failure });
    expect(said(body)).toEqual({ kind, job: ledger, errorMessage: 'no space', ...more });
  });

  it('what an operator asks for, and nothing that isn’t a priority', () => {
    expect(said(of('OperatorTranscodeRequest', { ...job, Priority: 10 }))).toEqual({
      kind: 'TRANSCODE_REQUESTED',
      job: ledger,
    });
    expect(said(of('OperatorTranscodeRequest'))).toEqual({
      kind: 'TRANSCODE_REQUESTED',
      job: { token: null, attempt: 0, taskId: null, templateGroupId: null, priority: null, clip: null },
    });
  });

  it.each([
    ['Priority', 10, 11],
    ['Attempt', 1_000_000, 1_000_001],
  ])('no %s beyond %i', (field, most, beyond) => {
    expect(parse(of('TranscodeJobSubmitted', { [field]: most })).kind).toBe('ok');
    expect(parse(of('TranscodeJobSubmitted', { [field]: beyond }))).toMatchObject({ code: 'out-of-range' });
  });

  it('what the reconciler found', () => {
    const found = { ...stream, ...recordedFrom, FileURL: 'http://b/x', CoverURL: 'http://b/c', Size: 7, Duration: 3 };
    const outputs = [expect.objectContaining({ jobId: 'j', status: 'SUCCESS' })];
    const other = { FileUrl: 'http://b/1', CoverUrl: 'http://b/2', StreamInfos: [{ JobId: 'j', Status: 'success' }] };
    expect(said(of('ReconcilerObservation', other))).toEqual({
      kind: 'OBSERVED',
      fileUrl: 'http://b/1',
      coverUrl: 'http://b/2',
      outputs,
    });
    expect(said(of('ReconcilerObservation', { ...found, ...failure, StreamInfos: [] }))).toEqual({
      kind: 'OBSERVED',
      stream: names,
      recording: { startTime: atMs(1), endTime: atMs(4) },
      fileUrl: 'http://b/x',
      coverUrl: 'http://b/c',
      sizeBytes: 7,
      durationSeconds: 3,
      errorMessage: 'no space',
    });
  });
});

describe('how an event is entered', () => {
  it('with its status in small letters, its job and its error; a Code of 0 is none', () => {
    expect(event(of('AIMediaAuditComplete', { Status: 'FAIL', JobId: 'j', Code: 'Busy' })).entry).toMatchObject({
      eventType: 'AIMediaAuditComplete',
      eventTime: atMs(5),
      receivedAt: atMs(0),
      status: 'fail',
      source: 'http',
      jobId: 'j',
      errorCode: 'Busy',
    });
    expect(event(of('AIMediaAuditComplete', { Code: 0 })).entry.errorCode).toBeNull();
    expect(event(of('AIMediaAuditComplete', { Code: 'a', ErrorCode: 'b' })).entry.errorCode).toBe('b');
  });

  it('at the start of time where an unknown type has no time', () => {
    expect(event({ EventType: 'New', VideoId: videoId }).entry.eventTime).toBe(0);
  });
});
