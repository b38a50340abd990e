/** A failed event changes nothing of a video but its timeline, and the errors that docs/video-status.md names. */
import { describe, expect, it } from 'vitest';
import { cloudEvents } from '../../../processors/callback/cloud-events.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import {
  at,
  type CallbackBody,
  failedRendition,
  named,
  recorded,
  rendition,
  snapshot,
  sourceReady,
  stream,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';
import { run } from '../run-topology.ts';

/** Everything went well, once. */
const life: readonly CallbackBody[] = [
  recorded(0),
  sourceReady(2),
  named('VideoAnalysisComplete', 3, { Status: 'success', Size: '5', Duration: '60.5' }),
  snapshot(4),
  streamTranscoded(10, rendition('job-ld', 'LD')),
  transcoded(11, [rendition('job-ld', 'LD')]),
  named('AIMediaAuditComplete', 20, { Status: 'success', JobId: 'a1', Data: { Suggestion: 'pass' } }),
  named('AIMediaDNAComplete', 25, {
    Status: 'success',
    JobId: 'd1',
    Data: { VideoDNA: [{ PrimaryKey: 'twin', Similarity: '0.9' }] },
  }),
  named('AIVideoTagComplete', 26, { Status: 'success', JobId: 't1', Data: { Keyword: [{ Tag: 'Goal' }] } }),
  named('UpdateMediaStorageClassComplete', 30, { Status: 'Success', StorageClass: 'IA', Scope: 'All' }),
  named('RestoreMediaComplete', 40, { Status: 'Success', RestoreExpiration: at(90_000) }),
];

/** All that an event of any type may tell, and none of it what the video is. */
const everything = {
  VideoId: undefined,
  MediaId: 'a1b2c3d4e5f60718293a4b5c6d7e8f90',
  DomainName: 'other.example.com',
  AppName: 'other',
  StreamName: 'other',
  RecordStartTime: at(900),
  RecordEndTime: at(950),
  FileUrl: 'http://other/file',
  FileURL: 'http://other/file',
  CoverUrl: 'http://other/cover',
  Size: 99,
  Duration: 99,
  SubType: 'SpecifiedTime',
  SnapshotInfos: [
    { Status: 'success', SnapshotType: 'NormalSnapshot', JobId: 's9', SnapshotRegular: 'http://other/s' },
  ],
  DeleteType: 'all',
  AuditStatus: 'Blocked',
  Data: {
    Suggestion: 'block',
    VideoDNA: [{ PrimaryKey: 'other', Similarity: '1' }],
    Keyword: [{ Tag: 'other' }],
  },
  MediaType: 'video',
  MediaContent: { CoverURL: { NewValue: 'http://other/cover' } },
  StorageClass: 'Archive',
  Scope: 'SourceFile',
  RestoreExpiration: at(1),
  JobId: 'job-of-it',
  ErrorCode: 'Some.Error',
  ErrorMessage: 'went wrong',
};

/** The earliest announcement tells whose video it is, also where it failed. */
const sameShow = { ...stream, RecordStartTime: at(-1804), RecordEndTime: at(-4) };

const bookkeeping: readonly (keyof VideoState)[] = ['timeline', 'facts', 'revision'];
const differences = (before: VideoState, after: VideoState): readonly string[] =>
  (Object.keys(after) as (keyof VideoState)[]).filter(
    (field) => !bookkeeping.includes(field) && JSON.stringify(before[field]) !== JSON.stringify(after[field]),
  );

/** Types of which a failure has a place of its own in the state. */
const shown: Readonly<Record<string, readonly string[]>> = {
  // A rendition that failed is one of the video's, and makes it PARTIAL.
  StreamTranscodeComplete: ['status', 'renditions'],
  UpdateMediaStorageClassComplete: ['storage'],
  RestoreMediaComplete: ['storage'],
};

describe('of a video that is well, a failed', () => {
  const before = run(life).state as VideoState;
  it('(the video is well)', () => {
    expect(before).toMatchObject({ status: 'TRANSCODED', auditStatus: 'PASS', storage: { storageClass: 'IA' } });
    expect(before).toMatchObject({ similarVideos: [{ videoId: 'twin' }], tags: [{ name: 'Goal' }] });
  });

  it.each([...cloudEvents.keys()].flatMap((type) => ['fail', 'Failed'].map((status) => [type, status] as const)))(
    '%s (%s) changes nothing',
    (EventType, Status) => {
      const body = { ...everything, EventType, EventTime: at(1_000), Status };
      const after = run([body], { from: before }).state as VideoState;
      expect(after.timeline.at(-1)).toMatchObject({ eventType: EventType, status: Status.toLowerCase() });
      expect(differences(before, after)).toEqual(shown[EventType] ?? []);
      // It makes no difference that the failure is heard of first, and little that it came first.
      expect(differences(after, run([body, ...life]).state as VideoState)).toEqual([]);
      const early = run([{ ...body, ...sameShow, EventTime: at(-1_000) }, ...life]).state as VideoState;
      const overtaken = /^(UpdateMedia|RestoreMedia)/.test(EventType);
      expect(differences(before, early)).toEqual(overtaken ? [] : (shown[EventType] ?? []));
    },
  );

  it('storage event says why, and leaves class and restore as they were', () => {
    const failedChange = {
      ...everything,
      EventType: 'UpdateMediaStorageClassComplete',
      EventTime: at(50),
      Status: 'Failed',
    };
    const { storage } = run([failedChange], { from: before }).state as VideoState;
    expect(storage).toEqual({ ...before.storage, errorCode: 'Some.Error', errorMessage: 'went wrong' });
  });

  it('rendition is one more that failed', () => {
    const after = run([streamTranscoded(1_000, failedRendition('job-hd', 'HD'))], { from: before }).state as VideoState;
    expect(after.renditions.map(({ jobId, status }) => [jobId, status])).toEqual([
      ['job-ld', 'SUCCESS'],
      ['job-hd', 'FAIL'],
    ]);
  });
});
