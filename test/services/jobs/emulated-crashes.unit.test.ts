import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { cloudClient, fixedCredentials, type VodCloud } from '../../../connectors/vod/index.ts';
import { type Emulator, startEmulator, templateGroupIds } from '../../../emulator/index.ts';
import { type Rng, seeded } from '../../../emulator/random.ts';
import { orderFields } from '../../../processors/video/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { defaultComposeRules } from '../../../services/jobs/compose-attempt.ts';
import { composeJobs } from '../../../services/jobs/compose-jobs.ts';
import { defaultAttemptRules } from '../../../services/jobs/transcode-plan.ts';
import { eventually } from '../../support/eventually.ts';
import {
  type CrashPoint,
  crashWorld,
  type LifeOptions,
  quickPlatform,
  randomEnd,
  schedulesToPlay,
  untilDone,
} from './crash-world.ts';
import { transcodeReader } from './transcode-reader.ts';

/**
 * Crash schedules over HTTP against the emulator: its ledger, which shares no code with the runner, says what was
 * started. It throttles, its statuses lag, it answers with 5xx and with silence, before and after the work was done. Each
 * schedule has its own videos.
 */
const { runs, seed } = schedulesToPlay(16, 1_000);
const videosPerSchedule = 3;
const speed = 200;

let emulator: Emulator;
let cloud: VodCloud;
let videoIds: readonly string[];

beforeAll(async () => {
  emulator = await startEmulator({
    port: 0,
    seed,
    knobs: {
      renditionFailureRate: 0,
      jobCompression: 1e9,
      // Slower than the runners would be.
      submitPerSecond: 20,
      queryPerSecond: null,
      silenceMs: 300,
    },
  });
  cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
    timeoutMs: 200,
  });
  emulator.play({ practices: ['2'], shows: runs * videosPerSchedule, showSeconds: 600, compression: 1e9 });
  await emulator.whenQuiet();
  videoIds = emulator.ledger().videos.map((video) => video.videoId);
  emulator.turn({ errorRate: 0.05, lateErrorRate: 0.05, silenceRate: 0.02, lostAnswerRate: 0.05 });
});

afterAll(async () => {
  cloud.close();
  await emulator.stop();
});

const submissionsRefused = () => emulator.ledger().calls.some(({ outcome }) => outcome === 'Forbidden.IllegalStatus');

const videosOf = (schedule: number) => videoIds.slice(schedule * videosPerSchedule, (schedule + 1) * videosPerSchedule);

/** Lives that crash or stop at random points, then one that doesn't. */
async function playLives<J>(
  rng: Rng,
  jobs: readonly { readonly key: string; readonly value: J }[],
  reader: (platform: ReturnType<typeof quickPlatform>) => LifeOptions['reader'],
): Promise<readonly Record<string, unknown>[]> {
  const world = crashWorld(jobs);
  const lives = rng.int(0, 3);
  for (let life = 0; life <= lives; life++) {
    const platform = quickPlatform(rng.float, speed);
    const end = life < lives ? randomEnd(rng, 25) : untilDone;
    if ((await world.live({ platform, ...end, reader: reader(platform) })) === 'done') break;
  }
  return world.published
    .filter((record) => record.topic === 'callbacks')
    .map((record) => JSON.parse(Buffer.from(record.value ?? '').toString()) as Record<string, unknown>);
}

/** The cloud with a point before and after each call at which the runner may die. */
function mortal(crashPoint: CrashPoint): VodCloud {
  return new Proxy(cloud, {
    get(target, name: keyof VodCloud) {
      const call = target[name] as (request: unknown) => Promise<unknown>;
      return async (request: unknown) => {
        await crashPoint();
        try {
          return await call(request);
        } finally {
          await crashPoint();
        }
      };
    },
  });
}

