import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../../../platform/faults.ts';
import { systemClock } from '../../../platform/host/index.ts';
import { metricsOf } from '../../../platform/telemetry/index.ts';
import { type DurablePublisher, durablePublisher } from '../../../services/intake/durable.ts';
import type { OutgoingRecord } from '../../../services/intake/http/index.ts';
import { Spool } from '../../../services/intake/spool/spool.ts';
import { eventually } from '../../support/eventually.ts';
import { silent } from './harness.ts';

/** A Kafka that does as it is told. */
class ScriptedKafka {
  state: 'up' | 'away' | 'frozen' = 'up';
  refuses: string | null = null;
  readonly taken: (string | null)[] = [];
  readonly #frozen: (() => void)[] = [];

  publish(record: OutgoingRecord): Promise<void> {
    if (record.key === this.refuses) return Promise.reject(new Fault('too large', { code: 'TOO_LARGE' }));
    if (this.state === 'away') return Promise.reject(new Fault('no broker', { code: 'AWAY', retryable: true }));
    if (this.state === 'up') {
      this.taken.push(record.key);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      this.#frozen.push(() => {
        this.taken.push(record.key);
        resolve();
      });
    });
  }

  thaw(): void {
    this.state = 'up';
    for (const go of this.#frozen.splice(0)) go();
  }
}

let folder: string;
let spool: Spool;
let kafka: ScriptedKafka;
let publisher: DurablePublisher;
let stop: AbortController;
let draining: Promise<void>;

async function open(opened?: Spool): Promise<void> {
  spool = opened ?? (await Spool.open({ folder, limitBytes: 1_000_000, clock: systemClock }));
  stop = new AbortController();
  publisher = durablePublisher({
    kafka,
    spool,
    clock: systemClock,
    log: silent,
    metrics: metricsOf(new Registry()),
    kafkaWithinMs: 100,
  });
  draining = publisher.drain(stop.signal);
}
async function close(): Promise<void> {
  stop.abort();
  await draining;
  publisher.close();
  await spool.close();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-durable-'));
  kafka = new ScriptedKafka();
  await open();
});
afterEach(async () => {
  kafka.thaw();
  await close();
  await rm(folder, { recursive: true, force: true });
});

const publish = (key: string) => publisher.publish({ topic: 'callbacks', key, value: Buffer.from(key), headers: {} });
const drained = () => eventually(() => spool.records === 0 && publisher.direct);

test('while Kafka acknowledges nothing touches the disk', async () => {
  await Promise.all(['a', 'b', 'c'].map(publish));
  expect(kafka.taken).toEqual(['a', 'b', 'c']);
  expect(spool.records).toBe(0);
});

test('while Kafka is away records are durable on disk, and published in order once it is back', async () => {
  kafka.state = 'away';
  for (const key of ['a', 'b', 'c']) await publish(key);
  expect(kafka.taken).toEqual([]);
  expect(spool.records).toBe(3);
  expect(publisher.direct).toBe(false);
  kafka.state = 'up';
  await drained();
  expect(kafka.taken).toEqual(['a', 'b', 'c']);
  await publish('d');
  expect(kafka.taken).toEqual(['a', 'b', 'c', 'd']);
});

test('having been quick once is no proof: a Kafka that freezes later stays bypassed until it acknowledges again', async () => {
  // The drain kept the time of its last batch over a pause and took it for proof when the next batch, still
  // unacknowledged, had just been handed over.
  kafka.state = 'away';
  await publish('a');
  kafka.state = 'up';
  await drained();
  kafka.state = 'frozen';
  await publish('b');
  for (const key of ['c', 'd', 'e']) {
    expect(publisher.direct).toBe(false);
    await publish(key);
  }
  kafka.thaw();
  await drained();
  expect(new Set(kafka.taken)).toEqual(new Set(['a', 'b', 'c', 'd', 'e']));
});

test('a frozen Kafka costs its patience once; a record that it took after all may be there twice, never not at all', async () => {
  kafka.state = 'frozen';
  await publish('a');
  expect(publisher.direct).toBe(false);
  await publish('b');
  expect(spool.records).toBe(2);
  kafka.thaw();
  await drained();
  expect(new Set(kafka.taken)).toEqual(new Set(['a', 'b']));
  expect(kafka.taken.indexOf('a')).toBeLessThan(kafka.taken.indexOf('b'));
});

test('what a process left in its spool is published by the next one', async () => {
  kafka.state = 'away';
  for (const key of ['a', 'b']) await publish(key);
  await close();
  await open();
  expect(publisher.direct).toBe(false);
  kafka.state = 'up';
  await drained();
  expect(kafka.taken).toEqual(['a', 'b']);
});

test('a record that Kafka refuses for good is kept and holds up nobody', async () => {
  kafka.state = 'away';
  kafka.refuses = 'bad';
  for (const key of ['bad', 'a', 'b']) await publish(key);
  kafka.state = 'up';
  await eventually(() => kafka.taken.length === 2 && spool.records === 1);
  expect(kafka.taken).toEqual(['a', 'b']);
  kafka.refuses = null;
  await drained();
  expect(kafka.taken).toEqual(['a', 'b', 'bad']);
});

test('with Kafka away and the spool full a record is refused, not forgotten', async () => {
  await close();
  kafka.state = 'away';
  await open();
  const big = { topic: 'callbacks', key: 'big', value: Buffer.alloc(600_000), headers: {} } as const;
  await publisher.publish(big);
  await expect(publisher.publish(big)).rejects.toMatchObject({ code: 'SPOOL_FULL' });
  kafka.state = 'up';
  await drained();
  expect(kafka.taken).toEqual(['big']);
});

test('with a disk that takes nothing Kafka alone decides, also after it was away', async () => {
  // The spool could not be written, so nothing was on disk whose drain would have told that Kafka is back: every
  // callback was refused until the disk was mended.
  await close();
  await open(Spool.broken({ folder, limitBytes: 1_000_000, clock: systemClock }, new Error('no space left')));
  await publish('a');
  kafka.state = 'away';
  await expect(publish('b')).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  kafka.state = 'up';
  await publish('c');
  expect(kafka.taken).toEqual(['a', 'c']);
});
