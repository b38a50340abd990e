/**
 * Plan, apply, plan again over HTTP against the emulated cloud, for every field that the file has words for. The oracle
 * is what DescribeLiveRecordVodConfigs then tells, asked for apart from the client of the plan.
 */
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { CloudFault, cloudClient, fixedCredentials, type VodCloud } from '../../../connectors/vod/index.ts';
import type { Emulator } from '../../../emulator/index.ts';
import { applyRecording } from '../../../services/recording/apply.ts';
import { planRecording } from '../../../services/recording/plan.ts';
import { retriedCalls } from '../../../services/recording/retried-calls.ts';
import { readRecordingSetup } from '../../../services/recording/wanted.ts';
import { call } from '../../emulator/api/caller.ts';
import { calmEmulator } from '../../emulator/world.ts';
import { quickPlatform } from '../jobs/crash-world.ts';

// Twenty times as fast as it would be: the emulator throttles by the wall clock.
const retried = retriedCalls(quickPlatform(() => 0.5, 20));
const where = { domain: 'converge.example.com', app: 'converges' };
const before = { ...where, segments: 'g', composed: 'h', storageLocation: 'bucket-a', spaceId: 'space-a' };

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

function setupOf(config: object) {
  const read = readRecordingSetup({ configs: [config] });
  return read.ok ? read.setup : expect.fail(JSON.stringify(read.problems));
}

const planOf = (config: object, at: VodCloud = cloud) => planRecording(at, setupOf(config), null, retried);

async function apply(config: object, options = { replace: true }, at: VodCloud = cloud): Promise<readonly string[]> {
  const done: string[] = [];
  await applyRecording(at, await planOf(config, at), retried, ({ what }) => done.push(what), options);
  return done;
}

const live = (Action: string, params: Record<string, string>) =>
  call(emulator.url, Action, { Version: '2016-11-01', DomainName: where.domain, AppName: where.app, ...params });

/** As the cloud tells it. */
async function told(): Promise<Record<string, unknown> | undefined> {
  const { body } = await live('DescribeLiveRecordVodConfigs', {});
  return (body.LiveRecordVodConfigs as { LiveRecordVodConfig: Record<string, unknown>[] }).LiveRecordVodConfig[0];
}

/** A change in the file, how it gets there, and what the cloud tells then. */
const changes: readonly (readonly [object, 'updated' | 'replaced', string, unknown])[] = [
  [{ cycleSeconds: 1800 }, 'updated', 'CycleDuration', 1800],
  [{ disconnectDelaySeconds: 60 }, 'updated', 'DelayTime', 60],
  [{ onDemand: 7 }, 'updated', 'OnDemand', 7],
  [{ segments: 'g2' }, 'updated', 'VodTranscodeGroupId', 'g2'],
  [{ composed: 'h2' }, 'updated', 'ComposeVodTranscodeGroupId', 'h2'],
  [{ composed: 'none' }, 'updated', 'AutoCompose', 'OFF'],
  [{ storageLocation: 'bucket-b' }, 'replaced', 'StorageLocation', 'bucket-b'],
  [{ spaceId: 'space-b' }, 'replaced', 'SpaceId', 'space-b'],
  [{ storageLocation: 'bucket-b', cycleSeconds: 900 }, 'replaced', 'CycleDuration', 900],
];

const plain = { segments: 'g', composed: 'h' };
const mp4 = { format: 'mp4', transcode: 'g' };
const m3u8 = { format: 'm3u8', workflow: 'w', of: 'both', compose: true, sliceSeconds: 10, tags: 'a b' };
const toldMp4 = { ProcessMethod: 'transcode', ProcessTemplateId: 'g', VideoProcess: 'origin', AutoCompose: 'OFF' };
const toldM3u8 = {
  ...{ Format: 'm3u8', ProcessMethod: 'workflow', ProcessTemplateId: 'w', VideoProcess: 'origin,compose' },
  ...{ AutoCompose: 'ON', SliceDuration: 10, Tags: 'a b' },
};

