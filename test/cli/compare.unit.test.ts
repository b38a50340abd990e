/** The demo's verdict: what it must call different, one field at a time. */
import type { ClickHouseClient } from '@clickhouse/client';
import { describe, expect, test } from 'vitest';
import { compositionDifferences, differences } from '../../cli/demo/compare.ts';
import { analyticsDifferences } from '../../cli/demo/compare-analytics.ts';
import type { Ledger, LedgerRendition } from '../../emulator/index.ts';
import sessionExamples from '../../schemas/examples/session-state.json' with { type: 'json' };
import videoExamples from '../../schemas/examples/video-state.json' with { type: 'json' };
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';

const recording = { startTime: 1772357400000, endTime: 1772359200000 };
const video = { ...(videoExamples[0]?.value as unknown as VideoState), recording };
const session = {
  ...(sessionExamples[0]?.value as unknown as SessionState),
  gaps: [{ startTime: 1772358000000, endTime: 1772358060000 }],
};
const counts = { distinct: 5, copies: 7, attempts: 7, accepted: 7, duplicates: 2, outOfOrder: 0, lost: 0 };

const show = { story: null, pushes: [], overTime: 0, composedBy: 'cloud', containers: 1 } as const;

/** The cloud's account of the very things that `video` and `session` tell. */
const ledger: Ledger = {
  videos: [
    {
      ...video,
      practice: '1',
      toldStatus: video.status,
      outcome: {
        recorded: true,
        source: 'there',
        sourcePlays: false,
        blocked: false,
        running: 0,
        playable: [],
        missing: [],
      },
      ...{ madeOf: [], repeats: null },
      sessionId: session.sessionId,
      renditions: video.renditions as LedgerRendition[],
      timeline: video.timeline.map((entry) => ({
        ...{ eventType: entry.eventType, eventTime: entry.eventTime },
        ...{ copies: 1, attempts: 1, accepted: 1, outOfOrder: false, dropped: false },
      })),
      delivery: counts,
    },
  ],
  sessions: [{ ...session, practice: '1', endTime: session.endTime ?? 0, endedBy: 'time-out', ...show }],
  jobs: [],
  productions: [],
  workflows: [],
  analyses: [],
  calls: [],
  bill: [],
  liveNotices: [],
  totals: counts,
};

/** A value of the same kind that differs from `value`. */
function other(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return `${value}x`;
  if (Array.isArray(value)) return value.slice(1);
  if (value === null) return 1;
  const [key = '', inner] = Object.entries(value as object)[0] ?? [];
  return { ...(value as object), [key]: other(inner) };
}

