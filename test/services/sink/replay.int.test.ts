import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { latencyReport } from '../../../connectors/clickhouse/index.ts';
import { eventually } from '../../support/eventually.ts';
import { after, body, composed, segment, session } from './fixtures.ts';
import { type SinkWorld, sinkWorld } from './world.ts';

let world: SinkWorld;
beforeAll(async () => {
  world = await sinkWorld(inject('stack'));
});
afterAll(() => world.close());

const videos = 300;

/** Each video in three versions, a tenth of them deleted at the end, one in five with a composition and a session. */
async function publish(): Promise<void> {
  const { producer, topics, codecs } = world;
  const headers = { source: 'http', 'received-at': String(after(11)) };
  const sends: Promise<unknown>[] = [];
  for (let n = 0; n < videos; n += 1) {
    const id = `video-${n}`;
    for (let copy = 0; copy < 2; copy += 1) {
      sends.push(producer.send({ topic: topics('callbacks'), key: id, value: body({ VideoId: id }), headers }));
    }
    const make = n % 5 === 0 ? composed : segment;
    for (const [version, status] of (['SOURCE_READY', 'PLAYABLE', 'TRANSCODED'] as const).entries()) {
      const state = make(id, { status, revision: version + 1, transcodedTime: version === 2 ? after(430 + n) : null });
      sends.push(producer.send({ topic: topics('video-state'), key: id, value: codecs.videoState.encode(state) }));
    }
    if (n % 10 === 9) sends.push(producer.send({ topic: topics('video-state'), key: id, value: null }));
    if (n % 5 === 0) {
      const state = session(id, { sessionId: `session-${n}` });
      const value = codecs.sessionState.encode(state);
      sends.push(producer.send({ topic: topics('session-state'), key: state.sessionId, value }));
    }
  }
  await Promise.all(sends);
}

/** Everything that readers may see, in one comparable value. */
async function seen() {
  const tables = await Promise.all(
    ['callbacks', 'video_state', 'session_state', 'renditions', 'jobs', 'timeline', 'composed_videos'].map(
      async (table) => {
        const source = table.includes('_state') || table === 'callbacks' ? `${table} FINAL` : table;
        const [row] = await world.rows(
          `SELECT count() AS rows, toString(groupBitXor(cityHash64(*))) AS hash FROM ${source}`,
        );
        return [table, row] as const;
      },
    ),
  );
  return { tables: Object.fromEntries(tables), latency: await latencyReport(world.client) };
}

async function sinkAll(groupId: string): Promise<void> {
  const sink = world.startSink({ maxWaitMs: 50, maxRecords: 200 }, { groupId });
  await eventually(async () => expect(await sink.lag()).toBe(0));
  await sink.end();
}

it('changes nothing when every record is inserted again, in other batches, around a crash', async () => {
  await publish();
  await sinkAll(`first-${randomUUID()}`);
  const once = await seen();
  expect(once.tables).toMatchObject({
    callbacks: { rows: videos * 2 },
    video_state: { rows: videos * 0.9 },
    session_state: { rows: videos / 5 },
  });
  expect(once.latency.length).toBeGreaterThan(8);
  expect(
    await world.rows('SELECT sum(received) AS received, sum(duplicates) AS duplicates FROM callback_hours'),
  ).toEqual([{ received: videos * 2, duplicates: videos }]);

  await world.killClickhouse();
  await world.startClickhouse();
  // Another group reads the topics from their beginning: old versions after new ones, rows of entities long deleted.
  await sinkAll(`second-${randomUUID()}`);
  expect(await seen()).toEqual(once);
  expect(await world.count('callbacks')).toBeGreaterThanOrEqual(videos * 2);

  for (const table of ['callbacks', 'video_state', 'session_state']) {
    await world.client.command({ query: `OPTIMIZE TABLE ${table} FINAL` });
  }
  expect(await seen()).toEqual(once);
});
