/** A WorkflowTaskComplete that no callback brought is asked for by the task of the run (cloud facts 3.3.9). */
import { beforeAll, describe, expect, it } from 'vitest';
import { cloudClient, fixedCredentials, type JobDetail, type TranscodeTask } from '../../../connectors/vod/index.ts';
import { workflowIds } from '../../../emulator/index.ts';
import { createLogger } from '../../../platform/telemetry/index.ts';
import { encodeInternalEvent } from '../../../processors/callback/index.ts';
import type { JobLedgerEntry, VideoState } from '../../../schemas/generated/VideoState.ts';
import { cloudRunFound, workflowFound } from '../../../services/reconciler/findings.ts';
import { gapFiller } from '../../../services/reconciler/gap-filler.ts';
import { knownVideo } from '../../../services/reconciler/needs.ts';
import { watchList } from '../../../services/reconciler/watch-list.ts';
import { plainPipeline } from '../../emulator/pipeline.ts';
import { startReceiver } from '../../emulator/receiver.ts';
import { calmEmulator, stopAfterTest } from '../../emulator/world.ts';

const workflowId = workflowIds.byHand;
const transcode = { transcode: 'pipeline', workflowId } as const;

/** Videos of a show that each ran a workflow to its end, of which nothing was told. */
async function ended(workflowFailRate: number) {
  const pipeline = plainPipeline([{ segments: transcode, composed: transcode }]);
  const lost: Record<string, unknown>[] = [];
  const receiver = await startReceiver((_n, body) => {
    if (body.EventType === 'WorkflowTaskComplete') lost.push({ ...body });
    else pipeline.callback(body);
    return 200;
  });
  const emulator = await calmEmulator({ seed: 3, callbackUrl: receiver.url, knobs: { workflowFailRate } });
  const cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
  });
  stopAfterTest(receiver.stop, async () => cloud.close());
  emulator.play({ practices: ['2'], shows: 1, showSeconds: 1800, compression: 1e9 });
  await emulator.whenQuiet();
  for (const { videoId, token, region } of pipeline.takeJobs()) {
    const { taskId } = await cloud.submitWorkflowJob({ mediaId: videoId, workflowId });
    const told = { videoId, token, region, atMs: Date.now(), attempt: 1, taskId, jobIds: [] };
    pipeline.tell(encodeInternalEvent({ type: 'TranscodeJobAcknowledged', ...told }).body);
  }
  await emulator.whenQuiet();
  const reconcile = async (): Promise<string[]> => {
    const found: string[] = [];
    const { checkVideos } = gapFiller({
      ...{ cloud: () => cloud, region: null, ask: (work) => work(), watch: watchList({ silentAfterMs: () => 0 }) },
      report: async ({ body }) => {
        found.push(body.EventType);
        pipeline.tell(body, 'reconciler');
      },
      ...{ platform: { now: Date.now }, log: createLogger('test', 'silent'), tooYoungMs: 0 },
    });
    await checkVideos([...pipeline.videos.values()].map(knownVideo));
    return found;
  };
  return { videos: () => [...pipeline.videos.values()], pipeline, reconcile, lost };
}

describe('the end of a workflow of which nothing was heard', () => {
  it.each<[string, number, object]>([
    ['is found', 0, { status: 'TRANSCODED', errorCode: null, jobs: [{ state: 'DONE', errorCode: null }] }],
    [
      'is found where it failed, with what did',
      1,
      {
        ...{ status: 'SOURCE_READY', errorCode: 'WorkflowFailed', errorMessage: 'failed: Transcode' },
        jobs: [{ state: 'FAILED', errorCode: 'WorkflowFailed', errorMessage: 'failed: Transcode' }],
      },
    ],
  ])('%s, and the late callback is no news', async (_, rate, expected) => {
    const { videos, pipeline, reconcile, lost } = await ended(rate);
    expect(videos().length).toBeGreaterThan(0);
    for (const video of videos()) expect(video.jobs).toMatchObject([{ state: 'ACKNOWLEDGED', workflowId }]);
    const found = await reconcile();
    expect(found.filter((type) => type === 'WorkflowTaskComplete')).toHaveLength(videos().length);
    for (const video of videos()) expect(video).toMatchObject(expected);
    // Asked once.
    expect(await reconcile()).not.toContain('WorkflowTaskComplete');
    const before = videos();
    for (const body of lost) pipeline.callback({ ...body, VideoId: JSON.parse(String(body.TaskInput)).Media });
    const sayings = ({ jobs, status, timeline }: VideoState) => ({ jobs, status, events: timeline.length });
    expect(videos().map(sayings)).toEqual(before.map(sayings));
  });
});

describe('what is asked for', () => {
  const run = { state: 'ACKNOWLEDGED', workflowId: 'w', taskId: 't' };
  const needsWith = (entry: object) => {
    const job = { ...(video.jobs[0] as JobLedgerEntry), ...entry } as JobLedgerEntry;
    const known = knownVideo({ ...video, coverUrl: 'http://a/b.jpg', jobs: [job] });
    return { needs: known.needs, runs: known.runs };
  };
  let video: VideoState;
  beforeAll(async () => {
    const { videos, reconcile } = await ended(0);
    await reconcile();
    video = videos()[0] as VideoState;
  });

  it.each<[string, object, readonly string[]]>([
    ['a run that goes on, by its task', run, ['workflow']],
    ['of a run without a task, or in doubt, what it transcodes', { ...run, taskId: null }, ['transcodes']],
    ['of one in doubt likewise', { ...run, taskId: null, state: 'IN_DOUBT' }, ['transcodes']],
    ['nothing of one that has ended', { ...run, state: 'DONE' }, []],
    ['nothing of one that was refused', { ...run, taskId: null, state: 'FAILED' }, []],
    ['nothing of a transcode', { ...run, workflowId: null }, []],
  ])('%s', (_, entry, needs) => {
    const known = needsWith(entry);
    expect(known.needs).toEqual(needs);
    expect(known.runs).toEqual(needs.includes('workflow') ? [{ taskId: 't', workflowId: 'w' }] : undefined);
  });
});

