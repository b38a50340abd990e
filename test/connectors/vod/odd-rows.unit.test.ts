/** One row of a list lacks a part: the others are read, and it is told (cloud facts 3.2.1, 3.2.3, 3.2.5). */
import { afterEach, describe, expect, it } from 'vitest';
import {
  allReadable,
  cloudClient,
  fixedCredentials,
  type OddRow,
  type VodCloud,
} from '../../../connectors/vod/index.ts';
import { type ReceivedCall, type ScriptedCloud, scriptedCloud } from './scripted-cloud.ts';

let server: ScriptedCloud | undefined;
let client: VodCloud | undefined;
afterEach(async () => {
  client?.close();
  await server?.close();
});

async function cloudWith(
  script: (call: ReceivedCall) => unknown,
): Promise<{ cloud: VodCloud; told: [string, readonly OddRow[]][] }> {
  const told: [string, readonly OddRow[]][] = [];
  server = await scriptedCloud((call) => ({ status: 200, body: script(call) }));
  client = cloudClient({
    vodEndpoint: server.url,
    liveEndpoint: server.url,
    credentials: fixedCredentials({ accessKeyId: 'id', accessKeySecret: 'secret' }),
    onOddRows: (action, odd) => void told.push([action, odd]),
  });
  return { cloud: client, told };
}

type Row = Record<string, unknown>;

const video = (n: number) => ({
  VideoId: `v${n}`,
  Title: `t${n}`,
  Status: 'Normal',
  CreationTime: '2026-03-01T10:00:00Z',
});
const recordedAt = { RecordStartTime: '2026-03-01T09:00:00Z', RecordEndTime: '2026-03-01T10:00:00Z' };

type List = {
  /** The answer with these rows, and what is read of it: the id of each row, what is odd. */
  readonly row: (n: number) => Row;
  readonly answer: (rows: readonly unknown[]) => unknown;
  readonly read: (cloud: VodCloud) => Promise<{ readonly ids: readonly unknown[]; readonly odd: readonly OddRow[] }>;
  /** Without any of these a row can't be read. */
  readonly parts: readonly string[];
};

const window = { domainName: 'd', recordedFromMs: 0, recordedToMs: 1, page: 1, pageSize: 100 };

const lists: Readonly<Record<string, List>> = {
  GetVideoInfos: {
    row: video,
    answer: (rows) => ({ VideoList: rows, NonExistVideoIds: ['gone'] }),
    async read(cloud) {
      const { videos, missing, odd } = await cloud.getVideoInfos({ videoIds: ['v0', 'v1', 'v2', 'gone'] });
      expect(missing).toEqual(['gone']);
      return { ids: videos.map(({ videoId }) => videoId), odd };
    },
    parts: ['VideoId'],
  },
  ListLiveRecordVideo: {
    row: (n) => ({ DomainName: 'd', AppName: 'a', StreamName: `s${n}`, ...recordedAt, Video: video(n) }),
    answer: (rows) => ({ Total: rows.length, LiveRecordVideoList: { LiveRecordVideo: rows } }),
    async read(cloud) {
      const { recordings, odd, count } = await cloud.listLiveRecordVideo(window);
      expect(count).toBe(3);
      return { ids: recordings.flatMap((one) => one.video?.videoId ?? []), odd };
    },
    parts: ['DomainName', 'AppName', 'StreamName', 'Video'],
  },
  SearchMedia: {
    row: (n) => ({ MediaId: `v${n}` }),
    answer: (rows) => ({ Total: rows.length, MediaList: rows }),
    async read(cloud) {
      const { media, odd } = await cloud.searchMedia({ match: '' });
      return { ids: media.map(({ mediaId }) => mediaId), odd };
    },
    parts: ['MediaId'],
  },
  ListTranscodeTask: {
    row: (n) => ({ TranscodeTaskId: `v${n}`, TaskStatus: 'CompleteAllSucc' }),
    answer: (rows) => ({ TranscodeTaskList: rows }),
    async read(cloud) {
      const { rows, odd } = await cloud.listTranscodeTask({ videoId: 'v' });
      return { ids: rows.map(({ taskId }) => taskId), odd };
    },
    parts: ['TranscodeTaskId'],
  },
  GetTranscodeTask: {
    row: (n) => ({ TranscodeJobId: `v${n}`, TranscodeJobStatus: 'TranscodeSuccess' }),
    answer: (rows) => ({ TranscodeTask: { TranscodeTaskId: 't', TranscodeJobInfoList: rows } }),
    async read(cloud) {
      const { jobs, odd } = await cloud.getTranscodeTask({ taskId: 't' });
      return { ids: jobs.map(({ jobId }) => jobId), odd };
    },
    parts: ['TranscodeJobId'],
  },
  ListJobInfo: {
    row: (n) => ({ JobId: `v${n}` }),
    answer: (rows) => ({ JobInfoList: rows }),
    async read(cloud) {
      const { rows, odd } = await cloud.listJobs({ mediaId: 'm', jobType: 'ai' });
      return { ids: rows.map(({ jobId }) => jobId), odd };
    },
    parts: ['JobId'],
  },
  DescribeLiveRecordVodConfigs: {
    row: (n) => ({ DomainName: 'd', AppName: `v${n}` }),
    answer: (rows) => ({ LiveRecordVodConfigs: { LiveRecordVodConfig: rows } }),
    async read(cloud) {
      const { rows, odd } = await cloud.describeLiveRecordVodConfigs({ domainName: 'd' });
      return { ids: rows.map(({ appName }) => appName), odd };
    },
    parts: ['AppName'],
  },
  GetPlayInfo: {
    row: (n) => ({ JobId: `v${n}`, Bitrate: '925' }),
    answer: (rows) => ({ VideoBase: { VideoId: 'v' }, PlayInfoList: { PlayInfo: rows } }),
    async read(cloud) {
      const { streams, odd } = await cloud.getPlayInfo({ videoId: 'v' });
      return { ids: streams.map(({ jobId }) => jobId), odd };
    },
    // All of a stream may be missing.
    parts: [],
  },
};