/** What the file said, says then, how it gets there, and the formats that the cloud tells then. */
const formatChanges: readonly (readonly [object, object, readonly string[], readonly object[]])[] = [
  [plain, { workflow: 'w' }, ['updated'], [{ Format: 'm3u8', ProcessTemplateId: 'w', VideoProcess: 'origin' }]],
  [{ workflow: 'w' }, { workflow: 'v' }, ['updated'], [{ ProcessTemplateId: 'v' }]],
  [plain, { formats: [m3u8, mp4] }, ['updated'], [toldM3u8, toldMp4]],
  [{ formats: [m3u8, mp4] }, { formats: [mp4, m3u8] }, [], [toldM3u8, toldMp4]],
  [{ formats: [m3u8, mp4] }, { formats: [mp4] }, ['updated'], [toldMp4]],
  [{ formats: [mp4] }, { formats: [{ ...mp4, compose: true }] }, ['updated'], [{ ...toldMp4, AutoCompose: 'ON' }]],
  // What isn't said stays, with the format that it is of.
  [{ formats: [m3u8] }, { formats: [{ format: 'm3u8', workflow: 'w', of: 'both', compose: true }] }, [], [toldM3u8]],
  [{ formats: [m3u8] }, { workflow: 'w' }, ['updated'], [{ ...toldM3u8, VideoProcess: 'origin', AutoCompose: 'OFF' }]],
  // Whether an update takes them away isn't known.
  [{ formats: [m3u8] }, { ...plain, formats: 'none' }, ['replaced'], []],
  [{ formats: [m3u8] }, plain, [], [toldM3u8]],
  [plain, { ...plain, formats: 'none' }, [], []],
];

describe('formats', () => {
  it.each(formatChanges)('%j, then %j: %j', async (was, then, done, formats) => {
    expect(await apply({ ...where, ...was })).toEqual(['added']);
    expect((await planOf({ ...where, ...was })).changes.map(({ kind }) => kind)).toEqual(['keep']);
    expect(await apply({ ...where, ...then })).toEqual(done);
    const [left] = (await planOf({ ...where, ...then })).changes;
    expect(left?.kind).toBe('keep');
    const list = (await told())?.RecordFormatList as { readonly RecordFormat: readonly object[] };
    expect(list.RecordFormat).toHaveLength(formats.length);
    expect(list.RecordFormat).toMatchObject(formats);
  });

  it('that are taken away are said, and taken away only when it is asked for', async () => {
    await apply({ ...where, formats: [m3u8] });
    const after = { ...where, ...plain, formats: 'none' };
    expect((await planOf(after)).changes).toMatchObject([
      {
        kind: 'replace',
        differences: [
          {
            field: 'recordFormats',
            from: 'm3u8 (workflow w of origin and compose) composed slices of 10 s tags "a b"',
            to: '-',
          },
        ],
      },
    ]);
    await expect(apply(after, { replace: false })).rejects.toThrow(/--replace/);
  });
});

