/** A workflow is started once, or nobody is told that it was (cloud facts 3.3.9). */
import { describe, expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { CloudFault, cloudClient, type FaultKind, fixedCredentials } from '../../../connectors/vod/index.ts';
import { workflowIds } from '../../../emulator/index.ts';
import { encodeInternalEvent } from '../../../processors/callback/index.ts';
import { defaultStepRules } from '../../../services/jobs/step-jobs.ts';
import { workflowJobs } from '../../../services/jobs/workflow-jobs.ts';
import { calmEmulator, stopAfterTest } from '../../emulator/world.ts';
import { quickPlatform } from './crash-world.ts';

type Cloud = Parameters<typeof workflowJobs>[0]['cloudOf'] extends (region: null) => infer C ? C : never;
const platform = quickPlatform(() => 0.5, 1000);

async function workOff(cloud: Cloud, job: { readonly videoId?: string; readonly plannedAt?: number } = {}, more = {}) {
  const reported: string[] = [];
  const submitting = callLimiter({ perSecond: 50, atOnce: 1 }, platform);
  const start = workflowJobs({ cloudOf: () => cloud, submitting, rules: defaultStepRules, platform });
  const command = { token: 'l2v-1', videoId: 'v1', generation: 0, plannedAt: platform.now(), region: null, ...job };
  const ending = await start(command, { workflowId: workflowIds.byHand }).work({
    mayHaveStarted: false,
    signal: new AbortController().signal,
    pause: (ms) => platform.sleep(ms),
    crowded: () => false,
    report: (event) => Promise.resolve(void reported.push(event.type)),
    ...more,
  });
  return { ending, reported };
}

/** Answers with these faults, one after the other, then with a task. */
function scripted(...faults: readonly FaultKind[]) {
  let calls = 0;
  const submitWorkflowJob: Cloud['submitWorkflowJob'] = async () => {
    const kind = faults[calls++];
    if (kind === undefined) return { taskId: 't1' };
    throw new CloudFault({ kind, code: `Of.${kind}`, action: 'SubmitWorkflowJob', message: kind });
  };
  return { cloud: { submitWorkflowJob }, calls: () => calls };
}

describe('a workflow', () => {
  it.each<[string, readonly FaultKind[], string, number]>([
    ['is taken', [], 'acknowledged', 1],
    ['is tried again where nothing was done', ['throttled', 'retryable', 'lagging'], 'acknowledged', 4],
    ['is refused for good', ['terminal'], 'failed', 1],
    ['is not repeated where it may have been started', ['ambiguous'], 'in-doubt', 1],
    ['is not repeated where the cloud speaks of a repeat', ['already-submitted'], 'in-doubt', 1],
    ['is not repeated though it was refused before', ['throttled', 'ambiguous'], 'in-doubt', 2],
  ])('%s', async (_, faults, result, calls) => {
    const world = scripted(...faults);
    const { ending, reported } = await workOff(world.cloud);
    expect(ending).toMatchObject({ result, event: { attempt: calls, token: 'l2v-1' } });
    expect(world.calls()).toBe(calls);
    expect(reported).toEqual(calls > 1 ? ['TranscodeJobSubmitted'] : []);
  });

  it('is not called where another runner may have called', async () => {
    const world = scripted();
    const { ending } = await workOff(world.cloud, {}, { mayHaveStarted: true });
    expect(ending).toMatchObject({ result: 'in-doubt', event: { errorCode: 'MayHaveStarted' } });
    expect(world.calls()).toBe(0);
  });

  it('is given up once it is old and was refused often, or the video stays in a wrong status', async () => {
    const often = scripted(...Array.from({ length: 50 }, () => 'retryable' as const));
    const old = { plannedAt: platform.now() - defaultStepRules.giveUpAfterMs - 1 };
    expect((await workOff(often.cloud, old)).ending.result).toBe('failed');
    expect(often.calls()).toBe(defaultStepRules.triesBeforeGivingUp);
    const lags = scripted(...Array.from({ length: 500 }, () => 'lagging' as const));
    expect((await workOff(lags.cloud)).ending.result).toBe('failed');
  });

  it('whose task the cloud does not name is acknowledged without', async () => {
    const { ending } = await workOff({ submitWorkflowJob: async () => ({ taskId: null }) });
    expect(encodeInternalEvent(ending.event).body).not.toHaveProperty('TranscodeTaskId');
    expect(ending.result).toBe('acknowledged');
  });

  it('is run by the emulator at most once a job, and is in doubt where its answer was lost', async () => {
    const emulator = await calmEmulator({ seed: 5 });
    const cloud = cloudClient({
      vodEndpoint: emulator.url,
      liveEndpoint: emulator.url,
      credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
      timeoutMs: 300,
    });
    stopAfterTest(async () => cloud.close());
    const videoIds = Array.from({ length: 24 }, () => emulator.addVideo());
    await emulator.whenQuiet();
    emulator.turn({ errorRate: 0.2, lateErrorRate: 0.2, lostAnswerRate: 0.2, silenceRate: 0.05, silenceMs: 400 });
    const endings = await Promise.all(videoIds.map(async (videoId) => (await workOff(cloud, { videoId })).ending));
    await emulator.whenQuiet();
    const { workflows } = emulator.ledger();
    const results = new Set(endings.map(({ result }) => result));
    expect(results).toEqual(new Set(['acknowledged', 'in-doubt']));
    for (const [index, videoId] of videoIds.entries()) {
      const runs = workflows.filter((one) => one.videoId === videoId);
      const { result, event } = endings[index] as (typeof endings)[number];
      expect(runs.length).toBeLessThanOrEqual(1);
      if (result === 'acknowledged') expect(event).toMatchObject({ taskId: runs[0]?.taskId });
    }
  });
});
