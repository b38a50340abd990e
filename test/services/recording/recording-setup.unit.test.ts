import { describe, expect, it } from 'vitest';
import { recordedOf } from '../../../cli/recorded.ts';
import type { MessageCallback, RecordConfig } from '../../../connectors/vod/index.ts';
import { applyRecording } from '../../../services/recording/apply.ts';
import { planRecording } from '../../../services/recording/plan.ts';
import type { RetriedCall } from '../../../services/recording/retried-calls.ts';
import { type RecordingSetupInput, readRecordingSetup } from '../../../services/recording/wanted.ts';

const file: RecordingSetupInput = {
  templateGroups: { storeOnly: 'group-store', composeOnly: 'group-compose-only' },
  configs: [
    { domain: 'play.example.com', app: 'live', segments: 'group-1', cycleSeconds: 1800 },
    { domain: 'play.example.com', app: 'match', stream: 'final', segments: 'store-only', composed: 'compose-only' },
  ],
  callback: { url: 'https://ingress.example.com/callbacks/vod', events: ['FileUploadComplete', 'TranscodeComplete'] },
};

function setupOf(input: unknown) {
  const read = readRecordingSetup(input);
  return read.ok ? read.setup : expect.fail(JSON.stringify(read.problems));
}

function problemsOf(input: unknown): readonly string[] {
  const read = readRecordingSetup(input);
  return read.ok ? [] : read.problems.map(({ path, problem }) => `${path}: ${problem}`);
}

/** A cloud that holds configurations and counts its changes. */
function cloudWith(configs: RecordConfig[], callback: MessageCallback | null = null) {
  const changes: string[] = [];
  let present = callback;
  const at = (one: Pick<RecordConfig, 'appName' | 'streamName'>) =>
    configs.findIndex((other) => other.appName === one.appName && other.streamName === one.streamName);
  return {
    changes,
    callback: () => present,
    describeLiveRecordVodConfigs: ({ domainName }: { domainName: string }) =>
      Promise.resolve({ rows: configs.filter((one) => one.domainName === domainName), odd: [] }),
    getMessageCallback: () => Promise.resolve(present),
    addLiveRecordVodConfig(config: RecordConfig) {
      changes.push('add');
      configs.push(config);
      return Promise.resolve();
    },
    updateLiveRecordVodConfig(config: RecordConfig) {
      changes.push('update');
      configs[at(config)] = config;
      return Promise.resolve();
    },
    deleteLiveRecordVodConfig(config: Pick<RecordConfig, 'appName' | 'streamName'>) {
      changes.push('delete');
      configs.splice(at(config), 1);
      return Promise.resolve();
    },
    setMessageCallback(wanted: MessageCallback) {
      changes.push('callback');
      present = wanted;
      return Promise.resolve();
    },
  };
}

const retried: RetriedCall = (call) => call();

const kinds = (plan: Awaited<ReturnType<typeof planRecording>>) => plan.changes.map((change) => change.kind);

describe('the file', () => {
  it('resolves the special template groups', () => {
    expect(setupOf(file).configs[1]).toMatchObject({
      transcodeGroupId: 'group-store',
      autoCompose: true,
      composeTranscodeGroupId: 'group-compose-only',
      cycleSeconds: 3600,
      disconnectDelaySeconds: 180,
    });
  });

  // The file demanded an id of its own for what the cloud has built in.
  it('takes the built-in group for them where the account has none of its own', () => {
    const input = { configs: [{ domain: 'a', app: 'b', segments: 'store-only', composed: 'compose-only' }] };
    const { configs, storing } = setupOf(input);
    expect(configs).toMatchObject([
      { transcodeGroupId: 'VOD_NO_TRANSCODE', composeTranscodeGroupId: 'VOD_NO_TRANSCODE' },
    ]);
    expect(recordedOf({ configs, storing })).toMatchObject([{ segments: 'played', composed: 'played' }]);
  });

  it('tells the policies what the cloud makes of a source', () => {
    const { configs, storing } = setupOf({
      ...file,
      configs: [...(file.configs ?? []), { domain: 'a', app: 'b', segments: 'VOD_NO_TRANSCODE', composed: 'none' }],
    });
    expect(recordedOf({ configs, storing })).toMatchObject([
      { path: 'recording.configs[0]', segments: 'transcoded', composes: false, composed: null },
      { path: 'recording.configs[1]', segments: 'stored', composes: true, composed: 'stored' },
      { path: 'recording.configs[2]', segments: 'played', composes: false, composed: null },
    ]);
  });

  it.each([
    [
      { configs: [{ domain: 'd', app: 'a', segments: 'store-only', workflowId: 'w' }] },
      'recording.configs[0].workflowId: is called workflow here',
    ],
    [
      { configs: [{ domain: 'a.example.com', app: 'live', segments: 'g', cycleSeconds: 60 }] },
      'configs[0].cycleSeconds',
    ],
    [{ configs: [{ domain: 'a.example.com', app: 'live', segmants: 'g' }] }, 'segmants'],
    [
      {
        configs: [
          { domain: 'a', app: 'b', segments: 'g' },
          { domain: 'a', app: 'b', segments: 'h' },
        ],
      },
      'configs[0]',
    ],
    [{ configs: [{ domain: 'a', app: '*', stream: 's', segments: 'g' }] }, 'app *'],
    [{ callback: { events: ['ALL'] } }, 'either url or mns'],
    [{ callback: { url: `https://example.com/${'x'.repeat(250)}` } }, '256 bytes'],
  ])('refuses %j as a whole and says where', (input, expected) => {
    expect(problemsOf(input).join('\n')).toContain(expected);
  });
});

