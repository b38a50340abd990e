/**
 * The answer of an order is lost, and in the list that would show whether it worked a row can't be read. It may be ours: a second
 * order would cost money.
 */
import { expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { CloudFault, type FoundMedia, type OddRow, type TranscodeTaskSummary } from '../../../connectors/vod/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import { defaultComposeRules } from '../../../services/jobs/compose-attempt.ts';
import { composeJobs } from '../../../services/jobs/compose-jobs.ts';
import type { Job, JobEnding } from '../../../services/jobs/job-kind.ts';
import { defaultStepRules, stepJobs } from '../../../services/jobs/step-jobs.ts';
import { transcodeJobs } from '../../../services/jobs/transcode-jobs.ts';
import { defaultAttemptRules } from '../../../services/jobs/transcode-plan.ts';
import { jumpingPlatform } from './crash-world.ts';

const startMs = Date.UTC(2026, 2, 1, 10);
const platform = jumpingPlatform(() => 0.5, startMs);
const limits = {
  submitting: callLimiter({ perSecond: 25, atOnce: 4 }, platform),
  asking: callLimiter({ perSecond: 50, atOnce: 4 }, platform),
};
const odd: readonly OddRow[] = [{ id: null, problem: 'JobId' }];
const command = { token: 'token-1', videoId: 'v', generation: 0, plannedAt: startMs, region: null };

function world() {
  let orders = 0;
  const order = (): Promise<never> => {
    orders += 1;
    const message = 'no answer came';
    return Promise.reject(new CloudFault({ kind: 'ambiguous', code: 'RequestTimeout', action: 'Order', message }));
  };
  return { order, orders: () => orders };
}

const work = (job: Job, mayHaveStarted = false): Promise<JobEnding> =>
  job.work({
    mayHaveStarted,
    signal: new AbortController().signal,
    pause: (ms) => platform.sleep(ms),
    crowded: () => false,
    report: () => Promise.resolve(),
  });

function transcode(order: () => Promise<never>, rows: readonly TranscodeTaskSummary[]): Promise<JobEnding> {
  const cloud = {
    submitTranscodeJobs: order,
    listTranscodeTask: () => Promise.resolve({ rows, odd }),
    getTranscodeTask: ({ taskId }: { taskId: string }) =>
      Promise.resolve({ ...task, taskId, jobs: [], odd: [{ id: 'j1', problem: 'OutputFile' }] }),
  };
  const jobs = transcodeJobs({ cloudOf: () => cloud, ...limits, rules: defaultAttemptRules, platform });
  return work(jobs(command, { templateGroupId: 'g', priority: null }));
}

const task: TranscodeTaskSummary = {
  taskId: 't',
  videoId: 'v',
  templateGroupId: 'g',
  trigger: 'Manual',
  outcome: 'processing',
  createdAtMs: startMs,
  completedAtMs: null,
};

function compose(order: () => Promise<never>, media: readonly FoundMedia[]): Promise<JobEnding> {
  const jobs = composeJobs({
    codec: { decode: (bytes) => JSON.parse(String(bytes)) as ComposeJob },
    cloudOf: () => ({
      produceEditingProjectVideo: order,
      searchMedia: () => Promise.resolve({ total: 1, media, odd }),
    }),
    storageLocationOf: () => null,
    ...limits,
    rules: defaultComposeRules,
    platform,
  });
  const job: ComposeJob = {
    ...{ token: 'token-1', sessionId: 's', videoIds: ['a', 'b'], templateGroupId: null, region: null, generation: 0 },
    ...{ stream: { domainName: 'd', appName: 'a', streamName: 's' }, plannedAt: startMs, clip: null },
  };
  return Promise.resolve(jobs.read(Buffer.from(JSON.stringify(job)))).then((job) => work(job));
}

function audit(order: () => Promise<never>, rows: readonly { jobId: string }[]): Promise<JobEnding> {
  const cloud = {
    submitAiMediaAuditJob: order,
    submitSnapshotJob: order,
    submitAiJob: order,
    updateVideoInfo: () => Promise.reject(new Error('no cover')),
    listJobs: () =>
      Promise.resolve({ rows: rows.map(({ jobId }) => ({ jobId, status: null, createdAtMs: startMs })), odd }),
    getJob: () =>
      Promise.resolve({
        trigger: 'Manual',
        aiJobType: 'AIVideoCensor',
        status: null,
        completedAtMs: null,
        workflow: null,
      }),
  };
  const jobs = stepJobs({ cloudOf: () => cloud, ...limits, rules: defaultStepRules, platform });
  return work(jobs(command, { kind: 'AUDIT', templateId: null }));
}

it.each([
  ['transcode', transcode],
  ['composition', compose],
  ['audit', audit],
] as const)('a %s is not ordered twice, and a person is told', async (_what, of) => {
  const { order, orders } = world();
  expect(await of(order, [])).toMatchObject({ result: 'in-doubt' });
  expect(orders()).toBe(1);
});

it.each([
  ['that tells no type', 'in-doubt', { trigger: 'Manual', aiJobType: null }],
  ['of an unknown type', 'in-doubt', { trigger: 'Manual', aiJobType: 'AIFingerprint' }],
  ['that doesn’t tell who started it', 'in-doubt', { trigger: null, aiJobType: 'AIMediaDNA' }],
  ['of another type', 'acknowledged', { trigger: 'Manual', aiJobType: 'AIVideoTag' }],
  ['of the cloud’s own', 'acknowledged', { trigger: 'Auto', aiJobType: null }],
] as const)('beside a job %s, that of another runner may be there: DNA is %s', async (_what, result, told) => {
  const cloud = {
    submitAiMediaAuditJob: () => Promise.reject(new Error('no audit')),
    submitSnapshotJob: () => Promise.reject(new Error('no snapshot')),
    updateVideoInfo: () => Promise.reject(new Error('no cover')),
    submitAiJob: () => Promise.resolve({ jobId: 'ours' }),
    listJobs: () => Promise.resolve({ rows: [{ jobId: 'j', status: null, createdAtMs: startMs }], odd: [] }),
    getJob: () => Promise.resolve({ ...told, status: null, completedAtMs: null, workflow: null }),
  };
  const jobs = stepJobs({ cloudOf: () => cloud, ...limits, rules: defaultStepRules, platform });
  expect(await work(jobs(command, { kind: 'DNA', dnaDbId: null }), true)).toMatchObject({ result });
});

it('ours is found beside a row that can’t be read', async () => {
  const transcoding = world();
  expect(await transcode(transcoding.order, [task])).toMatchObject({
    result: 'acknowledged',
    event: { taskId: 't', jobIds: ['j1'] },
  });
  expect(transcoding.orders()).toBe(1);
  const auditing = world();
  expect(await audit(auditing.order, [{ jobId: 'ours' }])).toMatchObject({ result: 'acknowledged' });
  expect(auditing.orders()).toBe(1);
});
