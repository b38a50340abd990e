import { afterEach, describe, expect, test } from 'vitest';
import { type Emulator, type LedgerVideo, startEmulator, templateGroupIds } from '../../../emulator/index.ts';
import { startReceiver } from '../receiver.ts';
import { call } from './caller.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function storedShow() {
  const receiver = await startReceiver();
  const emulator = await startEmulator({
    port: 0,
    callbackUrl: receiver.url,
    knobs: { shuffleWindowMs: 10, lateRate: 0, duplicateRate: 0, renditionFailureRate: 0 },
  });
  stops.push(emulator.stop, receiver.stop);
  emulator.play({ practices: ['2'], shows: 1, compression: 1e6 });
  await emulator.whenQuiet();
  const [video] = emulator.ledger().videos;
  if (!video) throw new Error('no video');
  return { receiver, emulator, video };
}

const submit = (emulator: Emulator, video: LedgerVideo, params: Record<string, string> = {}) =>
  call(emulator.url, 'SubmitTranscodeJobs', {
    VideoId: video.videoId,
    TemplateGroupId: templateGroupIds.byHand,
    ...params,
  });

const stateOf = (emulator: Emulator, videoId: string) =>
  emulator.ledger().videos.find((video) => video.videoId === videoId);

describe('SubmitTranscodeJobs', () => {
  test('starts the transcode whose callbacks bear the returned job ids', async () => {
    const { receiver, emulator, video } = await storedShow();
    receiver.received.length = 0;
    const { status, body } = await submit(emulator, video, { SessionId: 'once', UserData: '{"Extend":{"k":1}}' });
    expect(status).toBe(200);
    await emulator.whenQuiet();

    const given = (body.TranscodeJobs as { TranscodeJob: { JobId: string }[] }).TranscodeJob.map((job) => job.JobId);
    const streams = receiver.received.filter(({ body: event }) => event.EventType === 'StreamTranscodeComplete');
    expect(new Set(streams.map(({ body: event }) => event.JobId))).toEqual(new Set(given));
    expect(receiver.received.map(({ body: event }) => event.EventType)).toEqual(
      expect.arrayContaining(['SnapshotComplete', 'TranscodeComplete']),
    );
    expect(streams[0]?.body).toMatchObject({ Extend: '{"k":1}' });
    for (const { body: event } of receiver.received) {
      expect(Date.parse(String(event.EventTime))).toBeGreaterThanOrEqual(video.sourceReadyTime ?? Number.NaN);
    }
    expect(stateOf(emulator, video.videoId)).toMatchObject({ status: 'TRANSCODED' });
    expect(emulator.ledger().jobs).toMatchObject([
      { videoId: video.videoId, sessionToken: 'once', transcodeTaskId: body.TranscodeTaskId, jobIds: given, calls: 1 },
    ]);
  });

  test('a SessionId works once', async () => {
    const { emulator, video } = await storedShow();
    await submit(emulator, video, { SessionId: 'once' });
    expect(await submit(emulator, video, { SessionId: 'once' })).toMatchObject({
      status: 400,
      body: { Code: 'InvalidSessionId.Repeated' },
    });
    expect(emulator.ledger().jobs).toMatchObject([{ calls: 2 }]);
  });

  test('the event times of the jobs don’t depend on the compression of the wait', async () => {
    const { emulator, video } = await storedShow();
    await submit(emulator, video);
    const [job] = emulator.ledger().jobs;
    const waitedSeconds = ((job?.submittedTime ?? 0) - (video.sourceReadyTime ?? 0)) / 1000;
    expect(waitedSeconds).toBeGreaterThanOrEqual(0);
    expect(waitedSeconds).toBeLessThan(60);
  });

  test('a video at work can’t be submitted again', async () => {
    const { emulator, video } = await storedShow();
    emulator.turn({ jobCompression: 1 });
    await submit(emulator, video);
    expect(await submit(emulator, video)).toMatchObject({ status: 400, body: { Code: 'Forbidden.IllegalStatus' } });
  });

  test.each([
    ['no video', { VideoId: '' }, 400, 'MissingParameter'],
    ['no template group', { TemplateGroupId: '' }, 400, 'MissingParameter'],
    ['an unknown video', { VideoId: 'f'.repeat(32) }, 404, 'InvalidVideo.NotFound'],
    ['an unknown template group', { TemplateGroupId: 'f'.repeat(32) }, 404, 'NoSuchResource'],
    ['a priority out of bounds', { Priority: '11' }, 400, 'InvalidParameter'],
    ['a SessionId that is too long', { SessionId: 'x'.repeat(51) }, 400, 'InvalidParameter'],
    ['UserData that isn’t JSON', { UserData: '{' }, 400, 'InvalidParameter'],
  ])('%s is refused and starts nothing', async (_what, params, status, Code) => {
    const { emulator, video } = await storedShow();
    expect(await submit(emulator, video, params as Record<string, string>)).toMatchObject({ status, body: { Code } });
    expect(emulator.ledger().jobs).toEqual([]);
  });
});

describe('queries', () => {
  test('a task and its jobs can be asked for while they run and when they are done', async () => {
    const { emulator, video } = await storedShow();
    emulator.turn({ jobCompression: 1 });
    const { body } = await submit(emulator, video);
    const TranscodeTaskId = String(body.TranscodeTaskId);
    const running = await call(emulator.url, 'GetTranscodeTask', { TranscodeTaskId });
    expect(running.body.TranscodeTask).toMatchObject({ TaskStatus: 'Processing', Trigger: 'Manual' });
    const listed = await call(emulator.url, 'ListTranscodeTask', { VideoId: video.videoId });
    expect(listed.body.TranscodeTaskList).toMatchObject([{ TranscodeTaskId }]);
    const unknown = await call(emulator.url, 'GetTranscodeTask', { TranscodeTaskId: 'none' });
    expect(unknown).toMatchObject({ status: 404, body: { Code: 'NoSuchResource' } });
    const [jobId] = emulator.ledger().jobs[0]?.jobIds ?? [];
    const byJob = await call(emulator.url, 'GetTranscodeTask', { JobIds: `${jobId},none` });
    expect(byJob.body).toMatchObject({ TranscodeJobInfoList: [{ TranscodeJobId: jobId }], NonExistJobIds: ['none'] });
  });
});