describe('of a run of the cloud', () => {
  it.each<[string, object, string | undefined]>([
    ['its end is asked for', {}, 'w'],
    ['nothing, once it has ended', { state: 'DONE' }, undefined],
    ['nothing, where it runs no workflow', { workflowId: null }, undefined],
  ])('%s', async (_, entry, cloudWorkflowId) => {
    const { videos, reconcile } = await ended(0);
    await reconcile();
    const [video] = videos() as [VideoState];
    const run = {
      ...(video.jobs[0] as JobLedgerEntry),
      decision: 'CLOUD',
      state: 'DECIDED',
      workflowId: 'w',
      taskId: null,
    };
    const known = knownVideo({ ...video, coverUrl: 'http://a/b.jpg', jobs: [{ ...run, ...entry } as JobLedgerEntry] });
    expect([known.needs, known.cloudWorkflowId]).toEqual([
      cloudWorkflowId === undefined ? [] : ['workflow'],
      cloudWorkflowId,
    ]);
  });
});

describe('what the cloud says of a run', () => {
  const video = { videoId: 'v' };
  const open = { taskId: 't', workflowId: 'w' };
  const detail = (status: string | null, more: Partial<JobDetail> = {}): JobDetail => ({
    ...{ trigger: null, aiJobType: null, status, completedAtMs: Date.UTC(2026, 2, 1) },
    ...{ workflow: { workflowId: 'theirs', activityResults: '{}' }, ...more },
  });

  it.each<[string, JobDetail, object | null]>([
    [
      'it succeeded',
      detail('Succeed'),
      { Status: 'Succeed', TaskId: 't', WorkflowId: 'theirs', ActivityResults: '{}' },
    ],
    ['it failed', detail('Failed'), { Status: 'Failed' }],
    ['it was cancelled', detail('Canceled'), { Status: 'Failed' }],
    ['it goes on', detail('Processing'), null],
    ['nothing that is known', detail(null), null],
    ['not when it ended', detail('Succeed', { completedAtMs: null }), null],
    ['nothing of the workflow', detail('Succeed', { workflow: null }), { WorkflowId: 'w' }],
  ])('%s', (_, run, body) => {
    const found = workflowFound(video, open, run);
    if (body === null) expect(found).toBeNull();
    else expect(found).toMatchObject({ eventName: 'WorkflowTaskComplete t', body: { VideoId: 'v', ...body } });
  });

  it('results that are longer than any are left out', () => {
    const results = (length: number) => ({ workflow: { workflowId: 'w', activityResults: 'x'.repeat(length) } });
    expect(workflowFound(video, open, detail('Failed', results(50_000)))?.body).toHaveProperty('ActivityResults');
    expect(workflowFound(video, open, detail('Failed', results(50_001)))?.body).not.toHaveProperty('ActivityResults');
  });
});

describe('what the cloud shows of a run of its own, whose task nobody knows', () => {
  const known = { cloudWorkflowId: 'w', reported: new Set<string>() };
  const task = (change: object = {}) =>
    ({
      ...{ outcome: 'succeeded', completedAtMs: Date.UTC(2026, 2, 1), jobs: [], odd: [] },
      ...change,
    }) as unknown as TranscodeTask;
  const later = task({ completedAtMs: Date.UTC(2026, 2, 2) });
  const found = (
    tasks: readonly TranscodeTask[],
    status = 'Normal',
    who: Parameters<typeof cloudRunFound>[0] = known,
  ) => cloudRunFound(who, { videoId: 'v', status }, tasks)?.body;

  it('is its end, once the video rests and all of its transcodes have ended', () => {
    const body = {
      EventType: 'ReconcilerObservation',
      EventTime: '2026-03-02T00:00:00Z',
      VideoId: 'v',
      WorkflowId: 'w',
    };
    expect(found([later, task()])).toEqual(body);
    for (const status of ['TranscodeFail', 'Blocked']) expect(found([later, task()], status)).toEqual(body);
    expect(found([task({ outcome: 'failed' }), later])).toEqual(body);
  });

  it.each<[string, object | undefined]>([
    ['while one runs', found([later, task({ outcome: 'processing' })])],
    ['while one has no time', found([later, task({ completedAtMs: null })])],
    ['while one of its jobs can not be read', found([later, task({ odd: [{}] })])],
    ['where it transcodes nothing', found([])],
    ['while the video is at work', found([later], 'Transcoding')],
    ['where it runs none', found([later], 'Normal', { reported: new Set() })],
    ['twice', found([later], 'Normal', { ...known, reported: new Set(['ReconcilerObservation WorkflowId']) })],
  ])('is nothing %s', (_, body) => {
    expect(body).toBeUndefined();
  });
});
