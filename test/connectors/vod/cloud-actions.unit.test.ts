import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, cloudClient, fixedCredentials, type VodCloud } from '../../../connectors/vod/index.ts';
import { type Emulator, type LedgerVideo, startEmulator, templateGroupIds } from '../../../emulator/index.ts';
import { applyRecording } from '../../../services/recording/apply.ts';
import { planRecording } from '../../../services/recording/plan.ts';
import type { RetriedCall } from '../../../services/recording/retried-calls.ts';
import { readRecordingSetup } from '../../../services/recording/wanted.ts';
import { eventually } from '../../support/eventually.ts';

/** Every action of the client against the emulated cloud, which checks signatures, parameters and statuses. */
const sts: Credentials = { accessKeyId: 'STS.id', accessKeySecret: 'sts-secret', securityToken: 'sts-token+/=' };

let emulator: Emulator;
let cloud: VodCloud;
let ready: LedgerVideo;
let transcoded: LedgerVideo;

function clientWith(credentials: Credentials): VodCloud {
  const { url } = emulator;
  return cloudClient({ vodEndpoint: url, liveEndpoint: url, credentials: fixedCredentials(credentials) });
}

beforeAll(async () => {
  emulator = await startEmulator({ port: 0, seed: 1, accessKeys: [sts as Required<Credentials>] });
  cloud = clientWith(sts);
  emulator.play({ practices: ['1', '2'], shows: 1, compression: 1e9 });
  await emulator.whenQuiet();
  const { videos } = emulator.ledger();
  const found = (practice: string) => videos.find((video) => video.practice === practice) ?? expect.fail(practice);
  ready = found('2');
  transcoded = found('1');
});

afterAll(async () => {
  cloud.close();
  await emulator.stop();
});

describe('transcoding', () => {
  it('submits, lists and describes a task; a repeat is refused as such', async () => {
    const request = {
      videoId: ready.videoId,
      templateGroupId: templateGroupIds.byHand,
      sessionId: 'token-1',
      priority: 9,
    };
    const { taskId, jobIds } = await cloud.submitTranscodeJobs(request);
    expect(jobIds.length).toBeGreaterThan(0);
    await expect(cloud.submitTranscodeJobs(request)).rejects.toMatchObject({ kind: 'already-submitted' });
    const { rows: listed } = await cloud.listTranscodeTask({ videoId: ready.videoId });
    expect(listed).toMatchObject([{ taskId, trigger: 'Manual', templateGroupId: templateGroupIds.byHand }]);
    const task = await cloud.getTranscodeTask({ taskId });
    expect(task.jobs.map((job) => job.jobId)).toEqual(jobIds);
  });

  it('tells what is wrong', async () => {
    const request = { videoId: 'nothing', templateGroupId: templateGroupIds.byHand, sessionId: 'token-2' };
    await expect(cloud.submitTranscodeJobs(request)).rejects.toMatchObject({
      kind: 'terminal',
      code: 'InvalidVideo.NotFound',
    });
    const unknownGroup = { videoId: transcoded.videoId, templateGroupId: 'nothing', sessionId: 'token-3' };
    await expect(cloud.submitTranscodeJobs(unknownGroup)).rejects.toMatchObject({ code: 'NoSuchResource' });
    await expect(cloud.getTranscodeTask({ taskId: 'nothing' })).rejects.toMatchObject({ code: 'NoSuchResource' });
  });
});

