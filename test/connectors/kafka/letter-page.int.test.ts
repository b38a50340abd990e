import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { Admin, IdempotentProducer, letterPage, readLetters } from '../../../connectors/kafka/index.ts';

const { brokers } = inject('stack');
const kafka = { brokers, clientId: 'letter-page-test' };
const topic = `test-${randomUUID()}.dead-letters`;
const letters = 60;
let admin: Admin;
let producer: IdempotentProducer;

const why = (n: number) => ({ reason: n % 10 === 0 ? 'rare' : 'unparsable', error: `no ${n}`, stage: 'video' });

beforeAll(async () => {
  admin = await Admin.connect(kafka);
  await admin.ensureTopics([{ name: topic, partitions: 3 }]);
  producer = await IdempotentProducer.connect(kafka);
  for (let n = 0; n < letters; n += 1)
    await producer.send({ topic, partition: n % 3, key: `${n}`, value: Buffer.alloc(5_000, `${n}`), headers: why(n) });
  // The 3rd letter of partition 1 was sent again.
  await producer.send({ topic, partition: 1, key: null, value: null, headers: { redriven: '1:2' } });
});
afterAll(async () => {
  await producer.close();
  await admin.deleteTopic(topic);
  admin.close();
});

/** All pages, and how many letters each had. */
async function walk(limit: number, filter = {}) {
  const found = [];
  const sizes = [];
  let cursor: string | undefined;
  for (;;) {
    const { items, next } = await letterPage(kafka, topic, { filter, cursor, limit });
    found.push(...items);
    sizes.push(items.length);
    if (next === null) return { found, sizes };
    cursor = next;
  }
}

test('gives every letter once, newest first, with its mark, however large the pages are', async () => {
  for (const limit of [7, 20, 500]) {
    const { found, sizes } = await walk(limit);
    expect(found.map(({ letter }) => Number(letter.record.key))).toEqual(
      Array.from({ length: letters }, (_, n) => letters - 1 - n),
    );
    expect(Math.max(...sizes)).toBe(Math.min(limit, letters));
    const marked = found.filter(({ letter }) => letter.redrivenAtMs !== null);
    expect(marked.map(({ letter }) => letter.id)).toEqual(['1:2']);
    expect(found[0]).toMatchObject({ sizeBytes: 5_000, letter: { record: { value: { length: 1_024 } } } });
  }
});

test('filters while it reads', async () => {
  const { found } = await walk(4, { reason: 'rare' });
  expect(found.map(({ letter }) => letter.record.key)).toEqual(['50', '40', '30', '20', '10', '0']);
  expect((await walk(4, { stage: 'sink' })).found).toEqual([]);
});

test('refuses a cursor of another topic', async () => {
  for (const cursor of ['1.2', '1.2.x', '1.2.3.4'])
    await expect(letterPage(kafka, topic, { filter: {}, cursor, limit: 5 })).rejects.toThrow(RangeError);
});

test('reads a single letter from where it lies, with all of its bytes and its mark', async () => {
  const [letter] = await readLetters(kafka, topic, { ids: ['1:2'] });
  expect(letter).toMatchObject({ id: '1:2', record: { value: { length: 5_000 } } });
  expect(letter?.redrivenAtMs).toBeGreaterThan(0);
  expect(await readLetters(kafka, topic, { ids: ['7:2'] })).toEqual([]);
  expect(await readLetters(kafka, topic, { ids: ['2:999'] })).toEqual([]);
});