describe('a change of the file', () => {
  it.each(changes)('%j is %s, and then nothing is left to change', async (change, done, field, value) => {
    expect(await apply(before)).toEqual(['added']);
    expect((await planOf(before)).changes.map(({ kind }) => kind)).toEqual(['keep']);
    const after = { ...before, ...change };
    const [planned] = (await planOf(after)).changes;
    expect(planned?.kind).toBe(done === 'updated' ? 'update' : 'replace');
    expect(planned && 'differences' in planned ? planned.differences.length : 0).toBe(Object.keys(change).length);
    expect(await apply(after)).toEqual([done]);
    expect((await planOf(after)).changes.map(({ kind }) => kind)).toEqual(['keep']);
    expect((await told())?.[field]).toBe(value);
  });

  it.each([{ cycleSeconds: 900 }, { storageLocation: 'bucket-b' }])(
    '%j leaves all that the file has no words for as it is',
    async (change) => {
      const own = {
        ...{ VodTranscodeGroupId: 'g', StorageLocation: 'bucket-a', SpaceId: 'space-a' },
        ...{ RecordContent: 'raw,transcode', 'TranscodeTemplates.1': 't1', 'TranscodeTemplates.2': 't2' },
        ...{ 'RecordFormat.1.Format': 'm3u8', 'RecordFormat.1.AutoCompose': 'ON', 'RecordFormat.1.Tags': 'a b' },
        ...{ 'RecordFormat.1.ProcessMethod': 'workflow', 'RecordFormat.1.ProcessTemplateId': 'w' },
        ...{ 'RecordFormat.1.VideoProcess': 'origin,compose', 'RecordFormat.1.SliceDuration': '10' },
        ...{ 'RecordFormat.2.Format': 'mp4' },
      };
      expect(await live('AddLiveRecordVodConfig', own)).toMatchObject({ status: 200 });
      const { CycleDuration: _, StorageLocation: _s, CreateTime: _t, ...kept } = (await told()) ?? {};
      // Of another segments group, which the formats leave without effect: said, and no change.
      const file = { ...where, segments: 'other' };
      const [planned] = (await planOf(file)).changes;
      expect(planned).toMatchObject({
        kind: 'keep',
        kept: [expect.stringMatching(/m3u8 \(workflow w/), expect.stringMatching(/t1, t2/)],
      });
      await apply({ ...file, ...change });
      expect((await planOf({ ...file, ...change })).changes.map(({ kind }) => kind)).toEqual(['keep']);
      expect(await told()).toMatchObject({
        ...kept,
        RecordFormatList: { RecordFormat: [{ SliceDuration: 10, Tags: 'a b' }, { Format: 'mp4' }] },
      });
    },
  );

  it('that only deleting can make is refused as a whole, until it is asked for', async () => {
    await apply(before);
    const after = { ...before, spaceId: 'space-b', cycleSeconds: 900 };
    await expect(apply(after, { replace: false })).rejects.toThrow(/converges\/\*: can't be updated.*--replace/);
    expect(await told()).toMatchObject({ SpaceId: 'space-a', CycleDuration: 3600 });
  });
});

describe('a replacement that goes wrong', () => {
  const after = { ...before, storageLocation: 'bucket-b' };
  const fault = (kind: 'terminal' | 'ambiguous') =>
    new CloudFault({ kind, code: 'Refused', action: 'AddLiveRecordVodConfig', message: 'no such bucket' });

  /** The cloud, of which some calls end as said: before they are made, or after. */
  function failing(
    name: 'addLiveRecordVodConfig' | 'deleteLiveRecordVodConfig',
    ends: readonly ('refused' | 'lost' | 'lost after' | 'well')[],
  ): VodCloud {
    const left = [...ends];
    return {
      ...cloud,
      async [name](config: never) {
        const end = left.shift() ?? 'well';
        if (end === 'refused') throw fault('terminal');
        if (end === 'lost') throw fault('ambiguous');
        await cloud[name](config);
        if (end === 'lost after') throw fault('ambiguous');
      },
    };
  }

  it('puts the former back', async () => {
    await apply(before);
    const at = failing('addLiveRecordVodConfig', ['refused', 'well']);
    await expect(apply(after, { replace: true }, at)).rejects.toThrow(/no such bucket.*former is back/);
    expect(await told()).toMatchObject({ StorageLocation: 'bucket-a', SpaceId: 'space-a' });
  });

  it('says what the stream had, where not even that works', async () => {
    await apply(before);
    const at = failing('addLiveRecordVodConfig', ['refused', 'refused']);
    await expect(apply(after, { replace: true }, at)).rejects.toThrow(
      /is without .*NOT recorded.*apply.*"storageLocation":"bucket-a"/,
    );
    expect(await told()).toBeUndefined();
    expect(await apply(after)).toEqual(['added']);
  });

  it.each([
    ['deleteLiveRecordVodConfig', ['lost']],
    ['deleteLiveRecordVodConfig', ['lost after']],
    ['addLiveRecordVodConfig', ['lost', 'lost']],
    ['addLiveRecordVodConfig', ['lost after']],
  ] as const)('looks again where the answer of %s is %j', async (name, ends) => {
    await apply(before);
    expect(await apply(after, { replace: true }, failing(name, ends))).toEqual(['replaced']);
    expect(await told()).toMatchObject({ StorageLocation: 'bucket-b', SpaceId: 'space-a' });
  });

  it('gives up after three answers that were lost', async () => {
    await apply(before);
    const at = failing('addLiveRecordVodConfig', ['lost', 'lost', 'lost']);
    await expect(apply(after, { replace: true }, at)).rejects.toThrow(/former is back/);
    expect(await told()).toMatchObject({ StorageLocation: 'bucket-a' });
  });
});
