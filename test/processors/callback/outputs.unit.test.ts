/** What a transcode event says of its outputs, and how much of it is kept. */
import { describe, expect, it } from 'vitest';
import { evolve } from '../../../processors/video/index.ts';
import {
  at,
  atMs,
  event,
  failedRendition,
  jobEvent,
  rendition,
  snapshot,
  streamTranscoded,
  transcoded,
} from '../callbacks.ts';

const outputsOf = (infos: readonly object[], more: object = {}) => event(transcoded(5, infos, more)).fact.outputs;

describe('an output', () => {
  it('is told field by field', () => {
    const times = { StartTime: at(1), FinishTime: at(2) };
    const failure = { Status: 'Fail', ErrorCode: 'E.1', ErrorMessage: 'bad' };
    expect(
      event(streamTranscoded(5, rendition('j', 'HD', { ...times, ...failure, Format: 'MP4', Encrypt: 1 }))).fact
        .outputs,
    ).toEqual([
      {
        jobId: 'j',
        definition: 'HD',
        format: 'mp4',
        status: 'FAIL',
        fileUrl: 'http://vod.example.com/a/HD-j.mp4',
        bitrateKbps: 925,
        fps: 25,
        width: 960,
        height: 540,
        durationSeconds: 1800.04,
        sizeBytes: 208_153_210,
        encrypted: true,
        startTime: atMs(1),
        finishTime: atMs(2),
        errorCode: 'E.1',
        errorMessage: 'bad',
        audioOnly: false,
        superseded: false,
      },
    ]);
  });

  it('of which nothing is told says nothing', () => {
    expect(event(streamTranscoded(5, { JobId: 'j' })).fact.outputs).toEqual([
      {
        jobId: 'j',
        definition: null,
        format: null,
        status: 'FAIL',
        fileUrl: null,
        bitrateKbps: null,
        fps: null,
        width: null,
        height: null,
        durationSeconds: null,
        sizeBytes: null,
        encrypted: null,
        startTime: null,
        finishTime: null,
        errorCode: null,
        errorMessage: null,
        audioOnly: false,
        superseded: false,
      },
    ]);
  });

  it('has its address in either spelling', () => {
    expect(outputsOf([{ JobId: 'j', FileURL: 'http://b/x' }])[0]?.fileUrl).toBe('http://b/x');
  });

  it('that was asked for and not heard of says so, and nothing more', () => {
    const told = event(jobEvent('TranscodeJobAcknowledged', 5, 'token', { JobIds: ['j'] }));
    const evolved = evolve(null, told);
    const nothing = event(streamTranscoded(5, { JobId: 'j' })).fact.outputs;
    expect(evolved.changed && evolved.state.renditions).toEqual([{ ...nothing[0], status: 'SUBMITTED' }]);
  });

  it('gives the message of a failure to its event', () => {
    expect(event(streamTranscoded(5, failedRendition('j', 'HD'))).fact.errorMessage).toBe('input file is bad');
  });

  it.each([
    ['success', 'SUCCESS'],
    ['Succeed', 'SUCCESS'],
    ['fail', 'FAIL'],
    ['FAILED', 'FAIL'],
  ])('with the status %s has %s', (Status, status) => {
    expect(outputsOf([{ JobId: 'j', Status }])[0]?.status).toBe(status);
  });

  it('without a status has that of all', () => {
    expect(outputsOf([{ JobId: 'j' }])[0]?.status).toBe('SUCCESS');
    expect(outputsOf([{ JobId: 'j' }], { Status: 'fail' })[0]?.status).toBe('FAIL');
    expect(outputsOf([{ JobId: 'j' }], { Status: 'odd' })[0]?.status).toBe('FAIL');
    expect(outputsOf([{ JobId: 'j', Status: 'fail' }])[0]?.status).toBe('FAIL');
    expect(outputsOf([{ JobId: 'j', Status: 'Succeed' }], { Status: 'fail' })[0]?.status).toBe('SUCCESS');
  });
});

