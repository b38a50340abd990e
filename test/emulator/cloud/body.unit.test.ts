import { describe, expect, test } from 'vitest';
import { callbackBody } from '../../../emulator/cloud/body.ts';
import { seeded } from '../../../emulator/random.ts';
import type { Fact, VideoPlan } from '../../../emulator/scenario/fact.ts';
import { builtInTemplateGroups } from '../../../emulator/scenario/templates.ts';
import { planTranscode } from '../../../emulator/scenario/transcode.ts';

const atMs = Date.UTC(2026, 2, 1, 10, 0, 4);
const video: VideoPlan = {
  videoId: 'a1b2c3d4e5f60718293a4b5c6d7e0102',
  kind: 'SEGMENT',
  practice: '1',
  stream: { domainName: 'play.example.com', appName: 'live', streamName: 'room-42' },
  sessionId: 's',
  recording: { startTime: atMs - 1_804_000, endTime: atMs - 4000 },
  title: 'room-42',
  sourceUrl: 'http://bucket.oss-cn-shanghai.aliyuncs.com/x.m3u8',
  sizeBytes: 1_439_213_000,
  durationSeconds: 1800.04,
  templateGroupId: 'g',
};
const body = (fact: Fact) => callbackBody(video, { atMs, videoId: video.videoId, fact });
const group = builtInTemplateGroups[0];
if (!group) throw new Error('no template group');
const order = { video, group, trigger: 'Manual', submittedMs: atMs, snapshots: false, extend: '{"k":1}' } as const;

describe('callback bodies', () => {
  test('a recording as the reference shows it', () => {
    expect(body({ kind: 'recorded' })).toEqual({
      EventType: 'AddLiveRecordVideoComplete',
      EventTime: '2026-03-01T10:00:04Z',
      VideoId: video.videoId,
      Status: 'success',
      DomainName: 'play.example.com',
      AppName: 'live',
      StreamName: 'room-42',
      RecordStartTime: '2026-03-01T09:30:00Z',
      RecordEndTime: '2026-03-01T10:00:00Z',
    });
  });

  test('a finished source carries no stream', () => {
    expect(Object.keys(body({ kind: 'source-ready' }) ?? {})).toEqual([
      'Status',
      'FileUrl',
      'VideoId',
      'EventType',
      'EventTime',
      'Size',
    ]);
  });

  test('numbers have the types of the real events', () => {
    const { task } = planTranscode(seeded(1), { ...order, faults: { brokenSourceRate: 0, renditionFailureRate: 0 } });
    const [job] = task.jobs;
    if (!job) throw new Error('no job');
    expect(body({ kind: 'stream-transcoded', task, job })).toMatchObject({
      Bitrate: '925',
      Fps: '25',
      Duration: 1800.04,
      Encrypt: false,
      Height: 540,
      Extend: '{"k":1}',
      FileUrl: expect.stringMatching(/^http:/),
    });
    expect(body({ kind: 'analysed' })).toMatchObject({ Width: '1920', Size: '1439213000', Duration: '1800.0400' });
  });

  test('the summary is a success as soon as one stream is', () => {
    const failed = planTranscode(seeded(1), {
      ...order,
      faults: { brokenSourceRate: 0, renditionFailureRate: 1 },
    }).task;
    const good = planTranscode(seeded(1), { ...order, faults: { brokenSourceRate: 0, renditionFailureRate: 0 } }).task;
    const mixed = { ...good, jobs: [...good.jobs.slice(1), ...failed.jobs.slice(0, 1)] };
    expect(body({ kind: 'transcoded', task: failed })).toMatchObject({ Status: 'fail' });
    expect(body({ kind: 'transcoded', task: mixed })).toMatchObject({ Status: 'success' });
    expect(body({ kind: 'transcoded', task: good })).toMatchObject({
      StreamInfos: good.jobs.map((job) => ({
        JobId: job.jobId,
        StartTime: expect.stringMatching(/Z$/),
        IsAudio: false,
      })),
    });
  });
});
