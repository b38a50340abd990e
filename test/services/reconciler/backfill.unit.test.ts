import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../platform/telemetry/index.ts';
import { policyBook } from '../../../processors/policy/index.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import type { Finding } from '../../../services/reconciler/findings.ts';
import { gapFiller } from '../../../services/reconciler/gap-filler.ts';
import { watchList } from '../../../services/reconciler/watch-list.ts';
import { showBodies, showCloud, showStartMs } from './small-show.ts';

const topology = videoTopology({ policies: policyBook([]) });
const hourMs = 3_600_000;
const startMs = showStartMs + 2 * hourMs;
const silentAfterMs = hourMs / 2;

type Body = Readonly<Record<string, unknown>> & { readonly VideoId: string };

/** The video processor with its store. */
function processor() {
  const states = new Map<string, VideoState>();
  return {
    states,
    take(body: Body, source: 'http' | 'reconciler', nowMs: number) {
      const record = {
        key: body.VideoId,
        value: Buffer.from(JSON.stringify(body)),
        headers: { source, 'received-at': String(nowMs) },
        timestampMs: nowMs,
      };
      const outcome = topology.step(states.get(body.VideoId) ?? null, record, { nowMs });
      if (outcome.kind === 'dead-letter') expect.fail(outcome.error);
      if (outcome.kind === 'next' && outcome.state) states.set(body.VideoId, outcome.state);
    },
  };
}

/** What the arrival of callbacks must not change; StartTime of a rendition is told by callbacks alone. */
function essence(state: VideoState) {
  const { kind, status, stream, recording, recordedTime, composeStartTime, sourceReadyTime } = state;
  const { firstPlayableTime, transcodedTime, coverUrl, sizeBytes } = state;
  const renditions = state.renditions.map(({ startTime: _s, finishTime: _f, ...rendition }) => rendition);
  const times = { recordedTime, composeStartTime, sourceReadyTime, firstPlayableTime, transcodedTime };
  return { kind, status, stream, recording, coverUrl, sizeBytes, ...times, renditions };
}

async function backfill(survivors: readonly Body[], listsCompositions: boolean) {
  const { states, take } = processor();
  for (const body of survivors) take(body, 'http', startMs);
  const watch = watchList({ silentAfterMs: () => silentAfterMs });
  const cloud = showCloud({ listsCompositions });
  let nowMs = startMs;
  let findings: Finding[] = [];
  const { checkVideos, sweep } = gapFiller({
    cloud: () => cloud,
    region: null,
    ask: (work) => work(),
    watch,
    report: (finding) => {
      findings.push(finding);
      return Promise.resolve();
    },
    platform: { now: () => nowMs },
    log: createLogger('test', 'silent'),
    tooYoungMs: silentAfterMs,
  });
  const counts: number[] = [];
  for (let round = 0; round < 4; round++) {
    nowMs += hourMs * 2;
    for (const state of states.values()) watch.learn(state);
    await checkVideos(watch.due(nowMs, 100));
    await sweep([{ domainName: 'play.example.com' }], { fromMs: showStartMs - hourMs, toMs: nowMs });
    for (const { body } of findings) take(body, 'reconciler', nowMs);
    counts.push(findings.length);
    findings = [];
  }
  return { states, counts };
}

function complete(): ReadonlyMap<string, VideoState> {
  const { states, take } = processor();
  for (const body of showBodies) take(body, 'http', startMs);
  return states;
}

describe('whatever part of the callbacks is lost', () => {
  it('the reconciler brings every state to what it would be, and then is quiet', async () => {
    const lost = fc.array(fc.boolean(), { minLength: showBodies.length, maxLength: showBodies.length });
    await fc.assert(
      fc.asyncProperty(lost, fc.boolean(), async (drop, listsCompositions) => {
        const survivors = showBodies.filter((_body, index) => !drop[index]);
        const { states, counts } = await backfill(survivors, listsCompositions);
        const whole = complete();
        for (const [videoId, expected] of whole) {
          const filled = states.get(videoId);
          expect(filled && essence(filled), videoId).toEqual(essence(expected));
        }
        expect(states.size).toBe(whole.size);
        expect(counts.at(-1)).toBe(0);
      }),
      { numRuns: Number(process.env.LIVE2VOD_PROPERTY_RUNS ?? 60) },
    );
  });

  it('nothing is supplied when nothing was lost', async () => {
    const { counts } = await backfill(showBodies, true);
    expect(counts).toEqual([0, 0, 0, 0]);
  });

  it('everything is found when everything was lost', async () => {
    const { states } = await backfill([], false);
    expect([...states.values()].map((state) => [state.videoId, state.kind, state.status])).toEqual([
      ['segment-1', 'SEGMENT', 'TRANSCODED'],
      ['segment-2', 'SEGMENT', 'PARTIAL'],
      ['composed-1', 'COMPOSED', 'TRANSCODED'],
    ]);
  });
});
