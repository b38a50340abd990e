/** `doctor cloud` against the emulated cloud: what is well, and for each failure what to do. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Expected } from '../../cli/callback-way.ts';
import {
  checkCredentials,
  checkDoor,
  checkMessageCallback,
  checkRecording,
  clockFinding,
  neededEvents,
} from '../../cli/cloud-check.ts';
import type { Finding } from '../../cli/finding.ts';
import { checkLiveCallbacks, type ExpectedLive } from '../../cli/live-callback-check.ts';
import { checkQueues, sendThroughQueue } from '../../cli/queue-check.ts';
import { mnsQueue } from '../../connectors/mns/index.ts';
import {
  CloudFault,
  cloudClient,
  fixedCredentials,
  type MessageCallback,
  type RecordNotifyConfig,
} from '../../connectors/vod/index.ts';
import { calmEmulator } from '../emulator/world.ts';

const url = 'https://ingress.example.com/callbacks/vod';
const key = 'Abc123Def456';
const queue = { accountId: '1234567890', queue: 'vod-callbacks', region: 'cn-shanghai' };
const mnsEndpoint = 'http://1234567890.mns.cn-shanghai.aliyuncs.com/';
const expected: Expected = { url, keys: ['Older123Key', key], unsigned: false, queues: [queue], wanted: null };
const wrong = (findings: readonly Finding[]) => findings.filter(({ remedy }) => remedy !== undefined);

async function cloudOf(accessKeySecret = 'emulator-secret') {
  const emulator = await calmEmulator();
  const credentials = fixedCredentials({ accessKeyId: 'emulator', accessKeySecret });
  const cloud = cloudClient({ vodEndpoint: emulator.url, liveEndpoint: emulator.url, credentials });
  onTestFinished(() => cloud.close());
  return { emulator, cloud };
}

const configured: MessageCallback = {
  ...{ callbackType: 'HTTP', callbackUrl: url, eventTypes: ['ALL'], authSwitch: 'on', authKey: key },
  ...{ mnsEndpoint: null, mnsQueueName: null },
};
const found = async (change: Partial<MessageCallback>, expecting: Partial<Expected> = {}) => {
  const getMessageCallback = () => Promise.resolve({ ...configured, ...change });
  return (await checkMessageCallback({ getMessageCallback }, { ...expected, queues: [], ...expecting })).findings;
};

describe('the callback configuration', () => {
  it('as it was set at the cloud, is read back and found well, without showing a key', async () => {
    const { cloud } = await cloudOf();
    expect(wrong((await checkMessageCallback(cloud, expected)).findings)).toMatchObject([
      { why: 'nothing is set in this region', remedy: expect.stringContaining('record-config apply') },
    ]);
    await cloud.setMessageCallback(configured);
    const { findings } = await checkMessageCallback(cloud, { ...expected, queues: [] });
    expect(wrong(findings)).toEqual([]);
    expect(findings).toHaveLength(3);
    expect(JSON.stringify(findings)).not.toContain(key);
  });

  it.each<[string, Partial<MessageCallback>, RegExp, RegExp]>([
    ['another address', { callbackUrl: `${url}/` }, /what is signed differs/, /to the last slash/],
    ['another key', { authKey: 'Other123Key' }, /the cloud has another key/, /add the key/],
    ['no signature', { authSwitch: 'off' }, /signs nothing/, /switch it on/],
    ['events missing', { eventTypes: ['FileUploadComplete'] }, /without AddLiveRecordVideoComplete/, /subscribe/],
    ['no events', { eventTypes: [] }, /without/, /subscribe/],
    [
      'a queue that nobody reads',
      { callbackType: 'MNS', mnsQueueName: 'other' },
      /no role here reads/,
      /callbacks\.queues/,
    ],
  ])('%s', async (_, change, why, remedy) => {
    const [finding, ...others] = wrong(await found(change));
    expect([finding?.why, finding?.remedy, others]).toEqual([
      expect.stringMatching(why),
      expect.stringMatching(remedy),
      [],
    ]);
  });

  it.each<[string, Partial<MessageCallback>]>([
    ['just the needed events', { eventTypes: neededEvents }],
    ['an older key of the ring', { authKey: 'Older123Key' }],
  ])('%s is well', async (_, change) => {
    expect(wrong(await found(change))).toEqual([]);
  });

  const mns = { callbackType: 'MNS', mnsQueueName: 'vod-callbacks', mnsEndpoint } as const;
  const emulated = 'http://127.0.0.1:8081';

  it.each<[string, Partial<MessageCallback>, Expected['queues']]>([
    ['the queue that is read', { ...mns, authSwitch: 'off', authKey: null }, [queue]],
    ['by its address inside', { ...mns, mnsEndpoint: mnsEndpoint.replace('shanghai', 'shanghai-internal') }, [queue]],
    ['through a proxy', mns, [{ ...queue, endpoint: 'https://proxy.example.com' }]],
    ['at one host', { ...mns, mnsEndpoint: `${emulated}/` }, [{ ...queue, endpoint: emulated }]],
  ])('%s is well', async (_, change, queues) => {
    const findings = await found(change, { queues });
    expect(findings).toHaveLength(2);
    expect(findings.filter(({ why }) => why !== undefined)).toEqual([]);
  });

  it.each<[string, Partial<MessageCallback>, Expected['queues'], RegExp]>([
    ['another account', mns, [{ ...queue, accountId: '987' }], /one of that name at https:\/\/987\.mns/],
    ['another region', mns, [{ ...queue, region: 'cn-beijing' }], /one of that name at https:.*cn-beijing/],
    ['another host', { ...mns, mnsEndpoint: emulated }, [queue], /one of that name at https:/],
    ['another port', { ...mns, mnsEndpoint: emulated }, [{ ...queue, endpoint: 'http://127.0.0.1:1' }], /:1$/],
    ['another name', { ...mns, mnsQueueName: 'other' }, [queue], /no role here reads/],
    ['no endpoint', { ...mns, mnsEndpoint: null }, [queue], /one of that name/],
  ])('a queue of %s is not the one that is read', async (_, change, queues, why) => {
    expect(wrong(await found(change, { queues }))).toMatchObject([
      { why: expect.stringMatching(why), remedy: expect.stringContaining('callbacks.queues') },
    ]);
  });

  const wants = { events: ['ALL'], auth: true };
  it.each<[string, Partial<MessageCallback>, Expected['wanted'], string | null]>([
    [
      'HTTP at the cloud, a queue in the file',
      {},
      { ...wants, mns: { endpoint: mnsEndpoint, queue: 'vod-callbacks' } },
      'by HTTP to',
    ],
    ['a queue at the cloud, HTTP in the file', mns, { ...wants, url }, 'to the queue vod-callbacks'],
    ['another queue', mns, { ...wants, mns: { endpoint: mnsEndpoint, queue: 'other' } }, 'to the queue vod-callbacks'],
    ['the queue of the file', mns, { ...wants, mns: { endpoint: mnsEndpoint, queue: 'vod-callbacks' } }, null],
    ['the address of the file', {}, { ...wants, url }, null],
  ])('%s', async (_, change, wanted, why) => {
    const findings = wrong(await found(change, { queues: [queue], wanted }));
    const expectedFinding = { why: expect.stringContaining(why ?? ''), remedy: expect.stringContaining('apply') };
    expect(findings).toMatchObject(why === null ? [] : [expectedFinding]);
  });

  it('HTTP at the cloud and queues that are read is a warning, as they may be of other regions', async () => {
    const [way] = await found({}, { queues: [queue] });
    expect([way?.why, way?.remedy]).toEqual([expect.stringContaining('by HTTP to'), undefined]);
  });

  it.each([
    ['Forbidden', /deploy\/ram\/doctor\.json/],
    ['InvalidTimeStamp.Expired', /clock/],
    ['InvalidSecurityToken.Expired', /expired/],
    ['OperationDenied', /activate/],
    ['CredentialsUnavailable', /ALIBABA_CLOUD_ACCESS_KEY_ID/],
    ['ECONNREFUSED', /reach/],
    ['RequestTimeout', /VOD_ENDPOINT/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /certificate/],
    ['Unheard.Of', /Unheard\.Of/],
  ])('that can not be read for %s says what to do', async (code, remedy) => {
    const fault = new CloudFault({ kind: 'terminal', code, action: 'GetMessageCallback', message: 'no' });
    const { findings } = await checkMessageCallback({ getMessageCallback: () => Promise.reject(fault) }, expected);
    expect(findings).toMatchObject([{ remedy: expect.stringMatching(remedy) }]);
  });
});

describe('the queues that are read', () => {
  it('are looked for where the role reads them, and written to', async () => {
    const emulator = await calmEmulator({ queue: queue.queue });
    const own = { ...queue, endpoint: emulator.url };
    const provider = fixedCredentials({ accessKeyId: 'emulator', accessKeySecret: 'emulator-secret' });
    expect(await checkQueues([{ ...own, queue: 'never-created' }], provider)).toMatchObject([
      { why: expect.stringContaining('QueueNotExist'), remedy: expect.stringContaining('create it') },
    ]);
    expect(wrong(await checkQueues([own], provider))).toEqual([]);
    expect(await sendThroughQueue(own, provider, '{"a":"<&>"}', 'sent')).toBeNull();
    const credentials = await provider.getCredentials();
    const reader = mnsQueue({ endpoint: emulator.url, queue: own.queue, credentials });
    onTestFinished(() => reader.close());
    expect(await reader.receive(1, 0)).toMatchObject([{ body: '{"a":"<&>"}' }]);
  });

  it('that may not be written to are not tested, which is no failure', async () => {
    const server = createServer((_, response) => {
      response.writeHead(403, { 'content-type': 'text/xml' });
      response.end(
        '<Error><Code>AccessDenied</Code><Message>no</Message><RequestId>1</RequestId><HostId>h</HostId></Error>',
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const own = { ...queue, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const provider = fixedCredentials({ accessKeyId: 'id', accessKeySecret: 'secret' });
    const unsent = await sendThroughQueue(own, provider, '{}', 'sent');
    expect([unsent?.why, unsent?.remedy]).toEqual([expect.stringMatching(/^not tested: .*mns:SendMessage/), undefined]);
    expect(await checkQueues([own], provider)).toMatchObject([{ remedy: expect.stringContaining('doctor.json') }]);
  });
});

describe("Live's own record callbacks", () => {
  const domain = 'play.example.com';
  const liveUrl = 'https://ingress.example.com/callbacks/live';
  const liveKey = 'Abc123Def4567890';
  const expectedLive: ExpectedLive = {
    endpoints: [{ url: liveUrl, keys: ['Older123Key45678', liveKey] }],
    ...{ wanted: [{ domain, url: liveUrl, status: true }], recorded: ['other.example.com'] },
  };
  const good: RecordNotifyConfig = {
    ...{ domainName: domain, notifyUrl: liveUrl, onDemandUrl: null, needStatusNotify: true },
    ...{ notifyReqAuth: true, notifyAuthKey: liveKey },
  };
  const having = (config: RecordNotifyConfig | null, expecting: Partial<ExpectedLive> = {}) =>
    checkLiveCallbacks(
      { describeLiveRecordNotifyConfig: () => Promise.resolve(config) },
      { ...expectedLive, ...expecting },
    );

  it('as they were set at the cloud, are read back and found well, without showing a key', async () => {
    const { cloud } = await cloudOf();
    expect(wrong(await checkLiveCallbacks(cloud, expectedLive))).toMatchObject([
      { why: 'nothing is set', remedy: expect.stringContaining('record-config apply') },
    ]);
    await cloud.addLiveRecordNotifyConfig(good);
    const findings = await checkLiveCallbacks(cloud, expectedLive);
    expect([findings.length, wrong(findings)]).toEqual([3, []]);
    expect(JSON.stringify(findings)).not.toContain(liveKey);
  });

  it.each<[string, RecordNotifyConfig, Partial<ExpectedLive>, RegExp, RegExp]>([
    ['an on-demand address alone', { ...good, notifyUrl: null }, {}, /nothing is set/, /set it/],
    ['another address', { ...good, notifyUrl: `${liveUrl}/` }, {}, /the file wants https/, /set it/],
    ['no endpoint', good, { endpoints: [] }, /no endpoint of kind live/, /callbacks\.endpoints/],
    ['another key', { ...good, notifyAuthKey: 'Other123Key45678' }, {}, /the cloud has another key/, /add the key/],
    ['no signature', { ...good, notifyReqAuth: false }, {}, /signs nothing/, /switch it on/],
    ['files alone', { ...good, needStatusNotify: false }, {}, /files alone/, /switch it on/],
    ['not wanted', good, { wanted: [{ domain, url: 'none', status: true }] }, /wants none/, /delete it/],
  ])('%s is told with what to do', async (_, config, expecting, why, remedy) => {
    const [finding, ...others] = wrong(await having(config, expecting));
    expect([finding?.why, finding?.remedy, others]).toEqual([
      expect.stringMatching(why),
      expect.stringMatching(remedy),
      [],
    ]);
  });

  it.each<[string, RecordNotifyConfig | null, Partial<ExpectedLive>]>([
    ['an older key', { ...good, notifyAuthKey: 'Older123Key45678' }, {}],
    ['files alone, as the file says', { ...good, needStatusNotify: false }, wantedStatus(false)],
    ['none, as the file says', null, { wanted: [{ domain, url: 'none', status: true }] }],
  ])('%s is well', async (_, config, expecting) => {
    const findings = await having(config, expecting);
    expect([findings.length > 0, wrong(findings)]).toEqual([true, []]);
  });

  function wantedStatus(status: boolean): Partial<ExpectedLive> {
    return { wanted: [{ domain, url: liveUrl, status }] };
  }

  it('are asked for where the file has an endpoint or wants them, by the recorded domains where it names none', async () => {
    const asked: string[] = [];
    const describeLiveRecordNotifyConfig = ({ domainName }: { domainName: string }) => {
      asked.push(domainName);
      return Promise.resolve(good);
    };
    const check = (expecting: Partial<ExpectedLive>) =>
      checkLiveCallbacks({ describeLiveRecordNotifyConfig }, { ...expectedLive, ...expecting });
    expect(await check({ endpoints: [], wanted: [] })).toEqual([]);
    await check({ wanted: [] });
    await check({});
    expect(asked).toEqual(['other.example.com', domain]);
  });

  it('that can not be read say what to do', async () => {
    const fault = new CloudFault({ kind: 'terminal', code: 'Forbidden.RAM', action: 'Describe', message: 'no' });
    const findings = await checkLiveCallbacks(
      { describeLiveRecordNotifyConfig: () => Promise.reject(fault) },
      expectedLive,
    );
    expect(findings).toMatchObject([{ remedy: expect.stringMatching(/deploy\/ram\/doctor\.json/) }]);
  });
});

describe('the account', () => {
  it('a wrong secret is told as such', async () => {
    const { cloud } = await cloudOf('wrong');
    expect(wrong((await checkMessageCallback(cloud, expected)).findings)).toMatchObject([
      {
        why: expect.stringMatching(/^SignatureDoesNotMatch: (?!.*again)/),
        remedy: expect.stringContaining('the access key is wrong'),
      },
    ]);
  });

  it('no credentials are told with the settings', async () => {
    const none = { getCredentials: () => Promise.reject(new Error('secret words')) };
    const finding = await checkCredentials(none);
    expect(finding).toMatchObject({
      why: 'none was found',
      remedy: expect.stringContaining('ALIBABA_CLOUD_ACCESS_KEY_ID'),
    });
    expect(JSON.stringify(finding)).not.toContain('secret words');
    const some = fixedCredentials({ accessKeyId: 'id', accessKeySecret: 'secret' });
    expect((await checkCredentials(some)).remedy).toBeUndefined();
  });

  it('recordings are counted, and a domain without any is told', async () => {
    const { cloud } = await cloudOf();
    const [recorded, empty] = await checkRecording(cloud, ['play.example.com', 'other.example.com']);
    expect(recorded?.remedy).toBeUndefined();
    expect(empty).toMatchObject({ why: 'nothing is recorded', remedy: expect.stringContaining('record-config apply') });
  });
});

describe('an endpoint', () => {
  it('that answers is reached, and its clock compared', async () => {
    const { emulator } = await cloudOf();
    const findings = await checkDoor('VOD', 'VOD_ENDPOINT', emulator.url);
    expect([findings.length, wrong(findings)]).toEqual([2, []]);
  });

  it('whose clock is an hour away is told', async () => {
    const server = createServer((_, response) => {
      response.setHeader('date', new Date(Date.now() - 3_600_000).toUTCString());
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const findings = await checkDoor('Live', 'LIVE_ENDPOINT', `http://127.0.0.1:${port}`);
    expect(wrong(findings)).toMatchObject([
      { why: expect.stringMatching(/^3(599|600|601) s apart: callbacks and calls/) },
    ]);
  });

  it('that nobody listens at is told with its setting', async () => {
    const findings = await checkDoor('VOD', 'VOD_ENDPOINT', 'http://127.0.0.1:9');
    expect(findings).toMatchObject([{ why: expect.anything(), remedy: expect.stringContaining('VOD_ENDPOINT') }]);
  });

  it.each([
    [300, undefined],
    [301, 'callbacks are refused as stale'],
    [900, 'callbacks are refused as stale'],
    [901, 'callbacks and calls are refused'],
  ])('%i s apart', (seconds, why) => {
    for (const told of [-1, 1]) {
      const finding = clockFinding('VOD', told * seconds * 1000, 0);
      expect(finding.why?.split(': ')[1]).toBe(why);
    }
    expect(clockFinding('VOD', Number.NaN, 0).remedy).toBeUndefined();
  });
});
