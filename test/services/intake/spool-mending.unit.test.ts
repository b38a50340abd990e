import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Fault } from '../../../platform/faults.ts';
import { systemClock } from '../../../platform/host/index.ts';
import type { OutgoingRecord } from '../../../services/intake/http/index.ts';
import { drain } from '../../../services/intake/spool/drain.ts';
import { openOwnSlot } from '../../../services/intake/spool/slots.ts';
import { Spool, type SpoolOptions } from '../../../services/intake/spool/spool.ts';
import { eventually } from '../../support/eventually.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'live2vod-mending-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Mends without a pause, so that it comes in the middle of whatever else happens. */
const hasty = { ...systemClock, sleep: (_ms: number, signal?: AbortSignal) => systemClock.sleep(0, signal) };
const record = (key: string, size = 10): OutgoingRecord => ({
  topic: 'callbacks',
  key,
  value: Buffer.alloc(size, 'x'),
  headers: {},
});
const everything = { records: 10_000, bytes: Number.MAX_SAFE_INTEGER };
const keysOf = async (spool: Spool) => (await spool.oldest(everything)).map((entry) => entry.record.key);
const noSpace = () => Promise.reject(new Error('IO error: No space left on device'));

/** LevelDB whose calls the test can fail or hold up. `close` waits for calls on their way, as it does. */
class Disk {
  batch: 'works' | 'fails' | { readonly until: Promise<void> } = 'works';
  clearFails: boolean = false;
  /** What a single write, the proof that the disk takes one, waits for. */
  proof: Promise<void> | null = null;
  proving = false;
  /** Called once, right after the next close. */
  onClosed: (() => Promise<void>) | null = null;
  readonly storeAt: NonNullable<SpoolOptions['storeAt']> = (folder) => {
    const store = new ClassicLevel<Buffer, Buffer>(folder, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    const batch = store.batch.bind(store) as (...args: unknown[]) => Promise<void>;
    const put = store.put.bind(store) as (...args: unknown[]) => Promise<void>;
    const clear = store.clear.bind(store) as (...args: unknown[]) => Promise<void>;
    const close = store.close.bind(store);
    let onItsWay: Promise<void> = Promise.resolve();
    store.batch = ((...args: unknown[]) => {
      const { batch: how } = this;
      if (how === 'fails') return noSpace();
      const written = how === 'works' ? batch(...args) : batch(...args).then(() => how.until);
      onItsWay = written;
      return written;
    }) as typeof store.batch;
    store.put = (async (...args: unknown[]) => {
      this.proving = this.proof !== null;
      await this.proof;
      await put(...args);
    }) as typeof store.put;
    store.clear = ((...args: unknown[]) => (this.clearFails ? noSpace() : clear(...args))) as typeof store.clear;
    store.close = async () => {
      await onItsWay;
      await close();
      const { onClosed } = this;
      this.onClosed = null;
      await onClosed?.();
    };
    return store;
  };
}

test('a removal that fails beside a write on its way: nothing is called durable that the mending takes away', async () => {
  // The failed removal forgot what waited, set the counters to zero under the write on its way, and let the mending start
  // over: it waited for that write, whose record was then called durable, and deleted it.
  const disk = new Disk();
  const spool = await Spool.open({ folder: join(root, '0'), limitBytes: 10_000, clock: hasty, storeAt: disk.storeAt });
  await spool.append(record('a'));
  const [first] = await spool.oldest(everything);
  if (first === undefined) throw new Error('nothing to read');

  const write = Promise.withResolvers<void>();
  disk.batch = { until: write.promise };
  disk.clearFails = true;
  const onItsWay = spool.append(record('b'));
  const waiting = spool.append(record('c'));
  await spool.removeThrough(first.position);
  await expect(waiting).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  disk.batch = 'works';
  disk.clearFails = false;
  // Time for the mending to go ahead, if it does.
  for (let turn = 0; turn < 20; turn += 1) await systemClock.sleep(0);
  write.resolve();
  await expect(onItsWay).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  await eventually(() => !spool.broken);
  expect({ empty: spool.empty, bytes: spool.bytes, unwritten: spool.unwritten }).toEqual({
    empty: true,
    bytes: 0,
    unwritten: 0,
  });
  await spool.append(record('d'));
  expect(await keysOf(spool)).toEqual(['d']);
  await spool.close();
});

test('a spool that starts over never deletes what another process wrote into its folder meanwhile', async () => {
  // Closing the store gave up its lock, and only then the folder was deleted: with the acknowledged callbacks of an
  // ingress that had started in between.
  const disk = new Disk();
  const slots = { folder: root, limitBytes: 10_000, clock: hasty };
  const spool = await openOwnSlot({ ...slots, storeAt: disk.storeAt });
  let other: Spool | null = null;
  disk.onClosed = async () => {
    other = await openOwnSlot(slots);
    await other.append(record('of the other'));
  };
  disk.batch = 'fails';
  await expect(spool.append(record('a'))).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  disk.batch = 'works';
  await eventually(() => !spool.broken);
  const others = other as Spool | null;
  expect(others?.folder).toBe(join(root, '0'));
  expect(spool.folder).toBe(join(root, '1'));
  await spool.append(record('b'));
  expect(await keysOf(spool)).toEqual(['b']);
  await others?.close();
  await spool.close();
  const after = await Spool.open({ ...slots, folder: join(root, '0') });
  expect(await keysOf(after)).toEqual(['of the other']);
  await after.close();
  expect((await readdir(root)).sort()).toEqual(['0', '1']);
});

test('closing waits for the mending', async () => {
  // A store that was opened by the mending after the spool had been closed kept its folder locked.
  const disk = new Disk();
  const options = { folder: join(root, '0'), limitBytes: 10_000, clock: hasty, storeAt: disk.storeAt };
  const spool = await Spool.open(options);
  let closed: Promise<void> | null = null;
  disk.onClosed = async () => {
    closed = spool.close();
  };
  disk.batch = 'fails';
  await expect(spool.append(record('a'))).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  disk.batch = 'works';
  await eventually(() => closed !== null);
  await closed;
  const after = await Spool.open(options);
  await after.append(record('b'));
  expect(await keysOf(after)).toEqual(['b']);
  await after.close();
});

test.each([
  [
    'is away for a while',
    async (folder: string) => {
      await rename(folder, `${folder}-away`);
      await writeFile(folder, '');
    },
    async (folder: string) => {
      await rm(folder);
      await rename(`${folder}-away`, folder);
    },
  ],
  ['was removed by hand', (folder: string) => rm(folder, { recursive: true }), () => Promise.resolve()],
])('a spool that can not start over at once, since its folder %s, keeps its slot', async (_name, harm, repair) => {
  // The store counted as not ours from before it was closed. When its files couldn't be moved it stayed open: from then
  // on the spool took itself for another process that owned the slot, and went elsewhere or stayed broken for ever.
  let rounds = 0;
  const clock: typeof hasty = {
    ...hasty,
    sleep: (ms, signal) => {
      rounds += 1;
      return hasty.sleep(ms, signal);
    },
  };
  const disk = new Disk();
  const folder = join(root, 'slots');
  const spool = await openOwnSlot({ folder, limitBytes: 10_000, clock, storeAt: disk.storeAt });
  await harm(folder);
  disk.batch = 'fails';
  await expect(spool.append(record('a'))).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  disk.batch = 'works';
  await eventually(() => rounds > 3 || !spool.broken);
  await repair(folder);
  await eventually(() => !spool.broken);
  expect(spool.folder).toBe(join(folder, '0'));
  await spool.append(record('b'));
  expect(await keysOf(spool)).toEqual(['b']);
  await spool.close();
});

test('what is drained in the middle of the mending does not come back after a restart', async () => {
  // Such a removal moved the head in memory only, and the next one began to clear the disk from there.
  const disk = new Disk();
  const options = { folder: join(root, '0'), limitBytes: 10_000, clock: hasty, storeAt: disk.storeAt };
  const spool = await Spool.open(options);
  for (const key of ['a', 'b', 'c']) await spool.append(record(key));
  const [a, b] = await spool.oldest(everything);
  if (a === undefined || b === undefined) throw new Error('nothing to read');
  const proof = Promise.withResolvers<void>();
  disk.proof = proof.promise;
  disk.batch = 'fails';
  await expect(spool.append(record('d'))).rejects.toMatchObject({ code: 'SPOOL_BROKEN' });
  disk.batch = 'works';
  await eventually(() => disk.proving);
  await spool.removeThrough(a.position);
  proof.resolve();
  await eventually(() => !spool.broken);
  await spool.close();
  const after = await Spool.open(options);
  expect(await keysOf(after)).toEqual(['b', 'c']);
  await after.removeThrough(b.position);
  expect(await keysOf(after)).toEqual(['c']);
  await after.close();
});

/** A Kafka that refuses one record for good and notes how often it is given each. */
function refusing(key: string) {
  const given = new Map<string | null, number>();
  return {
    given,
    async publish(sent: OutgoingRecord): Promise<void> {
      given.set(sent.key, (given.get(sent.key) ?? 0) + 1);
      if (sent.key === key) throw new Fault('too large', { code: 'TOO_LARGE' });
    },
  };
}

test('a record that Kafka refuses for good makes way in a full spool too', async () => {
  // It was held against the limit when it was put at the end, so a full spool refused it; the batch was then published
  // again and again, and nothing of it ever removed.
  const spool = await Spool.open({ folder: join(root, '0'), limitBytes: 3_000, clock: systemClock });
  for (const key of ['a', 'bad', 'b']) await spool.append(record(key, 900));
  await expect(spool.append(record('more', 900))).rejects.toMatchObject({ code: 'SPOOL_FULL' });
  const kafka = refusing('bad');
  const stop = new AbortController();
  const draining = drain({ spool, kafka, clock: systemClock, signal: stop.signal });
  await eventually(() => spool.records === 1 && (kafka.given.get('bad') ?? 0) > 1);
  expect([kafka.given.get('a'), kafka.given.get('b')]).toEqual([1, 1]);
  expect(await keysOf(spool)).toEqual(['bad']);
  stop.abort();
  await draining;
  await spool.close();
});

test('a refused record on a disk that takes nothing: what came before it leaves the spool, nothing is repeated for ever', async () => {
  const disk = new Disk();
  const spool = await Spool.open({
    folder: join(root, '0'),
    limitBytes: 10_000,
    // Never mended.
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms === 1_000 ? 3_600_000 : 1, signal) },
    storeAt: disk.storeAt,
  });
  for (const key of ['a', 'bad', 'b']) await spool.append(record(key));
  disk.batch = 'fails';
  const kafka = refusing('bad');
  const stop = new AbortController();
  const draining = drain({ spool, kafka, clock: { ...hasty }, signal: stop.signal });
  await eventually(() => (kafka.given.get('bad') ?? 0) > 5);
  expect(await keysOf(spool)).toEqual(['bad', 'b']);
  expect([kafka.given.get('a'), kafka.given.get('b')]).toEqual([1, 1]);
  stop.abort();
  await draining;
  await spool.close();
});