/** Runs the schedules, some at a time; gives what each of them told. */
async function playAll(
  play: (schedule: number) => Promise<readonly Record<string, unknown>[]>,
): Promise<readonly (readonly Record<string, unknown>[])[]> {
  const told: (readonly Record<string, unknown>[])[] = [];
  let next = 0;
  const worker = async () => {
    for (let schedule = next++; schedule < runs; schedule = next++) told[schedule] = await play(schedule);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return told;
}

function transcodeJob(videoId: string): TranscodeJob {
  return {
    token: `token-${videoId}`,
    videoId,
    purpose: 'SEGMENT',
    generation: 0,
    ...orderFields({ kind: 'TRANSCODE', templateGroupId: templateGroupIds.byHand, priority: null }),
    stream: null,
    plannedAt: Date.now(),
    region: null,
  };
}

function composeJob(schedule: number): ComposeJob {
  return {
    token: `compose-${seed}-${schedule}`,
    sessionId: `session-${schedule}`,
    stream: { domainName: 'play.example.com', appName: 'practice-2', streamName: `stream-${schedule}` },
    videoIds: videosOf(schedule),
    templateGroupId: null,
    region: null,
    generation: 0,
    plannedAt: Date.now(),
    clip: null,
  };
}

const timeoutMs = 90_000 + runs * 2_000;

describe(`${runs} schedules against the emulator, seed ${seed}`, () => {
  it('start every transcode exactly once', { timeout: timeoutMs }, async () => {
    // However slow this machine is, the first submissions are refused: too many, and of videos that don't seem ready.
    emulator.misbehave('SubmitTranscodeJobs', ['throttled', 'throttled']);
    emulator.turn({ statusLagMs: 600_000 });
    const caughtUp = eventually(() => submissionsRefused()).then(() => emulator.turn({ statusLagMs: 0 }));
    const told = await playAll((schedule) => {
      const rng = seeded(seed, 'transcode', schedule);
      const jobs = videosOf(schedule).map((videoId) => ({ key: videoId, value: transcodeJob(videoId) }));
      return playLives(
        rng,
        jobs,
        (platform) => (crashPoint) =>
          transcodeReader({
            cloudOf: () => mortal(crashPoint),
            submitting: callLimiter({ perSecond: 25, atOnce: 4 }, platform),
            asking: callLimiter({ perSecond: 50, atOnce: 4 }, platform),
            rules: defaultAttemptRules,
            platform,
          }),
      );
    });
    await caughtUp;
    const { jobs, calls } = emulator.ledger();
    expect(jobs.length).toBe(videoIds.length);
    const tasks = new Map(jobs.map((job) => [job.videoId, job.transcodeTaskId]));
    expect(new Set(tasks.keys())).toEqual(new Set(videoIds));
    told.forEach((events, schedule) => {
      const ended = events.filter((event) => event.EventType !== 'TranscodeJobSubmitted');
      expect(new Set(ended.map((event) => event.VideoId))).toEqual(new Set(videosOf(schedule)));
      for (const event of ended) {
        expect(event, `schedule ${schedule}`).toMatchObject({
          EventType: 'TranscodeJobAcknowledged',
          TranscodeTaskId: tasks.get(String(event.VideoId)),
        });
      }
    });
    // The schedules are worth something: answers were lost, and the cloud throttled and lagged.
    expect(calls.filter((call) => !call.answered).length).toBeGreaterThan(0);
    expect(calls.map((call) => call.outcome)).toEqual(
      expect.arrayContaining(['Throttling.User', 'Forbidden.IllegalStatus']),
    );
  });

  it('start every composition at most once, and exactly once unless it is left to a person', {
    timeout: timeoutMs,
  }, async () => {
    const told = await playAll((schedule) => {
      const rng = seeded(seed, 'compose', schedule);
      const job = composeJob(schedule);
      return playLives(
        rng,
        [{ key: 'stream', value: job }],
        (platform) => (crashPoint) =>
          composeJobs({
            codec: { decode: (bytes) => JSON.parse(String(bytes)) as ComposeJob },
            cloudOf: () => mortal(crashPoint),
            storageLocationOf: () => null,
            submitting: callLimiter({ perSecond: 25, atOnce: 4 }, platform),
            asking: callLimiter({ perSecond: 50, atOnce: 4 }, platform),
            rules: defaultComposeRules,
            platform,
          }),
      );
    });
    const { productions } = emulator.ledger();
    told.forEach((events, schedule) => {
      const made = productions.filter((one) => one.title.includes(`[${composeJob(schedule).token}]`));
      expect(made.length, `schedule ${schedule}`).toBeLessThanOrEqual(1);
      expect(events.length, `schedule ${schedule}`).toBeGreaterThan(0);
      const expected = made[0]
        ? { EventType: 'ComposeJobAcknowledged', VideoId: made[0].videoId }
        : { EventType: 'ComposeJobInDoubt' };
      for (const event of events) expect(event, `schedule ${schedule}`).toMatchObject(expected);
    });
  });
});
