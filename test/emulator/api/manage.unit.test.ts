import { describe, expect, test } from 'vitest';
import { templateGroupIds, workflowIds } from '../../../emulator/index.ts';
import { startReceiver } from '../receiver.ts';
import { calmEmulator, stopAfterTest } from '../world.ts';
import { call } from './caller.ts';

/** An emulator with an upload, and what its callbacks said. */
async function uploaded() {
  const receiver = await startReceiver();
  stopAfterTest(receiver.stop);
  const emulator = await calmEmulator({ callbackUrl: receiver.url });
  const VideoId = emulator.addVideo();
  await emulator.whenQuiet();
  const told = (eventType: string) =>
    receiver.received.map(({ body }) => body).filter((body) => body.EventType === eventType);
  const ask = async (action: string, params: Record<string, string>) => {
    const answer = await call(emulator.url, action, params);
    await emulator.whenQuiet();
    return answer;
  };
  const video = () => emulator.ledger().videos.find((one) => one.videoId === VideoId);
  return { emulator, VideoId, told, ask, video };
}

describe('DeleteVideo', () => {
  test('takes the video from the account, and tells it', async () => {
    const { VideoId, told, ask, video } = await uploaded();
    const { body } = await ask('DeleteVideo', { VideoIds: `${VideoId},none` });
    expect(body).toMatchObject({ NonExistVideoIds: ['none'], ForbiddenVideoIds: [] });
    expect(told('DeleteMediaComplete')).toMatchObject([{ MediaId: VideoId, DeleteType: 'all', MediaType: 'video' }]);
    expect(told('MediaBaseChangeComplete')).toMatchObject([
      { MediaId: VideoId, MediaType: 'video', OperateMode: 'delete', MediaContent: { Title: '{"OldValue":"upload"}' } },
    ]);
    expect(video()).toMatchObject({ status: 'DELETED', toldStatus: 'DELETED' });
    expect((await ask('GetVideoInfo', { VideoId })).body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
    expect((await ask('SearchMedia', {})).body).toMatchObject({ Total: 0 });
    expect((await ask('DeleteVideo', { VideoIds: VideoId })).body).toMatchObject({ Code: 'InvalidVideo.NotFound' });
  });

  test('of a video that is being transcoded ends the transcode without a word', async () => {
    const { emulator, VideoId, told, ask, video } = await uploaded();
    emulator.turn({ jobCompression: 100 });
    await call(emulator.url, 'SubmitTranscodeJobs', { VideoId, TemplateGroupId: templateGroupIds.byHand });
    await ask('DeleteVideo', { VideoIds: VideoId });
    expect(told('TranscodeComplete')).toEqual([]);
    expect(video()).toMatchObject({ status: 'DELETED' });
  });

  test('refuses more than twenty', async () => {
    const { ask } = await uploaded();
    const VideoIds = Array.from({ length: 21 }, (_, id) => id).join(',');
    expect((await ask('DeleteVideo', { VideoIds })).body).toMatchObject({ Code: 'VideoIdsExceededMax' });
  });
});

describe('CreateAudit', () => {
  test('is a person’s verdict, told at once, and stands above the machine’s', async () => {
    const { VideoId, told, ask, video } = await uploaded();
    const review = (Status: string) =>
      ask('CreateAudit', { AuditContent: JSON.stringify([{ VideoId, Status, Reason: 'vulgar' }]) });
    await review('Blocked');
    expect(told('CreateAuditComplete')).toMatchObject([
      { MediaId: VideoId, AuditStatus: 'Blocked', SubType: 'video', Reason: 'vulgar' },
    ]);
    expect(video()).toMatchObject({ auditStatus: 'BLOCKED', status: 'FAILED' });
    expect((await ask('GetVideoInfo', { VideoId })).body.Video).toMatchObject({
      AuditStatus: 'Blocked',
      Status: 'Blocked',
    });
    await review('Normal');
    await ask('SubmitAIMediaAuditJob', { MediaId: VideoId });
    expect(video()).toMatchObject({ auditStatus: 'PASS', status: 'SOURCE_READY' });
  });

  test.each(['', '{}', '[]', '[{"VideoId":"x","Status":"Maybe"}]', '[{"Status":"Normal"}]'])(
    'refuses %j',
    async (AuditContent) => {
      const { ask } = await uploaded();
      expect((await ask('CreateAudit', { AuditContent })).status).toBe(400);
    },
  );
});

describe('what is made of a video', () => {
  test('animated pictures and workflows are told, smart covers can be asked for', async () => {
    const { VideoId, told, ask } = await uploaded();
    const image = await ask('SubmitDynamicImageJob', { VideoId, DynamicImageTemplateId: 'd' });
    const { JobId } = image.body.DynamicImageJob as { JobId: string };
    const [dynamic] = told('DynamicImageComplete');
    expect(JSON.parse(String(dynamic?.DynamicImageJobInfo))).toMatchObject({ JobId, Status: 'success' });

    const workflow = await ask('SubmitWorkflowJob', { MediaId: VideoId, WorkflowId: 'w' });
    const [done] = told('WorkflowTaskComplete');
    expect(done).toMatchObject({ TaskId: workflow.body.TaskId, WorkflowId: 'w', Status: 'Succeed' });
    expect(JSON.parse(String(done?.TaskInput))).toMatchObject({ Media: VideoId });

    const smart = await ask('SubmitAIImageJob', { VideoId, AITemplateId: 'a' });
    const detail = await ask('GetJobDetail', { JobType: 'ai', JobId: String(smart.body.JobId) });
    expect(detail.body.AIJobDetail).toMatchObject({ Status: 'success', JobType: 'AIImage', MediaId: VideoId });
  });

  test('a workflow that is known transcodes, tells of it, and ends after that', async () => {
    const { VideoId, told, ask, video, emulator } = await uploaded();
    const { body } = await ask('SubmitWorkflowJob', { MediaId: VideoId, WorkflowId: workflowIds.byHand });
    expect(video()).toMatchObject({ status: 'TRANSCODED' });
    const [transcode, done] = [told('TranscodeComplete')[0], told('WorkflowTaskComplete')[0]];
    expect(done).toMatchObject({ TaskId: body.TaskId, Status: 'Succeed' });
    expect(Date.parse(String(done?.EventTime))).toBeGreaterThan(Date.parse(String(transcode?.EventTime)));
    const listed = await ask('ListTranscodeTask', { VideoId });
    expect(listed.body.TranscodeTaskList).toMatchObject([{ Trigger: 'Auto' }]);
    const run = { videoId: VideoId, workflowId: workflowIds.byHand, taskId: body.TaskId };
    expect(emulator.ledger()).toMatchObject({ workflows: [run], jobs: [] });
  });

  test('its source is told, and a ticket to play it only once it can be played', async () => {
    const { VideoId, ask } = await uploaded();
    expect((await ask('GetMezzanineInfo', { VideoId })).body.Mezzanine).toMatchObject({
      VideoId,
      FileURL: expect.stringMatching(/^http/),
      Duration: '600.0000',
    });
    expect((await ask('GetVideoPlayAuth', { VideoId })).body).toMatchObject({ Code: 'Forbidden.IllegalStatus' });
    await ask('SubmitTranscodeJobs', { VideoId, TemplateGroupId: templateGroupIds.byHand });
    const { body } = await ask('GetVideoPlayAuth', { VideoId });
    expect(JSON.parse(Buffer.from(String(body.PlayAuth), 'base64').toString())).toMatchObject({
      VideoMeta: { VideoId, Status: 'Normal' },
    });
  });
});

describe('UploadMediaByURL', () => {
  const UploadURLs = 'http://media.example.com/a.mp4';

  test('makes a video of each address, and tells it twice', async () => {
    const { emulator, told, ask } = await uploaded();
    const metadata = [{ SourceURL: UploadURLs, Title: 'fetched', TemplateGroupId: templateGroupIds.byHand }];
    const { body } = await ask('UploadMediaByURL', { UploadURLs, UploadMetadatas: JSON.stringify(metadata) });
    const [job] = body.UploadJobs as { JobId: string; SourceURL: string }[];
    expect(job?.SourceURL).toBe(UploadURLs);
    const [done] = told('UploadByURLComplete');
    expect(done).toMatchObject({ JobId: job?.JobId, 'SourceURL ': UploadURLs, Status: 'success' });
    expect(told('FileUploadComplete').map(({ VideoId }) => VideoId)).toContain(done?.VideoId);
    const video = emulator.ledger().videos.find((one) => one.videoId === done?.VideoId);
    expect(video).toMatchObject({ kind: 'UPLOAD', status: 'TRANSCODED', coverUrl: expect.stringMatching(/jpg$/) });
  });

  test('refuses a SessionId for ten minutes, and what isn’t an address', async () => {
    const { ask } = await uploaded();
    expect((await ask('UploadMediaByURL', { UploadURLs, SessionId: 'once' })).status).toBe(200);
    expect((await ask('UploadMediaByURL', { UploadURLs, SessionId: 'once' })).body).toMatchObject({
      Code: 'InvalidSessionId.Repeated',
    });
    expect((await ask('UploadMediaByURL', { UploadURLs: 'a.mp4' })).body).toMatchObject({ Code: 'InvalidParameter' });
  });
});

describe('RealTimeRecordCommand', () => {
  const stream = { Version: '2016-11-01', DomainName: 'play.example.com', AppName: 'practice-3a', StreamName: 'cup' };

  test('starts, stops and ends a recording, which is composed as its configuration says', async () => {
    const { emulator, told, ask } = await uploaded();
    const command = async (Command: string) => (await ask('RealTimeRecordCommand', { ...stream, Command })).body.Code;
    expect(await command('stop')).toBe('TaskNotStarted');
    expect(await command('start')).toBeUndefined();
    expect(await command('start')).toBe('TaskAlreadyStarted');
    expect(await command('cancel_delay')).toBe('TaskNotStopped');
    expect(await command('stop')).toBeUndefined();
    expect(told('AddLiveRecordVideoComplete')).toEqual([]);
    expect(await command('cancel_delay')).toBeUndefined();
    expect(told('AddLiveRecordVideoComplete')).toMatchObject([{ StreamName: 'cup', AppName: 'practice-3a' }]);
    expect(told('LiveRecordVideoComposeStart')).toMatchObject([{ StreamName: 'cup' }]);
    const { sessions } = emulator.ledger();
    expect(sessions).toMatchObject([{ stream: { streamName: 'cup' }, endedBy: 'command', composedBy: 'cloud' }]);
  });

  test('a restart makes a file and goes on', async () => {
    const { told, ask } = await uploaded();
    const command = (Command: string) => ask('RealTimeRecordCommand', { ...stream, Command });
    await command('start');
    await command('restart');
    expect(told('AddLiveRecordVideoComplete')).toHaveLength(1);
    expect((await command('start')).body).toMatchObject({ Code: 'TaskAlreadyStarted' });
  });

  test('of a stream that no configuration covers, or of another word, is refused', async () => {
    const { ask } = await uploaded();
    const start = { ...stream, Command: 'start' };
    expect((await ask('RealTimeRecordCommand', { ...start, DomainName: 'other' })).body).toMatchObject({
      Code: 'CodeConfigNotFound',
    });
    expect((await ask('RealTimeRecordCommand', { ...start, Command: 'go' })).body).toMatchObject({
      Code: 'InvalidParameter',
    });
  });
});
