import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MnsFault, type Queue, type QueueMessage } from '../../../../connectors/mns/index.ts';
import { systemClock } from '../../../../platform/host/index.ts';
import { metricsOf } from '../../../../platform/telemetry/index.ts';
import type { OutgoingRecord } from '../../../../services/intake/http/index.ts';
import { consumeQueue } from '../../../../services/intake/mns/index.ts';
import { eventually } from '../../../support/eventually.ts';
import { callback, silent } from '../harness.ts';

/** A queue in memory that keeps a protocol of what was done to it. */
class ScriptedQueue implements Queue {
  readonly name = 'vod-callback';
  readonly waiting: QueueMessage[] = [];
  readonly deleted: string[] = [];
  readonly extended: string[] = [];
  fault: MnsFault | null = null;
  refusesToDelete: boolean = false;

  put(messageId: string, body: string, leaseMs = 30_000, waitedMs = 0): void {
    this.waiting.push({ messageId, receiptHandle: `${messageId}-1`, body, leaseMs, dequeueCount: 1, waitedMs });
  }
  async receive(count: number): Promise<readonly QueueMessage[]> {
    if (this.fault !== null) throw this.fault;
    if (this.waiting.length === 0) await systemClock.sleep(5);
    return this.waiting.splice(0, count);
  }
  async remove(handles: readonly string[]): Promise<readonly string[]> {
    if (this.refusesToDelete) return handles;
    this.deleted.push(...handles);
    return [];
  }
  async extend(handle: string): Promise<string> {
    const [id, turn] = handle.split('-');
    const next = `${id}-${Number(turn) + 1}`;
    this.extended.push(next);
    return next;
  }
  close(): void {}
}

let queue: ScriptedQueue;
let published: OutgoingRecord[];
let kafka: { up: boolean };
let registry: Registry;
let waitingFor: (string | null)[];
let stopping: AbortController;
let running: Promise<void>;

beforeEach(() => {
  queue = new ScriptedQueue();
  published = [];
  kafka = { up: true };
  registry = new Registry();
  waitingFor = [];
  stopping = new AbortController();
  running = consumeQueue({
    queue,
    publisher: {
      publish: async (record) => {
        if (!kafka.up) throw new Error('no broker');
        published.push(record);
      },
    },
    region: 'cn-shanghai',
    workers: 1,
    log: silent,
    metrics: metricsOf(registry),
    clock: systemClock,
    signal: stopping.signal,
    onWaitingFor: (what) => waitingFor.push(what),
  });
});
afterEach(async () => {
  stopping.abort();
  await running;
});

test('a message is published as what it is about, then deleted', async () => {
  queue.put('m1', callback('a'));
  queue.put('m2', Buffer.from(callback('b')).toString('base64'));
  queue.put('m3', 'no callback');
  await eventually(() => queue.deleted.length === 3);
  expect(published.map((record) => [record.topic, record.key, record.headers.source, record.headers.region])).toEqual([
    ['callbacks', 'a', 'mns', 'cn-shanghai'],
    ['callbacks', 'b', 'mns', 'cn-shanghai'],
    ['dead-letters', null, 'mns', 'cn-shanghai'],
  ]);
  expect(published[2]?.headers).toMatchObject({ reason: 'unusable', stage: 'mns' });
  expect(Buffer.from(published[1]?.value ?? []).toString()).toBe(callback('b'));
});

test('of a message that nobody had received for more than a minute it is told when it was sent', async () => {
  for (const waitedMs of [0, 60_000, 60_001]) queue.put(`m${waitedMs}`, callback('a'), 30_000, waitedMs);
  await eventually(() => queue.deleted.length === 3);
  const waits = published.map(({ headers }) => Number(headers['received-at']) - Number(headers['sent-at']));
  expect(waits).toEqual([Number.NaN, Number.NaN, 60_001]);
});

test('a message without a handle is left in the queue and counted; the others go on', async () => {
  queue.waiting.push(
    { messageId: 'm0', receiptHandle: '', body: callback('lost'), leaseMs: 30_000, dequeueCount: 1, waitedMs: 0 },
    { messageId: 'm1', receiptHandle: 'm1-1', body: callback('a'), leaseMs: 30_000, dequeueCount: 1, waitedMs: 0 },
  );
  await eventually(() => queue.deleted.length === 1);
  expect(published.map((record) => record.key)).toEqual(['a']);
  expect(await registry.getSingleMetricAsString('live2vod_mns_messages_total')).toMatch(/result="unreadable"\} 1/);
});

test('is deleted only after Kafka has it, and kept invisible until then, by its newest handle', async () => {
  kafka.up = false;
  queue.put('m1', callback('a'), 40);
  await eventually(() => queue.extended.length > 0);
  expect(queue.deleted).toEqual([]);
  kafka.up = true;
  await eventually(() => queue.deleted.length === 1);
  expect(published.map((record) => record.key)).toEqual(['a']);
  expect(queue.deleted).toEqual([queue.extended.at(-1)]);
});

test('is not deleted when stopping comes before Kafka', async () => {
  kafka.up = false;
  queue.put('m1', callback('a'));
  await eventually(() => queue.waiting.length === 0);
  stopping.abort();
  await running;
  expect(queue.deleted).toEqual([]);
  expect(published).toEqual([]);
});

test('a delivery whose deletion failed is counted and comes again', async () => {
  queue.refusesToDelete = true;
  queue.put('m1', callback('a'));
  const results = async () => {
    const metric = await registry.getSingleMetric('live2vod_mns_messages_total')?.get();
    return Object.fromEntries((metric?.values ?? []).map(({ labels, value }) => [labels.result, value]));
  };
  await eventually(async () =>
    expect(await results()).toEqual({ received: 1, published: 1, deleted: 0, 'not-deleted': 1 }),
  );
});

test('a queue that fails is told, and read again once it answers', async () => {
  queue.fault = new MnsFault('QueueNotExist', 'no such queue', { retryable: false, cause: null });
  await eventually(() => waitingFor.at(-1) === 'queue vod-callback');
  queue.fault = null;
  queue.put('m1', callback('a'));
  await eventually(() => queue.deleted.length === 1);
  expect(waitingFor.at(-1)).toBe(null);
});
