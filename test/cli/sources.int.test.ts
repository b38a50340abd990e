import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { expect, inject, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { topicNamer } from '../../cli/endpoints.ts';
import { readConfiguration } from '../../cli/environment.ts';
import type { Role } from '../../cli/roles/context.ts';
import { ingress } from '../../cli/roles/ingress.ts';
import { mns } from '../../cli/roles/mns.ts';
import { applyTopics } from '../../cli/topic-plan.ts';
import { Admin, type ConsumedRecord, scanTopic } from '../../connectors/kafka/index.ts';
import { startEmulator } from '../../emulator/index.ts';
import { freePorts } from '../../local/index.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import { metricsOf } from '../../platform/telemetry/index.ts';
import { silent } from '../services/intake/harness.ts';
import { eventually } from '../support/eventually.ts';

const key = 'Abc123Def456';
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

test('several callback URLs, Live record callbacks and a queue all arrive with their region, from one file', async () => {
  const stack = inject('stack');
  const kafka = { brokers: stack.brokers, clientId: 'test-sources' };
  const home = mkdtempSync(join(tmpdir(), 'live2vod-sources-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const [port = 0] = await freePorts(1);
  const cloud = await startEmulator({
    port: 0,
    queue: 'vod-callbacks',
    knobs: { duplicateRate: 0, shuffleWindowMs: 20, lateRate: 0 },
  });
  onTestFinished(() => cloud.stop());
  const vodUrl = 'https://ingress.example.com/vod-singapore';
  const file = join(home, 'live2vod.yaml');
  const endpoints = [
    { path: '/callbacks/vod-singapore', url: vodUrl, keys: [key], region: 'ap-southeast-1' },
    {
      kind: 'live',
      path: '/callbacks/live',
      url: 'https://ingress.example.com/live',
      keys: [key],
      region: 'cn-beijing',
    },
  ];
  const queues = [{ accountId: '1234567890', queue: 'vod-callbacks', region: 'cn-shanghai', endpoint: cloud.url }];
  writeFileSync(file, stringify({ callbacks: { endpoints, queues } }));
  const configuration = readConfiguration({
    LIVE2VOD_CONFIG: file,
    LIVE2VOD_HOME: home,
    LIVE2VOD_TOPIC_PREFIX: `test-${randomUUID()}.`,
    KAFKA_BROKERS: stack.brokers,
    SCHEMA_REGISTRY_URL: stack.registryUrl,
    INGRESS_PORT: String(port),
    VOD_CALLBACK_KEYS: undefined,
    ALIBABA_CLOUD_ACCESS_KEY_ID: 'emulator',
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'emulator-secret',
  });
  const { settings } = configuration;
  const topic = topicNamer(settings);
  const admin = await Admin.connect(kafka);
  await applyTopics(admin, settings);
  admin.close();

  const stopping = new AbortController();
  const start = (role: Role<'ingress'> | Role<'mns'>) =>
    role({
      configuration,
      topic,
      log: silent,
      metrics: metricsOf(new Registry()),
      platform: systemPlatform,
      signal: stopping.signal,
      waitingFor: () => undefined,
      liveness: () => undefined,
      note: () => undefined,
      systemWaitingFor: () => null,
      clockTrouble: () => null,
    });
  const roles = Promise.all([start(ingress), start(mns)]);
  const base = `http://127.0.0.1:${port}`;
  try {
    await eventually(async () => (await fetch(`${base}/healthz`)).ok);
    const timestamp = String(Math.floor(Date.now() / 1000));
    const post = (path: string, headers: Record<string, string>, body: object) =>
      fetch(`${base}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const vod = { 'x-vod-timestamp': timestamp, 'x-vod-signature': md5(`${vodUrl}|${timestamp}|${key}`) };
    expect(
      (await post('/callbacks/vod-singapore', vod, { EventType: 'FileUploadComplete', VideoId: 'v1' })).status,
    ).toBe(200);
    const live = {
      'ali-live-timestamp': timestamp,
      'ali-live-signature': md5(`ingress.example.com|${timestamp}|${key}`),
    };
    const started = { domain: 'play.example.com', app: 'live', stream: 'room-42', event: 'record_started' };
    expect((await post('/callbacks/live', live, started)).status).toBe(200);
    expect((await post('/callbacks/live', vod, started)).status).toBe(403);
    cloud.play({ practices: ['2'], shows: 1, compression: 20_000 });
    await eventually(() => cloud.progress().done, { timeoutMs: 30_000 });
  } finally {
    stopping.abort();
    await roles;
  }
  const records: ConsumedRecord[] = [];
  for await (const record of scanTopic(kafka, topic('callbacks'))) records.push(record);
  const bySource = Map.groupBy(records, ({ headers }) => headers.source);
  expect(bySource.get('http')).toMatchObject([{ key: 'v1', headers: { region: 'ap-southeast-1' } }]);
  expect(bySource.get('live')).toMatchObject([{ headers: { region: 'cn-beijing' } }]);
  expect(new Set(bySource.get('mns')?.map(({ headers }) => headers.region))).toEqual(new Set(['cn-shanghai']));
  expect(bySource.get('mns')?.length).toBe(cloud.ledger().totals.distinct);
});
