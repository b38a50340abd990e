import { describe, expect, test } from 'vitest';
import { templateGroupIds } from '../../../emulator/index.ts';
import { showsOf } from '../../../emulator/ledger/index.ts';
import { calmEmulator, playedShow } from '../world.ts';
import { call } from './caller.ts';

const timeline = (ids: readonly string[]) =>
  JSON.stringify({ VideoTracks: [{ VideoTrackClips: ids.map((MediaId) => ({ MediaId })) }] });

describe('ProduceEditingProjectVideo', () => {
  // It took what is stored only, which the cloud refuses (cloud facts 3.3.4).
  test('takes what is Normal alone: transcoded, or distributed as it is', async () => {
    const stored = await playedShow('2');
    const [file] = stored.ledger().videos;
    const params = (id: string | undefined) => ({ Timeline: timeline([id ?? '']), Title: 'x' });
    expect(await call(stored.url, 'ProduceEditingProjectVideo', params(file?.videoId))).toMatchObject({
      status: 400,
      body: { Code: 'Forbidden.IllegalStatus' },
    });
    const emulator = await calmEmulator();
    emulator.play({ stories: ['as-it-is'], shows: 1, compression: 1e7 });
    await emulator.whenQuiet();
    const [played] = emulator.ledger().videos;
    const { body } = await call(emulator.url, 'ProduceEditingProjectVideo', params(played?.videoId));
    expect(body).toMatchObject({ MediaId: expect.any(String) });
  });

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

/** In and Out are seconds of a file's own pictures (cloud facts 3.3.10). */
describe('a timeline with In and Out', () => {
  const minuteMs = 60_000;
  /** Two pushes of a show: 25 minutes from 10:00, 20 from 10:26, recorded in cycles of 20 minutes. */
  const tenMs = Date.UTC(2026, 2, 1, 10);
  const pushes = [
    { startMs: tenMs, endMs: tenMs + 25 * minuteMs },
    { startMs: tenMs + 26 * minuteMs, endMs: tenMs + 46 * minuteMs },
  ];
  const length = 20 * 60;
  const files = [
    { videoId: 'first', startTime: pushes[0]?.startMs ?? 0, endTime: tenMs + 20 * minuteMs },
    { videoId: 'second', startTime: tenMs + 20 * minuteMs, endTime: tenMs + 40 * minuteMs },
  ];
  const plan = (file: (typeof files)[number]) => ({
    plan: { sessionId: 'show', recording: { startTime: file.startTime, endTime: file.endTime } },
  });
  const cloud = {
    videos: new Map(files.map((file) => [file.videoId, plan(file)])),
    sessions: new Map([['show', { sessionId: 'show', pushes }]]),
  } as unknown as Parameters<typeof showsOf>[1];
  const at = (minute: number) => tenMs + minute * minuteMs;
  const clip = (videoId: string, inSeconds: number, outSeconds: number) => ({ videoId, inSeconds, outSeconds });

  test.each([
    ['over the end of a file', [clip('first', 1140, length), clip('second', 0, 60)], [[19, 21]]],
    [
      'over a pause of the stream',
      [clip('second', 240, 420)],
      [
        [24, 25],
        [26, 28],
      ],
    ],
    ['after a pause, where a picture is earlier in the file than on the clock', [clip('second', 600, 660)], [[31, 32]]],
    [
      'backwards',
      [clip('second', 0, 60), clip('first', 0, 60)],
      [
        [20, 21],
        [0, 1],
      ],
    ],
  ] as const)('says which minutes of the show are seen: %s', (_what, clips, shown) => {
    expect(showsOf(clips, cloud)).toEqual(
      shown.map(([from, to]) => ({ sessionId: 'show', startTime: at(from), endTime: at(to) })),
    );
  });

  const cut = (...clips: readonly object[]) => JSON.stringify({ VideoTracks: [{ VideoTrackClips: clips }] });

  test('makes a video of its own, of that length, which is no film of the session', async () => {
    const { url, ledger, whenQuiet } = await playedShow('1');
    const [session] = ledger().sessions;
    const [first, second] = session?.segments ?? [];
    const seconds = ledger().videos.find(({ videoId }) => videoId === first?.videoId)?.durationSeconds ?? 0;
    const { body } = await call(url, 'ProduceEditingProjectVideo', {
      Timeline: cut({ MediaId: first?.videoId, In: seconds - 30 }, { MediaId: second?.videoId, In: 0, Out: 45.5 }),
      Title: 'goal',
    });
    await whenQuiet();
    const { videos, sessions, productions } = ledger();
    const product = videos.find(({ videoId }) => videoId === body.MediaId);
    expect(product).toMatchObject({ kind: 'UPLOAD', sessionId: null, durationSeconds: 75.5 });
    expect(sessions[0]?.composed).toEqual([]);
    expect(productions[0]?.clips).toEqual([
      clip(first?.videoId ?? '', seconds - 30, seconds),
      clip(second?.videoId ?? '', 0, 45.5),
    ]);
    expect(productions[0]?.shows.map(({ sessionId }) => sessionId)).toContain(session?.sessionId);
  });

  test.each([
    ['an Out at its In', { In: 10, Out: 10 }, 'InvalidParameter'],
    ['an In beyond the end', { In: 1e6 }, 'InvalidParameter'],
    ['an In below 0', { In: -1 }, 'InvalidParameter'],
    ['an In that is no number', { In: 'now' }, 'InvalidParameter'],
    ['an Out beyond the end: that is the end', { Out: 1e6 }, undefined],
  ])('with %s', async (_what, stretch, Code) => {
    const { url, ledger } = await playedShow('1');
    const MediaId = ledger().videos[0]?.videoId;
    const { body } = await call(url, 'ProduceEditingProjectVideo', {
      Timeline: cut({ MediaId, ...stretch }),
      Title: 'x',
    });
    expect(body.Code).toBe(Code);
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

  test('a snapshot job takes a picture, which becomes the cover once it is set as it', async () => {
    const { url, ledger, whenQuiet } = await playedShow('2');
    const VideoId = ledger().videos[0]?.videoId ?? '';
    const video = async () => (await call(url, 'GetVideoInfo', { VideoId })).body.Video as Record<string, unknown>;
    const { body } = await call(url, 'SubmitSnapshotJob', { VideoId, SpecifiedOffsetTime: '1000', Count: '2' });
    const { JobId } = body.SnapshotJob as { JobId: string };
    await whenQuiet();
    expect((await call(url, 'ListSnapshots', { VideoId, SnapshotType: 'CoverSnapshot' })).body).toMatchObject({
      Code: 'NoSuchResource',
    });
    expect((await video()).CoverURL).toBeUndefined();
    expect(ledger().videos[0]?.coverUrl).toBeNull();
    expect(ledger().bill).toMatchObject([{ service: 'snapshot', startedBy: 'user', jobId: JobId, count: 2 }]);
    const shown = (await call(url, 'ListSnapshots', { VideoId, SnapshotType: 'NormalSnapshot' })).body.MediaSnapshot;
    const { Regular, Snapshots } = shown as { Regular: string; Snapshots: { Snapshot: { Url: string }[] } };
    expect(shown).toMatchObject({ Total: 2, JobId });
    const urls = Snapshots.Snapshot.map(({ Url }) => Url);
    expect(urls).toEqual(['00001', '00002'].map((n) => Regular.replace('{SnapshotCount}', n)));
    const CoverURL = urls[0] ?? '';
    expect((await call(url, 'UpdateVideoInfo', { VideoId, CoverURL })).status).toBe(200);
    await whenQuiet();
    expect((await video()).CoverURL).toBe(CoverURL);
    expect(ledger().videos[0]).toMatchObject({ coverUrl: CoverURL });
    expect(ledger().videos[0]?.timeline.map(({ eventType }) => eventType)).toContain('MediaBaseChangeComplete');
    // What isn't given stays.
    const { Title } = await video();
    expect((await call(url, 'UpdateVideoInfo', { VideoId, Description: 'a day' })).status).toBe(200);
    expect(await video()).toMatchObject({ Title, Description: 'a day', CoverURL });
    const long = { VideoId, Title: 'x'.repeat(129) };
    expect((await call(url, 'UpdateVideoInfo', long)).body).toMatchObject({ Code: 'InvalidParameter' });
  });

  test('a snapshot that fails says nothing but why, and is none of its pictures', async () => {
    const { url, ledger, whenQuiet } = await playedShow('2', { knobs: { snapshotFailRate: 1 } });
    const VideoId = ledger().videos[0]?.videoId ?? '';
    const { body } = await call(url, 'SubmitSnapshotJob', { VideoId, Interval: '5' });
    const { JobId } = body.SnapshotJob as { JobId: string };
    await whenQuiet();
    const detail = await call(url, 'GetJobDetail', { JobType: 'snapshot', JobId });
    expect(detail.body.SnapshotJobDetail).toMatchObject({ JobId, Status: 'fail', CompleteTime: expect.any(String) });
    expect((await call(url, 'ListSnapshots', { VideoId })).body).toMatchObject({ Code: 'NoSuchResource' });
    expect(ledger().bill).toEqual([]);
  });

  test('a snapshot job says how many pictures, or how far apart; a template says it instead', async () => {
    const { url, ledger } = await playedShow('2');
    const VideoId = ledger().videos[0]?.videoId ?? '';
    const submit = async (more: object) => await call(url, 'SubmitSnapshotJob', { VideoId, ...more });
    expect((await submit({ SpecifiedOffsetTime: '0' })).body).toMatchObject({ Code: 'MissingParameter' });
    for (const more of [{ Count: '1' }, { Interval: '0' }, { SnapshotTemplateId: 'wide' }])
      expect((await submit(more)).status).toBe(200);
  });
});

test('a snapshot job takes up to thirty moments', async () => {
  const { url, ledger } = await playedShow('2');
  const VideoId = ledger().videos[0]?.videoId ?? '';
  const moments = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`SpecifiedOffsetTimes.${n + 1}`, String(n * 1000)]));
  const tooMany = await call(url, 'SubmitSnapshotJob', { VideoId, Count: '1', ...moments(31) });
  expect(tooMany.body).toMatchObject({ Code: 'InvalidParameter' });
  expect((await call(url, 'SubmitSnapshotJob', { VideoId, Count: '1', ...moments(30) })).status).toBe(200);
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
