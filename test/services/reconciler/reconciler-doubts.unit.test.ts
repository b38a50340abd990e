import { describe, expect, it } from 'vitest';
import { CloudFault, type LiveRecording, type TranscodeTask, type VideoInfo } from '../../../connectors/vod/index.ts';
import { createLogger } from '../../../platform/telemetry/index.ts';
import { policyBook } from '../../../processors/policy/index.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import { type Finding, transcodesFound } from '../../../services/reconciler/findings.ts';
import { type BackfillCloud, gapFiller } from '../../../services/reconciler/gap-filler.ts';
import { kindOfRow } from '../../../services/reconciler/sweep.ts';
import { watchList } from '../../../services/reconciler/watch-list.ts';

/** What the reconciler must not make up, and what must not keep it from others. */
const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 2, 1, 10);
const stream = { domainName: 'play.example.com', appName: 'live', streamName: 'final' };

/** The state after one FileUploadComplete, heard at `receivedAtMs`. */
function uploaded(videoId: string, receivedAtMs = startMs): VideoState {
  const body = { EventType: 'FileUploadComplete', EventTime: '2026-03-01T09:00:00Z', VideoId: videoId, Size: 1 };
  const outcome = videoTopology({ policies: policyBook([]) }).step(
    null,
    {
      key: videoId,
      value: Buffer.from(JSON.stringify({ ...body, Status: 'success' })),
      headers: { source: 'http', 'received-at': String(receivedAtMs) },
      timestampMs: receivedAtMs,
    },
    { nowMs: receivedAtMs },
  );
  return (outcome.kind === 'next' && outcome.state) || expect.fail('no state');
}

function infoOf(videoId: string, more: Partial<VideoInfo> = {}): VideoInfo {
  const nothing = { title: null, description: null, templateGroupId: null, auditStatus: null, coverUrl: null };
  const times = { createdAtMs: startMs, modifiedAtMs: startMs };
  return { ...nothing, ...times, videoId, status: 'Normal', durationSeconds: 1, sizeBytes: 1, ...more };
}

function row(videoId: string, fromMs: number, toMs: number, createdAtMs: number): LiveRecording {
  const video = infoOf(videoId, { createdAtMs });
  return { ...stream, playlistId: null, recordStartMs: fromMs, recordEndMs: toMs, video };
}

const listed = (recordings: readonly LiveRecording[]) =>
  Promise.resolve({ total: recordings.length, recordings, odd: [], count: recordings.length });

const quietCloud: BackfillCloud = {
  getVideoInfos: ({ videoIds }) =>
    Promise.resolve({ videos: videoIds.map((videoId) => infoOf(videoId)), missing: [], odd: [] }),
  listTranscodeTask: () => Promise.resolve({ rows: [], odd: [] }),
  getTranscodeTask: () => Promise.reject(new Error('no tasks')),
  listLiveRecordVideo: () => listed([]),
  searchMedia: () => Promise.resolve({ total: 0, media: [], odd: [] }),
  getJob: () => Promise.reject(new Error('no audits')),
  getMediaAuditResult: () => Promise.resolve({ suggestion: null }),
  listSnapshots: () => Promise.resolve(null),
  listAiJobs: () => Promise.resolve({ rows: [], odd: [] }),
  getMediaDnaResult: () => Promise.resolve(null),
  getAiVideoTagResult: () => Promise.resolve(null),
};

const refusal = (action: string, kind: 'terminal' | 'lagging') =>
  new CloudFault({ kind, code: 'InvalidParameter', action, message: 'as scripted' });

function reconciler(cloud: BackfillCloud, states: readonly VideoState[]) {
  const watch = watchList({ silentAfterMs: () => hourMs });
  const findings: Finding[] = [];
  let nowMs = startMs;
  const gaps = gapFiller({
    cloud: () => cloud,
    region: null,
    ask: (work) => work(),
    watch,
    report: (finding) => Promise.resolve(void findings.push(finding)),
    platform: { now: () => nowMs },
    log: createLogger('test', 'silent'),
    tooYoungMs: hourMs,
  });
  for (const state of states) watch.learn(state);
  return {
    findings,
    /** Asks about the videos that are due `hours` after the start. */
    async round(hours: number, most = 100) {
      nowMs = startMs + hours * hourMs;
      const due = watch.due(nowMs, most);
      await gaps.checkVideos(due);
      return due.map(({ videoId }) => videoId);
    },
  };
}

