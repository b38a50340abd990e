import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../platform/host/index.ts';
import type { OutgoingRecord } from '../../../services/intake/http/index.ts';
import { Ownership } from '../../../services/intake/spool/ownership.ts';
import { belongs, type Pipeline, readStamp } from '../../../services/intake/spool/pipeline.ts';
import { openOwnSlot, orphanedSlots } from '../../../services/intake/spool/slots.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'live2vod-pipeline-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const record: OutgoingRecord = { topic: 'callbacks', key: 'a', value: Buffer.from('{}'), headers: { source: 'http' } };

function owned(topic: string, brokers = 'a:9092', topicId?: string) {
  const ownership = new Ownership(topic, brokers);
  if (topicId !== undefined) ownership.identified(topicId);
  const options = {
    ...{ folder, limitBytes: 1_000_000, clock: systemClock },
    take: (spool: { folder: string; records: number }) => ownership.take(spool),
  };
  return { ownership, options };
}

/** A spool with one record, left behind by a pipeline. */
async function leave(topic: string, brokers = 'a:9092', topicId?: string): Promise<string> {
  const spool = await openOwnSlot(owned(topic, brokers, topicId).options);
  await spool.append(record);
  await spool.close();
  return spool.folder;
}

test('whose a spool is: by prefix, by the topic at the cluster, and by the brokers until the cluster is known', () => {
  const of = (topic: string, topicId: string | null, brokers = 'a:9092'): Pipeline => ({ topic, topicId, brokers });
  expect(belongs(null, of('p.callbacks', 'x'))).toBe('yes');
  expect(belongs(of('p.callbacks', 'x'), of('q.callbacks', 'x'))).toBe('no');
  expect(belongs(of('p.callbacks', 'x'), of('p.callbacks', 'y'))).toBe('no');
  expect(belongs(of('p.callbacks', 'x'), of('p.callbacks', 'x', 'b:9092'))).toBe('yes');
  expect(belongs(of('p.callbacks', null), of('p.callbacks', 'y'))).toBe('yes');
  expect(belongs(of('p.callbacks', 'x'), of('p.callbacks', null))).toBe('yes');
  expect(belongs(of('p.callbacks', 'x'), of('p.callbacks', null, 'b:9092'))).toBe('unknown');
  expect(belongs(of('p.callbacks', 'x', 'a:9092,b:9092'), of('p.callbacks', null, 'b:9092,c:9092'))).toBe('yes');
  expect(belongs(of('p.callbacks', null), of('p.callbacks', 'y', 'b:9092'))).toBe('no');
});

// A spool said nothing of where its callbacks were to go: the next ingress on the same home published them into whatever
// topic and cluster it was configured for.
test.each([
  ['prefix', 'q.callbacks', 'a:9092', 'x'],
  ['cluster', 'p.callbacks', 'b:9092', 'y'],
])('another %s is refused, the line says what to do, and nothing is lost', async (_what, topic, brokers, topicId) => {
  const slot = await leave('p.callbacks', 'a:9092', 'x');
  const refusal = openOwnSlot(owned(topic, brokers, topicId).options);
  await expect(refusal).rejects.toMatchObject({ code: 'SPOOL_OF_OTHERS', retryable: false });
  await expect(refusal).rejects.toThrow(
    /holds 1 callback that was .*p\.callbacks.*LIVE2VOD_TOPIC_PREFIX.*LIVE2VOD_HOME.*delete /,
  );
  const again = await openOwnSlot(owned('p.callbacks', 'a:9092', 'x').options);
  expect([again.folder, again.records]).toEqual([slot, 1]);
  await again.close();
});

test('deleting the stamp, as the line says, makes it of whoever opens it next', async () => {
  const slot = await leave('p.callbacks', 'a:9092', 'x');
  await rm(`${slot}.pipeline.json`);
  const spool = await openOwnSlot(owned('q.callbacks', 'b:9092', 'y').options);
  expect(spool.records).toBe(1);
  await spool.close();
  expect(await readStamp(slot)).toEqual({ topic: 'q.callbacks', topicId: 'y', brokers: 'b:9092' });
});

test('an empty spool is taken over by any pipeline, and stamped as its own', async () => {
  const first = await openOwnSlot(owned('p.callbacks', 'a:9092', 'x').options);
  await first.close();
  const second = await openOwnSlot(owned('q.callbacks', 'b:9092', 'y').options);
  expect(second.folder).toBe(first.folder);
  await second.close();
  expect((await readStamp(first.folder))?.topic).toBe('q.callbacks');
});

test('filled before the cluster was ever seen, a spool gets its stamp once that is known, and keeps it while Kafka is away', async () => {
  const slot = await leave('p.callbacks');
  expect(await readStamp(slot)).toMatchObject({ topicId: null });
  await (await openOwnSlot(owned('p.callbacks', 'a:9092', 'x').options)).close();
  expect(await readStamp(slot)).toMatchObject({ topicId: 'x' });
  const away = await openOwnSlot(owned('p.callbacks').options);
  await away.removeThrough({ sequence: 1, endBytes: away.bytes });
  await away.close();
  await (await openOwnSlot(owned('p.callbacks').options)).close();
  expect(await readStamp(slot)).toMatchObject({ topicId: 'x' });
});

test('with other brokers and Kafka away, new callbacks go to another slot, so that two clusters never share one', async () => {
  const slot = await leave('p.callbacks', 'a:9092', 'x');
  const elsewhere = await openOwnSlot(owned('p.callbacks', 'b:9092').options);
  expect(elsewhere.folder).not.toBe(slot);
  expect(elsewhere.records).toBe(0);
  await elsewhere.close();
});

test('what another pipeline left in a slot that nobody uses is refused at the start, and never published later', async () => {
  const { ownership, options } = owned('q.callbacks', 'b:9092', 'y');
  const own = await openOwnSlot(options);
  await leave('p.callbacks', 'a:9092', 'x');
  await expect(ownership.refuseOthers(options)).rejects.toMatchObject({ code: 'SPOOL_OF_OTHERS' });
  const told: unknown[] = [];
  for await (const orphan of orphanedSlots(options)) {
    expect(await ownership.mayPublish(orphan, (error) => told.push(error))).toBe(false);
    await orphan.close();
  }
  expect(told).toHaveLength(1);
  await own.close();
  expect(await readdir(folder)).toContain('1.pipeline.json');
});
