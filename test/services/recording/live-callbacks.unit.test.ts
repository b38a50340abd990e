/**
 * Live's own record callbacks by the file: plan, apply, plan again over HTTP against the emulated cloud. The oracle is what
 * DescribeLiveRecordNotifyConfig then tells, asked for apart from the client of the plan.
 */
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { cloudClient, fixedCredentials, type VodCloud } from '../../../connectors/vod/index.ts';
import type { Emulator } from '../../../emulator/index.ts';
import { applyLiveCallbacks, planLiveCallbacks } from '../../../services/recording/live-callbacks.ts';
import { retriedCalls } from '../../../services/recording/retried-calls.ts';
import { readRecordingSetup } from '../../../services/recording/wanted.ts';
import { call } from '../../emulator/api/caller.ts';
import { calmEmulator } from '../../emulator/world.ts';
import { quickPlatform } from '../jobs/crash-world.ts';

// Twenty times as fast as it would be: the emulator throttles by the wall clock.
const retried = retriedCalls(quickPlatform(() => 0.5, 20));
const domain = 'play.example.com';
const url = 'https://ingress.example.com/callbacks/live';
const key = 'Abc123Def4567890';
const theirs = { NotifyUrl: 'https://other.example.com/', NotifyReqAuth: 'true', NotifyAuthKey: 'Other123Key45678' };

let emulator: Emulator;
let cloud: VodCloud;
beforeEach(async () => {
  emulator = await calmEmulator();
  cloud = cloudClient({
    vodEndpoint: emulator.url,
    liveEndpoint: emulator.url,
    credentials: fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' }),
  });
  onTestFinished(() => cloud.close());
});

const live = (Action: string, params: Record<string, string> = {}) =>
  call(emulator.url, Action, { Version: '2016-11-01', DomainName: domain, ...params });
const told = async () => (await live('DescribeLiveRecordNotifyConfig')).body.LiveRecordNotifyConfig;
const changesAsked = () => emulator.ledger().calls.filter(({ action }) => !action.startsWith('Describe')).length;

function planOf(liveCallbacks: readonly object[], recorded: readonly string[] = [], keys: readonly string[] = [key]) {
  const read = readRecordingSetup({ liveCallbacks });
  if (!read.ok) return expect.fail(JSON.stringify(read.problems));
  const keysOf = (of: string) => (of === url ? keys : []);
  return planLiveCallbacks(cloud, read.setup.liveCallbacks, recorded, keysOf, retried);
}

async function apply(liveCallbacks: readonly object[]): Promise<readonly string[]> {
  const done: string[] = [];
  const changes = await planOf(liveCallbacks);
  await applyLiveCallbacks(cloud, changes, retried, ({ what, domainName }) => done.push(`${what} ${domainName}`));
  return done;
}

const kindsOf = async (...args: Parameters<typeof planOf>) => (await planOf(...args)).map(({ kind }) => kind);