describe('several outputs', () => {
  it('are in an order of their own: job, definition, format, address', () => {
    const infos = [
      { JobId: 'b', Definition: 'A' },
      { JobId: 'a', Definition: 'B' },
      { JobId: 'a', Definition: 'A', Format: 'mp4' },
      { JobId: 'a', Definition: 'A', Format: 'm3u8', FileUrl: 'http://b/2' },
      { JobId: 'a', Definition: 'A', Format: 'm3u8', FileUrl: 'http://b/1', Width: 2 },
      { JobId: 'a', Definition: 'A', Format: 'm3u8', FileUrl: 'http://b/1', Width: 1 },
      { JobId: 'a', Definition: 'A', Format: 'm3u8', FileUrl: 'http://b/2', Status: 'fail' },
      { JobId: 'a', Definition: 'A', Format: 'm3u8' },
      { JobId: 'a', Definition: 'A' },
      { JobId: 'a' },
      { Definition: 'Z' },
    ];
    const inOrder = outputsOf(infos);
    expect(
      inOrder.map(({ jobId, definition, format, fileUrl, width }) => [jobId, definition, format, fileUrl, width]),
    ).toEqual([
      [null, 'Z', null, null, null],
      ['a', null, null, null, null],
      ['a', 'A', null, null, null],
      ['a', 'A', 'm3u8', null, null],
      ['a', 'A', 'm3u8', 'http://b/1', 1],
      ['a', 'A', 'm3u8', 'http://b/1', 2],
      ['a', 'A', 'm3u8', 'http://b/2', null],
      ['a', 'A', 'm3u8', 'http://b/2', null],
      ['a', 'A', 'mp4', null, null],
      ['a', 'B', null, null, null],
      ['b', 'A', null, null, null],
    ]);
    expect(outputsOf(infos.toReversed())).toEqual(inOrder);
  });

  it('are at most 64, the first ones in that order', () => {
    const ids = Array.from({ length: 66 }, (_, i) => `j${100 + i}`);
    const outputs = outputsOf(ids.toReversed().map((JobId) => ({ JobId })));
    expect(outputs.map(({ jobId }) => jobId)).toEqual(ids.slice(0, 64));
  });

  // An output counts as 90 bytes and each of its six texts, four more than its UTF-8 form; one for a text that it lacks.
  it('are at most 10,000 bytes, the first ones in that order', () => {
    const texts = { Definition: 'D', Format: 'é', ErrorCode: 'E', ErrorMessage: '视', FileUrl: `h${'u'.repeat(399)}` };
    const output = (n: number, more: object = {}) => ({ JobId: `j${10 + n}`.padEnd(64, 'x'), ...texts, ...more });
    // 90 + 68 + 5 + 6 + 5 + 7 + 404 = 585; ten fill the room with one of 90 + 68 + 5 + 6 + 5 + 7 + ….
    const last = (bytes: number) => output(90, { FileUrl: 'u'.repeat(10_000 - 16 * 585 - 185 + bytes) });
    const many = Array.from({ length: 16 }, (_, n) => output(n));
    expect(outputsOf([...many, last(0)])).toHaveLength(17);
    expect(outputsOf([...many, last(1)])).toHaveLength(16);
    const bare = { JobId: 'a', FileUrl: 'u'.repeat(10_000 - 16 * 585 - 5 - 90 - 4 - 4) };
    expect(outputsOf([bare, ...many])).toHaveLength(17);
    expect(outputsOf([{ ...bare, FileUrl: `${bare.FileUrl}u` }, ...many])).toHaveLength(16);
  });

  it('are six, where each is as large as one can be', () => {
    const labels = { Definition: 'd'.repeat(64), Format: 'İ'.repeat(32) };
    const texts = { FileUrl: 'u'.repeat(768), ErrorCode: 'e'.repeat(128), ErrorMessage: 'm'.repeat(256) };
    const all = Array.from({ length: 7 }, (_, n) => ({ ...labels, ...texts, JobId: `${n}`.padEnd(64, 'x') }));
    expect(outputsOf(all.slice(1))).toHaveLength(6);
    expect(outputsOf(all)).toHaveLength(6);
  });
});

describe('ids of jobs', () => {
  it('are at most 32 of an event, each of at most 64 bytes', () => {
    const ids = Array.from({ length: 34 }, (_, i) => `j${100 + i}`);
    const deleted = (JobIds: readonly string[]) =>
      event({ EventType: 'DeleteMediaComplete', EventTime: at(5), VideoId: 'v', DeleteType: 'stream', JobIds }).fact
        .jobIds;
    expect(deleted(ids)).toEqual(ids.slice(0, 32));
    expect(deleted(['x'.repeat(70)])).toEqual(['x'.repeat(64)]);
  });

  it('of a snapshot without jobs are none', () => {
    expect(event(snapshot(5, { SubType: 'SpecifiedTime', SnapshotInfos: [{}] })).fact.jobIds).toEqual([]);
  });
});
