/**
 * A clip of a show of several recordings, from the request to the video, against the emulator. The oracle is its ledger:
 * which seconds of which show are in what was produced, and how often that was asked for.
 */
import { afterEach, expect, it } from 'vitest';
import { callLimiter, cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { seeded } from '../../../emulator/random.ts';
import { encodeInternalEvent } from '../../../processors/callback/index.ts';
import { standInOf } from '../../../processors/composition-token.ts';
import { clipTokenOf, planClip } from '../../../processors/session/index.ts';
import type { ComposeJob } from '../../../schemas/generated/ComposeJob.ts';
import { defaultComposeRules } from '../../../services/jobs/compose-attempt.ts';
import { composeJobs } from '../../../services/jobs/compose-jobs.ts';
import { plainPipeline } from '../../emulator/pipeline.ts';
import { startReceiver } from '../../emulator/receiver.ts';
import { calmEmulator } from '../../emulator/world.ts';
import { eventually } from '../../support/eventually.ts';
import { crashWorld, quickPlatform, randomEnd, untilDone } from './crash-world.ts';

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** Recordings are told in whole seconds, so a picture may be off by as much. */
const slackMs = 1_000;

it('cut across the end of a recording shows those seconds, is paid for once, and is no film', {
  timeout: 60_000,
}, async () => {
  const pipeline = plainPipeline([]);
  const receiver = await startReceiver((_n, body) => {
    pipeline.callback(body);
    return 200;
  });
  const emulator = await calmEmulator({ callbackUrl: receiver.url, seed: 7 });
  const cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
    timeoutMs: 2_000,
  });
  stops.push(receiver.stop, cloud.close);
  emulator.play({ practices: ['1'], shows: 1, showSeconds: 9_000, compression: 1e9 });
  await emulator.whenQuiet();
  const only = () => [...pipeline.sessions.values()].find(({ segments }) => segments.length >= 3);
  await eventually(async () => {
    expect(only()?.segments.every(({ status }) => status === 'TRANSCODED')).toBe(true);
    return true;
  });
  const session = only();
  if (!session) throw new Error('no session');
  const { sessionId, stream, segments } = session;
  const boundary = segments[1]?.startTime ?? 0;
  const sources = segments.map(({ startTime: startMs, endTime: endMs, ...rest }) => ({
    ...rest,
    ...{
      sourceOnly: 'NO' as const,
      startMs,
      endMs,
      durationSeconds: pipeline.videos.get(rest.videoId)?.durationSeconds ?? null,
    },
  }));
  const plan = planClip(sources, boundary - 30_000, boundary + 45_000);
  if ('refused' in plan) throw new Error(plan.message);
  const token = clipTokenOf(plan.parts, null, null);
  const request = encodeInternalEvent({
    ...{ type: 'OperatorClipRequest', videoId: standInOf(token), region: null, atMs: Date.now(), token, stream },
    ...{ sessionId, templateGroupId: null },
    clip: { fromMs: plan.fromMs, toMs: plan.toMs, title: 'the goal', parts: plan.parts },
  });
  pipeline.tell(request.body, 'operator');
  pipeline.tell({ ...request.body, EventTime: new Date(Date.now() + 5_000).toISOString() }, 'operator');
  const commands = pipeline.planned.productions;
  expect(commands).toMatchObject([{ token, clip: { title: 'the goal' } }]);

  // The first runner ends somewhere on its way; its successor looks for what it may have done.
  const rng = seeded(7, 'lives');
  const world = crashWorld(commands.map((value) => ({ key: sessionId, value })));
  for (const end of [randomEnd(rng, 4), untilDone]) {
    const platform = quickPlatform(rng.float, 200);
    const codec = { decode: async (bytes: Buffer) => JSON.parse(String(bytes)) as ComposeJob };
    const reader = composeJobs({
      ...{ codec, cloudOf: () => cloud, storageLocationOf: () => null, rules: defaultComposeRules, platform },
      submitting: callLimiter({ perSecond: 25, atOnce: 4 }, platform),
      asking: callLimiter({ perSecond: 50, atOnce: 4 }, platform),
    });
    await world.live({ platform, ...end, reader: () => reader });
  }
  for (const { topic, value } of world.published)
    if (topic === 'callbacks')
      pipeline.tell(JSON.parse(Buffer.from(value ?? '').toString()) as Record<string, unknown>);
  await emulator.whenQuiet();
  await eventually(async () => {
    expect(pipeline.sessions.get(sessionId)?.clips).toMatchObject([{ state: 'DONE', status: 'PLAYABLE' }]);
    return true;
  });

  const after = pipeline.sessions.get(sessionId);
  const [clip] = after?.clips ?? [];
  expect({ ...after, clips: [], revision: 0 }).toEqual({ ...session, clips: [], revision: 0 });
  const { productions, videos } = emulator.ledger();
  expect(productions).toMatchObject([{ videoId: clip?.videoId, title: `the goal [${token}]` }]);
  const shows = productions[0]?.shows ?? [];
  expect(new Set(shows.map((one) => one.sessionId))).toEqual(new Set([sessionId]));
  expect(Math.abs((shows[0]?.startTime ?? 0) - (boundary - 30_000))).toBeLessThanOrEqual(slackMs);
  expect(Math.abs((shows.at(-1)?.endTime ?? 0) - (boundary + 45_000))).toBeLessThanOrEqual(slackMs);
  expect(videos.find(({ videoId }) => videoId === clip?.videoId)).toMatchObject({ kind: 'UPLOAD', sessionId: null });
  expect(pipeline.videos.get(clip?.videoId ?? '')).toMatchObject({ kind: 'UPLOAD', status: 'PLAYABLE', stream });
});
