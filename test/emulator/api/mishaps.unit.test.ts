import { describe, expect, test } from 'vitest';
import { templateGroupIds } from '../../../emulator/index.ts';
import { calmEmulator, playedShow } from '../world.ts';
import { call } from './caller.ts';

async function uploaded(knobs: Parameters<typeof calmEmulator>[0] = {}) {
  const emulator = await calmEmulator(knobs);
  const VideoId = emulator.addVideo();
  const TemplateGroupId = templateGroupIds.byHand;
  return {
    emulator,
    submit: () => call(emulator.url, 'SubmitTranscodeJobs', { VideoId, TemplateGroupId, SessionId: 's' }),
  };
}

describe('calls that go wrong', () => {
  test('before the work was done nothing is started, after it something is', async () => {
    const { emulator, submit } = await uploaded();
    emulator.misbehave('SubmitTranscodeJobs', ['error', 'throttled', 'late-error']);
    expect(await submit()).toMatchObject({ status: 503, body: { Code: 'ServiceUnAvailable' } });
    expect(await submit()).toMatchObject({ status: 400, body: { Code: 'Throttling.User' } });
    expect(emulator.ledger().jobs).toEqual([]);
    expect(await submit()).toMatchObject({ status: 500, body: { Code: 'InternalError' } });
    expect(emulator.ledger().jobs).toHaveLength(1);
    expect(await submit()).toMatchObject({ body: { Code: 'InvalidSessionId.Repeated' } });
    expect(emulator.ledger().jobs).toMatchObject([{ calls: 4 }]);
  });

  test('silence leaves the caller without an answer, with or without the work', async () => {
    const { emulator, submit } = await uploaded({ knobs: { silenceMs: 10 } });
    emulator.misbehave('SubmitTranscodeJobs', ['silence', 'lost-answer']);
    await expect(submit()).rejects.toThrow();
    expect(emulator.ledger().jobs).toEqual([]);
    await expect(submit()).rejects.toThrow();
    expect(emulator.ledger().jobs).toHaveLength(1);
    expect(emulator.ledger().calls.map(({ outcome, answered }) => [outcome, answered])).toEqual([
      ['Silence', false],
      ['OK', false],
    ]);
  });

  test('more calls than a second allows are throttled', async () => {
    const { emulator } = await uploaded({ knobs: { queryPerSecond: 3 } });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => call(emulator.url, 'GetTranscodeTask', { TranscodeTaskId: 'none' })),
    );
    const throttled = answers.filter(({ body }) => body.Code === 'Throttling.User');
    expect(throttled.length).toBeGreaterThan(0);
    expect(throttled.length).toBeLessThan(18);
  });
});

describe('work that goes wrong', () => {
  test('a composition that never begins leaves no trace', async () => {
    const emulator = await playedShow('3a', { knobs: { composeSkipRate: 1 } });
    const { videos, sessions } = emulator.ledger();
    expect(videos.every((video) => video.kind === 'SEGMENT')).toBe(true);
    expect(sessions.every((session) => session.composedBy === 'cloud' && session.composed.length === 0)).toBe(true);
  });

  test('a composition that fails is only seen by asking', async () => {
    const emulator = await playedShow('3a', { knobs: { composeFailRate: 1 } });
    const composed = emulator.ledger().videos.find((video) => video.kind === 'COMPOSED');
    expect(composed?.timeline.map((line) => line.eventType)).toEqual(['LiveRecordVideoComposeStart']);
    expect(composed?.status).toBe('FAILED');
    const { body } = await call(emulator.url, 'GetVideoInfo', { VideoId: composed?.videoId ?? '' });
    expect(body.Video).toMatchObject({ Status: 'ProduceFail' });
  });

  test('a damaged source fails as a whole, without single streams', async () => {
    const emulator = await playedShow('1', { knobs: { brokenSourceRate: 1 } });
    for (const video of emulator.ledger().videos) {
      expect(video.status).toBe('FAILED');
      expect(video.timeline.map((line) => line.eventType)).not.toContain('StreamTranscodeComplete');
    }
  });
});
