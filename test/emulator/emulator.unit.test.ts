import { afterEach, describe, expect, test } from 'vitest';
import { type EmulatorOptions, type Ledger, startEmulator } from '../../emulator/index.ts';

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

async function start(options: EmulatorOptions = {}) {
  const emulator = await startEmulator({ port: 0, knobs: { shuffleWindowMs: 5, lateRate: 0 }, ...options });
  stops.push(emulator.stop);
  return emulator;
}

const endsAtMs = Date.UTC(2026, 2, 1, 12);
const truth = ({ videos, sessions }: Ledger) => ({
  videos: videos.map(({ delivery: _delivery, ...video }) => video),
  sessions,
});

describe('the emulator', () => {
  test('the same seed gives the same truth, whatever the compression', async () => {
    const [first, second] = [await start({ seed: 11 }), await start({ seed: 11 })];
    first.play({ shows: 1, endsAtMs, compression: 1e6 });
    second.play({ shows: 1, endsAtMs, compression: 1e5 });
    await Promise.all([first.whenQuiet(), second.whenQuiet()]);
    expect(truth(first.ledger())).toEqual(truth(second.ledger()));
  });

  test('the ledger adds up', async () => {
    const emulator = await start({ seed: 5 });
    const plan = emulator.play({ shows: 2, compression: 1e6 });
    await emulator.whenQuiet();
    const { videos, sessions, totals } = emulator.ledger();
    expect({ videos: videos.length, sessions: sessions.length, callbacks: totals.distinct }).toEqual({
      videos: plan.videos,
      sessions: plan.sessions,
      callbacks: plan.callbacks,
    });
    for (const session of sessions) {
      expect(session.sessionId).toBe(
        `play.example.com/${session.stream.appName}/${session.stream.streamName}/${new Date(session.startTime).toISOString()}`,
      );
      expect(session.segments[0]?.startTime).toBe(session.startTime);
      expect(session.segments.at(-1)?.endTime).toBe(session.endTime);
    }
    for (const video of videos.filter(({ practice }) => practice === '1' || practice === '3a')) {
      expect(['TRANSCODED', 'PARTIAL', 'FAILED']).toContain(video.status);
      expect(video.transcodedTime ?? 0).toBeGreaterThanOrEqual(video.firstPlayableTime ?? 0);
    }
    expect(emulator.progress()).toMatchObject({
      planned: plan.callbacks,
      settled: plan.callbacks,
      pending: 0,
      done: true,
    });
    expect(emulator.progress().awaitingTranscode).toBe(
      videos.filter(({ practice, kind }) => practice === '2' || (practice === '3b' && kind === 'COMPOSED')).length,
    );
    expect(emulator.ledger().videos.every((video) => (video.transcodedTime ?? 0) < Date.now())).toBe(true);
  });

  test('a second play of a seed has other streams and ids', async () => {
    const emulator = await start();
    emulator.play({ practices: ['1'], shows: 1, compression: 1e6 });
    emulator.play({ practices: ['1'], shows: 1, compression: 1e6 });
    await emulator.whenQuiet();
    const { sessions, videos } = emulator.ledger();
    expect(new Set(sessions.map((session) => session.stream.streamName)).size).toBe(2);
    expect(new Set(videos.map((video) => video.videoId)).size).toBe(videos.length);
  });

  test('is driven over HTTP as well', async () => {
    const emulator = await start();
    const post = (path: string, method: string, body: unknown) =>
      fetch(`${emulator.url}/_emulator/${path}`, {
        method,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const played = await post('plays', 'POST', { practices: ['2'], shows: 1, compression: 1e6 });
    expect(played.status).toBe(201);
    await emulator.whenQuiet();
    expect(await (await fetch(`${emulator.url}/_emulator/progress`)).json()).toMatchObject({ done: true });
    const ledger = (await (await fetch(`${emulator.url}/_emulator/ledger`)).json()) as Ledger;
    expect(ledger).toEqual(emulator.ledger());
    expect((await post('plays', 'POST', { practices: ['9'] })).status).toBe(400);
    expect((await post('knobs', 'PATCH', { dropRate: 2 })).status).toBe(400);
    expect(await (await post('knobs', 'PATCH', { dropRate: 0.2 })).json()).toMatchObject({ dropRate: 0.2 });
    expect(emulator.knobs().dropRate).toBe(0.2);
  });

  test('a stream of any name is pushed to any app that is recorded', async () => {
    const emulator = await start();
    const play = (body: object) =>
      fetch(`${emulator.url}/_emulator/plays`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ compression: 1e6, ...body }),
      });
    const stream = { app: 'practice-2', stream: 'room-42' };
    expect((await play({ streams: [stream], showSeconds: 5_400 })).status).toBe(201);
    await emulator.whenQuiet();
    const { sessions, videos } = emulator.ledger();
    expect(sessions).toMatchObject([{ stream: { appName: 'practice-2', streamName: 'room-42' }, endedBy: 'time-out' }]);
    const [session] = sessions;
    expect((session?.endTime ?? 0) - (session?.startTime ?? 0)).toBe(5_400_000);
    // By the hour's cycle.
    expect(videos.map(({ kind }) => kind)).toEqual(['SEGMENT', 'SEGMENT']);
    const unknown = await play({ streams: [stream, { ...stream, app: 'live' }] });
    expect([unknown.status, await unknown.json()]).toEqual([
      400,
      { error: 'no recording configuration covers play.example.com/live/room-42' },
    ]);
    expect((await play({ streams: [{ app: 'practice-2' }] })).status).toBe(400);
    expect(emulator.ledger().sessions).toHaveLength(1);
  });

  // The ledger of a show that had begun and had no recording yet failed.
  test('a live stream begins now', async () => {
    const emulator = await start({ liveCallbackUrl: 'http://127.0.0.1:1/live', liveCallbackKey: 'Abc123Def4567890' });
    const before = Math.floor(Date.now() / 1_000) * 1_000;
    emulator.play({ streams: [{ appName: 'practice-1', streamName: 'now' }], showSeconds: 60, live: true });
    await expect
      .poll(() => emulator.ledger().liveNotices.map(({ event, stream }) => [event, stream.appName, stream.streamName]))
      .toEqual([['record_started', 'practice-1', 'now']]);
    expect(emulator.ledger().liveNotices[0]?.atMs).toBeGreaterThanOrEqual(before);
    expect(emulator.ledger().sessions).toEqual([]);
  });

  test('stopping in the middle leaves nothing running', async () => {
    const emulator = await start();
    emulator.play({ compression: 1 });
    await emulator.stop();
    await expect(fetch(`${emulator.url}/_emulator/progress`)).rejects.toThrow();
    expect(emulator.progress().done).toBe(false);
  });
});
