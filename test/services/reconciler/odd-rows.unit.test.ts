/**
 * The emulated cloud has played, and every callback was lost. Between it and the reconciler one row of its answers is mangled:
 * what is found of all other videos stays the same, and nothing false is found of the one that the row is about.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { type Emulator, type LedgerVideo, startEmulator } from '../../../emulator/index.ts';
import { createLogger } from '../../../platform/telemetry/index.ts';
import { gapFiller } from '../../../services/reconciler/gap-filler.ts';
import { watchList } from '../../../services/reconciler/watch-list.ts';

const hourMs = 3_600_000;

type Row = Record<string, unknown>;
type Mangling = {
  readonly action: string;
  /** The list in the answer. */
  readonly rowsOf: (answer: Row) => unknown[] | undefined;
  readonly what: string;
  readonly mangled: (row: Row) => unknown;
  /** Which video it was can't be told from anything that is left: then it may be any. */
  readonly nameless?: true;
};

const inside = (answer: Row, ...path: readonly string[]): unknown[] | undefined => {
  let value: unknown = answer;
  for (const name of path) value = (value as Row | undefined)?.[name];
  return Array.isArray(value) ? value : undefined;
};
const without =
  (name: string) =>
  ({ [name]: _, ...rest }: Row): Row =>
    rest;

const recordings = (answer: Row) => inside(answer, 'LiveRecordVideoList', 'LiveRecordVideo');
const manglings: readonly Mangling[] = [
  { action: 'ListLiveRecordVideo', rowsOf: recordings, what: 'without Video', mangled: without('Video') },
  {
    action: 'ListLiveRecordVideo',
    rowsOf: recordings,
    what: 'with text as Video',
    mangled: (row) => ({ ...row, Video: 'x' }),
  },
  {
    action: 'ListLiveRecordVideo',
    rowsOf: recordings,
    what: 'without StreamName',
    mangled: without('StreamName'),
    nameless: true,
  },
  { action: 'ListLiveRecordVideo', rowsOf: recordings, what: 'null', mangled: () => null, nameless: true },
  {
    action: 'GetVideoInfos',
    rowsOf: (answer) => inside(answer, 'VideoList'),
    what: 'without VideoId',
    mangled: without('VideoId'),
  },
  { action: 'GetVideoInfos', rowsOf: (answer) => inside(answer, 'VideoList'), what: 'null', mangled: () => null },
  {
    action: 'SearchMedia',
    rowsOf: (answer) => inside(answer, 'MediaList'),
    what: 'without any id',
    mangled: ({ CreationTime }) => ({ CreationTime }),
  },
  {
    action: 'ListTranscodeTask',
    rowsOf: (answer) => inside(answer, 'TranscodeTaskList'),
    what: 'without an id',
    mangled: without('TranscodeTaskId'),
  },
  {
    action: 'GetTranscodeTask',
    rowsOf: (answer) => inside(answer, 'TranscodeTask', 'TranscodeJobInfoList'),
    what: 'of which only the output is told',
    mangled: ({ OutputFile }) => ({ OutputFile }),
  },
];

let emulator: Emulator;
let proxy: Server;
let proxyUrl: string;
/** Mangles the first row that is about the video, in each answer; counts. */
let mangling: { readonly way: Mangling; readonly videoId: string } | null = null;
let mangledRows = 0;

function mangle(action: string, params: URLSearchParams, answer: Row): Row {
  if (mangling === null || mangling.way.action !== action) return answer;
  const { way, videoId } = mangling;
  // Tasks are asked for by video, or are about one.
  const about = (row: unknown) => JSON.stringify([row, params.get('VideoId'), inTask(answer)]).includes(videoId);
  const rows = way.rowsOf(answer);
  const at = rows?.findIndex(about) ?? -1;
  if (rows && at >= 0) {
    rows[at] = way.mangled(rows[at] as Row);
    mangledRows += 1;
  }
  return answer;
}
const inTask = (answer: Row): unknown => (answer.TranscodeTask as Row | undefined)?.VideoId;

