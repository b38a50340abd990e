/**
 * A show that ApsaraVideo Live's own record callbacks tell of first, on the real stack: every role by `up`, Live and VOD
 * emulated. VOD's callback is held back until Live has said all that it has to say.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import PopCore from '@alicloud/pop-core';
import { expect, inject, test } from 'vitest';
import { stringify } from 'yaml';
import { templateGroupIds } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import { signatureOf } from '../../services/intake/http/index.ts';
import { calmEmulator } from '../emulator/world.ts';
import { eventually } from '../support/eventually.ts';
import { command, ownSettings } from './command.ts';

const stack = inject('stack');
const key = 'Abc123Def456';
const liveKey = 'Abc123Def4567890';
const vodUrl = 'https://ingress.example.com/callbacks/vod';
const stream = { DomainName: 'play.example.com', AppName: 'notices', StreamName: 'room-42' };
const delaySeconds = 15;

test("a session's start, pause and end are known by Live's own callbacks, before VOD says a word", async () => {
  const own = await ownSettings(stack);
  const ingress = `http://127.0.0.1:${own.INGRESS_PORT}`;
  const liveUrl = `${ingress}/callbacks/live`;
  const emulator = await calmEmulator({ liveCallbackUrl: liveUrl, liveCallbackKey: liveKey });
  const file = join(own.LIVE2VOD_HOME, 'live2vod.yaml');
  const endpoint = { kind: 'live', path: '/callbacks/live', url: liveUrl, keys: [liveKey], region: 'cn-shanghai' };
  const policies = [{ match: { domain: 'play.example.com' }, recording: { disconnectDelaySeconds: delaySeconds } }];
  writeFileSync(file, stringify({ callbacks: { endpoints: [endpoint] }, policies }));
  const up = command(['up'], {
    ...own,
    ...{ LIVE2VOD_CONFIG: file, LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`, LIVE2VOD_PARTITIONS: '1' },
    ...{ LOG_LEVEL: 'error', VOD_CALLBACK_URL: vodUrl, VOD_CALLBACK_KEYS: key },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'id', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret' },
    ...{ VOD_ENDPOINT: 'http://127.0.0.1:9', LIVE_ENDPOINT: 'http://127.0.0.1:9' },
  });
  const patient = { timeoutMs: 90_000 };
  const console = `http://127.0.0.1:${own.CONSOLE_PORT}`;
  await up.said(/ready: console/);
  await eventually(async () => (await fetch(`${console}/readyz`)).ok, patient);

  const live = new PopCore({
    ...{
      endpoint: emulator.url,
      apiVersion: '2016-11-01',
      accessKeyId: 'emulator',
      accessKeySecret: 'emulator-secret',
    },
  });
  const call = (action: string, params: object) => live.request(action, params, { method: 'POST' });
  const VodTranscodeGroupId = templateGroupIds.storeOnly;
  await call('AddLiveRecordVodConfig', { ...stream, VodTranscodeGroupId, DelayTime: delaySeconds, OnDemand: 7 });
  const byCommand = (Command: string) => call('RealTimeRecordCommand', { ...stream, Command });
  const path = Object.values(stream).join('/');
  const sessions = async () => {
    const { items } = (await (await fetch(`${console}/api/streams/${path}/sessions`)).json()) as {
      items: SessionState[];
    };
    return items;
  };
  const says = (expected: object) =>
    eventually(async () => expect(await sessions(), up.text()).toMatchObject([expected]), patient);

  const startedMs = Date.now();
  await byCommand('start');
  await says({ status: 'RECORDING', segments: [], endTime: null, liveRecording: { state: 'RECORDING' } });
  const [begun] = await sessions();
  expect(Math.abs((begun?.startTime ?? 0) - startedMs)).toBeLessThan(5_000);

  await byCommand('stop');
  await says({ status: 'RECORDING', liveRecording: { state: 'PAUSED', endedTime: null } });
  await says({ status: 'ENDED', segments: [], liveRecording: { state: 'ENDED' } });
  const [ended] = await sessions();
  expect(ended?.liveRecording?.endedTime).toBe(ended?.liveRecording?.pausedTime);
  expect(ended?.endTime).toBe(ended?.liveRecording?.pausedTime);

  // VOD's callback, at last.
  await eventually(() => emulator.ledger().videos.length === 1);
  const [video] = emulator.ledger().videos;
  if (!video?.recording) return expect.fail('nothing was recorded');
  const iso = (ms: number) => `${new Date(ms).toISOString().slice(0, 19)}Z`;
  const timestamp = String(Math.floor(Date.now() / 1000));
  const recorded = {
    ...{
      EventType: 'AddLiveRecordVideoComplete',
      EventTime: iso(Date.now()),
      VideoId: video.videoId,
      Status: 'success',
    },
    ...{ ...stream, RecordStartTime: iso(video.recording.startTime), RecordEndTime: iso(video.recording.endTime) },
  };
  const answer = await fetch(`${ingress}/callbacks/vod`, {
    method: 'POST',
    headers: { 'x-vod-timestamp': timestamp, 'x-vod-signature': signatureOf(vodUrl, timestamp, key) },
    body: JSON.stringify(recorded),
  });
  expect(answer.status).toBe(200);
  await says({
    startTime: video.recording.startTime,
    segments: [{ videoId: video.videoId }],
    liveRecording: { ...ended?.liveRecording, fileTime: video.recording.endTime },
  });
  await eventually(() =>
    emulator.ledger().liveNotices.some(({ accepted, event }) => event === 'file' && accepted === 1),
  );
  expect(emulator.ledger().liveNotices.map(({ event, accepted }) => [event, accepted])).toEqual([
    ['record_started', 1],
    ['record_paused', 1],
    ['file', 1],
  ]);
  // The id that Live gave it leads to the session.
  const found = await fetch(`${console}/api/sessions/${encodeURIComponent(begun?.sessionId ?? '')}`);
  expect(((await found.json()) as SessionState).segments.map(({ videoId }) => videoId)).toEqual([video.videoId]);
  up.kill('SIGTERM');
  expect(await up.status, up.text()).toBe(0);
});
