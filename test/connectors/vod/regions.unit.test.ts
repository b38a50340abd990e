import { expect, it, onTestFinished } from 'vitest';
import { fixedCredentials, publicEndpoint, regionalClouds } from '../../../connectors/vod/index.ts';
import { type Reply, type ScriptedCloud, scriptedCloud } from './scripted-cloud.ts';

const answer: Reply = { status: 200, body: { Title: 'T', MediaList: [], VideoList: [], NonExistVideoIds: [] } };

async function serverOf(script: () => Reply = () => answer): Promise<ScriptedCloud> {
  const server = await scriptedCloud(script);
  onTestFinished(() => server.close());
  return server;
}

function cloudsOf(endpoints: Readonly<Record<string, string>>, mostClients?: number) {
  const clouds = regionalClouds({
    home: 'cn-shanghai',
    endpoints: new Map(Object.entries(endpoints)),
    liveEndpoint: 'http://127.0.0.1:9',
    credentials: fixedCredentials({ accessKeyId: 'id', accessKeySecret: 'secret' }),
    timeoutMs: 2_000,
    ...(mostClients === undefined ? {} : { mostClients }),
  });
  onTestFinished(() => clouds.close());
  return clouds;
}

it('a call goes to the endpoint of its region, and to the home region where none is known', async () => {
  const [home, abroad] = [await serverOf(), await serverOf()];
  const clouds = cloudsOf({ 'cn-shanghai': home.url, 'ap-southeast-1': abroad.url });
  await clouds.of('ap-southeast-1').getVideoInfos({ videoIds: ['a'] });
  await clouds.of(null).getVideoInfos({ videoIds: ['b'] });
  await clouds.of('cn-shanghai').getVideoInfos({ videoIds: ['c'] });
  expect(abroad.calls.map((call) => call.params.VideoIds)).toEqual(['a']);
  expect(home.calls.map((call) => call.params.VideoIds)).toEqual(['b', 'c']);
  expect(clouds.of('ap-southeast-1')).toBe(clouds.of('ap-southeast-1'));
  expect(publicEndpoint('eu-central-1')).toBe('https://vod.eu-central-1.aliyuncs.com');
});

// The region becomes a part of a host name: whoever may write callbacks could have had signed requests sent anywhere.
it.each(['evil.example.com/#', 'cn-shanghai.evil.com', 'CN-SHANGHAI', '', '-', 'localhost', `cn-${'x'.repeat(60)}`])(
  'what is no region is refused as a whole: %j',
  (region) => {
    expect(() => cloudsOf({}).of(region)).toThrow(
      expect.objectContaining({
        kind: 'terminal',
        code: 'UnknownRegion',
        message: expect.stringContaining('VOD_REGION'),
      }),
    );
  },
);

it('few clients are kept, the latest used ones, and a call under way is answered though its client gives way', async () => {
  const server = await serverOf();
  const regions = ['cn-shanghai', 'cn-beijing', 'eu-central-1'];
  const clouds = cloudsOf(Object.fromEntries(regions.map((region) => [region, server.url])), 2);
  const first = clouds.of('cn-shanghai');
  const underWay = first.getVideoInfos({ videoIds: ['a'] });
  clouds.of('cn-beijing');
  expect(clouds.of('cn-shanghai')).toBe(first);
  clouds.of('eu-central-1');
  expect(clouds.of('cn-shanghai')).toBe(first);
  clouds.of('cn-beijing');
  clouds.of('eu-central-1');
  await expect(underWay).resolves.toMatchObject({ videos: [] });
  expect(clouds.of('cn-shanghai')).not.toBe(first);
});