describe('the state topics', () => {
  const found = (videos: readonly VideoState[], sessions: readonly SessionState[], truth = ledger) =>
    differences(
      truth,
      new Map(videos.map((one) => [one.videoId, one])),
      new Map(sessions.map((one) => [one.sessionId, one])),
    ).map(({ entity, field }) => `${entity} ${field}`.trim());

  test('are equal where they tell what the ledger tells', () => {
    expect(found([video], [session])).toEqual([]);
  });

  test.each<keyof VideoState>([
    ...(['kind', 'status', 'stream', 'recording', 'recordedTime', 'composeStartTime', 'sourceReadyTime'] as const),
    ...(['firstPlayableTime', 'transcodedTime', 'coverUrl', 'sourceUrl', 'sizeBytes', 'durationSeconds'] as const),
    ...(['renditions', 'timeline'] as const),
  ])('differ by a video’s %s', (field) => {
    expect(found([{ ...video, [field]: other(video[field]) }], [session])).toEqual([`video ${video.videoId} ${field}`]);
  });

  test.each<keyof LedgerRendition>([
    ...(['jobId', 'definition', 'format', 'status', 'fileUrl', 'bitrateKbps', 'fps', 'width', 'height'] as const),
    ...(['durationSeconds', 'sizeBytes', 'startTime', 'finishTime', 'errorCode'] as const),
  ])('differ by a rendition’s %s', (field) => {
    const [first, ...rest] = video.renditions;
    if (!first) throw new Error('the example has renditions');
    const changed = { ...video, renditions: [{ ...first, [field]: other(first[field]) }, ...rest] };
    expect(found([changed], [session])).toEqual([`video ${video.videoId} renditions`]);
  });

  test.each<keyof SessionState>(['stream', 'status', 'startTime', 'endTime', 'segments', 'gaps', 'composed'])(
    'differ by a session’s %s',
    (field) => {
      expect(found([video], [{ ...session, [field]: other(session[field]) }])).toEqual([
        `session ${session.sessionId} ${field}`,
      ]);
    },
  );

  test.each(['videoId', 'startTime', 'endTime', 'status'] as const)('differ by a segment’s %s', (field) => {
    const [first, ...rest] = session.segments;
    if (!first) throw new Error('the example has segments');
    const changed = { ...session, segments: [{ ...first, [field]: other(first[field]) }, ...rest] as never };
    expect(found([video], [changed])).toEqual([`session ${session.sessionId} segments`]);
  });

  test('differ by what is missing and by what the cloud knows nothing of, merged sessions aside', () => {
    expect(found([], [session])).toEqual([`video ${video.videoId}`]);
    expect(found([video], [])).toEqual([`session ${session.sessionId}`]);
    const stranger = { ...session, sessionId: 'a/b/c' };
    expect(found([video, { ...video, videoId: 'stranger' }], [session, stranger])).toEqual([
      'video stranger',
      'session a/b/c',
    ]);
    expect(found([video], [session, { ...stranger, status: 'MERGED' }])).toEqual([]);
  });

  test('differ by a job that was started twice', () => {
    const job = {
      ...{ videoId: video.videoId, sessionToken: null, templateGroupId: 't', transcodeTaskId: 'a', jobIds: [] },
      ...{ priority: 6, submittedTime: 1, calls: 1 },
    };
    expect(found([video], [session], { ...ledger, jobs: [job] })).toEqual([]);
    expect(found([video], [session], { ...ledger, jobs: [job, job] })).toEqual([`video ${video.videoId} jobs started`]);
  });
});

describe('compositions by us', () => {
  const segments = ['a', 'b', 'c'].map((videoId) => ({
    videoId,
    startTime: 0,
    endTime: 1,
    status: 'TRANSCODED' as const,
  }));
  const [base = {} as Ledger['videos'][number]] = ledger.videos;
  const videos = segments.map(({ videoId }) => ({ ...base, videoId, status: 'TRANSCODED' as const }));
  const sessions = ledger.sessions.map((one) => ({ ...one, segments, composedBy: 'user' as const }));
  const production = (...sourceVideoIds: string[]) => ({
    videoId: 'film',
    title: '',
    sourceVideoIds,
    clips: [],
    shows: [],
    templateGroupId: 't',
  });
  const found = (productions: Ledger['productions'], truth: Partial<Ledger> = {}) =>
    compositionDifferences({ ...ledger, videos, sessions, ...truth, productions }).map(
      ({ entity, field }) => `${entity} ${field}`,
    );
  const wrong = [`session ${session.sessionId} compositions started`];
  const whole = production('a', 'b', 'c');

  test('are right where each show that is to be composed is, once, of all that can be used', () => {
    expect(found([whole])).toEqual([]);
    const oneFailed = videos.map((one) => (one.videoId === 'b' ? { ...one, status: 'FAILED' as const } : one));
    expect(found([production('a', 'c')], { videos: oneFailed })).toEqual([]);
    expect(found([], { sessions: ledger.sessions })).toEqual([]);
  });

  test.each([
    ['missing', []],
    ['twice', [whole, whole]],
    ['incomplete', [production('a', 'b')]],
    ['in another order', [production('a', 'c', 'b')]],
    ['made again', [production('a'), whole]],
  ])('are wrong where one is %s', (_, productions) => {
    expect(found(productions)).toEqual(wrong);
  });

  test('are wrong where nobody asked for one', () => {
    expect(found([whole], { sessions: ledger.sessions })).toEqual(wrong);
    expect(found([whole, production('x')])).toEqual(['session null compositions started']);
  });
});