describe('plan and apply', () => {
  it('add what is missing, update what differs, leave alone what the file does not name', async () => {
    const setup = setupOf(file);
    const [first] = setup.configs;
    if (!first) return expect.fail('no configuration');
    const other: RecordConfig = { ...first, appName: 'other' };
    const cloud = cloudWith([{ ...first, cycleSeconds: null }, other]);
    const plan = await planRecording(cloud, setup, 'Key1', retried);
    expect(kinds(plan)).toEqual(['update', 'add', 'unmanaged']);
    expect(plan.changes[0]).toMatchObject({ differences: [{ field: 'cycleSeconds', from: '3600', to: '1800' }] });
    expect(cloud.changes).toEqual([]);

    const applied: string[] = [];
    await applyRecording(cloud, plan, retried, ({ what, name }) => applied.push(`${what} ${name}`));
    expect(applied).toEqual([
      'updated play.example.com/live/*',
      'added play.example.com/match/final',
      'callback set https://ingress.example.com/callbacks/vod',
    ]);
    const again = await planRecording(cloud, setup, 'Key1', retried);
    expect(kinds(again)).toEqual(['keep', 'keep', 'unmanaged']);
    expect(again.callback?.differences).toEqual([]);
  });

  it('name the queue that callbacks are set to, whatever address was set before', async () => {
    const setup = setupOf({ callback: { mns: { endpoint: 'https://1.mns.example.com', queue: 'vod-callbacks' } } });
    const before: MessageCallback = {
      ...{ callbackType: 'HTTP', callbackUrl: 'https://old.example.com/', eventTypes: ['ALL'] },
      ...{ authSwitch: 'on', authKey: 'Key1', mnsEndpoint: null, mnsQueueName: null },
    };
    const cloud = cloudWith([], before);
    const applied: string[] = [];
    const plan = await planRecording(cloud, setup, 'Key1', retried);
    await applyRecording(cloud, plan, retried, ({ what, name }) => applied.push(`${what} ${name}`));
    expect(applied).toEqual(['callback set vod-callbacks']);
  });

  it('leave alone what may be a configuration that can’t be read', async () => {
    const setup = setupOf(file);
    const [first] = setup.configs;
    if (!first) return expect.fail('no configuration');
    const cloud = Object.assign(cloudWith([first]), {
      describeLiveRecordVodConfigs: () => Promise.resolve({ rows: [first], odd: [{ id: null, problem: 'AppName' }] }),
    });
    const plan = await planRecording(cloud, setup, 'Key1', retried);
    expect(kinds(plan)).toEqual(['keep', 'unclear']);
    await applyRecording(cloud, plan, retried, () => {});
    expect(cloud.changes).toEqual(['callback']);
  });

  it('keep the events and the key that somebody else set, and never show a key', async () => {
    const existing: MessageCallback = {
      callbackType: 'HTTP',
      callbackUrl: 'https://old.example.com/',
      eventTypes: ['AIComplete', 'FileUploadComplete'],
      authSwitch: 'on',
      authKey: 'OldSecret1',
      mnsEndpoint: null,
      mnsQueueName: null,
    };
    const setup = setupOf(file);
    const kept = await planRecording(cloudWith([], existing), setup, null, retried);
    expect(kept.callback?.wanted).toMatchObject({
      authKey: 'OldSecret1',
      eventTypes: ['AIComplete', 'FileUploadComplete', 'TranscodeComplete'],
    });
    const { callback } = await planRecording(cloudWith([], existing), setup, 'NewSecret2', retried);
    const fields = callback?.differences.map((difference) => difference.field);
    expect(fields).toEqual(['callbackUrl', 'eventTypes', 'authKey']);
    expect(JSON.stringify(callback?.differences)).not.toMatch(/Secret/);
  });

  it.each([
    [null, 'is not set'],
    ['lower-case-only', 'upper case'],
    [`Aa1${'x'.repeat(30)}`, '32 characters'],
  ])('is refused as a whole with the key %j, before anything is changed', async (key, why) => {
    // The cloud refuses it only after everything else was applied.
    const cloud = cloudWith([]);
    await expect(planRecording(cloud, setupOf(file), key, retried)).rejects.toThrow(why);
    const unsigned = setupOf({ ...file, callback: { url: 'https://ingress.example.com/', auth: false } });
    expect((await planRecording(cloud, unsigned, key, retried)).callback?.wanted.authSwitch).toBe('off');
    expect(cloud.changes).toEqual([]);
  });
});
