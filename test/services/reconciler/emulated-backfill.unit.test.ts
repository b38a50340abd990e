import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { type Emulator, type LedgerSession, type LedgerVideo, startEmulator } from '../../../emulator/index.ts';
import { createLogger } from '../../../platform/telemetry/index.ts';
import type { SessionState } from '../../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../../schemas/generated/VideoState.ts';
import type { Finding } from '../../../services/reconciler/findings.ts';
import { gapFiller } from '../../../services/reconciler/gap-filler.ts';
import { watchList } from '../../../services/reconciler/watch-list.ts';
import { plainPipeline } from '../../emulator/pipeline.ts';

/**
 * The emulated cloud plays the four practices and loses part of its callbacks; the reconciler asks its API over HTTP.
 * The oracle is the emulator's ledger, which knows nothing of callbacks that were lost.
 */
const hourMs = 3_600_000;

/** The two processors behind a callback address. */
function receiver() {
  const pipeline = plainPipeline();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    pipeline.callback(JSON.parse(String(Buffer.concat(chunks))) as Record<string, unknown>);
    response.end();
  });
  return { pipeline, server };
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

function sessionEssence(session: SessionState | LedgerSession) {
  const { sessionId, stream, status, startTime, endTime, gaps } = session;
  return {
    ...{ sessionId, stream, status, startTime, endTime },
    gaps: gaps.map((gap) => [gap.startTime, gap.endTime]),
    segments: session.segments.map((one) => [one.videoId, one.startTime, one.endTime, one.status]),
    composed: session.composed.map((one) => [one.videoId, one.status, one.composeStartTime]),
  };
}

describe.each([0.2, 0.5])('with %d of the callbacks lost', (dropRate) => {
  let emulator: Emulator;
  let server: Server;
  let pipeline: ReturnType<typeof plainPipeline>;

  beforeAll(async () => {
    ({ server, pipeline } = receiver());
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

  it('the reconciler brings every video and every session to what the cloud knows', async () => {
    const cloud = cloudClient({
      vodEndpoint: emulator.url,
      liveEndpoint: emulator.url,
      credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
    });
    const watch = watchList({ silentAfterMs: () => hourMs });
    let nowMs = Date.now();
    let findings: Finding[] = [];
    const gaps = gapFiller({
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
      tooYoungMs: hourMs,
    });
    const supplied: number[] = [];
    for (let round = 0; round < 4; round++) {
      nowMs += 10 * hourMs;
      for (const state of pipeline.videos.values()) watch.learn(state);
      await gaps.sweep([{ domainName: 'play.example.com' }], { fromMs: Date.now() - 24 * hourMs, toMs: nowMs });
      await gaps.checkVideos(watch.due(nowMs, 1_000));
      for (const { body } of findings) pipeline.tell(body, 'reconciler');
      supplied.push(findings.length);
      findings = [];
    }
    cloud.close();

    pipeline.settle();
    const { videos, sessions, totals } = emulator.ledger();
    console.info(`${dropRate * 100} % lost: ${JSON.stringify(totals)}; findings by round: ${supplied.join(', ')}`);
    expect(supplied[0]).toBeGreaterThan(0);
    expect(supplied.at(-1)).toBe(0);
    for (const truth of videos) {
      const filled = pipeline.videos.get(truth.videoId);
      if (!filled) expect.fail(`practice ${truth.practice}, ${truth.videoId}: no state`);
      expect(essence(filled), `practice ${truth.practice}, ${truth.videoId}`).toEqual(essence(truth));
      timesOf(truth).forEach((expected, index) => {
        const time = timesOf(filled)[index] ?? null;
        if (expected === null) expect(time).toBeNull();
        else expect(Math.abs((time ?? 0) - expected)).toBeLessThanOrEqual(toleranceMs);
      });
    }
    expect(sessions.length).toBeGreaterThan(3);
    for (const truth of sessions) {
      const filled = pipeline.sessions.get(truth.sessionId);
      if (!filled) expect.fail(`practice ${truth.practice}, ${truth.sessionId}: no state`);
      expect(sessionEssence(filled), `practice ${truth.practice}`).toEqual(sessionEssence(truth));
    }
  });
});
