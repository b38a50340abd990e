/** The console role on a real broker: what it shows, how it goes on after a restart, dead letters sent again. */
import { randomUUID } from 'node:crypto';
import { Registry } from 'prom-client';
import { expect, inject, onTestFinished, test } from 'vitest';
import { Admin, Consumer, IdempotentProducer } from '../../../connectors/kafka/index.ts';
import { freePorts } from '../../../local/index.ts';
import { systemPlatform } from '../../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../../platform/telemetry/index.ts';
import { defaultPolicy } from '../../../processors/policy/index.ts';
import { runConsole } from '../../../services/console/index.ts';
import { eventually } from '../../support/eventually.ts';
import { codecs, openView, session, temporaryFolder, video } from './fixture.ts';

const kafka = { brokers: inject('stack').brokers, clientId: 'test-console' };

async function topicsOf() {
  const prefix = `test-${randomUUID()}.`;
  const names = {
    callbacks: `${prefix}callbacks`,
    'video-state': `${prefix}video-state`,
    'session-state': `${prefix}session-state`,
    'dead-letters': `${prefix}dead-letters`,
  };
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics(Object.values(names).map((name) => ({ name, partitions: 2, replicationFactor: 1 })));
  admin.close();
  return names;
}

type Names = Awaited<ReturnType<typeof topicsOf>>;

const consoleOn = (port: number, topicNames: Names, folder: string, signal: AbortSignal) =>
  runConsole({
    host: '127.0.0.1',
    port,
    folder,
    kafka,
    topicNames,
    tombstoneRetentionMs: 7 * 24 * 60 * 60 * 1000,
    codecs,
    readPlay: async () => ({ kind: 'silent' }),
    playSeconds: 60,
    readLatency: async () => ({ stages: [] }),
    routeLetter: async ({ record: { key, value } }) =>
      key === 'hopeless' ? { refused: 'nothing helps' } : { record: { topic: topicNames.callbacks, key, value } },
    token: 'right',
    unknownStream: defaultPolicy,
    region: 'local',
    clock: systemPlatform,
    log: createLogger('test', 'silent'),
    metrics: metricsOf(new Registry()),
    signal,
    systemWaitingFor: () => null,
    onWaiting: () => {},
  });

/** A console that has caught up. */
async function started(topicNames: Names, folder: string) {
  const [port = 0] = await freePorts(1);
  const stopping = new AbortController();
  const running = consoleOn(port, topicNames, folder, stopping.signal);
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    stopping.abort();
    await running;
  };
  onTestFinished(stop);
  await eventually(async () => (await fetch(`${url}/readyz`)).status === 200, { timeoutMs: 20_000 });
  return { url, port, stop };
}

/** Reads server-sent events until `until` has come; gives `id` and key of each state. */
async function events(url: string, lastEventId: string | null, until: (key: string) => boolean) {
  const seen: { id: string; key: string; reason: string | null }[] = [];
  const headers: Record<string, string> = lastEventId === null ? {} : { 'last-event-id': lastEventId };
  const { body } = await fetch(`${url}/api/events`, { headers });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body ?? []) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, id = '', name = '', data = ''] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(block) ?? [];
      const state = JSON.parse(data || '{}') as {
        videoId?: string;
        sessionId?: string;
        key?: string;
        reason?: string;
      };
      const key = name === 'live' ? 'live' : (state.videoId ?? state.sessionId ?? state.key ?? '');
      seen.push({ id, key, reason: state.reason ?? null });
      // Leaving the loop cancels the body, which ends the connection.
      if (until(key)) return seen;
    }
  }
  return seen;
}

test('shows what the topics hold, and goes on after a restart where its readers were', async () => {
  const names = await topicsOf();
  const folder = temporaryFolder();
  const producer = await IdempotentProducer.connect(kafka);
  onTestFinished(() => producer.close());
  const put = (videoId: string) =>
    producer.send({ topic: names['video-state'], key: videoId, value: codecs['video-state'].encode(video(videoId)) });
  await put('a');
  await producer.send({
    topic: names['session-state'],
    key: 's',
    value: codecs['session-state'].encode(session('s', { startTime: 1_000 })),
  });

  const first = await started(names, folder);
  expect(await (await fetch(`${first.url}/api/videos/a`)).json()).toMatchObject({ videoId: 'a' });
  const list = await fetch(`${first.url}/api/sessions`);
  expect([list.headers.get('live2vod-caught-up'), ((await list.json()) as { items: unknown[] }).items.length]).toEqual([
    'true',
    1,
  ]);
  const before = await events(first.url, null, (key) => key === 'live');
  expect(new Set(before.map(({ key }) => key))).toEqual(new Set(['a', 's', 'live']));
  await first.stop();

  await put('b');
  await producer.send({ topic: names['video-state'], key: 'a', value: null, headers: { reason: 'retired' } });
  const second = await started(names, folder);
  const after: string[] = [];
  const since = await events(second.url, before.at(-1)?.id ?? null, (key) => after.push(key) === 2);
  expect(new Set(after)).toEqual(new Set(['a', 'b']));
  expect(since.find(({ key }) => key === 'a')?.reason).toBe('retired');
  expect((await fetch(`${second.url}/api/videos/a`)).status).toBe(404);
});

