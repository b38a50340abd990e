import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, onTestFinished, test, vi } from 'vitest';
import { list, redrive, show } from '../../cli/dead-letters.ts';
import { replay } from '../../cli/replay.ts';
import { check, register } from '../../cli/schema-check.ts';
import { applyTopics } from '../../cli/topic-plan.ts';
import { connectRegistry } from '../../connectors/avro/index.ts';
import {
  Admin,
  type ConsumedRecord,
  IdempotentProducer,
  readLetters,
  scanTopic,
} from '../../connectors/kafka/index.ts';
import composeJobs from '../../schemas/examples/compose-jobs.json' with { type: 'json' };
import transcodeJobs from '../../schemas/examples/transcode-jobs.json' with { type: 'json' };
import type { ComposeJob } from '../../schemas/generated/ComposeJob.ts';
import type { TranscodeJob } from '../../schemas/generated/TranscodeJob.ts';
import { readSettings } from '../../schemas/settings.ts';

const stack = inject('stack');
const prefix = `test-${randomUUID()}.`;
const kafka = { brokers: stack.brokers, clientId: 'test-dead-letters' };
const environment = {
  KAFKA_BROKERS: stack.brokers,
  SCHEMA_REGISTRY_URL: stack.registryUrl,
  LIVE2VOD_TOPIC_PREFIX: prefix,
  LIVE2VOD_PARTITIONS: '2',
};

const everything = async (topic: string): Promise<ConsumedRecord[]> => {
  const records: ConsumedRecord[] = [];
  for await (const record of scanTopic(kafka, topic)) records.push(record);
  return records;
};

function printed(): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: unknown) => lines.push(String(line)));
  const errors = vi.spyOn(console, 'error').mockImplementation((line: unknown) => lines.push(String(line)));
  onTestFinished(() => {
    spy.mockRestore();
    errors.mockRestore();
  });
  return lines;
}

beforeAll(async () => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const admin = await Admin.connect(kafka);
  await applyTopics(admin, readSettings(environment));
  admin.close();
});

