/**
 * A workflow in `recording:` on the real stack: set up at the cloud by `record-config`, run by the cloud over what it records,
 * and told to every role of `up` by callbacks alone. Beside it a format that plays as it is, and a film by the same workflow.
 */
import { expect, inject, test } from 'vitest';
import type { LatencyRow } from '../../connectors/clickhouse/index.ts';
import { workflowIds } from '../../emulator/index.ts';
import type { SessionState } from '../../schemas/generated/SessionState.ts';
import type { VideoState } from '../../schemas/generated/VideoState.ts';
import { calmEmulator } from '../emulator/world.ts';
import { eventually } from '../support/eventually.ts';
import { settingsBeside, signing, upWith } from './beside-emulator.ts';
import { command, ownSettings } from './command.ts';

const stack = inject('stack');
const patient = { timeoutMs: 90_000 };
const domain = 'play.example.com';
const workflow = workflowIds.byHand;

test('a workflow in recording: is run by the cloud, and its sessions are ready, its runs in the ledger and in latency', async () => {
  const own = await ownSettings(stack);
  const emulator = await calmEmulator({
    ...signing,
    deliverTo: `http://127.0.0.1:${own.INGRESS_PORT}/callbacks/vod`,
  });
  const formats = [
    { format: 'm3u8', workflow, of: 'both', compose: true },
    { format: 'mp4', transcode: 'store-only' },
  ];
  const configs = [
    { domain, app: 'practice-1', cycleSeconds: 900, workflow },
    { domain, app: 'practice-3a', cycleSeconds: 1200, formats },
  ];
  const settings = settingsBeside(emulator, own, { recording: { configs } });
  const applied = command(['record-config', 'apply'], settings);
  expect(await applied.status, applied.text()).toBe(0);
  expect(applied.text()).toMatch(/updated play\.example\.com\/practice-1\/\*\nupdated play\.example\.com\/practice-3a/);
  const planned = command(['record-config', 'plan'], settings);
  expect(await planned.status, planned.text()).toBe(0);

  const { up, console } = await upWith(settings);
  const get = async (path: string) => (await fetch(`${console}${path}`)).json();

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