describe('the tables of ClickHouse', () => {
  const ofVideo = {
    ...{ video_id: video.videoId, kind: video.kind, status: video.status, recorded: video.recordedTime },
    ...{ compose_start: video.composeStartTime, source_ready: video.sourceReadyTime },
    ...{ first_playable: video.firstPlayableTime, transcoded: video.transcodedTime },
    rendition_jobs: video.renditions.map((one) => one.jobId),
    rendition_statuses: video.renditions.map((one) => one.status),
  };
  const ofSession = {
    ...{ session_id: session.sessionId, status: session.status, start: session.startTime, end: session.endTime },
    segment_ids: session.segments.map((segment) => segment.videoId),
    gap_starts: session.gaps.map((gap) => gap.startTime),
    gap_ends: session.gaps.map((gap) => gap.endTime),
    composed_ids: session.composed.map((one) => one.videoId),
  };
  const ofCallbacks = { records: 7, distinct_events: 5 };
  type Tables = Readonly<Record<'video_state' | 'session_state' | 'callbacks', readonly object[]>>;
  const equal: Tables = { video_state: [ofVideo], session_state: [ofSession], callbacks: [ofCallbacks] };

  async function found(tables: Partial<Tables>, truth = ledger, states = [video]): Promise<string[]> {
    const all: Tables = { ...equal, ...tables };
    const client = {
      query: async ({ query }: { query: string }) => ({
        json: async () => all[/FROM (\w+) FINAL/.exec(query)?.[1] as keyof Tables],
      }),
    } as unknown as ClickHouseClient;
    return (await analyticsDifferences(client, truth, new Map(states.map((one) => [one.videoId, one])), 7)).map(
      ({ entity, field }) => `${entity} ${field}`,
    );
  }
  const fieldsOf = (row: object, key: string) => Object.keys(row).filter((field) => field !== key);

  test('are equal where they tell what the ledger tells', async () => {
    expect(await found({})).toEqual([]);
  });

  test.each(fieldsOf(ofVideo, 'video_id'))('differ by a video’s %s', async (field) => {
    const row = { ...ofVideo, [field]: other(ofVideo[field as keyof typeof ofVideo]) };
    expect(await found({ video_state: [row] })).toEqual([`ClickHouse video ${video.videoId} ${field}`]);
  });

  test.each(fieldsOf(ofSession, 'session_id'))('differ by a session’s %s', async (field) => {
    const row = { ...ofSession, [field]: other(ofSession[field as keyof typeof ofSession]) };
    expect(await found({ session_state: [row] })).toEqual([`ClickHouse session ${session.sessionId} ${field}`]);
  });

  test('hold of a composition that failed without a word what its callbacks told, unless the cloud was asked', async () => {
    const silent = { ...ledger, videos: ledger.videos.map((one) => ({ ...one, status: 'FAILED' as const })) };
    expect(await found({}, silent)).toEqual([]);
    const [first] = video.timeline;
    const asked = { ...video, timeline: first ? [...video.timeline, { ...first, source: 'reconciler' as const }] : [] };
    expect(await found({}, silent, [asked])).toEqual([`ClickHouse video ${video.videoId} status`]);
    expect(await found({ video_state: [{ ...ofVideo, status: 'FAILED' }] }, silent, [asked])).toEqual([]);
  });

  test('hold when a film was begun as whoever ordered it knows', async () => {
    const [base = {} as Ledger['videos'][number]] = ledger.videos;
    const ours = { videoId: video.videoId, title: '', sourceVideoIds: [], clips: [], shows: [], templateGroupId: 't' };
    const truth = { ...ledger, videos: [{ ...base, composeStartTime: 1 }], productions: [ours] };
    expect(await found({}, truth)).toEqual([]);
    expect(await found({}, { ...truth, productions: [] })).toEqual([`ClickHouse video ${video.videoId} compose_start`]);
  });

  test('differ by a row too many, and by the number of callbacks', async () => {
    expect(await found({ video_state: [ofVideo, { ...ofVideo, video_id: 'stranger' }] })).toEqual([
      'ClickHouse videos',
    ]);
    expect(await found({ session_state: [ofSession, { ...ofSession, session_id: 'a/b/c' }] })).toEqual([
      'ClickHouse sessions',
    ]);
    expect(await found({ callbacks: [{ records: 6, distinct_events: 4 }] })).toEqual([
      'ClickHouse callbacks',
      'ClickHouse distinct events',
    ]);
    expect(await found({ video_state: [] })).toContain('ClickHouse videos');
  });
});
