import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../../../platform/faults.ts';
import { type Clock, systemClock } from '../../../platform/host/index.ts';
import type { OutgoingRecord } from '../../../services/intake/http/index.ts';
import { type KafkaPublisher, kafkaPublisher } from '../../../services/intake/kafka-publisher.ts';
import { eventually } from '../../support/eventually.ts';
import { silent } from './harness.ts';

type Acknowledgement = 'at once' | 'never' | Error;

/** A producer that acknowledges as told and, like one that is stuck, never ends. */
class ScriptedProducer {
  readonly sent: string[] = [];
  readonly inFlightBytes = 0;
  acknowledges: Acknowledgement = 'at once';
  closed = false;

  async send(record: { topic: string; key: string | null }): Promise<{ partition: number; offset: number }> {
    this.sent.push(`${record.topic} ${record.key}`);
    if (this.acknowledges === 'never') return new Promise(() => {});
    if (this.acknowledges instanceof Error) throw this.acknowledges;
    return { partition: 0, offset: this.sent.length };
  }
  trouble: Error | null = null;
  async askFor(): Promise<void> {
    if (this.trouble) throw this.trouble;
  }
  async flush(): Promise<void> {}
  close(): Promise<void> {
    this.closed = true;
    return stopping.signal.aborted ? Promise.resolve() : new Promise(() => {});
  }
}

let producers: ScriptedProducer[];
let offsetMs: number;
let publisher: KafkaPublisher;
let stopping: AbortController;
let running: Promise<void>;

beforeEach(() => {
  producers = [];
  offsetMs = 0;
  stopping = new AbortController();
  const clock: Clock = { ...systemClock, monotonicMs: () => systemClock.monotonicMs() + offsetMs };
  publisher = kafkaPublisher({
    connect: async () => {
      const producer = new ScriptedProducer();
      producers.push(producer);
      return producer;
    },
    topics: (id) => `test.${id}`,
    clock,
    log: silent,
  });
  running = publisher.run(stopping.signal);
});
afterEach(async () => {
  stopping.abort();
  await running;
});

const record = (key: string): OutgoingRecord => ({ topic: 'callbacks', key, value: Buffer.alloc(1), headers: {} });
const isConnected = () => eventually(() => publisher.connected, { intervalMs: 1 });

test('says that Kafka is away until it is connected, then publishes under the full topic name', async () => {
  const early = kafkaPublisher({
    connect: () => new Promise(() => {}),
    topics: (id) => id,
    clock: systemClock,
    log: silent,
  });
  await expect(early.publish(record('a'))).rejects.toMatchObject({ code: 'KAFKA_AWAY', retryable: true });
  await isConnected();
  await Promise.all([publisher.publish(record('a')), publisher.publish(record('b'))]);
  expect(producers[0]?.sent).toEqual(['test.callbacks a', 'test.callbacks b']);
});

test('a fatal fault brings a new producer, also when the old one does not end', async () => {
  await isConnected();
  const [first] = producers;
  if (first === undefined) throw new Error('not connected');
  first.acknowledges = Object.assign(new Error('fenced'), { fatal: true });
  await expect(publisher.publish(record('a'))).rejects.toThrow('fenced');
  await eventually(() => publisher.connected && producers.length === 2, { intervalMs: 1 });
  expect(first.closed).toBe(true);
  await publisher.publish(record('a'));
  expect(producers[1]?.sent).toEqual(['test.callbacks a']);
});

test('so does a producer that has acknowledged nothing for a minute and a half, but not one that was idle', async () => {
  await isConnected();
  await publisher.publish(record('a'));
  offsetMs += 120_000;
  await publisher.publish(record('b'));
  expect(producers).toHaveLength(1);

  const [first] = producers;
  if (first === undefined) throw new Error('not connected');
  first.acknowledges = 'never';
  void publisher.publish(record('c'));
  await eventually(() => first.sent.length === 3, { intervalMs: 1 });
  offsetMs += 91_000;
  await expect(publisher.publish(record('d'))).rejects.toMatchObject({ code: 'KAFKA_AWAY' });
  await isConnected();
  await publisher.publish(record('d'));
  expect(producers[1]?.sent).toEqual(['test.callbacks d']);
});

// A queue's role said that it was ready while Kafka was away, and left all messages where they were.
test('says that Kafka is away as long as it is not connected, and when nobody answers later', async () => {
  expect(scripted().waitingFor()).toBe('Kafka');
  await isConnected();
  expect(publisher.waitingFor()).toBeNull();
  const [first] = producers;
  if (first === undefined) throw new Error('not connected');
  first.trouble = new Fault('no answer', { code: 'ERR__TIMED_OUT', retryable: true });
  const waits = async (what: string | null) =>
    await eventually(
      () => {
        offsetMs += 3_000;
        expect(publisher.waitingFor()).toBe(what);
      },
      { intervalMs: 1 },
    );
  await waits('Kafka');
  first.trouble = null;
  await waits(null);
});

const denied = new Fault('wrong password', { code: 'KAFKA_LOGIN_REFUSED', denied: true });

/** A publisher whose tries to connect end one after the other as told. */
function scripted(...attempts: (Error | ScriptedProducer)[]) {
  return kafkaPublisher({
    connect: async () => {
      const attempt = attempts.shift() ?? new Error('no more');
      if (attempt instanceof Error) throw attempt;
      return attempt;
    },
    topics: (id) => id,
    clock: { ...systemClock, sleep: () => new Promise(setImmediate) },
    log: silent,
  });
}

// It tried for ever with a password that is wrong, and its role said that it was ready.
test('ends where the cluster refuses it from the start, also after a while without any', async () => {
  const away = new Fault('away', { code: 'ERR__TRANSPORT', retryable: true });
  await expect(scripted(away, denied).run(stopping.signal)).rejects.toMatchObject({
    code: 'KAFKA_REFUSED',
    message: 'wrong password',
    retryable: false,
  });
});

test('goes on where it is refused later: rights come back, and what it is given waits elsewhere', async () => {
  const [first, second] = [new ScriptedProducer(), new ScriptedProducer()];
  const refusedLater = scripted(first, denied, denied, second);
  const run = refusedLater.run(stopping.signal);
  await eventually(() => refusedLater.connected, { intervalMs: 1 });
  first.acknowledges = Object.assign(new Error('fenced'), { fatal: true });
  await expect(refusedLater.publish(record('a'))).rejects.toThrow('fenced');
  await eventually(() => refusedLater.connected, { intervalMs: 1 });
  await refusedLater.publish(record('b'));
  expect(second.sent).toEqual(['callbacks b']);
  stopping.abort();
  await run;
});
