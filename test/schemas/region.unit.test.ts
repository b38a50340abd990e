import { expect, it } from 'vitest';
import { isRegionName, readPerRegion } from '../../schemas/region.ts';
import { readSettings } from '../../schemas/settings.ts';

it('regions are named as the cloud names them', () => {
  for (const region of ['cn-shanghai', 'ap-southeast-1', 'eu-central-1', 'cn-north-2-gov-1']) {
    expect(isRegionName(region), region).toBe(true);
  }
  for (const text of ['', 'cn', 'cn-', 'cn_shanghai', 'cn-shanghai.x', 'cn-a/b', 'CN-SHANGHAI', 'cn-a\n']) {
    expect(isRegionName(text), text).toBe(false);
  }
});

it('values per region are read whole or not at all', () => {
  expect(readPerRegion('eu-central-1=http://a:1, us-west-1=b=c')).toEqual(
    new Map([
      ['eu-central-1', 'http://a:1'],
      ['us-west-1', 'b=c'],
    ]),
  );
  for (const text of [
    '',
    'x',
    'eu-central-1',
    'eu-central-1=',
    'a=b',
    'eu-central-1=a,eu-central-1=b',
    'us-west-1=a,',
  ]) {
    expect(readPerRegion(text), text).toBeNull();
  }
});

it('a setting that is wrong ends the start in a line that names it', () => {
  const settingsOf = (text: string) => readSettings({ VOD_REGION_ENDPOINTS: text }, {}).VOD_REGION_ENDPOINTS;
  expect(settingsOf('eu-central-1=https://vod-vpc.eu-central-1.aliyuncs.com')).toContain('vod-vpc');
  expect(() => settingsOf('eu-central-1=nonsense')).toThrow(/VOD_REGION_ENDPOINTS.*region=URL/);
});
