import { describe, expect, test } from 'vitest';
import { templateGroupIds, workflowIds } from '../../../emulator/index.ts';
import { startReceiver } from '../receiver.ts';
import { calmEmulator, stopAfterTest } from '../world.ts';
import { call } from './caller.ts';

const live = (url: string, action: string, params: Record<string, string>) =>
  call(url, action, { Version: '2016-11-01', DomainName: 'play.example.com', ...params });

describe('recording configurations', () => {
  test('are one per stream, added, changed, listed and deleted', async () => {
    const { url } = await calmEmulator();
    const stream = { AppName: 'live', StreamName: 'cup', VodTranscodeGroupId: 'g', CycleDuration: '600' };
    const described = async () =>
      (await live(url, 'DescribeLiveRecordVodConfigs', { AppName: 'live' })).body as Record<string, unknown>;
    expect((await live(url, 'AddLiveRecordVodConfig', stream)).status).toBe(200);
    expect((await live(url, 'AddLiveRecordVodConfig', stream)).body).toMatchObject({ Code: 'ConfigAlreadyExists' });
    await live(url, 'UpdateLiveRecordVodConfig', { ...stream, CycleDuration: '900' });
    expect(await described()).toMatchObject({
      Total: '1',
      LiveRecordVodConfigs: { LiveRecordVodConfig: [{ StreamName: 'cup', CycleDuration: 900, DelayTime: 180 }] },
    });
    await live(url, 'DeleteLiveRecordVodConfig', { AppName: 'live', StreamName: 'cup' });
    expect(await described()).toMatchObject({ Total: '0' });
    expect((await live(url, 'UpdateLiveRecordVodConfig', stream)).body).toMatchObject({ Code: 'CodeConfigNotFound' });
  });

  test.each([
    ['a cycle that is too short', { CycleDuration: '299' }, 'InvalidParameter'],
    ['auto-compose without its template group', { AutoCompose: 'ON' }, 'MissingParameter'],
    ['no template group', { VodTranscodeGroupId: '' }, 'MissingParameter'],
    ['an unknown way to start', { OnDemand: '5' }, 'InvalidParameter'],
    ['transcoded content without its templates', { RecordContent: 'transcode' }, 'MissingParameter'],
    ['an unknown format', { 'RecordFormat.1.Format': 'avi' }, 'InvalidParameter'],
    [
      'slices that are too long',
      { 'RecordFormat.1.Format': 'm3u8', 'RecordFormat.1.SliceDuration': '31' },
      'InvalidParameter',
    ],
  ])('with %s are refused', async (_what, params, Code) => {
    const { url } = await calmEmulator();
    const config = { AppName: 'live', VodTranscodeGroupId: 'g', ...(params as Record<string, string>) };
    expect((await live(url, 'AddLiveRecordVodConfig', config)).body).toMatchObject({ Code });
  });

  test('may be given container by container, and are told as they were given', async () => {
    const { url } = await calmEmulator();
    const stream = { AppName: 'live', StreamName: 'cup' };
    await live(url, 'AddLiveRecordVodConfig', {
      ...stream,
      'RecordFormat.1.Format': 'm3u8',
      'RecordFormat.1.AutoCompose': 'ON',
      'RecordFormat.1.ProcessMethod': 'transcode',
      'RecordFormat.1.ProcessTemplateId': 'g',
      'RecordFormat.1.VideoProcess': 'origin,compose',
      'RecordFormat.1.SliceDuration': '10',
      'RecordFormat.2.Format': 'mp4',
    });
    const { body } = await live(url, 'DescribeLiveRecordVodConfigs', stream);
    expect(body.LiveRecordVodConfigs).toMatchObject({
      LiveRecordVodConfig: [
        {
          FormatConfig: true,
          AutoCompose: 'ON',
          VodTranscodeGroupId: 'g',
          ComposeVodTranscodeGroupId: 'g',
          RecordFormatList: {
            RecordFormat: [
              {
                ...{ Format: 'm3u8', AutoCompose: 'ON', ProcessMethod: 'transcode', ProcessTemplateId: 'g' },
                ...{ VideoProcess: 'origin,compose', SliceDuration: 10 },
              },
              { Format: 'mp4' },
            ],
          },
        },
      ],
    });
  });

  test('of several containers make a file of each for every cycle, and compose those that say so', async () => {
    const emulator = await calmEmulator();
    await live(emulator.url, 'UpdateLiveRecordVodConfig', {
      AppName: 'practice-1',
      'RecordFormat.1.Format': 'm3u8',
      'RecordFormat.1.AutoCompose': 'ON',
      'RecordFormat.1.VideoProcess': 'compose',
      'RecordFormat.1.ProcessTemplateId': templateGroupIds.compose,
      'RecordFormat.2.Format': 'mp4',
    });
    emulator.play({ practices: ['1'], shows: 1, compression: 1e7 });
    await emulator.whenQuiet();
    const { videos, sessions } = emulator.ledger();
    const files = (kind: string, container: string) =>
      videos.filter((video) => video.kind === kind && video.sourceUrl?.endsWith(`.${container}`)).length;
    expect(files('SEGMENT', 'mp4')).toBeGreaterThan(1);
    expect(files('SEGMENT', 'm3u8')).toBe(files('SEGMENT', 'mp4'));
    expect([files('COMPOSED', 'm3u8'), files('COMPOSED', 'mp4')]).toEqual([sessions.length, 0]);
  });

  /** Plays a show of practice 1, recorded by these formats alone; gives what became of it, and what callbacks told. */
  async function recordedBy(formats: Record<string, string>, knobs: object = {}) {
    const receiver = await startReceiver();
    stopAfterTest(receiver.stop);
    const emulator = await calmEmulator({ callbackUrl: receiver.url, knobs });
    await live(emulator.url, 'UpdateLiveRecordVodConfig', { AppName: 'practice-1', ...formats });
    emulator.play({ practices: ['1'], shows: 1, showSeconds: 3000, compression: 1e7 });
    await emulator.whenQuiet();
    const told = receiver.received.map(({ body }) => body).filter((one) => one.EventType === 'WorkflowTaskComplete');
    return { ...emulator.ledger(), told, emulator };
  }

  const byWorkflow = {
    ...{ 'RecordFormat.1.Format': 'm3u8', 'RecordFormat.1.ProcessMethod': 'workflow' },
    'RecordFormat.1.ProcessTemplateId': workflowIds.byHand,
  };

  test('run the workflow of a format over each of its files, and tell how it ended', async () => {
    const { videos, told, emulator, workflows, bill } = await recordedBy(byWorkflow);
    expect(videos.length).toBeGreaterThan(1);
    expect(videos.every(({ status, renditions }) => status === 'TRANSCODED' && renditions.length === 4)).toBe(true);
    const media = told.map(({ TaskInput }) => JSON.parse(String(TaskInput)).Media);
    expect(new Set(media)).toEqual(new Set(videos.map(({ videoId }) => videoId)));
    for (const { timeline } of videos) {
      const timeOf = (type: string) => timeline.find(({ eventType }) => eventType === type)?.eventTime ?? 0;
      expect(timeOf('WorkflowTaskComplete')).toBeGreaterThan(timeOf('TranscodeComplete'));
    }
    expect(told[0]).toMatchObject({ Status: 'Succeed', WorkflowId: workflowIds.byHand });
    const detail = await call(emulator.url, 'GetJobDetail', { JobType: 'workflow', JobId: String(told[0]?.TaskId) });
    expect(detail.body.WorkflowTaskDetail).toMatchObject({ Status: 'Succeed' });
    // The cloud's own, which nobody has asked for.
    expect(workflows).toEqual([]);
    expect(bill.every(({ startedBy }) => startedBy === 'cloud')).toBe(true);
    expect(emulator.progress().awaitingTranscode).toBe(0);
  });

  test('tell of a run that fails, and transcode nothing then', async () => {
    const { videos, told } = await recordedBy(byWorkflow, { workflowFailRate: 1 });
    expect(videos.every(({ status }) => status === 'SOURCE_READY')).toBe(true);
    expect(told.map(({ Status }) => Status)).toEqual(videos.map(() => 'Failed'));
  });

  test('do with each format what is said of it, for its recordings, what is composed of them, or both', async () => {
    const { videos, sessions } = await recordedBy({
      ...{ 'RecordFormat.1.Format': 'm3u8', 'RecordFormat.1.AutoCompose': 'ON' },
      ...{ 'RecordFormat.1.ProcessTemplateId': templateGroupIds.recording, 'RecordFormat.1.VideoProcess': 'origin' },
      ...{ 'RecordFormat.2.Format': 'mp4', 'RecordFormat.2.ProcessTemplateId': templateGroupIds.noTranscode },
      ...{ 'RecordFormat.3.Format': 'flv', 'RecordFormat.3.AutoCompose': 'ON' },
      ...{ 'RecordFormat.3.ProcessMethod': 'workflow', 'RecordFormat.3.ProcessTemplateId': workflowIds.byHand },
      ...{ 'RecordFormat.3.VideoProcess': 'compose' },
    });
    const seen = videos.map(({ kind, sourceUrl, status, timeline }) => {
      const ran = timeline.some(({ eventType }) => eventType === 'WorkflowTaskComplete');
      return `${kind} ${sourceUrl?.split('.').at(-1)} ${status}${ran ? ' by workflow' : ''}`;
    });
    expect(new Set(seen)).toEqual(
      new Set([
        ...['SEGMENT m3u8 TRANSCODED', 'SEGMENT mp4 PLAYABLE', 'SEGMENT flv SOURCE_READY'],
        ...['COMPOSED m3u8 SOURCE_READY', 'COMPOSED flv TRANSCODED by workflow'],
      ]),
    );
    expect(videos.filter(({ kind }) => kind === 'COMPOSED')).toHaveLength(2 * sessions.length);
  });

  test('decide how the shows that follow are recorded', async () => {
    const emulator = await calmEmulator();
    const { url } = emulator;
    await live(url, 'UpdateLiveRecordVodConfig', {
      AppName: 'practice-1',
      VodTranscodeGroupId: 'nobody knows it',
      CycleDuration: '300',
    });
    await live(url, 'DeleteLiveRecordVodConfig', { AppName: 'practice-2' });
    emulator.play({ practices: ['1', '2'], shows: 1, compression: 1e7 });
    await emulator.whenQuiet();
    const { videos } = emulator.ledger();
    expect(new Set(videos.map((video) => video.practice))).toEqual(new Set(['1']));
    expect(videos.every(({ status }) => status === 'SOURCE_READY')).toBe(true);
    for (const { recording } of videos) {
      expect((recording?.endTime ?? 0) - (recording?.startTime ?? 0)).toBeLessThanOrEqual(300_000);
    }
  });
});

