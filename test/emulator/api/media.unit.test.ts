import { describe, expect, test } from 'vitest';
import { calmEmulator, playedShow } from '../world.ts';
import { call } from './caller.ts';

type Rows = Record<string, unknown>[];
const rows = (value: unknown): Rows => value as Rows;
const inside = (value: unknown, list: string): Rows => rows((value as Record<string, unknown>)[list]);

describe('looking at media', () => {
  test('GetVideoInfo tells status, title and stream of a recording', async () => {
    const { url, ledger } = await playedShow('1');
    const [video] = ledger().videos;
    const { body } = await call(url, 'GetVideoInfo', { VideoId: video?.videoId ?? '' });
    expect(body.Video).toMatchObject({
      VideoId: video?.videoId,
      Status: 'Normal',
      Title: video?.stream?.streamName,
      Description: `${video?.stream?.streamName}|practice-1|play.example.com`,
      Duration: expect.any(Number),
      Size: video?.sizeBytes,
      CoverURL: video?.coverUrl,
    });
  });

  test('GetVideoInfos names the ids that don’t exist', async () => {
    const { url, ledger } = await playedShow('2');
    const [video] = ledger().videos;
    const { body } = await call(url, 'GetVideoInfos', { VideoIds: `${video?.videoId},none` });
    expect(body).toMatchObject({ VideoList: [{ VideoId: video?.videoId }], NonExistVideoIds: ['none'] });
    const many = Array.from({ length: 21 }, (_, id) => id).join(',');
    expect((await call(url, 'GetVideoInfos', { VideoIds: many })).body).toMatchObject({ Code: 'InvalidParameter' });
  });

  test('GetPlayInfo has the types of the query APIs, not those of the events', async () => {
    const { url, ledger } = await playedShow('1');
    const [video] = ledger().videos;
    const { body } = await call(url, 'GetPlayInfo', { VideoId: video?.videoId ?? '' });
    const streams = inside(body.PlayInfoList, 'PlayInfo');
    expect(new Set(streams.map((stream) => stream.JobId))).toEqual(new Set(video?.renditions.map((one) => one.jobId)));
    expect(streams[0]).toMatchObject({ Duration: expect.any(String), Bitrate: expect.any(String), Encrypt: 0 });
    const hd = await call(url, 'GetPlayInfo', { VideoId: video?.videoId ?? '', Definition: 'HD' });
    expect(inside(hd.body.PlayInfoList, 'PlayInfo').map((stream) => stream.Definition)).toEqual(['HD']);
  });

  test('GetPlayInfo refuses what can’t be played', async () => {
    const { url, ledger } = await playedShow('2');
    const [video] = ledger().videos;
    expect(await call(url, 'GetPlayInfo', { VideoId: video?.videoId ?? '' })).toMatchObject({
      status: 403,
      body: { Code: 'Forbidden.IllegalStatus' },
    });
  });

  test('GetPlayInfo has the source of what is distributed as it is, and no transcode event comes', async () => {
    const emulator = await calmEmulator();
    emulator.play({ stories: ['as-it-is'], shows: 1, compression: 1e7 });
    await emulator.whenQuiet();
    const { videos } = emulator.ledger();
    expect(videos).toHaveLength(3);
    for (const video of videos) {
      const VideoId = video.videoId;
      expect((await call(emulator.url, 'GetVideoInfo', { VideoId })).body.Video).toMatchObject({ Status: 'Normal' });
      const { body } = await call(emulator.url, 'GetPlayInfo', { VideoId });
      expect(body.VideoBase).toMatchObject({ Status: 'Normal' });
      expect(inside(body.PlayInfoList, 'PlayInfo')).toMatchObject([
        {
          PlayURL: expect.stringContaining(`${video.videoId}.m3u8?auth_key=`),
          Format: 'm3u8',
          Definition: 'OD',
          Size: video.sizeBytes,
          Status: 'Normal',
        },
      ]);
      const [stream] = inside(body.PlayInfoList, 'PlayInfo');
      expect((await fetch(String(stream?.PlayURL))).status).toBe(200);
      const other = await call(emulator.url, 'GetPlayInfo', { VideoId, Formats: 'mp4' });
      expect(other).toMatchObject({ status: 404, body: { Code: 'InvalidVideo.NoneStream' } });
      expect(video).toMatchObject({ status: 'PLAYABLE', firstPlayableTime: video.sourceReadyTime, renditions: [] });
      expect(video.timeline.map(({ eventType }) => eventType)).not.toContain('TranscodeComplete');
    }
  });

  test('ListLiveRecordVideo lists what was recorded, page by page', async () => {
    const { url, ledger } = await playedShow('3a');
    const { videos, sessions } = ledger();
    const segments = videos.filter((video) => video.kind === 'SEGMENT');
    const where = { DomainName: 'play.example.com', AppName: 'practice-3a', SortBy: 'CreationTime:Asc' };
    const first = await call(url, 'ListLiveRecordVideo', { ...where, PageSize: '5' });
    const second = await call(url, 'ListLiveRecordVideo', { ...where, PageSize: '5', PageNo: '2' });
    const third = await call(url, 'ListLiveRecordVideo', { ...where, PageSize: '5', PageNo: '3' });
    const listed = [first, second, third].flatMap(({ body }) => inside(body.LiveRecordVideoList, 'LiveRecordVideo'));
    expect(first.body.Total).toBe(segments.length);
    expect(new Set(listed.map((row) => (row.Video as { VideoId: string }).VideoId))).toEqual(
      new Set(segments.map((segment) => segment.videoId)),
    );
    expect(new Set(listed.map((row) => row.PlaylistId)).size).toBe(sessions.length);
    const none = await call(url, 'ListLiveRecordVideo', { ...where, EndTime: '2001-01-01T00:00:00Z' });
    expect(none.body.Total).toBe(0);
  });

  test('SearchMedia finds by title, status and source', async () => {
    const { url, ledger } = await playedShow('3b');
    const match = (Match: string) => call(url, 'SearchMedia', { SearchType: 'video', Match, PageSize: '100' });
    const composed = ledger().videos.filter((video) => video.kind === 'COMPOSED');
    const found = await match("Status in ('UploadSucc') and MediaSource = 'editing' and Title = 'MATCH-'");
    expect(rows(found.body.MediaList).map((row) => row.MediaId)).toEqual(
      expect.arrayContaining(composed.map((video) => video.videoId)),
    );
    expect(found.body.Total).toBe(composed.length);
    expect((await match("Title = 'nothing like it'")).body.Total).toBe(0);
    expect((await match('Title like x')).body).toMatchObject({
      Code: 'ErrorMatchSyntax',
      Message: 'The parameter Match.Title like x has an error syntax, please check it.',
    });
    const either = await match(
      "Title = 'nothing or it, and more' or MediaSource = 'editing' and Status in ('UploadSucc')",
    );
    expect(either.body.Total).toBe(composed.length);
  });

  test('SearchMedia goes beyond 200 pages with the token that its answer gave', async () => {
    const { url } = await playedShow('3a');
    const page = async (PageNo: string, params: Record<string, string> = {}) =>
      (await call(url, 'SearchMedia', { PageSize: '1', PageNo, ...params })).body;
    const { ScrollToken, Total } = await page('1');
    expect(ScrollToken).toMatch(/^[0-9a-f]{32}$/);
    expect(await page('201')).toMatchObject({ Code: 'InvalidParameter.PageNo' });
    expect(await page('201', { ScrollToken: String(ScrollToken) })).toMatchObject({ Total, MediaList: [] });
    expect(await page('2', { ScrollToken: 'x'.repeat(32) })).toMatchObject({ Code: 'InvalidScrollToken.Expired' });
    const twice = { SortBy: 'CreationTime:Asc,CreationTime:Desc' };
    expect(await page('2', { ...twice, ScrollToken: String(ScrollToken) })).toMatchObject({
      Code: 'SortByExceededMax',
    });
    expect(await page('2', twice)).toMatchObject({ Total });
  });

  test('ListLiveRecordVideo takes all domains where none is named', async () => {
    const { url, ledger } = await playedShow('2');
    const { body } = await call(url, 'ListLiveRecordVideo');
    expect(body.Total).toBe(ledger().videos.length);
    expect(inside(body.LiveRecordVideoList, 'LiveRecordVideo')[0]?.Video).toMatchObject({
      ModifyTime: expect.stringMatching(/Z$/),
      Tags: '',
    });
  });

  test('an upload has a cover', async () => {
    const { addVideo, whenQuiet, ledger, url } = await playedShow('2');
    const VideoId = addVideo();
    await whenQuiet();
    const uploaded = ledger().videos.find((video) => video.videoId === VideoId);
    expect(uploaded?.coverUrl).toMatch(/\.jpg$/);
    expect((await call(url, 'GetVideoInfo', { VideoId })).body.Video).toMatchObject({ CoverURL: uploaded?.coverUrl });
  });

  test('the status can lag behind the event', async () => {
    const { url, ledger, turn } = await playedShow('2', { knobs: { statusLagMs: 60_000 } });
    const VideoId = ledger().videos[0]?.videoId ?? '';
    const submit = () =>
      call(url, 'SubmitTranscodeJobs', { VideoId, TemplateGroupId: '0123456789abcdef0123456789abcdef' });
    expect((await submit()).body).toMatchObject({ Code: 'Forbidden.IllegalStatus' });
    turn({ statusLagMs: 0 });
    expect((await submit()).status).toBe(200);
  });
});
