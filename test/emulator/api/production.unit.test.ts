import { describe, expect, test } from 'vitest';
import { templateGroupIds } from '../../../emulator/index.ts';
import { playedShow } from '../world.ts';
import { call } from './caller.ts';

const timeline = (ids: readonly string[]) =>
  JSON.stringify({ VideoTracks: [{ VideoTrackClips: ids.map((MediaId) => ({ MediaId })) }] });

describe('ProduceEditingProjectVideo', () => {
  test('makes a new video of a session’s segments, each time it is called', async () => {
    const { url, ledger, whenQuiet } = await playedShow('1');
    const [session] = ledger().sessions;
    const ids = session?.segments.map((segment) => segment.videoId) ?? [];
    const produce = () =>
      call(url, 'ProduceEditingProjectVideo', {
        Timeline: timeline(ids),
        MediaMetadata: JSON.stringify({ Title: 'whole match' }),
        ProduceConfig: JSON.stringify({ TemplateGroupId: templateGroupIds.compose }),
      });
    const answers = [await produce(), await produce()];
    await whenQuiet();
    const { videos, sessions, productions, bill } = ledger();
    const mediaIds = answers.map(({ body }) => body.MediaId);
    expect(new Set(mediaIds).size).toBe(2);
    expect(productions).toMatchObject(
      mediaIds.map((videoId) => ({ videoId, title: 'whole match', sourceVideoIds: ids })),
    );
    const product = videos.find((video) => video.videoId === mediaIds[0]);
    expect(product).toMatchObject({ kind: 'COMPOSED', status: 'TRANSCODED', sessionId: session?.sessionId });
    expect(product?.timeline.map((line) => line.eventType)).toEqual(
      expect.arrayContaining(['ProduceMediaComplete', 'FileUploadComplete', 'TranscodeComplete']),
    );
    expect(sessions[0]?.composed.map((video) => video.videoId)).toEqual(mediaIds);
    expect(bill.filter((line) => line.service === 'compose' && line.startedBy === 'user')).toHaveLength(2);
  });

  test('that fails is told and leaves no source', async () => {
    const { url, ledger, whenQuiet } = await playedShow('1', { knobs: { produceFailRate: 1 } });
    const id = ledger().videos[0]?.videoId ?? '';
    const { body } = await call(url, 'ProduceEditingProjectVideo', { Timeline: timeline([id]), Title: 'x' });
    await whenQuiet();
    const product = ledger().videos.find((video) => video.videoId === body.MediaId);
    expect(product).toMatchObject({ status: 'FAILED', sourceReadyTime: null });
    expect((await call(url, 'GetVideoInfo', { VideoId: String(body.MediaId) })).body.Video).toMatchObject({
      Status: 'ProduceFail',
    });
  });

  test.each([
    ['no timeline', {}, 'MissingParameter'],
    ['an empty timeline', { Timeline: timeline([]) }, 'InvalidParameter'],
    ['more than 200 clips', { Timeline: timeline(Array(201).fill('none')) }, 'InvalidParameter'],
    ['an unknown clip', { Timeline: timeline(['none']) }, 'InvalidVideo.NotFound'],
    ['an unknown project', { ProjectId: 'p' }, 'NoSuchResource'],
  ])('with %s is refused', async (_what, params, Code) => {
    const { url, ledger } = await playedShow('1');
    expect((await call(url, 'ProduceEditingProjectVideo', params)).body).toMatchObject({ Code });
    expect(ledger().productions).toEqual([]);
  });
});

describe('steps before the transcode', () => {
  test('an audit is answered by its verdict', async () => {
    const { url, ledger, whenQuiet } = await playedShow('2', { knobs: { auditBlockRate: 1 } });
    const MediaId = ledger().videos[0]?.videoId ?? '';
    expect((await call(url, 'SubmitAIMediaAuditJob', { MediaId })).body).toMatchObject({ MediaId });
    await whenQuiet();
    expect(ledger().videos[0]).toMatchObject({ auditStatus: 'BLOCKED', status: 'FAILED' });
  });

  test('a snapshot job gives a cover', async () => {
    const { url, ledger, whenQuiet } = await playedShow('2');
    const VideoId = ledger().videos[0]?.videoId ?? '';
    const { body } = await call(url, 'SubmitSnapshotJob', { VideoId, SpecifiedOffsetTime: '1000' });
    await whenQuiet();
    expect(ledger().videos[0]?.coverUrl).toMatch(/^http:.*\.jpg$/);
    expect(ledger().bill).toMatchObject([
      { service: 'snapshot', startedBy: 'user', jobId: (body.SnapshotJob as { JobId: string }).JobId, count: 1 },
    ]);
  });
});

test('a snapshot job takes up to thirty moments', async () => {
  const { url, ledger } = await playedShow('2');
  const VideoId = ledger().videos[0]?.videoId ?? '';
  const moments = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`SpecifiedOffsetTimes.${n + 1}`, String(n * 1000)]));
  const tooMany = await call(url, 'SubmitSnapshotJob', { VideoId, ...moments(31) });
  expect(tooMany.body).toMatchObject({ Code: 'InvalidParameter' });
  expect((await call(url, 'SubmitSnapshotJob', { VideoId, ...moments(30) })).status).toBe(200);
});

describe('what the account pays', () => {
  test('every good rendition once, failed ones not', async () => {
    const { ledger } = await playedShow('3a', { knobs: { renditionFailureRate: 0.3 } });
    const { videos, bill } = ledger();
    const good = videos.flatMap((video) => video.renditions.filter((one) => one.status === 'SUCCESS'));
    const billed = bill.filter((line) => line.service === 'transcode');
    expect(new Set(billed.map((line) => line.jobId))).toEqual(new Set(good.map((one) => one.jobId)));
    expect(billed).toHaveLength(good.length);
    expect(bill.filter((line) => line.service === 'compose')).toHaveLength(
      videos.filter((video) => video.kind === 'COMPOSED').length,
    );
  });
});
