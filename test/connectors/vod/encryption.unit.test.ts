/** Whether an output is encrypted, in each form in which the cloud tells it (cloud facts 1.3.1, 3.2.1). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudClient, fixedCredentials, type VodCloud } from '../../../connectors/vod/index.ts';
import { type Emulator, startEmulator, templateGroupIds } from '../../../emulator/index.ts';
import { parseCallback } from '../../../processors/callback/index.ts';
import { transcodesFound } from '../../../services/reconciler/findings.ts';
import { streamTranscoded } from '../../processors/callbacks.ts';
import { type Reply, type ScriptedCloud, scriptedCloud } from './scripted-cloud.ts';

const credentials = { accessKeyId: 'id', accessKeySecret: 'secret' };

const clientOf = (url: string): VodCloud =>
  cloudClient({
    vodEndpoint: url,
    liveEndpoint: url,
    credentials: fixedCredentials(credentials),
  });

/** The whole text of the sample on the page of GetTranscodeTask is `{\"EncryptType\":\"AliyunVoDEncryption\"}`. */
const sample = String.raw`{\"EncryptType\":\"AliyunVoDEncryption\"}`;

const forms: readonly (readonly [unknown, boolean])[] = [
  ['AliyunVoDEncryption', true],
  ['HLSEncryption', true],
  [{ EncryptType: 'AliyunVoDEncryption' }, true],
  [{ EncryptType: 'HLSEncryption' }, true],
  [{ Type: 'hls-aes-128', KeyUri: 'http://k' }, true],
  ['{"Type":"hls-aes-128","KeyUri":"http://k"}', true],
  ['{"EncryptType":"AliyunVoDEncryption"}', true],
  [sample, true],
  [true, true],
  ['true', true],
  [1, true],
  ['1', true],
  [false, false],
  ['false', false],
  [0, false],
  ['0', false],
  ['', false],
  [null, false],
  [undefined, false],
  [{}, false],
];

describe('an answer', () => {
  let Encryption: unknown;
  let cloud: ScriptedCloud;
  let client: VodCloud;
  const OutputFile = () => ({ OutputFileUrl: 'http://x/y.m3u8', Encryption });
  beforeAll(async () => {
    cloud = await scriptedCloud((): Reply => {
      const job = { TranscodeJobId: 'j', TranscodeJobStatus: 'TranscodeSuccess', OutputFile: OutputFile() };
      return { status: 200, body: { TranscodeTask: { TranscodeTaskId: 't', TranscodeJobInfoList: [job] } } };
    });
    client = clientOf(cloud.url);
  });
  afterAll(async () => {
    client.close();
    await cloud.close();
  });

  it.each(forms)('of GetTranscodeTask with Encryption %j: encrypted is %s', async (form, encrypted) => {
    Encryption = form;
    const { jobs } = await client.getTranscodeTask({ taskId: 't' });
    expect(jobs).toMatchObject([{ jobId: 'j', encrypted }]);
  });
});

describe('a callback', () => {
  const event = (more: object) => {
    const body = streamTranscoded(5, { Status: 'success', JobId: 'j', ...more });
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const parsed = parseCallback(bytes, { source: 'http', receivedAtMs: Date.UTC(2026, 5, 1), region: null });
    return parsed.kind === 'unparsable' ? expect.fail(parsed.reason) : parsed.event.fact.outputs[0]?.encrypted;
  };

  it.each<[object, boolean | null]>([
    [{ Encrypt: true }, true],
    [{ Encrypt: 'true' }, true],
    [{ Encrypt: 1 }, true],
    [{ Encrypt: '1' }, true],
    [{ Encrypt: true, EncryptType: 'HLSEncryption' }, true],
    [{ EncryptType: 'AliyunVoDEncryption' }, true],
    [{ Encrypt: false }, false],
    [{ Encrypt: 'false' }, false],
    [{ Encrypt: 0 }, false],
    [{}, null],
  ])('with %j: encrypted is %s', (more, encrypted) => {
    expect(event(more)).toBe(encrypted);
  });
});

describe('the emulated cloud', () => {
  let emulator: Emulator;
  let client: VodCloud;
  beforeAll(async () => {
    const knobs = { renditionFailureRate: 0, brokenSourceRate: 0, dropRate: 1 };
    emulator = await startEmulator({ port: 0, seed: 3, knobs, accessKeys: [credentials] });
    client = clientOf(emulator.url);
    emulator.play({ practices: ['2'], shows: 3, compression: 1e9 });
    await emulator.whenQuiet();
  });
  afterAll(async () => {
    client.close();
    await emulator.stop();
  });

  it('tells the same of an output at every door, in whichever form', async () => {
    const told = new Map<string, boolean | null | undefined>();
    for (const { videoId } of emulator.ledger().videos.filter((video) => video.status === 'SOURCE_READY')) {
      const order = { videoId, templateGroupId: templateGroupIds.encrypted, sessionId: `e-${videoId}` };
      const { taskId } = await client.submitTranscodeJobs(order);
      await emulator.whenQuiet();
      const task = await client.getTranscodeTask({ taskId });
      const { streams } = await client.getPlayInfo({ videoId });
      const truth = emulator.ledger().videos.find((video) => video.videoId === videoId)?.renditions ?? [];
      expect(truth.length).toBe(4);
      for (const { jobId, encrypted, definition } of truth) {
        expect([definition, encrypted]).toEqual([definition, definition !== 'LD']);
        expect(streams.find((one) => one.jobId === jobId)?.encrypted).toBe(encrypted);
        expect(task.jobs.find((one) => one.jobId === jobId)?.encrypted).toBe(encrypted);
      }
      const known = { videoId, reported: new Set<string>() };
      for (const { body } of transcodesFound(known, [task])) {
        if (body.EventType !== 'StreamTranscodeComplete') continue;
        const { JobId, Encrypt } = body as unknown as { JobId: string; Encrypt?: boolean };
        told.set(JobId, Encrypt);
        expect(Encrypt).toBe(truth.find((one) => one.jobId === JobId)?.encrypted);
      }
    }
    expect(told.size).toBeGreaterThan(8);
  });
});
