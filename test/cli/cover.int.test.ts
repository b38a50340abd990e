/**
 * A cover by policy on the real stack: every role by `up`, and the cloud emulated. The picture that the pipeline has taken
 * becomes the cover of the recording at the cloud and in the state, and stays so beside the one that the cloud takes by itself.
 */
import { expect, inject, test } from 'vitest';
import { templateGroupIds } from '../../emulator/index.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { calmEmulator } from '../emulator/world.ts';
import { eventually } from '../support/eventually.ts';
import { settingsBeside, signing, upWith } from './beside-emulator.ts';
import { ownSettings } from './command.ts';

const stack = inject('stack');
const patient = { timeoutMs: 90_000 };

test('by beforeTranscode.cover a recording gets the picture that was taken for it, at the cloud and in its state', async () => {
  const own = await ownSettings(stack);
  const emulator = await calmEmulator({
    ...signing,
    deliverTo: `http://127.0.0.1:${own.INGRESS_PORT}/callbacks/vod`,
  });
  const segments = {
    ...{
      transcode: 'pipeline',
      templateGroupId: templateGroupIds.byHand,
      beforeTranscode: { cover: { atSeconds: 5 } },
    },
  };
  const { up, console } = await upWith(
    settingsBeside(emulator, own, { policies: [{ match: { app: 'practice-2' }, segments }] }),
  );

  emulator.play({ practices: ['2'], shows: 1, showSeconds: 600, compression: 1e7 });
  await emulator.whenQuiet();
  const [stored] = emulator.ledger().videos;
  if (stored === undefined) return expect.fail('nothing was recorded');
  const state = async () => (await (await fetch(`${console}/api/videos/${stored.videoId}`)).json()) as VideoState;
  const seen = await eventually(async () => {
    const video = await state();
    expect(video, up.text()).toMatchObject({
      status: 'TRANSCODED',
      steps: [
        { kind: 'SNAPSHOT', state: 'DONE', pictureUrl: expect.stringMatching(/^http/) },
        { kind: 'COVER', state: 'DONE' },
      ],
    });
    expect(video.timeline.map(({ eventType }) => eventType)).toContain('MediaBaseChangeComplete');
    return video;
  }, patient);
  const picture = seen.steps[0]?.pictureUrl;
  expect(seen.coverUrl).toBe(picture);

  const { videos, calls } = emulator.ledger();
  const now = videos.find(({ videoId }) => videoId === stored.videoId);
  expect(now?.coverUrl).toBe(picture);
  expect(stored.coverUrl).not.toBe(picture);
  // The cloud's own cover snapshot goes with the first transcode: beside it the one that was set is still what counts.
  const told = now?.timeline.filter(({ eventType }) => eventType === 'SnapshotComplete').length;
  expect(told).toBe(2);
  const ordered = calls.filter(({ outcome }) => outcome === 'OK').map(({ action }) => action);
  for (const once of ['SubmitSnapshotJob', 'UpdateVideoInfo', 'SubmitTranscodeJobs'])
    expect(
      ordered.filter((action) => action === once),
      once,
    ).toHaveLength(1);

  up.kill('SIGTERM');
  expect(await up.status, up.text()).toBe(0);
});