describe('a video that only looks like a composition', () => {
  // The description is the uploader's to write: three parts alone say nothing of Live.
  const cloud: BackfillCloud = {
    ...quietCloud,
    getVideoInfos: ({ videoIds }) =>
      Promise.resolve({
        videos: videoIds.map((id) => infoOf(id, { description: 'final|live|play.example.com' })),
        missing: [],
        odd: [],
      }),
  };
  const types = ({ findings }: ReturnType<typeof reconciler>) => findings.map(({ body }) => body.EventType);

  it('is none where its stream was never recorded before it was made', async () => {
    const later = row('later', startMs + hourMs, startMs + 2 * hourMs, startMs + 2 * hourMs);
    for (const recordings of [[], [later]]) {
      const { round, ...rest } = reconciler({ ...cloud, listLiveRecordVideo: () => listed(recordings) }, [
        uploaded('upload'),
      ]);
      await round(10);
      expect(types({ round, ...rest })).not.toContain('LiveRecordVideoComposeStart');
    }
  });

  it('is one where it was', async () => {
    const recordings = [row('segment', startMs - hourMs, startMs - 60_000, startMs - 55_000)];
    const { round, ...rest } = reconciler({ ...cloud, listLiveRecordVideo: () => listed(recordings) }, [
      uploaded('composition'),
    ]);
    await round(10);
    expect(types({ round, ...rest })).toContain('LiveRecordVideoComposeStart');
  });
});

it('a row that holds just the time of an earlier one may be its copy or its composition', () => {
  const segment = row('segment', 0, 1_000, 2_000);
  const copy = row('copy', 0, 1_000, 20_000);
  const next = row('next', 1_000, 2_000, 30_000);
  const whole = row('whole', 0, 2_000, 60_000);
  const rows = [segment, copy, next, whole];
  expect(rows.map((one) => kindOfRow(one, rows))).toEqual(['recording', 'unclear', 'recording', 'composition']);
});

it('a task without jobs is not told as a transcode that failed', () => {
  const task: TranscodeTask = {
    taskId: 'task',
    videoId: 'v',
    templateGroupId: 'VOD_NO_TRANSCODE',
    trigger: 'Manual',
    outcome: 'succeeded',
    createdAtMs: startMs,
    completedAtMs: startMs,
    jobs: [],
    odd: [],
  };
  const known = { videoId: 'v', reported: new Set<string>() };
  expect(transcodesFound(known, [task])).toEqual([]);
  expect(transcodesFound(known, [{ ...task, outcome: 'failed' }])).toMatchObject([{ body: { Status: 'fail' } }]);
});

describe('a video that the cloud refuses to speak of', () => {
  const asksOf = (refused: string, kind: 'terminal' | 'lagging'): BackfillCloud => ({
    ...quietCloud,
    getVideoInfos: ({ videoIds }) =>
      videoIds.includes(refused)
        ? Promise.reject(refusal('GetVideoInfos', kind))
        : quietCloud.getVideoInfos({ videoIds }),
    listTranscodeTask: ({ videoId }) =>
      videoId === refused ? Promise.reject(refusal('ListTranscodeTask', kind)) : Promise.resolve({ rows: [], odd: [] }),
    getTranscodeTask: quietCloud.getTranscodeTask,
  });

  it('does not take the others of its batch along', async () => {
    const cloud: BackfillCloud = {
      ...asksOf('bad', 'terminal'),
      getVideoInfos: async ({ videoIds }) => {
        if (videoIds.includes('bad')) throw refusal('GetVideoInfos', 'terminal');
        return {
          videos: videoIds.map((id) => infoOf(id, { coverUrl: 'http://vod.example.com/c.jpg' })),
          missing: [],
          odd: [],
        };
      },
    };
    const { round, findings } = reconciler(cloud, [uploaded('bad', startMs - 1), uploaded('good')]);
    await round(10);
    expect(findings.map(({ body }) => body.VideoId)).toEqual(['good']);
  });

  it.each(['terminal', 'lagging'] as const)('is not the first in every round: %s', async (kind) => {
    // Due videos come in the order in which they were heard of; one place in a round stands for a hundred.
    const perVideo: BackfillCloud = { ...asksOf('bad', kind), getVideoInfos: quietCloud.getVideoInfos };
    for (const cloud of [asksOf('bad', kind), perVideo]) {
      const { round } = reconciler(cloud, [uploaded('bad', startMs - 1), uploaded('good')]);
      expect(await round(10, 1)).toEqual(['bad']);
      expect(await round(10.1, 1)).toEqual(['good']);
    }
  });

  it('is never asked about where its id is none of the cloud', async () => {
    // A signed callback may hold any VideoId; one with commas would be many in a question.
    const { round } = reconciler(quietCloud, [uploaded(Array(25).fill('a').join(',')), uploaded('good')]);
    expect(await round(10)).toEqual(['good']);
  });
});
