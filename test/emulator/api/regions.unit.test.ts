import { expect, it } from 'vitest';
import { templateGroupIds } from '../../../emulator/index.ts';
import { calmEmulator } from '../world.ts';
import { call } from './caller.ts';

it('an endpoint answers for its own region alone', async () => {
  const emulator = await calmEmulator({ regionPorts: { 'ap-southeast-1': 0 } });
  const here = emulator.addVideo();
  const abroad = emulator.addVideo({ region: 'ap-southeast-1' });
  await emulator.whenQuiet();
  const endpoints = [emulator.url, emulator.regionUrls['ap-southeast-1'] ?? ''];
  const seen = async (action: string, params: Record<string, string>) =>
    await Promise.all(endpoints.map(async (url) => (await call(url, action, params)).body));

  expect(await seen('GetVideoInfo', { VideoId: here })).toMatchObject([
    { Video: { VideoId: here, RegionId: 'cn-shanghai' } },
    { Code: 'InvalidVideo.NotFound' },
  ]);
  expect(await seen('GetVideoInfo', { VideoId: abroad })).toMatchObject([
    { Code: 'InvalidVideo.NotFound' },
    { Video: { VideoId: abroad, RegionId: 'ap-southeast-1' } },
  ]);
  expect(await seen('GetVideoInfos', { VideoIds: `${here},${abroad}` })).toMatchObject([
    { VideoList: [{ VideoId: here }], NonExistVideoIds: [abroad] },
    { VideoList: [{ VideoId: abroad }], NonExistVideoIds: [here] },
  ]);
  expect(await seen('SearchMedia', {})).toMatchObject([
    { MediaList: [{ MediaId: here }] },
    { MediaList: [{ MediaId: abroad }] },
  ]);
  const order = { VideoId: abroad, TemplateGroupId: templateGroupIds.byHand };
  const [refused, taken] = await seen('SubmitTranscodeJobs', order);
  expect(refused).toMatchObject({ Code: 'InvalidVideo.NotFound' });
  const task = { TranscodeTaskId: String(taken?.TranscodeTaskId) };
  expect(await seen('GetTranscodeTask', task)).toMatchObject([
    { Code: 'NoSuchResource' },
    { TranscodeTask: { VideoId: abroad } },
  ]);
});

it('the only endpoint answers for all regions', async () => {
  const emulator = await calmEmulator();
  const abroad = emulator.addVideo({ region: 'ap-southeast-1' });
  await emulator.whenQuiet();
  const { body } = await call(emulator.url, 'GetVideoInfo', { VideoId: abroad });
  expect(body).toMatchObject({ Video: { VideoId: abroad, RegionId: 'ap-southeast-1' } });
  expect(emulator.regionUrls).toEqual({});
});
