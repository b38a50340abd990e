/** Whenever a runner dies: no workflow runs twice, and of each somebody is told (cloud facts 3.3.9: no repeat is refused). */
import { describe, expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { CloudFault, type FaultKind, type Production } from '../../../connectors/vod/index.ts';
import { type Rng, seeded } from '../../../emulator/random.ts';
import { orderFields } from '../../../processors/video/index.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import type { JobReader } from '../../../services/jobs/job-kind.ts';
import { orderedJobs } from '../../../services/jobs/ordered-jobs.ts';
import { defaultStepRules } from '../../../services/jobs/step-jobs.ts';
import { type WorkflowJobsOptions, workflowJobs } from '../../../services/jobs/workflow-jobs.ts';
import { type CrashPoint, crashWorld, jumpingPlatform, randomEnd, schedulesToPlay, untilDone } from './crash-world.ts';

const startMs = Date.UTC(2026, 2, 1, 10);
const { runs: schedules, seed } = schedulesToPlay(200);

/** Runs every workflow that it is asked for, however often; a fault comes before it does or after. */
function exactWorkflows(rng: Rng, faultRate: number) {
  const started: string[] = [];
  const trouble = (kinds: readonly FaultKind[]) => {
    if (!rng.chance(faultRate)) return;
    const kind = kinds[rng.int(0, kinds.length - 1)] ?? 'retryable';
    throw new CloudFault({ kind, code: `Scripted.${kind}`, action: 'SubmitWorkflowJob', message: 'as scripted' });
  };
  const asSeenBy = (crashPoint: CrashPoint): Pick<Production, 'submitWorkflowJob'> => ({
    async submitWorkflowJob({ mediaId }) {
      await crashPoint();
      trouble(['throttled', 'retryable', 'lagging', 'ambiguous', 'terminal', 'terminal']);
      const taskId = `task-${started.length}`;
      started.push(mediaId);
      await crashPoint();
      trouble(['ambiguous']);
      return { taskId };
    },
  });
  return { started, asSeenBy };
}

function readerOf(options: WorkflowJobsOptions): JobReader {
  const other = (): never => {
    throw new Error('only workflows are played here');
  };
  const codec = { decode: (bytes: Buffer) => JSON.parse(String(bytes)) as TranscodeJob };
  return orderedJobs({ codec, workflow: workflowJobs(options), transcode: other, step: other });
}

function plannedJob(videoId: string): TranscodeJob {
  return {
    ...{ token: `token-${videoId}`, videoId, purpose: 'SEGMENT', generation: 0, plannedAt: startMs },
    ...orderFields({ kind: 'WORKFLOW', workflowId: 'w' }),
    ...{ stream: null, region: null },
  };
}

type Told = {
  readonly EventType: string;
  readonly VideoId: string;
  readonly TranscodeTaskId?: string;
  readonly ErrorCode?: string;
};

async function playSchedule(schedule: number) {
  const rng = seeded(seed, 'workflows', schedule);
  const platform = jumpingPlatform(rng.float, startMs);
  const cloud = exactWorkflows(rng, rng.between(0, 0.5));
  const videoIds = Array.from({ length: rng.int(1, 8) }, (_, n) => `video-${n}`);
  // Around the moment from which on a first runner knows that nobody has called for them, and close together, so that lives
  // often end amid them.
  const burstMs = startMs + rng.between(25_000, 45_000);
  const writtenAtMs = videoIds.map(() => burstMs + rng.between(0, 2_000)).toSorted((a, b) => a - b);
  const world = crashWorld(
    videoIds.map((videoId) => ({ key: videoId, value: plannedJob(videoId) })),
    writtenAtMs,
  );
  const lives = rng.int(0, 5);
  let endings = 0;
  for (let life = 0; life <= lives; life++) {
    const ended = await world.live({
      platform,
      ...(life < lives ? randomEnd(rng, 240) : untilDone),
      maxJobs: rng.int(1, 12),
      reader: (crashPoint) =>
        readerOf({
          cloudOf: () => cloud.asSeenBy(crashPoint),
          submitting: callLimiter({ perSecond: 25, atOnce: rng.int(1, 4) }, platform),
          rules: defaultStepRules,
          platform,
        }),
    });
    if (ended === 'done') break;
    endings++;
  }
  const told = world.published
    .filter((record) => record.topic === 'callbacks')
    .map((record) => JSON.parse(Buffer.from(record.value ?? '').toString()) as Told)
    .filter(({ EventType }) => EventType !== 'TranscodeJobSubmitted');
  return { videoIds, started: cloud.started, told, endings };
}

describe(`${schedules} schedules of crashes, stops and faults, seed ${seed}`, () => {
  it('run no workflow twice, and tell of each how it stands', { timeout: 90_000 + schedules * 200 }, async () => {
    const results = new Map<string, number>();
    let doubtedRuns = 0;
    let ends = 0;
    for (let schedule = 0; schedule < schedules; schedule++) {
      const { videoIds, started, told, endings } = await playSchedule(schedule);
      ends += endings;
      for (const videoId of videoIds) {
        const where = `schedule ${schedule}, ${videoId}`;
        const about = told.filter((event) => event.VideoId === videoId);
        expect(about.length, where).toBeGreaterThan(0);
        const ran = started.filter((one) => one === videoId).length;
        expect(ran, where).toBeLessThanOrEqual(1);
        for (const { EventType, TranscodeTaskId, ErrorCode } of about) {
          results.set(EventType, (results.get(EventType) ?? 0) + 1);
          if (EventType === 'TranscodeJobAcknowledged')
            expect(TranscodeTaskId, where).toBe(`task-${started.indexOf(videoId)}`);
          // What the cloud refused for good it didn't begin.
          else if (EventType === 'TranscodeJobFailed') expect(ran, where).toBe(0);
          else expect([EventType, ErrorCode], where).toEqual(['TranscodeJobInDoubt', expect.any(String)]);
        }
        if (ran === 1 && about.every(({ EventType }) => EventType === 'TranscodeJobInDoubt')) doubtedRuns++;
      }
    }
    for (const result of ['Acknowledged', 'Failed', 'InDoubt'])
      expect(results.get(`TranscodeJob${result}`), result).toBeGreaterThan(schedules / 50);
    expect(doubtedRuns).toBeGreaterThan(schedules / 50);
    expect(ends).toBeGreaterThan(schedules / 2);
  });
});
