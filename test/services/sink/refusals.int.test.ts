import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { checkClickhouse } from '../../../connectors/clickhouse/index.ts';
import { requireRight } from '../../../connectors/clickhouse/right.ts';
import { eventually } from '../../support/eventually.ts';
import { body } from './fixtures.ts';
import { type SinkWorld, sinkWorld } from './world.ts';

let world: SinkWorld;
beforeAll(async () => {
  world = await sinkWorld(inject('stack'));
});
afterAll(() => world.close());

async function publish(ids: readonly string[], receivedAtMs: (index: number) => number): Promise<void> {
  await Promise.all(
    ids.map((id, index) =>
      world.producer.send({
        topic: world.topics('callbacks'),
        key: id,
        value: body({ VideoId: id }),
        headers: { source: 'http', 'received-at': String(receivedAtMs(index)), region: 'cn-shanghai' },
        partition: 0,
      }),
    ),
  );
}

const sometime = () => Date.UTC(2026, 2, 1);
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, n) => `${prefix}-${n}`);

// A batch over more than 100 months was refused as a whole, with the code of a table that merges too slowly, and so it was
// sent again for ever, with everything that came behind it.
it('stores a batch that touches more months than one insert may', async () => {
  await publish(names('month', 150), (n) => Date.UTC(2027, n, 15));
  const sink = world.startSink({ maxWaitMs: 500 });
  await eventually(async () => expect(await sink.lag()).toBe(0), { timeoutMs: 60_000 });
  expect(await world.count('callbacks FINAL')).toBe(150);
  expect(await world.read('dead-letters')).toEqual([]);
  await sink.end();
});

// It stopped with ROWS_REFUSED, started again, and stopped again, although all but these rows could have gone on.
it('sends a batch of nothing but refused rows to dead-letters and goes on', async () => {
  const before = await world.count('callbacks FINAL');
  await world.client.command({ query: "ALTER TABLE callbacks ADD CONSTRAINT c CHECK subject_id NOT LIKE 'bad-%'" });
  await publish(names('bad', 60), sometime);
  const sink = world.startSink();
  await eventually(async () => expect(await sink.lag()).toBe(0), { timeoutMs: 60_000 });
  await publish(['after-the-bad'], sometime);
  await eventually(async () => expect(await world.count('callbacks FINAL')).toBe(before + 1));
  const letters = await world.read('dead-letters');
  expect(new Set(letters.map(({ key }) => String(key)))).toEqual(new Set(names('bad', 60)));
  for (const { headers } of letters) expect(headers).toMatchObject({ reason: 'refused-by-clickhouse' });
  await sink.end();
});

/** A sink that tells what it waits for. */
function telling() {
  const told: (string | null)[] = [];
  const sink = world.startSink({ maxWaitMs: 10 }, { waitingFor: (what) => told.push(what) });
  return { sink, told };
}

// A table that was dropped by hand was "ClickHouse is away" in log, readiness and doctor, beside a ClickHouse that answers.
it('says that a table is missing, waits without losing rows, and goes on when it is there again', async () => {
  const before = await world.count('callbacks FINAL');
  await expect(checkClickhouse(world.clickhouse)).resolves.toBe('ready');
  const { sink, told } = telling();
  await eventually(() => expect(told).toContain(null));
  await world.client.command({ query: 'RENAME TABLE callbacks TO taken_away' });
  await publish(['while-away'], sometime);
  await eventually(() =>
    expect(told.at(-1)).toMatch(/^ClickHouse to be mended: a table is missing, UNKNOWN_TABLE \(code 60\): .*callbacks/),
  );
  expect(await sink.gauge('live2vod_sink_paused')).toBe(1);
  await expect(checkClickhouse(world.clickhouse)).rejects.toMatchObject({
    code: 'TABLES_MISSING',
    message: expect.stringContaining('has no callbacks: restore'),
  });
  await world.client.command({ query: 'RENAME TABLE taken_away TO callbacks' });
  await eventually(async () => expect(await world.count('callbacks FINAL')).toBe(before + 1));
  await eventually(async () => expect(await sink.lag()).toBe(0));
  expect(told.at(-1)).toBeNull();
  await sink.end();
});

it('says which column is not of this release, and goes on when it is', async () => {
  // A column is changed part by part, and the tests above left one for each of many months: that took 45 s.
  await world.client.command({ query: 'TRUNCATE TABLE callbacks' });
  await world.client.command({ query: 'ALTER TABLE callbacks MODIFY COLUMN job_id FixedString(3)' });
  await publish(names('other-table', 30), sometime);
  const { sink, told } = telling();
  await eventually(
    () => expect(told.at(-1)).toMatch(/table callbacks is not this release's: job_id String \(there: Fixed/),
    {
      timeoutMs: 60_000,
    },
  );
  await world.client.command({ query: 'ALTER TABLE callbacks MODIFY COLUMN job_id String' });
  await eventually(async () => expect(await world.count('callbacks FINAL')).toBe(30));
  await sink.end();
});

it('says that it is not known any more, and goes on when it is', async () => {
  const before = await world.count('callbacks FINAL');
  const { sink, told } = telling();
  await eventually(() => expect(told).toContain(null));
  const file = join(world.folder, 'key');
  const key = await readFile(file, 'utf8');
  await world.stopClickhouse();
  await rm(file);
  await world.startClickhouse();
  await publish(['unknown'], sometime);
  await eventually(() => expect(told.at(-1)).toMatch(/to be mended: credentials are wrong, AUTHENTICATION_FAILED/), {
    timeoutMs: 60_000,
  });
  await expect(checkClickhouse(world.clickhouse)).rejects.toMatchObject({ code: 'CLICKHOUSE_REFUSES' });
  await world.stopClickhouse();
  await writeFile(file, key, { mode: 0o600 });
  await world.startClickhouse();
  await eventually(async () => expect(await world.count('callbacks FINAL')).toBe(before + 1));
  await sink.end();
});

it('ends with a wrong setting where it was never known', async () => {
  const sink = world.startSink({}, { access: { ...world.role().access, password: 'x' } });
  await expect(sink.end()).rejects.toMatchObject({ code: 'CLICKHOUSE_REFUSES', denied: true });
});

// The question about a right was asked with bound names, which it doesn't take: each server answered with a syntax error,
// that was taken for an old server's, and a missing right was never told by `doctor`.
it('says which right is missing', async () => {
  await expect(requireRight(world.client, 'live2vod', 'callbacks')).resolves.toBeUndefined();
  await expect(requireRight(world.client, 'system', 'one')).rejects.toMatchObject({
    code: 'CLICKHOUSE_REFUSES',
    message: expect.stringContaining('may not both read and write system.one: GRANT SELECT, INSERT'),
  });
});