describe('media', () => {
  it('describes videos, and says which do not exist', async () => {
    const info = await cloud.getVideoInfo({ videoId: transcoded.videoId });
    expect(info).toMatchObject({ status: 'Normal', sizeBytes: transcoded.sizeBytes, coverUrl: transcoded.coverUrl });
    const many = Array.from({ length: 45 }, (_, n) => `nothing-${n}`);
    const found = await cloud.getVideoInfos({ videoIds: [...many, transcoded.videoId] });
    expect(found.videos.map((video) => video.videoId)).toEqual([transcoded.videoId]);
    expect(found.missing).toEqual(many);
  });

  it('lists recordings by their time, and the streams of a playable video', async () => {
    const { stream, recording } = transcoded;
    if (!stream || !recording) return expect.fail('no recording');
    const window = { recordedFromMs: recording.startTime, recordedToMs: recording.endTime, page: 1, pageSize: 10 };
    const listed = await cloud.listLiveRecordVideo({ ...stream, ...window });
    const [row] = listed.recordings.filter((one) => one.video?.videoId === transcoded.videoId);
    expect(row).toMatchObject({ ...stream, recordStartMs: recording.startTime, recordEndMs: recording.endTime });
    const { streams } = await cloud.getPlayInfo({ videoId: transcoded.videoId });
    const good = transcoded.renditions.filter((rendition) => rendition.status === 'SUCCESS');
    expect(new Set(streams.map((one) => one.jobId))).toEqual(new Set(good.map((one) => one.jobId)));
    expect(streams.every((one) => one.encrypted === false && one.bitrateKbps !== null)).toBe(true);
  });

  it('says that a video is not playable yet as lagging', async () => {
    const fresh = emulator
      .ledger()
      .videos.filter((video) => video.practice === '2')
      .at(-1);
    if (!fresh || fresh.videoId === ready.videoId) return expect.fail('one video of practice 2 is not enough');
    await expect(cloud.getPlayInfo({ videoId: fresh.videoId })).rejects.toMatchObject({ kind: 'lagging' });
  });

  it('produces a composition and finds it by its title', async () => {
    const title = 'show [token-compose]';
    const { mediaId } = await cloud.produceEditingProjectVideo({ title, parts: [{ mediaId: transcoded.videoId }] });
    const { media } = await cloud.searchMedia({ match: "Title = 'token-compose'" });
    expect(media).toMatchObject([{ mediaId, title }]);
  });

  it('starts a snapshot and an audit', async () => {
    const { videoId } = transcoded;
    expect((await cloud.submitSnapshotJob({ videoId, offsetMs: 5_000 })).jobId).toBeTruthy();
    expect((await cloud.submitAiMediaAuditJob({ mediaId: videoId })).jobId).toBeTruthy();
  });

  it('sets a cover, and finds the pictures of a snapshot', async () => {
    const { videoId } = transcoded;
    const { jobId } = await cloud.submitSnapshotJob({ videoId });
    await eventually(async () => {
      const pictures = await cloud.listSnapshots({ videoId, snapshotType: 'NormalSnapshot' });
      expect(pictures).toMatchObject({ jobId, regular: expect.stringContaining('{SnapshotCount}') });
      return true;
    });
    const coverUrl = 'http://media.example.com/chosen.jpg';
    await cloud.updateVideoInfo({ videoId, coverUrl });
    expect((await cloud.getVideoInfos({ videoIds: [videoId] })).videos).toMatchObject([{ coverUrl }]);
  });

  it('lists these jobs next to the cloud’s own, and says who started which', async () => {
    const { videoId } = transcoded;
    const { jobId } = await cloud.submitSnapshotJob({ videoId });
    const { rows: listed } = await cloud.listJobs({ mediaId: videoId, jobType: 'snapshot' });
    expect(listed).toContainEqual({ jobId, status: expect.any(String), createdAtMs: expect.any(Number) });
    const details = await Promise.all(listed.map((one) => cloud.getJob({ jobId: one.jobId, jobType: 'snapshot' })));
    expect(new Set(details.map((one) => one.trigger))).toEqual(new Set(['Auto', 'Manual']));

    const audit = await cloud.submitAiMediaAuditJob({ mediaId: ready.videoId });
    expect(await cloud.listJobs({ mediaId: ready.videoId, jobType: 'ai' })).toMatchObject({
      rows: [{ jobId: audit.jobId }],
    });
    expect(await cloud.getJob({ jobId: audit.jobId, jobType: 'ai' })).toMatchObject({
      trigger: 'Manual',
      aiJobType: 'AIMediaAudit',
    });
    await emulator.whenQuiet();
    expect(await cloud.getJob({ jobId: audit.jobId, jobType: 'ai' })).toMatchObject({
      status: 'success',
      completedAtMs: expect.any(Number),
    });
    const { suggestion } = await cloud.getMediaAuditResult({ mediaId: ready.videoId });
    expect(['pass', 'review', 'block']).toContain(suggestion);
    await expect(cloud.getJob({ jobId: 'none', jobType: 'ai' })).rejects.toMatchObject({ kind: 'terminal' });
  });

  it('starts DNA and tags, each a job of its own, and gets what they found', async () => {
    const mediaId = transcoded.videoId;
    expect(await cloud.getMediaDnaResult({ mediaId })).toBeNull();
    expect(await cloud.getAiVideoTagResult({ mediaId })).toBeNull();
    const dna = await cloud.submitAiJob({ mediaId, type: 'AIMediaDNA', config: { DNADBId: 'ours' } });
    const tags = await cloud.submitAiJob({ mediaId, type: 'AIVideoTag', config: { AnalyseTypes: 'ASR,OCR' } });
    for (const [{ jobId }, aiJobType] of [
      [dna, 'AIMediaDNA'],
      [tags, 'AIVideoTag'],
    ] as const)
      expect(await cloud.getJob({ jobId, jobType: 'ai' })).toMatchObject({ trigger: 'Manual', aiJobType });
    await emulator.whenQuiet();
    const { rows } = await cloud.listAiJobs({ jobIds: [dna.jobId, tags.jobId, 'none'] });
    expect(new Set(rows.map(({ jobId }) => jobId))).toEqual(new Set([dna.jobId, tags.jobId]));
    for (const row of rows) expect(row).toMatchObject({ status: 'success', completedAtMs: expect.any(Number) });
    const known = emulator.ledger().videos.find(({ videoId }) => videoId === mediaId);
    expect(await cloud.getMediaDnaResult({ mediaId })).toEqual([]);
    const found = await cloud.getAiVideoTagResult({ mediaId });
    const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
    expect(found?.map(({ category, name, times }) => ({ category, name, seen: times.length })).sort(byName)).toEqual(
      known?.tags?.toSorted(byName),
    );
    for (const { times } of found ?? []) for (const one of times) expect(one).toMatch(/^\d+$/);
    await expect(cloud.submitAiJob({ mediaId: 'none', type: 'AIVideoTag' })).rejects.toMatchObject({
      kind: 'terminal',
    });
  });
});

