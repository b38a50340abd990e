/** Play addresses over HTTP, from the emulated cloud and from one that answers what the test says. */
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { callLimiter, cloudClient, fixedCredentials, type VodCloud } from '../../../connectors/vod/index.ts';
import type { LedgerVideo } from '../../../emulator/index.ts';
import { systemClock, systemPlatform } from '../../../platform/host/index.ts';
import { metricsOf } from '../../../platform/telemetry/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { playReader, type ReadPlayOptions } from '../../../services/console/index.ts';
import { type Reply, scriptedCloud } from '../../connectors/vod/scripted-cloud.ts';
import { calmEmulator, playedShow } from '../../emulator/world.ts';
import { job, openView, testConsole, video, videoRecord } from './fixture.ts';

const validSeconds = 600;
const credentials = { accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' };

/** What the console said of itself, whatever the level, and its metrics. */
type Told = { lines: string[]; metrics: () => Promise<string> };

type Served = Told & {
  ask: (videoId: string) => Promise<{ status: number; headers: Headers; body: Body }>;
  url: string;
};
type Body = {
  code?: string;
  message?: string;
  expiresAt?: number;
  askedAt?: number;
  coverUrl?: string;
  streams?: { url: string; format: string; definition: string; expiresAt: number; encrypted: boolean }[];
};

async function served(
  states: readonly VideoState[],
  clouds: (region: string | null) => Pick<VodCloud, 'getPlayInfo'>,
  limits: Partial<ReadPlayOptions> = {},
): Promise<Served> {
  const view = await openView();
  await view.apply(states.map((state, offset) => videoRecord(0, offset, state)));
  const lines: string[] = [];
  const registry = new Registry();
  const limiter = callLimiter({ perSecond: 1_000, atOnce: 2 }, systemPlatform);
  const { app } = await testConsole({
    view,
    doors: {
      log: pino({ level: 'trace' }, { write: (line: string) => lines.push(line) }),
      metrics: metricsOf(registry),
      playSeconds: validSeconds,
      readPlay: playReader({
        getPlayInfo: ({ videoId, region }) => clouds(region).getPlayInfo({ videoId, validSeconds }),
        limiter,
        clock: systemClock,
        ...limits,
      }),
    },
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    lines,
    metrics: () => registry.metrics(),
    ask: async (videoId) => {
      const answer = await fetch(`${url}/api/videos/${videoId}/play`);
      return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Body };
    },
  };
}

const clientOf = (url: string) => {
  const client = cloudClient({ vodEndpoint: url, liveEndpoint: url, credentials: fixedCredentials(credentials) });
  onTestFinished(() => client.close());
  return client;
};

const stateOf = ({ videoId, kind, status }: Pick<LedgerVideo, 'videoId' | 'kind' | 'status'>) =>
  video(videoId, { kind, status, subject: 'VIDEO' });

describe('play addresses of the emulated cloud', () => {
  test('are those of every definition and format, signed, with when they end, and play', async () => {
    const { url, ledger } = await playedShow('1');
    const [recorded] = ledger().videos;
    if (!recorded) return expect.fail('nothing was recorded');
    const cloud = clientOf(url);
    const { ask } = await served([stateOf(recorded)], () => cloud);
    const { status, headers, body } = await ask(recorded.videoId);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const outputs = (body.streams ?? []).map(({ definition, format }) => `${definition} ${format}`);
    expect(outputs.toSorted()).toEqual(recorded.renditions.map((one) => `${one.definition} ${one.format}`).toSorted());
    const { askedAt = 0, expiresAt = 0 } = body;
    for (const stream of body.streams ?? []) {
      expect(stream.encrypted).toBe(false);
      const told = Number(new URL(stream.url).searchParams.get('auth_key')?.split('-')[0]) * 1_000;
      expect(stream.expiresAt).toBe(told);
      expect(Math.abs(told - askedAt - validSeconds * 1_000)).toBeLessThan(60_000);
      expect((await fetch(stream.url, { headers: { range: 'bytes=0-9' } })).status).toBeLessThan(300);
    }
    expect(expiresAt).toBe(Math.min(...(body.streams ?? []).map((stream) => stream.expiresAt)));
    expect((await fetch(body.coverUrl ?? '')).headers.get('content-type')).toBe('image/jpeg');
    // Those that callbacks told stay as they are, and are others.
    expect(recorded.renditions.every(({ fileUrl }) => fileUrl?.startsWith('http://vod.example.com/'))).toBe(true);
  });

  test('are those of the source where nobody transcodes it', async () => {
    const emulator = await calmEmulator();
    emulator.play({ stories: ['as-it-is'], shows: 1, compression: 1e7 });
    await emulator.whenQuiet();
    const [recorded] = emulator.ledger().videos;
    if (!recorded) return expect.fail('nothing was recorded');
    const cloud = clientOf(emulator.url);
    const { ask } = await served([stateOf(recorded)], () => cloud);
    const { status, body } = await ask(recorded.videoId);
    expect([status, body.streams?.length, body.streams?.[0]?.format]).toEqual([200, 1, 'm3u8']);
    expect((await fetch(body.streams?.[0]?.url ?? '')).status).toBe(200);
  });

  test('say that they do not end where URL signing is off', async () => {
    const { url, ledger, turn } = await playedShow('1');
    turn({ urlSigning: false });
    const [recorded] = ledger().videos;
    if (!recorded) return expect.fail('nothing was recorded');
    const cloud = clientOf(url);
    const { ask } = await served([stateOf(recorded)], () => cloud);
    const { body } = await ask(recorded.videoId);
    expect([body.expiresAt, body.streams?.[0]?.expiresAt]).toEqual([null, null]);
  });

  test('come from the region in which the video lies', async () => {
    const emulator = await calmEmulator({ regionPorts: { 'eu-central-1': 0 } });
    emulator.play({ practices: ['1'], shows: 1, compression: 1e7, region: 'eu-central-1' });
    await emulator.whenQuiet();
    const [recorded] = emulator.ledger().videos;
    if (!recorded) return expect.fail('nothing was recorded');
    const home = clientOf(emulator.url);
    const abroad = clientOf(emulator.regionUrls['eu-central-1'] ?? '');
    const clouds = (region: string | null) => (region === 'eu-central-1' ? abroad : home);
    const there = await served([{ ...stateOf(recorded), region: 'eu-central-1' }], clouds);
    expect((await there.ask(recorded.videoId)).status).toBe(200);
    const here = await served([stateOf(recorded)], clouds);
    const { status, body } = await here.ask(recorded.videoId);
    expect([status, body.code]).toEqual([404, 'NOT_AT_CLOUD']);
  });

  test('are not there for what waits for its transcode', async () => {
    const { url, ledger } = await playedShow('2');
    const [recorded] = ledger().videos;
    if (!recorded) return expect.fail('nothing was recorded');
    const cloud = clientOf(url);
    const { ask } = await served([stateOf(recorded)], () => cloud);
    const { status, headers, body } = await ask(recorded.videoId);
    expect([status, body.code]).toEqual([409, 'AWAITING_TRANSCODE']);
    expect(headers.get('cache-control')).toBe('no-store');
  });
});

describe('why a video does not play', () => {
  const refused = (status: number, Code: string, Message = 'no') => ({
    status,
    body: { Code, Message, RequestId: 'r' },
  });
  const illegal = refused(403, 'Forbidden.IllegalStatus', 'Status of the video is illegal: UploadSucc.');
  const at = (status: VideoState['status'], more: Partial<VideoState> = {}) => ({
    status,
    subject: 'VIDEO' as const,
    ...more,
  });
  const failed = [
    { eventId: 'e', eventType: 'TranscodeComplete', eventTime: 1, receivedAt: 1, status: 'fail', source: 'http' },
  ].map((entry) => ({ ...entry, jobId: null, errorCode: 'InvalidParameter.ResourceContentBad', implausible: [] }));

  const output = {
    status: 'SUCCESS',
    definition: 'LD',
    format: 'mp4',
    superseded: false,
  } as VideoState['renditions'][number];

  test.each<[string, Partial<VideoState>, Reply, number, string, string]>([
    ['an image', { subject: 'IMAGE' }, 'hang', 409, 'NO_VIDEO', 'IMAGE'],
    ['deleted', at('DELETED'), 'hang', 409, 'DELETED', 'deleted'],
    ['announced', at('ANNOUNCED'), illegal, 409, 'NO_SOURCE_YET', 'FileUploadComplete'],
    ['recorded', at('RECORDED'), illegal, 409, 'NO_SOURCE_YET', 'FileUploadComplete'],
    ['source ready', at('SOURCE_READY'), illegal, 409, 'AWAITING_TRANSCODE', 'not transcoded yet'],
    ['waiting for a person', at('SOURCE_READY', { jobs: [job()] }), illegal, 409, 'AWAITING_TRANSCODE', 'approval'],
    ['being transcoded', at('TRANSCODING'), illegal, 409, 'TRANSCODING', 'being transcoded'],
    ['first output there', at('PLAYABLE', { renditions: [output] }), illegal, 409, 'TRANSCODING', 'once all is done'],
    ['playable as it is, the status lags', at('PLAYABLE'), illegal, 503, 'NOT_YET', 'ask again'],
    ['failed', at('FAILED', { timeline: failed }), illegal, 409, 'FAILED', 'InvalidParameter.ResourceContentBad'],
    ['blocked', at('TRANSCODED', { auditStatus: 'BLOCKED' }), illegal, 409, 'BLOCKED', 'audit'],
    ['done, the status lags', at('TRANSCODED'), illegal, 503, 'NOT_YET', 'ask again'],
    ['without a stream', at('TRANSCODED'), refused(404, 'InvalidVideo.NoneStream'), 409, 'NO_STREAM', 'NoneStream'],
    ['encrypted', at('TRANSCODED'), refused(403, 'Forbidden.AliyunVoDEncryption'), 409, 'ENCRYPTED', 'encrypted'],
    ['gone at the cloud', at('TRANSCODED'), refused(404, 'InvalidVideo.NotFound'), 404, 'NOT_AT_CLOUD', 'home region'],
    ['no right', at('TRANSCODED'), refused(403, 'Forbidden.RAM', 'not allowed'), 503, 'CLOUD_REFUSES', 'Forbidden.RAM'],
    ['too often', at('TRANSCODED'), refused(400, 'Throttling.User'), 503, 'CLOUD_THROTTLES', 'Throttling.User'],
    ['broken', at('TRANSCODED'), refused(500, 'InternalError'), 502, 'CLOUD_FAULT', 'InternalError'],
    ['unreadable', at('TRANSCODED'), { status: 200, body: { VideoBase: 7 } }, 502, 'CLOUD_FAULT', 'UnreadableAnswer'],
    ['silent', at('TRANSCODED'), 'hang', 504, 'CLOUD_SILENT', 'in time'],
  ])('%s', async (_, fields, reply, status, code, words) => {
    const cloud = await scriptedCloud(() => reply);
    onTestFinished(() => cloud.close());
    const client = clientOf(cloud.url);
    const { ask } = await served([video('v', fields)], () => client, { deadlineMs: 300 });
    const answer = await ask('v');
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.body.message).toContain(words);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('a call that ends before those who ask have waited long enough is silence too', async () => {
    const cloud = await scriptedCloud(() => 'hang');
    onTestFinished(() => cloud.close());
    const client = cloudClient({
      ...{ vodEndpoint: cloud.url, liveEndpoint: cloud.url, timeoutMs: 100 },
      credentials: fixedCredentials(credentials),
    });
    onTestFinished(() => client.close());
    const { ask } = await served([video('v', at('TRANSCODED'))], () => client, { deadlineMs: 20_000 });
    const { status, body, headers } = await ask('v');
    expect([status, body.code, headers.get('retry-after')]).toEqual([504, 'CLOUD_SILENT', '5']);
  });

  test('no access key', async () => {
    const client = cloudClient({
      ...{ vodEndpoint: 'http://127.0.0.1:1', liveEndpoint: 'http://127.0.0.1:1' },
      credentials: { getCredentials: () => Promise.reject(new Error('no provider')) },
    });
    const { ask } = await served([video('v', at('TRANSCODED'))], () => client);
    const { status, body } = await ask('v');
    expect([status, body.code]).toEqual([503, 'NO_CREDENTIALS']);
    expect(body.message).toContain('ALIBABA_CLOUD_ACCESS_KEY_ID');
  });

  test('not known here', async () => {
    const { ask } = await served([], () => expect.fail('the cloud was asked'));
    const { status, body } = await ask('nobody');
    expect([status, body.code]).toEqual([404, 'NOT_FOUND']);
  });

  test('more at once than may be: those beyond are told, and the cloud is not asked for them', async () => {
    let asked = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const getPlayInfo = async ({ videoId }: { videoId: string }) => {
      asked += 1;
      await held;
      return { video: { videoId, status: 'Normal', coverUrl: null }, streams: [], odd: [] };
    };
    const { ask } = await served([video('v', at('TRANSCODED'))], () => ({ getPlayInfo }), { places: 3 });
    const answered: number[] = [];
    const answers = Promise.all(
      Array.from({ length: 5 }, async () => {
        const answer = await ask('v');
        answered.push(answer.status);
        return answer;
      }),
    );
    await expect.poll(() => asked).toBe(2);
    // All five have come in: one that comes after the release would find a place.
    await expect.poll(() => answered).toEqual([503, 503]);
    release();
    const statuses = (await answers).map(({ status, body }) => `${status} ${body.code ?? ''}`).sort();
    expect(statuses).toEqual(['200 ', '200 ', '200 ', '503 BUSY', '503 BUSY']);
    expect(asked).toBe(3);
  });
});

describe('no address leaves but in the answer', () => {
  const secret = 'auth_key=1999999999-rand-0-0123456789abcdef0123456789abcdef';
  const address = `http://play.example.com/v/hd.m3u8?${secret}`;
  const info = (url: unknown) => ({
    status: 200,
    body: {
      VideoBase: { VideoId: 'v', Status: 'Normal', CoverURL: `http://play.example.com/c.jpg?${secret}` },
      PlayInfoList: { PlayInfo: [{ JobId: 'j', Definition: 'HD', Format: 'm3u8', PlayURL: url, Duration: '6.0' }] },
    },
  });
  let replies: Reply[];
  beforeEach(() => {
    replies = [
      info(address),
      // Answers that can't be read and errors that quote an address.
      { status: 200, body: { VideoBase: { VideoId: 7, PlayURL: address } } },
      { status: 200, text: `<a href="${address}">` },
      { status: 500, body: { Code: 'InternalError', Message: `could not sign ${address}`, RequestId: 'r' } },
      { status: 403, body: { Code: 'Forbidden.IllegalStatus', Message: address, RequestId: 'r' } },
    ];
  });

  test('not into a line of the log, whatever its level, nor into metrics, nor into the view', async () => {
    const cloud = await scriptedCloud(() => replies.shift() ?? 'cut');
    onTestFinished(() => cloud.close());
    const client = clientOf(cloud.url);
    const { ask, lines, metrics, url } = await served(
      [video('v', { status: 'TRANSCODED', subject: 'VIDEO' })],
      () => client,
    );
    const first = await ask('v');
    expect(first.body.streams?.[0]?.url).toBe(address);
    expect(first.body.streams?.[0]?.expiresAt).toBe(1_999_999_999_000);
    while (replies.length > 0) expect((await ask('v')).status).toBeGreaterThanOrEqual(400);
    await ask('v');
    const state = await (await fetch(`${url}/api/videos/v`)).text();
    const told = [...lines, await metrics(), state].join('\n');
    expect(told).not.toContain('auth_key');
    expect(told).not.toContain('play.example.com');
    // The log was listened to.
    expect(await metrics()).toContain('route="/api/videos/:videoId/play"');
  });

  test('only http and https addresses are given', async () => {
    replies = [info('javascript:alert(1)'), info(`http://play.example.com/${'a'.repeat(9_000)}`), info(null)];
    const cloud = await scriptedCloud(() => replies.shift() ?? 'cut');
    onTestFinished(() => cloud.close());
    const client = clientOf(cloud.url);
    const { ask } = await served([video('v', { status: 'TRANSCODED', subject: 'VIDEO' })], () => client);
    for (let n = 0; n < 3; n += 1) expect((await ask('v')).body.streams).toEqual([]);
  });
});