beforeAll(async () => {
  const knobs = { dropRate: 1, shuffleWindowMs: 1, lateRate: 0, duplicateRate: 0, queryPerSecond: null };
  emulator = await startEmulator({ port: 0, seed: 5, knobs });
  emulator.play({ practices: ['1', '3a'], shows: 1, compression: 1e9 });
  await emulator.whenQuiet();
  proxy = createServer(async (request, response) => {
    let form = '';
    for await (const chunk of request) form += String(chunk);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await fetch(emulator.url, { method: 'POST', headers, body: form });
    const params = new URLSearchParams(form);
    const body = mangle(params.get('Action') ?? '', params, (await answer.json()) as Row);
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await emulator.stop();
});

/** What one sweep finds, by video. */
async function findings(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const credentials = fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' });
  const cloud = cloudClient({ vodEndpoint: proxyUrl, liveEndpoint: proxyUrl, credentials });
  const nowMs = Date.now() + 10 * hourMs;
  const gaps = gapFiller({
    cloud: () => cloud,
    region: null,
    ask: (work) => work(),
    watch: watchList({ silentAfterMs: () => hourMs }),
    report: ({ body }) => {
      found.set(body.VideoId, [...(found.get(body.VideoId) ?? []), JSON.stringify(body)].sort(byText));
      return Promise.resolve();
    },
    platform: { now: () => nowMs },
    log: createLogger('test', 'silent'),
    tooYoungMs: hourMs,
  });
  await gaps.sweep([{ domainName: 'play.example.com' }], { fromMs: Date.now() - 24 * hourMs, toMs: nowMs });
  cloud.close();
  return found;
}

/** When a source was seen to be there is told less exactly where its tasks can't be read. */
const timeless = (body: string): string =>
  body.includes('ReconcilerObservation') ? body.replace(/"EventTime":"[^"]*",/, '') : body;

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

describe('one mangled row', () => {
  let whole: Map<string, string[]>;
  let videos: readonly LedgerVideo[];
  beforeAll(async () => {
    mangling = null;
    whole = await findings();
    ({ videos } = emulator.ledger());
    expect(new Set(whole.keys())).toEqual(new Set(videos.map(({ videoId }) => videoId)));
  });

  const places = ['first', 'middle', 'last', 'composed'] as const;
  const cases = manglings.flatMap((way) => places.map((which) => [way.action, way.what, which, way] as const));
  it.each(cases)(
    'of %s, %s, about the %s video, leaves what is found of the others as it was',
    async (_a, _w, which, way) => {
      const segments = videos.filter(({ kind, practice }) => kind === 'SEGMENT' && practice === '3a');
      const place = { first: 0, middle: Math.floor(segments.length / 2), last: segments.length - 1, composed: -1 }[
        which
      ];
      const one = segments[place] ?? videos.find(({ kind }) => kind === 'COMPOSED') ?? expect.fail('nothing composed');
      mangledRows = 0;
      mangling = { way, videoId: one.videoId };
      const found = await findings();
      // Compositions and their rows aren't in the list of recordings, nor a recording in a search that isn't needed.
      if (way.action === 'ListLiveRecordVideo' && one.kind === 'COMPOSED') return void expect(mangledRows).toBe(0);
      expect(mangledRows).toBeGreaterThan(0);
      for (const { videoId, kind } of videos) {
        if (videoId === one.videoId) continue;
        // That a video is composed is concluded from its not being a recording: not while any recording may be it.
        if (way.nameless && kind === 'COMPOSED') expect(found.get(videoId) ?? []).toEqual([]);
        else expect(found.get(videoId)).toEqual(whole.get(videoId));
      }
      const said = found.get(one.videoId) ?? [];
      // Nothing that isn't true, and no recording taken for a composition.
      const known = (whole.get(one.videoId) ?? []).map(timeless);
      for (const body of said) expect(known).toContain(timeless(body));
    },
  );
});