describe('the callback configuration', () => {
  test('is overwritten as a whole and says who is told of what', async () => {
    const receiver = await startReceiver();
    const emulator = await calmEmulator();
    stopAfterTest(receiver.stop);
    const { url } = emulator;
    const wanted = {
      CallbackType: 'HTTP',
      CallbackURL: receiver.url,
      EventTypeList: 'AddLiveRecordVideoComplete,AIComplete',
      AuthSwitch: 'on',
      AuthKey: 'Abc123',
    };
    await call(url, 'SetMessageCallback', wanted);
    expect((await call(url, 'GetMessageCallback')).body.MessageCallback).toMatchObject(wanted);
    emulator.play({ practices: ['2'], shows: 1, compression: 1e7 });
    await emulator.whenQuiet();
    await call(url, 'SubmitAIMediaAuditJob', { MediaId: emulator.ledger().videos[0]?.videoId ?? '' });
    await emulator.whenQuiet();
    expect(new Set(receiver.received.map(({ body }) => body.EventType))).toEqual(
      new Set(['AddLiveRecordVideoComplete', 'AIMediaAuditComplete']),
    );
    expect(receiver.received[0]?.headers['x-vod-signature']).toMatch(/^[0-9a-f]{32}$/);
    await call(url, 'DeleteMessageCallback');
    expect((await call(url, 'GetMessageCallback')).body.MessageCallback).toMatchObject({ CallbackURL: '' });
  });

  test.each([
    ['neither HTTP nor MNS', { CallbackType: 'FTP' }, 'InvalidParameter'],
    ['no address', { CallbackType: 'HTTP' }, 'MissingParameter'],
    [
      'an event type that doesn’t exist',
      { CallbackType: 'HTTP', CallbackURL: 'http://x', EventTypeList: 'FileUploadComplete,FileUploadDone' },
      'InvalidParameter',
    ],
    ['no queue', { CallbackType: 'MNS', MnsEndpoint: 'http://mns' }, 'MissingParameter'],
    [
      'a weak key',
      { CallbackType: 'HTTP', CallbackURL: 'http://x', AuthSwitch: 'on', AuthKey: 'abc' },
      'InvalidParameter',
    ],
  ])('with %s is refused', async (_what, params, Code) => {
    const { url } = await calmEmulator();
    const answer = await call(url, 'SetMessageCallback', params as Record<string, string>);
    expect(answer.body).toMatchObject({ Code });
  });
});

