import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { Admin, type ConsumedRecord, Consumer, type KafkaSettings } from '../../../connectors/kafka/index.ts';
import { systemClock } from '../../../platform/host/index.ts';
import { metricsOf } from '../../../platform/telemetry/index.ts';
import { topicName } from '../../../schemas/topics.ts';
import { type RunIngressOptions, runIngress } from '../../../services/intake/http/index.ts';
import { eventually } from '../../support/eventually.ts';
import { endpoint, silent } from './harness.ts';

/** Topics of one test's own on a real broker. */
export type Topics = {
  readonly kafka: KafkaSettings;
  readonly name: (id: 'callbacks' | 'dead-letters') => string;
  /** Everything in a topic now. */
  read(id: 'callbacks' | 'dead-letters'): Promise<ConsumedRecord[]>;
};

export async function freshTopics(brokers: string): Promise<Topics> {
  const prefix = `test-${randomUUID()}.`;
  const kafka = { brokers, clientId: 'ingress-test' };
  const name = (id: 'callbacks' | 'dead-letters') => topicName(prefix, id);
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics([
    { name: name('callbacks'), partitions: 2 },
    { name: name('dead-letters'), partitions: 1, config: { 'max.message.bytes': String(2 * 1024 * 1024) } },
  ]);
  admin.close();
  return { kafka, name, read: (id) => readAll(kafka, name(id)) };
}

async function readAll(kafka: KafkaSettings, topic: string): Promise<ConsumedRecord[]> {
  const consumer = await Consumer.connect(kafka, { fromBeginning: true });
  try {
    const records: ConsumedRecord[] = [];
    const partitions = await consumer.partitionsOf(topic);
    let expected = 0;
    const starts = [];
    for (let partition = 0; partition < partitions; partition += 1) {
      const { low, high } = await consumer.watermarks(topic, partition, 10_000);
      expected += high - low;
      starts.push({ topic, partition, offset: low });
    }
    consumer.assign(starts);
    await eventually(
      async () => {
        records.push(...(await consumer.poll(1_000, 200)));
        return records.length >= expected;
      },
      { timeoutMs: 30_000, intervalMs: 1 },
    );
    return records;
  } finally {
    await consumer.close();
  }
}

export type Running = {
  readonly address: string;
  readonly folder: string;
  post(headers: Readonly<Record<string, string>>, body: string | Uint8Array): Promise<number>;
  get(path: string): Promise<{ status: number; text: string }>;
  /** Stops it and waits for its end. */
  stop(): Promise<void>;
};

/** An ingress in this process, listening on a free port, with a spool folder of its own unless one is given. */
export async function startIngress(topics: Topics, options: Partial<RunIngressOptions> = {}): Promise<Running> {
  const folder = options.spool?.folder ?? (await mkdtemp(join(tmpdir(), 'live2vod-spool-')));
  const stopping = new AbortController();
  let address = '';
  const ended = runIngress({
    host: '127.0.0.1',
    port: 0,
    endpoints: [endpoint],
    kafka: topics.kafka,
    topics: (id) => topics.name(id as 'callbacks'),
    log: silent,
    metrics: metricsOf(new Registry()),
    clock: systemClock,
    lameDuckMs: 0,
    // A busy machine may answer from the spool: stopping then means that all of it is in Kafka.
    drainMs: 30_000,
    ...options,
    spool: { ...options.spool, folder },
    signal: stopping.signal,
    onListening: (at) => {
      address = at;
    },
  });
  await Promise.race([eventually(() => address !== ''), ended]);
  return {
    address,
    folder,
    async post(headers, body) {
      const reply = await fetch(`${address}/callbacks/vod`, { method: 'POST', headers, body: Buffer.from(body) });
      await reply.arrayBuffer();
      return reply.status;
    },
    async get(path) {
      const reply = await fetch(`${address}${path}`);
      return { status: reply.status, text: await reply.text() };
    },
    async stop() {
      stopping.abort();
      await ended;
      if (options.spool?.folder === undefined) await rm(folder, { recursive: true, force: true });
    },
  };
}