describe('set-up', () => {
  const retried: RetriedCall = (call) => call();

  it('is planned, applied, then as wanted, and can be deleted', async () => {
    const read = readRecordingSetup({
      templateGroups: { storeOnly: templateGroupIds.storeOnly, composeOnly: templateGroupIds.composeOnly },
      configs: [
        {
          domain: 'new.example.com',
          app: 'live',
          segments: 'store-only',
          composed: 'compose-only',
          cycleSeconds: 1800,
        },
        { domain: 'new.example.com', app: 'live', stream: 'final', segments: templateGroupIds.recording },
      ],
      callback: {
        url: 'https://ingress.example.com/callbacks/vod',
        events: ['FileUploadComplete', 'TranscodeComplete'],
      },
    });
    if (!read.ok) return expect.fail(JSON.stringify(read.problems));
    const plan = await planRecording(cloud, read.setup, 'AbcDef123', retried);
    expect(plan.changes.map((change) => change.kind)).toEqual(['add', 'add']);
    const applied: string[] = [];
    await applyRecording(cloud, plan, retried, ({ what, name }) => applied.push(`${what} ${name}`));
    expect(applied.length).toBe(3);
    const again = await planRecording(cloud, read.setup, 'AbcDef123', retried);
    expect(again.changes.map((change) => change.kind)).toEqual(['keep', 'keep']);
    expect(again.callback?.differences).toEqual([]);

    const [first] = read.setup.configs;
    if (!first) return expect.fail('no configuration');
    await cloud.deleteLiveRecordVodConfig(first);
    const { rows: left } = await cloud.describeLiveRecordVodConfigs({ domainName: 'new.example.com' });
    expect(left.map((config) => config.streamName)).toEqual(['final']);
    await expect(cloud.deleteLiveRecordVodConfig(first)).rejects.toMatchObject({ kind: 'terminal' });
  });
});

describe('credentials', () => {
  it('of somebody else, without the token or with a wrong secret concern the whole account', async () => {
    const { accessKeyId, accessKeySecret } = sts;
    const wrong: Credentials[] = [
      { accessKeyId: 'nobody', accessKeySecret },
      { accessKeyId, accessKeySecret },
      { ...sts, accessKeySecret: 'wrong-secret' },
    ];
    for (const credentials of wrong) {
      const client = clientWith(credentials);
      const fault = await client.getVideoInfo({ videoId: ready.videoId }).catch((error: unknown) => error);
      client.close();
      expect(fault).toMatchObject({ kind: 'retryable', accountWide: true });
      expect(`${(fault as Error).stack}${JSON.stringify(fault)}`).not.toMatch(
        /wrong-secret|sts-secret|sts-token|STS\.id/,
      );
    }
  });
});
