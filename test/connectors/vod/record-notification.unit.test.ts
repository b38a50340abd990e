/** The configuration of Live's own record callbacks in each form in which it may be told (cloud facts 4.14). */
import { expect, it, onTestFinished } from 'vitest';
import { cloudClient, fixedCredentials } from '../../../connectors/vod/index.ts';
import { type Reply, scriptedCloud } from './scripted-cloud.ts';

async function answered(reply: Reply) {
  const server = await scriptedCloud(() => reply);
  onTestFinished(() => server.close());
  const credentials = fixedCredentials({ accessKeyId: 'id', accessKeySecret: 'secret' });
  const cloud = cloudClient({ vodEndpoint: server.url, liveEndpoint: server.url, credentials });
  onTestFinished(() => cloud.close());
  return { server, cloud };
}

const domainName = 'play.example.com';
const told = { DomainName: domainName, NotifyUrl: 'http://a', OnDemandUrl: '', NotifyAuthKey: '' };

it.each([
  [true, true],
  ['true', true],
  ['yes', true],
  [false, false],
  ['no', false],
  ['', false],
  [undefined, false],
  [null, false],
])('a flag told as %j is %j', async (value, expected) => {
  const LiveRecordNotifyConfig = { ...told, NeedStatusNotify: value, NotifyReqAuth: value };
  const { cloud } = await answered({ status: 200, body: { RequestId: 'r', LiveRecordNotifyConfig } });
  expect(await cloud.describeLiveRecordNotifyConfig({ domainName })).toEqual({
    ...{ domainName, notifyUrl: 'http://a', onDemandUrl: null, notifyAuthKey: null },
    ...{ needStatusNotify: expected, notifyReqAuth: expected },
  });
});

it.each<[string, Reply, object | null]>([
  ['404', { status: 404, body: { Code: 'InvalidConfig.NotFound', Message: 'Config does not exist.' } }, null],
  ['no object', { status: 200, body: { RequestId: 'r' } }, null],
  ['no address', { status: 200, body: { LiveRecordNotifyConfig: { ...told, NotifyUrl: '' } } }, null],
  [
    'an on-demand address alone',
    { status: 200, body: { LiveRecordNotifyConfig: { NotifyUrl: '', OnDemandUrl: 'http://b' } } },
    { notifyUrl: null, onDemandUrl: 'http://b' },
  ],
])('%s', async (_, reply, expected) => {
  const { cloud } = await answered(reply);
  const found = await cloud.describeLiveRecordNotifyConfig({ domainName });
  if (expected === null) expect(found).toBeNull();
  else expect(found).toMatchObject(expected);
});

it('another refusal is a fault', async () => {
  const { cloud } = await answered({ status: 404, body: { Code: 'InvalidDomain.NotFound', Message: 'no' } });
  await expect(cloud.describeLiveRecordNotifyConfig({ domainName })).rejects.toMatchObject({
    ...{ kind: 'terminal', code: 'InvalidDomain.NotFound' },
  });
});

it('a change gives all of it, and what is absent not at all', async () => {
  const { server, cloud } = await answered({ status: 200, body: { RequestId: 'r' } });
  const config = { domainName, notifyUrl: 'http://a', onDemandUrl: null, notifyAuthKey: 'Abc123Def4567890' };
  await cloud.updateLiveRecordNotifyConfig({ ...config, needStatusNotify: false, notifyReqAuth: true });
  const { params } = server.calls[0] ?? expect.fail('no call');
  expect(params).toMatchObject({
    ...{ Action: 'UpdateLiveRecordNotifyConfig', DomainName: domainName, NotifyUrl: 'http://a' },
    ...{ NeedStatusNotify: 'false', NotifyReqAuth: 'true', NotifyAuthKey: 'Abc123Def4567890' },
  });
  expect(params).not.toHaveProperty('OnDemandUrl');
});