describe("the configuration of Live's own record callbacks", () => {
  const wanted = { NotifyUrl: 'http://127.0.0.1:9/live', NotifyReqAuth: 'true', NotifyAuthKey: 'Abc123Def4567890' };

  test('is one for each domain, added once, updated as a whole, read back and deleted', async () => {
    const { url } = await calmEmulator();
    const described = async () => (await live(url, 'DescribeLiveRecordNotifyConfig', {})).body;
    expect(await described()).toMatchObject({ Code: 'InvalidConfig.NotFound' });
    expect((await live(url, 'UpdateLiveRecordNotifyConfig', wanted)).body).toMatchObject({
      Code: 'InvalidConfig.NotFound',
    });
    await live(url, 'AddLiveRecordNotifyConfig', { ...wanted, NeedStatusNotify: 'true', OnDemandUrl: 'http://ask' });
    expect((await described()).LiveRecordNotifyConfig).toEqual({
      ...{ DomainName: 'play.example.com', NotifyUrl: wanted.NotifyUrl, OnDemandUrl: 'http://ask' },
      ...{ NeedStatusNotify: true, NotifyReqAuth: true, NotifyAuthKey: wanted.NotifyAuthKey },
    });
    expect((await live(url, 'AddLiveRecordNotifyConfig', wanted)).body).toMatchObject({ Code: 'ConfigAlreadyExists' });
    await live(url, 'UpdateLiveRecordNotifyConfig', wanted);
    expect((await described()).LiveRecordNotifyConfig).toMatchObject({ OnDemandUrl: '', NeedStatusNotify: false });
    expect((await live(url, 'DeleteLiveRecordNotifyConfig', {})).status).toBe(200);
    expect((await live(url, 'DeleteLiveRecordNotifyConfig', {})).status).toBe(404);
  });

  test.each([
    ['no address', { NotifyUrl: '' }, 'MissingParameter'],
    ['an address that is none', { NotifyUrl: 'ftp://x' }, 'InvalidNotifyUrl.Malformed'],
    ['a short key', { NotifyAuthKey: 'Abc123Def456789' }, 'InvalidParameter'],
    ['no key where it is to be signed', { NotifyAuthKey: '' }, 'MissingParameter'],
  ])('with %s is refused', async (_what, params, Code) => {
    const { url } = await calmEmulator();
    const config = { ...wanted, ...(params as Record<string, string>) };
    expect((await live(url, 'AddLiveRecordNotifyConfig', config)).body).toMatchObject({ Code });
  });

  test('says where recordings by command are told of, and whether more than their files', async () => {
    const receiver = await startReceiver();
    const emulator = await calmEmulator({ knobs: { configPerSecond: null } });
    stopAfterTest(receiver.stop);
    const stream = { AppName: 'live', StreamName: 'cup' };
    await live(emulator.url, 'AddLiveRecordVodConfig', { ...stream, VodTranscodeGroupId: 'g', OnDemand: '7' });
    const recordOnce = async () => {
      for (const Command of ['start', 'stop', 'cancel_delay'])
        expect((await live(emulator.url, 'RealTimeRecordCommand', { ...stream, Command })).status).toBe(200);
      await emulator.whenQuiet();
    };
    await recordOnce();
    await live(emulator.url, 'AddLiveRecordNotifyConfig', { ...wanted, NotifyUrl: receiver.url });
    await recordOnce();
    await live(emulator.url, 'UpdateLiveRecordNotifyConfig', {
      ...{ ...wanted, NotifyUrl: receiver.url, NeedStatusNotify: 'true' },
    });
    await recordOnce();
    const told = ['file', 'record_started', 'record_paused', 'file'];
    expect(emulator.ledger().liveNotices.map(({ event }) => event)).toEqual(told);
    const heard = receiver.received.map(({ body }) => (typeof body.uri === 'string' ? 'file' : body.event));
    expect(heard).toHaveLength(told.length);
    expect(heard).toEqual(expect.arrayContaining(told));
    expect(receiver.received[0]?.headers['ali-live-signature']).toMatch(/^[0-9a-f]{32}$/);
  });
});