const manglings = Object.entries(lists).flatMap(([action, { parts }]) =>
  [0, 1, 2].flatMap((n) => [null, 'text', 7, [], ...parts].map((how) => [action, n, how] as const)),
);

describe('of a list', () => {
  it.each(manglings.filter(([, , how]) => typeof how === 'string' && how !== 'text'))(
    '%s whose row %d has nothing in %j, the others are read and it is told',
    async (action, n, how) => {
      const { row, answer, read } = lists[action] as List;
      const rows = [row(0), row(1), row(2)].with(n, { ...row(n), [String(how)]: how === 'Video' ? {} : '' });
      const { cloud, told } = await cloudWith(() => answer(rows));
      const { ids, odd } = await read(cloud);
      expect(ids).toEqual(['v0', 'v1', 'v2'].toSpliced(n, 1));
      expect(told).toEqual([[action, odd]]);
    },
  );

  it('DescribeLiveRecordVodConfigs whose format has no name, the others are read: what is kept is sent again', async () => {
    const formats = [[{ Format: 'mp4', AutoCompose: 'ON' }], [{ AutoCompose: 'ON' }]];
    const { cloud } = await cloudWith(() => ({
      LiveRecordVodConfigs: {
        LiveRecordVodConfig: formats.map((RecordFormat, n) => ({
          ...{ DomainName: 'd', AppName: `a${n}`, RecordFormatList: { RecordFormat } },
          TranscodeTemplates: { TranscodeTemplate: ['lsd', 'lhd'] },
        })),
      },
    }));
    const { rows, odd } = await cloud.describeLiveRecordVodConfigs({ domainName: 'd' });
    expect(rows).toMatchObject([
      { appName: 'a0', recordFormats: [{ format: 'mp4' }], transcodeTemplates: ['lsd', 'lhd'] },
    ]);
    expect(odd).toMatchObject([{ id: 'a1' }]);
  });

  it.each(manglings)('%s whose row %d is, or lacks, %j, the others are read and it is told', async (action, n, how) => {
    const { row, answer, read, parts } = lists[action] as List;
    const rows: unknown[] = [row(0), row(1), row(2)];
    const lacks = typeof how === 'string' && parts.includes(how);
    rows[n] = lacks ? Object.fromEntries(Object.entries(row(n)).filter(([name]) => name !== how)) : how;
    const { cloud, told } = await cloudWith(() => answer(rows));
    const { ids, odd } = await read(cloud);
    expect(ids).toEqual(['v0', 'v1', 'v2'].toSpliced(n, 1));
    expect(odd.length).toBe(1);
    expect(told).toEqual([[action, odd]]);
    expect(() => allReadable(action, odd)).toThrow(
      /1 of the rows can't be read, and what was asked for may be among them/,
    );
  });

  it.each(Object.entries(lists))('%s that is whole, nothing is odd', async (_action, { row, answer, read }) => {
    const { cloud, told } = await cloudWith(() => answer([row(0), row(1), row(2)]));
    expect(await read(cloud)).toEqual({ ids: ['v0', 'v1', 'v2'], odd: [] });
    expect(told).toEqual([]);
  });

  it('of tasks and configurations, an odd row doesn’t make a full page the last one', async () => {
    const { cloud } = await cloudWith(({ params: { Action, PageNo, PageNum } }) => {
      const [first, size] = Action === 'ListTranscodeTask' ? [PageNo === '1', 50] : [PageNum === '1', 100];
      const rows = Array.from({ length: first ? size : 1 }, (_, n) =>
        n === 3 ? null : (lists[Action ?? ''] as List).row(n),
      );
      return (lists[Action ?? ''] as List).answer(rows);
    });
    expect((await cloud.listTranscodeTask({ videoId: 'v' })).rows.length).toBe(50);
    expect((await cloud.describeLiveRecordVodConfigs({ domainName: 'd' })).rows.length).toBe(100);
  });
});

it('the sample of GetTranscodeTask has a job of which only the output is told', async () => {
  const job = { TranscodeJobId: '38f0e513c88', TranscodeJobStatus: 'Transcoding', ErrorCode: '200' };
  const nameless = { OutputFile: { Duration: '12', Format: 'm3u8' } };
  const { cloud } = await cloudWith(() => ({
    TranscodeTask: { TranscodeTaskId: 'b1b65ab107e14', TranscodeJobInfoList: [job, nameless], Trigger: 'Auto ' },
  }));
  expect(await cloud.getTranscodeTask({ taskId: 'b1b65ab107e14' })).toMatchObject({
    jobs: [{ jobId: '38f0e513c88' }],
    odd: [{ id: null, problem: 'TranscodeJobId' }],
  });
});