describe('what the file wants', () => {
  it('is added with its key, with starts and pauses, and is as wanted then', async () => {
    expect(await kindsOf([{ domain, url }])).toEqual(['add']);
    expect(await told()).toBeUndefined();
    expect(await apply([{ domain, url }])).toEqual([`added ${domain}`]);
    expect(await told()).toEqual({
      ...{ DomainName: domain, NotifyUrl: url, OnDemandUrl: '', NeedStatusNotify: true },
      ...{ NotifyReqAuth: true, NotifyAuthKey: key },
    });
    expect(await kindsOf([{ domain, url }])).toEqual(['keep']);
    const before = changesAsked();
    expect(await apply([{ domain, url }])).toEqual([]);
    expect(changesAsked()).toBe(before);
  });

  it.each<[string, object, Record<string, string>, Record<string, unknown>]>([
    ['notifyUrl', {}, { NotifyUrl: 'https://other.example.com/' }, { NotifyUrl: url }],
    ['needStatusNotify', {}, { NeedStatusNotify: 'false' }, { NeedStatusNotify: true }],
    ['needStatusNotify', { status: false }, {}, { NeedStatusNotify: false }],
    ['notifyReqAuth', {}, { NotifyReqAuth: 'false' }, { NotifyReqAuth: true }],
    ['onDemandUrl', { onDemandUrl: 'https://ask.example.com/' }, {}, { OnDemandUrl: 'https://ask.example.com/' }],
    ['notifyAuthKey', {}, { NotifyAuthKey: 'Other123Key45678' }, { NotifyAuthKey: key }],
  ])('updates %s where it differs, and then nothing is left to change', async (field, wanted, had, has) => {
    const usual = { NotifyUrl: url, NeedStatusNotify: 'true', NotifyReqAuth: 'true', NotifyAuthKey: key };
    await live('AddLiveRecordNotifyConfig', { ...usual, ...had });
    const file = [{ domain, url, ...wanted }];
    const planned = await planOf(file);
    expect(planned).toMatchObject([{ kind: 'update', differences: [{ field }] }]);
    expect(JSON.stringify(planned[0] && 'differences' in planned[0] ? planned[0].differences : '')).not.toContain(key);
    expect(await apply(file)).toEqual([`updated ${domain}`]);
    expect(await told()).toMatchObject(has);
    expect(await kindsOf(file)).toEqual(['keep']);
  });

  it('leaves an on-demand address and a key as they are, where it says nothing of them', async () => {
    await live('AddLiveRecordNotifyConfig', { ...theirs, OnDemandUrl: 'https://ask.example.com/' });
    const elsewhere = [{ domain, url: 'https://elsewhere.example.com/live' }];
    await apply(elsewhere);
    expect(await told()).toMatchObject({
      ...{ NotifyUrl: 'https://elsewhere.example.com/live', OnDemandUrl: 'https://ask.example.com/' },
      ...{ NotifyAuthKey: theirs.NotifyAuthKey, NeedStatusNotify: true },
    });
  });

  it('is deleted by `none` alone; a domain that it does not name is told and stays', async () => {
    await live('AddLiveRecordNotifyConfig', theirs);
    const other = { domain: 'other.example.com', url };
    expect(await kindsOf([other], [domain, 'quiet.example.com'])).toEqual(['add', 'unmanaged']);
    await apply([other]);
    expect(await told()).toMatchObject({ NotifyUrl: theirs.NotifyUrl });
    expect(await kindsOf([{ domain, url: 'none' }])).toEqual(['delete']);
    expect(await apply([{ domain, url: 'none' }])).toEqual([`deleted ${domain}`]);
    expect(await told()).toBeUndefined();
    expect(await kindsOf([{ domain, url: 'none' }])).toEqual(['keep']);
  });

  it('is put beside an on-demand address that stands alone', async () => {
    const alone = { domainName: domain, notifyUrl: null, onDemandUrl: 'https://ask.example.com/' };
    const config = { ...alone, needStatusNotify: false, notifyReqAuth: false, notifyAuthKey: null };
    const having: VodCloud = { ...cloud, describeLiveRecordNotifyConfig: () => Promise.resolve(config) };
    const wanted = [{ domain, url, status: true }];
    expect(await planLiveCallbacks(having, wanted, [], () => [key], retried)).toMatchObject([
      { kind: 'update', wanted: { notifyUrl: url, onDemandUrl: 'https://ask.example.com/', notifyAuthKey: key } },
    ]);
  });

  it('is nothing: nothing is asked', async () => {
    expect(await kindsOf([], [domain])).toEqual([]);
    expect(emulator.ledger().calls).toEqual([]);
  });
});

describe('what can not be carried out', () => {
  it.each([
    ['no endpoint has the address', [], /no endpoint of kind live has the url.*callbacks\.endpoints/],
    ['a key that is too short', ['Abc123Def456789'], /16 to 32 letters and digits/],
    ['a key with other signs', ['Abc123Def-4567890'], /16 to 32 letters and digits/],
  ])('%s: the plan says so, without the key', async (_, keys, why) => {
    const fault = await planOf([{ domain, url }], [], keys).then(
      () => expect.fail('planned'),
      (error: Error) => error,
    );
    expect(fault.message).toMatch(why);
    for (const one of keys) expect(fault.message).not.toContain(one);
    expect(changesAsked()).toBe(0);
  });

  it.each([
    [[{ domain }], 'recording.liveCallbacks[0].url'],
    [[{ domain, url: 'ftp://ingress.example.com/' }], 'recording.liveCallbacks[0].url'],
    [[{ domain, url, events: ['ALL'] }], 'events'],
    [
      [
        { domain, url },
        { domain, url: 'none' },
      ],
      'the same domain as liveCallbacks[0]',
    ],
  ])('the file %j is refused and says where', (liveCallbacks, where) => {
    const read = readRecordingSetup({ liveCallbacks });
    const problems = read.ok ? [] : read.problems.map(({ path, problem }) => `${path}: ${problem}`);
    expect(problems.join('\n')).toContain(where);
  });
});