// Every request said that it came from the home region, whatever region its video lies in.
test('a transcode request is published with the region of its video, else with the home region', async () => {
  const names = await topicsOf();
  const producer = await IdempotentProducer.connect(kafka);
  onTestFinished(() => producer.close());
  const regions = { abroad: 'ap-southeast-1', anywhere: null };
  for (const [videoId, region] of Object.entries(regions)) {
    const ready = video(videoId, { kind: 'UPLOAD', status: 'SOURCE_READY', sourceReadyTime: 1_000, region });
    await producer.send({ topic: names['video-state'], key: videoId, value: codecs['video-state'].encode(ready) });
  }
  const { url } = await started(names, temporaryFolder());
  for (const videoId of Object.keys(regions)) {
    const answer = await fetch(`${url}/api/videos/${videoId}/transcode`, {
      method: 'POST',
      headers: { authorization: 'Bearer right', 'content-type': 'application/json' },
      body: JSON.stringify({ templateGroupId: 'ffeeddccbbaa99887766554433221100' }),
    });
    expect(answer.status).toBe(202);
  }

  const reader = await Consumer.connect(kafka);
  onTestFinished(() => reader.close());
  reader.assign([0, 1].map((partition) => ({ topic: names.callbacks, partition, offset: -2 })));
  const told = new Map<string | null, string | undefined>();
  await eventually(async () => {
    for (const { key, headers } of await reader.poll(10, 200)) told.set(key, headers.region);
    return told.size === 2;
  });
  expect(Object.fromEntries(told)).toEqual({ abroad: 'ap-southeast-1', anywhere: 'local' });
});

test('a console whose port is taken ends, and leaves nothing open', async () => {
  // Follower, producer and store went on without a server: the process told why and lived on.
  const names = await topicsOf();
  const { port } = await started(names, temporaryFolder());
  const folder = temporaryFolder();
  const second = consoleOn(port, names, folder, new AbortController().signal);
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  // One process at a time may have the store.
  await openView(folder);
});

test('lists dead letters and sends one again, once', async () => {
  const names = await topicsOf();
  const producer = await IdempotentProducer.connect(kafka);
  onTestFinished(() => producer.close());
  const put = (key: string) =>
    producer.send({
      topic: names['dead-letters'],
      key,
      value: Buffer.from('{'),
      headers: { reason: 'unparsable', error: 'not JSON', stage: 'video' },
    });
  const place = await put('a');
  const hopeless = await put('hopeless');
  const { url } = await started(names, temporaryFolder());
  const redrive = async ({ partition, offset }: { partition: number; offset: number }) => {
    const path = `${url}/api/dead-letters/${partition}/${offset}/redrive`;
    const answer = await fetch(path, { method: 'POST', headers: { authorization: 'Bearer right' } });
    return [answer.status, ((await answer.json()) as { result?: string }).result];
  };
  // Two at once: the second one sees that the first has sent it.
  const both = await Promise.all([redrive(place), redrive(place)]);
  expect(both).toEqual([
    [202, 'sent'],
    [202, 'already sent'],
  ]);
  expect((await redrive(hopeless))[0]).toBe(409);
  const { items } = (await (await fetch(`${url}/api/dead-letters`)).json()) as {
    items: { key: string; redrivenTime: number | null }[];
  };
  expect(new Map(items.map(({ key, redrivenTime }) => [key, redrivenTime !== null]))).toEqual(
    new Map([
      ['a', true],
      ['hopeless', false],
    ]),
  );
  const consumer = await Consumer.connect(kafka);
  onTestFinished(() => consumer.close());
  consumer.assign([0, 1].map((partition) => ({ topic: names.callbacks, partition, offset: 0 })));
  const [sent] = await eventually(async () => {
    const records = await consumer.poll(10, 500);
    expect(records.length).toBeGreaterThan(0);
    return records;
  });
  expect([sent?.key, sent?.value?.toString()]).toEqual(['a', '{']);
});
