/**
 * A workflow in `recording:` on the real stack: set up at the cloud by `record-config`, run by the cloud over what it records,
 * and told to every role of `up` by callbacks alone. Beside it a format that plays as it is, and a film by the same workflow.
 */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, test } from 'vitest';
import { stringify } from 'yaml';
import type { LatencyRow } from '../../connectors/clickhouse/index.ts';
import { workflowIds } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { calmEmulator } from '../emulator/world.ts';
import { eventually } from '../support/eventually.ts';
import { command, ownSettings } from './command.ts';

const stack = inject('stack');
const key = 'Abc123Def456';
const url = 'https://ingress.example.com/callbacks/vod';
const patient = { timeoutMs: 90_000 };
const domain = 'play.example.com';
const workflow = workflowIds.byHand;

test('a workflow in recording: is run by the cloud, and its sessions are ready, its runs in the ledger and in latency', async () => {
  const own = await ownSettings(stack);
  const emulator = await calmEmulator({
    ...{ callbackUrl: url, callbackKey: key, deliverTo: `http://127.0.0.1:${own.INGRESS_PORT}/callbacks/vod` },
  });
  const file = join(own.LIVE2VOD_HOME, 'live2vod.yaml');
  const formats = [
    { format: 'm3u8', workflow, of: 'both', compose: true },
    { format: 'mp4', transcode: 'store-only' },
  ];
  const configs = [
    { domain, app: 'practice-1', cycleSeconds: 900, workflow },
    { domain, app: 'practice-3a', cycleSeconds: 1200, formats },
  ];
  writeFileSync(file, stringify({ recording: { configs } }));
  const settings = {
    ...own,
    ...{ LIVE2VOD_CONFIG: file, LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`, LIVE2VOD_PARTITIONS: '1' },
    ...{ LOG_LEVEL: 'error', VOD_CALLBACK_URL: url, VOD_CALLBACK_KEYS: key },
    ...{ ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator', ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret' },
    ...{ VOD_ENDPOINT: emulator.url, LIVE_ENDPOINT: emulator.url },
  };
  const applied = command(['record-config', 'apply'], settings);
  expect(await applied.status, applied.text()).toBe(0);
  expect(applied.text()).toMatch(/updated play\.example\.com\/practice-1\/\*\nupdated play\.example\.com\/practice-3a/);
  const planned = command(['record-config', 'plan'], settings);
  expect(await planned.status, planned.text()).toBe(0);

  const up = command(['up'], settings);
  await up.said(/ready: console/);
  const console = `http://127.0.0.1:${own.CONSOLE_PORT}`;
  const get = async (path: string) => (await fetch(`${console}${path}`)).json();
  await eventually(async () => (await fetch(`${console}/readyz`)).ok, patient);

  emulator.play({ practices: ['1', '3a'], shows: 1, showSeconds: 3000, compression: 1e7 });
  await emulator.whenQuiet();
  const { videos, sessions, calls } = emulator.ledger();
  expect(new Set(sessions.map(({ status }) => status))).toEqual(new Set(['READY']));
  for (const { sessionId, stream, segments, composed } of sessions) {
    const path = [stream.domainName, stream.appName, stream.streamName].map(encodeURIComponent).join('/');
    await eventually(async () => {
      const { items } = (await get(`/api/streams/${path}/sessions`)) as { items: SessionState[] };
      const session = items.find((one) => one.sessionId === sessionId);
      expect(session, up.text()).toMatchObject({ status: 'READY', overlapping: false, composedSurplus: false });
      expect(session?.segments).toHaveLength(segments.length);
      expect(session?.composed).toHaveLength(composed.length);
    }, patient);
  }

  const run = videos.filter(({ sourceUrl }) => sourceUrl?.endsWith('.m3u8'));
  const asItIs = videos.filter(({ sourceUrl }) => sourceUrl?.endsWith('.mp4'));
  expect(run.filter(({ kind }) => kind === 'COMPOSED').length).toBeGreaterThan(0);
  expect(asItIs.length).toBeGreaterThan(0);
  const seen = (videoId: string) => get(`/api/videos/${videoId}`) as Promise<VideoState>;
  for (const { videoId, timeline } of run) {
    const ended = timeline.find(({ eventType }) => eventType === 'WorkflowTaskComplete')?.eventTime;
    const entry = { decision: 'CLOUD', state: 'DONE', workflowId: workflow, plannedAt: null, finishedAt: ended };
    await eventually(async () => {
      expect(await seen(videoId)).toMatchObject({ status: 'TRANSCODED', jobs: [entry], sourcePlays: false });
    }, patient);
  }
  for (const { videoId } of asItIs)
    expect(await seen(videoId)).toMatchObject({ status: 'PLAYABLE', jobs: [{ workflowId: null, leftAsIs: true }] });
  // Nothing of it is ours.
  expect(calls.map(({ action }) => action)).not.toContain('SubmitWorkflowJob');
  expect(calls.map(({ action }) => action)).not.toContain('SubmitTranscodeJobs');

  await eventually(async () => {
    const { stages } = (await get('/api/latency?stage=workflow')) as { stages: LatencyRow[] };
    expect(stages).toMatchObject([{ stage: 'workflow', count: run.length, failures: 0 }]);
    expect(stages[0]?.p50).toBeGreaterThan(0);
  }, patient);

  up.kill('SIGTERM');
  expect(await up.status, up.text()).toBe(0);
});
