/** What the cloud refuses to the whole account, a right or a service that wasn't opened, stops no job of another kind. */
import { expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { CloudFault } from '../../../connectors/vod/index.ts';
import { orderFields, type StepOrder } from '../../../processors/video/index.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { orderedJobs } from '../../../services/jobs/ordered-jobs.ts';
import { defaultStepRules, stepJobs } from '../../../services/jobs/step-jobs.ts';
import { transcodeJobs } from '../../../services/jobs/transcode-jobs.ts';
import { defaultAttemptRules } from '../../../services/jobs/transcode-plan.ts';
import { workflowJobs } from '../../../services/jobs/workflow-jobs.ts';
import { crashWorld, jumpingPlatform, untilDone } from './crash-world.ts';

const startMs = Date.UTC(2026, 2, 1, 10);
const minute = 60_000;

const steps = {
  DNA: { kind: 'DNA', dnaDbId: null },
  AUDIT: { kind: 'AUDIT', templateId: null },
  SNAPSHOT: { kind: 'SNAPSHOT', templateId: null, offsetMs: null },
} as const;

function command(videoId: string, order: Parameters<typeof orderFields>[0]): TranscodeJob {
  const plan = { purpose: 'SEGMENT', generation: 0, plannedAt: startMs, stream: null, region: null } as const;
  return { token: `${order.kind}-${videoId}`, videoId, ...plan, ...orderFields(order) };
}

/** A cloud that refuses steps to the account, and the runner's reader. */
function refusing(giveUpAfterMs = defaultStepRules.giveUpAfterMs) {
  const platform = jumpingPlatform(() => 0.5, startMs);
  const called: { readonly what: string; readonly afterMs: number }[] = [];
  const refuse = (action: string) => () => {
    called.push({ what: action, afterMs: platform.now() - startMs });
    const message = 'User not authorized to operate on the specified resource.';
    const fault = { kind: 'retryable', code: 'Forbidden.RAM', action, message, accountWide: true } as const;
    return Promise.reject(new CloudFault(fault));
  };
  const none = () => Promise.reject(new Error('not called here'));
  const cloud = {
    submitAiJob: refuse('step'),
    submitAiMediaAuditJob: refuse('step'),
    submitSnapshotJob: refuse('step'),
    updateVideoInfo: none,
    listJobs: () => Promise.resolve({ rows: [], odd: [] }),
    getJob: none,
    submitTranscodeJobs: () => {
      called.push({ what: 'transcode', afterMs: platform.now() - startMs });
      return Promise.resolve({ taskId: 't', jobIds: ['j'] });
    },
    listTranscodeTask: () => Promise.resolve({ rows: [], odd: [] }),
    getTranscodeTask: none,
    submitWorkflowJob: none,
  };
  const shared = {
    cloudOf: () => cloud,
    submitting: callLimiter({ perSecond: 25, atOnce: 4 }, platform),
    asking: callLimiter({ perSecond: 50, atOnce: 4 }, platform),
    platform,
  };
  const reader = orderedJobs({
    codec: { decode: (bytes: Buffer) => JSON.parse(String(bytes)) as TranscodeJob },
    transcode: transcodeJobs({ ...shared, rules: defaultAttemptRules }),
    step: stepJobs({ ...shared, rules: { ...defaultStepRules, giveUpAfterMs } }),
    workflow: workflowJobs({ ...shared, rules: defaultStepRules }),
  });
  return { reader, platform, called };
}

/** Steps that the account may not order, and behind them one transcode that it may. */
async function play(order: StepOrder, count: number, maxJobs: number) {
  // So that no day has to pass.
  const { reader, platform, called } = refusing(5 * minute);
  const refused = Array.from({ length: count }, (_, n) => command(`v${n}`, order));
  const good = command('good', { kind: 'TRANSCODE', templateGroupId: 'g', priority: null });
  const keyed = [...refused, good].map((value) => ({ key: value.videoId, value }));
  // All were written after the first runner came, so nothing is looked for.
  const world = crashWorld(
    keyed,
    keyed.map(() => startMs + minute),
  );
  expect(await world.live({ platform, ...untilDone, reader: () => reader, maxJobs })).toBe('done');
  const told = world.published
    .filter(({ topic }) => topic === 'callbacks')
    .map(({ value }) => JSON.parse(String(value)) as Readonly<Record<string, unknown>>);
  return {
    transcodedAfterMs: called.find(({ what }) => what === 'transcode')?.afterMs ?? Number.POSITIVE_INFINITY,
    told,
  };
}

it.each(['DNA', 'AUDIT', 'SNAPSHOT'] as const)(
  '%s jobs that are refused leave their places to others',
  async (kind) => {
    const { transcodedAfterMs, told } = await play(steps[kind], 6, 6);
    expect(transcodedAfterMs).toBeLessThan(2 * minute);
    expect(told.filter(({ EventType }) => EventType === 'StepJobFailed')).toHaveLength(6);
  },
);

it.each(['DNA', 'SNAPSHOT'] as const)(
  '%s jobs that are refused give up where so many wait that others can’t be taken',
  async (kind) => {
    const { transcodedAfterMs, told } = await play(steps[kind], 200, 6);
    expect(transcodedAfterMs).toBeLessThan(3 * minute);
    const failed = { EventType: 'StepJobFailed', ErrorCode: 'Forbidden.RAM' };
    expect(told.filter(({ Step }) => Step === kind)).toEqual(Array(200).fill(expect.objectContaining(failed)));
  },
);

it('an analysis that is refused has failed after an hour, an audit after a day; the cloud is asked twice a minute', async () => {
  const ended = async (order: StepOrder) => {
    const { reader, platform, called } = refusing();
    const job = await reader.read(Buffer.from(JSON.stringify(command('v', order))));
    const pause = (ms: number) => platform.sleep(ms);
    const signal = new AbortController().signal;
    const report = () => Promise.resolve();
    const { result } = await job.work({ mayHaveStarted: false, signal, pause, crowded: () => false, report });
    expect(result).toBe('failed');
    const hours = (platform.now() - startMs) / (60 * minute);
    expect(called.length).toBeLessThan(hours * 121);
    return Math.floor(hours);
  };
  expect(await ended(steps.DNA)).toBe(1);
  expect(await ended(steps.AUDIT)).toBe(24);
});