describe('dead letters from the command line', () => {
  test('are listed, shown, sent again once, and marked only then', async () => {
    const producer = await IdempotentProducer.connect(kafka);
    const body = JSON.stringify({ EventType: 'FileUploadComplete', VideoId: 'v1' });
    const origin = { 'origin-topic': `${prefix}callbacks`, 'origin-partition': '0', 'origin-offset': '7' };
    const kept = { source: 'http', 'received-at': '1700000000000' };
    const letters = `${prefix}dead-letters`;
    await producer.send({
      topic: letters,
      partition: 0,
      key: 'v1',
      value: Buffer.from(body),
      headers: { ...kept, ...origin, reason: 'step-failed', error: 'boom', stage: 'video' },
    });
    await producer.send({
      topic: letters,
      partition: 0,
      key: null,
      value: Buffer.from('not json'),
      headers: { ...kept, reason: 'no-json', error: 'no JSON', stage: 'ingress' },
    });
    await producer.close();

    const lines = printed();
    await list({ reason: 'step-failed' });
    expect(lines.at(0)).toContain('video/step-failed');
    expect(lines.at(-1)).toBe('1 dead letter');
    const [short] = await readLetters(kafka, letters, { reason: 'step-failed', withoutBytes: true });
    expect(short?.record).toMatchObject({ key: 'v1', value: null });
    await show('0:0');
    expect(lines.at(-1)).toContain(body);
    await expect(show('1:99')).rejects.toThrow('no dead letter 1:99');

    await redrive({});
    expect(lines.at(-1)).toBe("1 sent again, 0 were sent before, 1 can't be sent");
    const [callback, ...more] = await everything(`${prefix}callbacks`);
    expect(more).toEqual([]);
    expect(callback).toMatchObject({
      key: 'v1',
      headers: { ...kept, 'replayed-at': expect.stringMatching(/^\d{13}$/) },
    });
    expect(callback?.value?.toString()).toBe(body);
    expect(callback?.headers).not.toHaveProperty('reason');

    await redrive({ reason: 'step-failed' });
    expect(lines.at(-1)).toBe("0 sent again, 1 were sent before, 0 can't be sent");
    expect(await everything(`${prefix}callbacks`)).toHaveLength(1);
    process.exitCode = undefined;
  });

  test('jobs go back as a further generation: a step and a composition as commands, a transcode as a request', async () => {
    const registry = connectRegistry({ url: stack.registryUrl, prefix });
    const transcodeJob = await registry.codec<TranscodeJob>('transcode-jobs');
    const composeJob = await registry.codec<ComposeJob>('compose-jobs');
    const [transcode, step] = transcodeJobs.map(({ value }) => value as TranscodeJob);
    const [compose] = composeJobs.map(({ value }) => value as ComposeJob);
    if (!transcode || !step || !compose) throw new Error('the examples have a job of every kind');
    const producer = await IdempotentProducer.connect(kafka);
    const writeLetter = (topic: string, key: string, value: Buffer) =>
      producer.send({
        topic: `${prefix}dead-letters`,
        key,
        value,
        headers: {
          ...{ reason: 'job-failed', error: 'Forbidden', stage: 'job-runner' },
          ...{ 'origin-topic': `${prefix}${topic}`, 'origin-partition': '0', 'origin-offset': '1' },
        },
      });
    await writeLetter('transcode-jobs', transcode.videoId, transcodeJob.encode(transcode));
    await writeLetter('transcode-jobs', step.videoId, transcodeJob.encode(step));
    await writeLetter('compose-jobs', 'play.example.com/live/room-42', composeJob.encode(compose));
    await producer.close();

    const lines = printed();
    await redrive({ reason: 'job-failed' });
    expect(lines.at(-1)).toBe("3 sent again, 0 were sent before, 0 can't be sent");
    await redrive({ reason: 'job-failed' });
    expect(lines.at(-1)).toBe("0 sent again, 3 were sent before, 0 can't be sent");

    const [stepAgain, ...others] = await everything(`${prefix}transcode-jobs`);
    expect(others).toEqual([]);
    expect(stepAgain?.key).toBe(step.videoId);
    expect(await transcodeJob.decode(stepAgain?.value ?? Buffer.of())).toEqual({
      ...step,
      generation: 1,
      plannedAt: expect.any(Number),
    });
    const [composeAgain] = await everything(`${prefix}compose-jobs`);
    expect(await composeJob.decode(composeAgain?.value ?? Buffer.of())).toEqual({
      ...compose,
      generation: 1,
      token: compose.token.replace(/0$/, '1'),
      plannedAt: expect.any(Number),
    });
    const request = (await everything(`${prefix}callbacks`)).find(({ key }) => key === transcode.videoId);
    expect(request?.headers).toMatchObject({ source: 'operator', region: transcode.region });
    expect(JSON.parse(String(request?.value))).toMatchObject({
      EventType: 'OperatorTranscodeRequest',
      VideoId: transcode.videoId,
      TemplateGroupId: transcode.templateGroupId,
      Priority: transcode.priority,
      IdempotencyKey: `redrive-${transcode.token}`,
    });
  });

  test('a replay feeds the wanted callbacks through again, and no replay is replayed', async () => {
    const producer = await IdempotentProducer.connect(kafka);
    const topic = `${prefix}callbacks`;
    const before = (await everything(topic)).length;
    for (const key of ['a', 'b', 'a'])
      await producer.send({ topic, key, value: Buffer.from('{}'), headers: { source: 'mns', 'received-at': '1' } });
    await producer.close();
    const signal = new AbortController().signal;
    expect(await replay({ fromOffset: 0, key: 'a', signal })).toBe(2);
    expect(await replay({ fromMs: Date.now() + 60_000, signal })).toBe(0);
    const after = await everything(topic);
    expect(after).toHaveLength(before + 5);
    const again = after.filter(({ key, headers }) => key === 'a' && headers['replayed-at'] !== undefined);
    expect(again.map(({ headers }) => headers.source)).toEqual(['mns', 'mns']);
    expect(await replay({ fromOffset: 0, key: 'a', signal })).toBe(2);
  });

  // All that a new prefix has are replays; when they were passed over, its own replay and the next migration had nothing.
  test('what was fed into a new prefix can be replayed there, each record once', async () => {
    const older = await everything(`${prefix}callbacks`);
    const originals = older.filter(({ headers }) => headers['replayed-from'] === undefined);
    expect(originals.length).toBeLessThan(older.length);
    const next = `test-${randomUUID()}.`;
    vi.stubEnv('LIVE2VOD_TOPIC_PREFIX', next);
    onTestFinished(() => void vi.stubEnv('LIVE2VOD_TOPIC_PREFIX', prefix));
    const admin = await Admin.connect(kafka);
    await applyTopics(admin, readSettings({ ...environment, LIVE2VOD_TOPIC_PREFIX: next }));
    admin.close();
    const signal = new AbortController().signal;
    expect(await replay({ fromTopic: `${prefix}callbacks`, fromOffset: 0, signal })).toBe(originals.length);
    expect(await replay({ fromOffset: 0, signal })).toBe(originals.length);
    expect(await replay({ fromOffset: 0, signal })).toBe(originals.length);
    const places = (await everything(`${next}callbacks`)).map(({ headers }) => headers['replayed-from']);
    expect(places).toContain(`${prefix}callbacks/${originals[0]?.partition}/${originals[0]?.offset}`);
    expect(places).toHaveLength(3 * originals.length);
  });

  test('schemas fit what was released, before and after they are registered', async () => {
    vi.stubEnv('LIVE2VOD_TOPIC_PREFIX', `test-${randomUUID()}.`);
    const lines = printed();
    await check({ offline: false });
    expect(lines.filter((line) => line.includes('is not registered yet'))).toHaveLength(6);
    await register();
    await check({ offline: false });
    expect(lines.filter((line) => line.includes('fits what is registered'))).toHaveLength(6);
  });
});
