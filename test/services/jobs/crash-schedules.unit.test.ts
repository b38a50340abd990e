import { describe, expect, it } from 'vitest';
import { callLimiter } from '../../../connectors/vod/call-limiter.ts';
import { seeded } from '../../../emulator/random.ts';
import { orderFields } from '../../../processors/video/index.ts';
import type { TranscodeJob } from '../../../schemas/generated/TranscodeJob.ts';
import { defaultAttemptRules } from '../../../services/jobs/transcode-plan.ts';
import { crashWorld, jumpingPlatform, randomEnd, schedulesToPlay, untilDone } from './crash-world.ts';
import { exactCloud } from './exact-cloud.ts';
import { transcodeReader } from './transcode-reader.ts';

const startMs = Date.UTC(2026, 2, 1, 10);
const { runs: schedules, seed } = schedulesToPlay(200);

type Outcome = {
  readonly planned: readonly string[];
  /** When each of them was written, epoch milliseconds. */
  readonly writtenAtMs: readonly number[];
  readonly started: readonly string[];
  readonly told: readonly Told[];
  readonly ends: readonly ('crashed' | 'stopped')[];
};
type Told = {
  readonly EventType: string;
  readonly EventTime: string;
  readonly VideoId: string;
  readonly TranscodeTaskId?: string;
};

/** One schedule: some jobs, a cloud with faults, lives that end at a random point, a last one that doesn't. */
async function playSchedule(schedule: number): Promise<Outcome> {
  const rng = seeded(seed, schedule);
  const videoIds = Array.from({ length: rng.int(1, 12) }, (_, n) => `video-${n}`);
  const platform = jumpingPlatform(rng.float, startMs);
  const cloud = exactCloud(rng.float, platform.now, rng.between(0, 0.6));
  const writtenAtMs = videoIds.map(() => startMs + rng.between(0, 120_000)).toSorted((a, b) => a - b);
  const world = crashWorld(
    videoIds.map((videoId) => ({ key: videoId, value: plannedJob(videoId) })),
    writtenAtMs,
  );
  const lives = rng.int(0, 6);
  const ends: Outcome['ends'][number][] = [];
  for (let life = 0; life <= lives; life++) {
    const ended = await world.live({
      platform,
      ...(life < lives ? randomEnd(rng, 60) : untilDone),
      maxJobs: rng.int(1, 12),
      reader: (crashPoint) =>
        transcodeReader({
          cloudOf: () => cloud.asSeenBy(crashPoint),
          submitting: callLimiter({ perSecond: 25, atOnce: rng.int(1, 4) }, platform),
          asking: callLimiter({ perSecond: 50, atOnce: 4 }, platform),
          rules: defaultAttemptRules,
          platform,
        }),
    });
    if (ended === 'done') break;
    ends.push(ended);
  }
  const told = world.published
    .filter((record) => record.topic === 'callbacks')
    .map((record) => JSON.parse(Buffer.from(record.value ?? '').toString()) as Told);
  return { planned: videoIds, writtenAtMs, started: cloud.started, told, ends };
}

function plannedJob(videoId: string): TranscodeJob {
  return {
    token: `token-${videoId}`,
    videoId,
    purpose: 'COMPOSED',
    generation: 0,
    ...orderFields({ kind: 'TRANSCODE', templateGroupId: 'group-1', priority: null }),
    stream: null,
    plannedAt: startMs,
    region: null,
  };
}

describe(`${schedules} schedules of crashes, stops and faults, seed ${seed}`, () => {
  it('start every planned job exactly once and tell which task it is', {
    timeout: 90_000 + schedules * 200,
  }, async () => {
    const ends: string[] = [];
    for (let schedule = 0; schedule < schedules; schedule++) {
      const { planned, writtenAtMs, started, told, ends: ended } = await playSchedule(schedule);
      ends.push(...ended);
      expect(started.length, `schedule ${schedule}`).toBe(planned.length);
      expect(new Set(started), `schedule ${schedule}`).toEqual(new Set(planned));
      for (const [index, videoId] of planned.entries()) {
        const results = told.filter(
          (event) => event.VideoId === videoId && event.EventType !== 'TranscodeJobSubmitted',
        );
        const expected = { EventType: 'TranscodeJobAcknowledged', TranscodeTaskId: `task-${started.indexOf(videoId)}` };
        expect(results.length, `schedule ${schedule}, ${videoId}`).toBeGreaterThan(0);
        for (const result of results) {
          expect(result, `schedule ${schedule}`).toMatchObject(expected);
          // Cut to whole seconds, a job would seem to be submitted before it was planned.
          expect(Date.parse(result.EventTime)).toBeGreaterThanOrEqual(Math.floor(writtenAtMs[index] ?? 0));
        }
      }
    }
    for (const end of ['crashed', 'stopped'])
      expect(ends.filter((one) => one === end).length, end).toBeGreaterThan(schedules / 2);
  });
});
