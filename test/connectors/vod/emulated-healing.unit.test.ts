import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger } from '../../../connectors/telemetry/index.ts';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import type { Finding } from '../../../connectors/vod/reconciler/findings.ts';
import { healer } from '../../../connectors/vod/reconciler/heal.ts';
import { watchList } from '../../../connectors/vod/reconciler/watch-list.ts';
import { type Emulator, type LedgerVideo, startEmulator } from '../../../emulator/index.ts';
import { policyBook } from '../../../processors/policy/index.ts';
import { videoTopology } from '../../../processors/video/index.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';

/**
 * The emulated cloud plays the four practices and loses part of its callbacks; the reconciler asks its API over HTTP.
 * The oracle is the emulator's ledger, which knows nothing of callbacks that were lost.
 */
const topology = videoTopology({ policies: policyBook([]) });
const hourMs = 3_600_000;

type Body = Readonly<Record<string, unknown>>;

/** The video processor with its store, behind a callback address. */
function receiver() {
  const states = new Map<string, VideoState>();
  function take(bytes: Buffer, source: 'http' | 'reconciler'): void {
    const body = JSON.parse(String(bytes)) as Body;
    const key = String(body.VideoId ?? body.MediaId);
    const headers = { source, 'received-at': String(Date.now()) };
    const outcome = topology.step(
      states.get(key) ?? null,
      { key, value: bytes, headers, timestampMs: Date.now() },
      { nowMs: Date.now() },
    );
    if (outcome.kind === 'dead-letter') throw new Error(outcome.error);
    if (outcome.kind === 'next' && outcome.state) states.set(key, outcome.state);
  }
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    take(Buffer.concat(chunks), 'http');
    response.end();
  });
  return { states, take, server };
}

/** What must be as the ledger has it. */
function essence(video: VideoState | LedgerVideo) {
  const { kind, status, stream, recording, recordedTime, composeStartTime, coverUrl, sizeBytes } = video;
  const renditions = video.renditions
    .map(({ startTime: _s, finishTime: _f, ...rest }) => rest)
    .sort((a, b) => ((a.jobId ?? '') < (b.jobId ?? '') ? -1 : 1));
  // When a source got ready is told by no API, only that it did.
  const sourceReady = video.sourceReadyTime !== null;
  return {
    kind,
    status,
    stream,
    recording,
    coverUrl,
    sizeBytes,
    recordedTime,
    composeStartTime,
    sourceReady,
    renditions,
  };
}

/** A callback's EventTime is up to two seconds after the CompleteTime that the API tells. */
const toleranceMs = 2_000;

function timesOf({ firstPlayableTime, transcodedTime }: VideoState | LedgerVideo) {
  return [firstPlayableTime, transcodedTime];
}

describe.each([0.2, 0.5])('with %d of the callbacks lost', (dropRate) => {
  let emulator: Emulator;
  let server: Server;
  let states: ReadonlyMap<string, VideoState>;
  let take: ReturnType<typeof receiver>['take'];

  beforeAll(async () => {
    const receiving = receiver();
    ({ server, states, take } = receiving);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    emulator = await startEmulator({
      port: 0,
      seed: 11,
      callbackUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      knobs: { dropRate, shuffleWindowMs: 50, lateMs: 100, queryPerSecond: null },
    });
    emulator.play({ shows: 1, compression: 1e9 });
    await emulator.whenQuiet();
  });

  afterAll(async () => {
    await emulator.stop();
    server.closeAllConnections();
    server.close();
  });

  it('the reconciler brings every video to what the cloud knows', async () => {
    const cloud = cloudClient({
      vodEndpoint: emulator.url,
      liveEndpoint: emulator.url,
      credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
    });
    const watch = watchList({ silentAfterMs: () => hourMs });
    let nowMs = Date.now();
    let findings: Finding[] = [];
    const heal = healer({
      cloud,
      ask: (work) => work(),
      watch,
      tell: (finding) => {
        findings.push(finding);
        return Promise.resolve();
      },
      platform: { now: () => nowMs },
      log: createLogger('test', 'silent'),
      tooYoungMs: hourMs,
    });
    const supplied: number[] = [];
    for (let round = 0; round < 4; round++) {
      nowMs += 10 * hourMs;
      for (const state of states.values()) watch.learn(state);
      await heal.sweep([{ domainName: 'play.example.com' }], { fromMs: Date.now() - 24 * hourMs, toMs: nowMs });
      await heal.checkVideos(watch.due(nowMs, 1_000));
      for (const { body } of findings) take(Buffer.from(JSON.stringify(body)), 'reconciler');
      supplied.push(findings.length);
      findings = [];
    }
    cloud.close();

    const { videos } = emulator.ledger();
    expect(supplied[0]).toBeGreaterThan(0);
    expect(supplied.at(-1)).toBe(0);
    for (const truth of videos) {
      const healed = states.get(truth.videoId);
      if (!healed) expect.fail(`practice ${truth.practice}, ${truth.videoId}: no state`);
      expect(essence(healed), `practice ${truth.practice}, ${truth.videoId}`).toEqual(essence(truth));
      timesOf(truth).forEach((expected, index) => {
        const time = timesOf(healed)[index] ?? null;
        if (expected === null) expect(time).toBeNull();
        else expect(Math.abs((time ?? 0) - expected)).toBeLessThanOrEqual(toleranceMs);
      });
    }
  });
});
