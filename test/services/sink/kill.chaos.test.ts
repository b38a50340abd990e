import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { body, segment } from './fixtures.ts';
import type { SinkChild } from './sink-child.ts';
import { type SinkWorld, sinkWorld } from './world.ts';

const stack = inject('stack');
const groupId = 'killed-sink';
let world: SinkWorld;
let child: ChildProcess;
beforeAll(async () => {
  world = await sinkWorld(stack);
});
afterAll(async () => {
  child.kill('SIGKILL');
  await world.close();
});

function start(): void {
  const settings: SinkChild = {
    brokers: stack.brokers,
    registryUrl: stack.registryUrl,
    clickhouse: world.clickhouse,
    prefix: world.prefix,
    groupId: `${world.prefix}${groupId}`,
  };
  child = fork(join(import.meta.dirname, 'sink-child.ts'), [JSON.stringify(settings)]);
}

async function kill(): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

const rounds = 5;
const videos = 400;

it('holds exactly what was published, through kill -9 of sink and ClickHouse in the midst of it', async () => {
  const { producer, topics, codecs } = world;
  const headers = { source: 'http', 'received-at': '1772359212345' };
  start();
  for (let round = 1; round <= rounds; round += 1) {
    const before = await world.count('callbacks FINAL').catch(() => 0);
    for (let n = 0; n < videos; n += 1) {
      const id = `video-${n}`;
      const state = codecs.videoState.encode(segment(id, { revision: round, durationSeconds: round * 1_000 + n }));
      await Promise.all([
        producer.send({ topic: topics('callbacks'), key: id, value: body({ VideoId: id, Round: round }), headers }),
        producer.send({ topic: topics('video-state'), key: id, value: state }),
      ]);
      // In the midst of a round: something is stored, something is on its way.
      if (n === videos / 2) {
        await eventually(async () => (await world.count('callbacks FINAL')) > before, { timeoutMs: 60_000 });
        await kill();
        if (round % 2 === 0) {
          await world.killClickhouse();
          await world.startClickhouse();
        }
        start();
      }
    }
  }

  await eventually(async () => expect(await world.count('callbacks FINAL')).toBe(rounds * videos), {
    timeoutMs: 90_000,
  });
  await eventually(
    async () => {
      const [row] = await world.rows(
        `SELECT count() AS videos, countIf(revision = ${rounds}) AS newest, sum(duration_seconds) AS seconds
         FROM video_state FINAL`,
      );
      expect(row).toEqual({
        videos,
        newest: videos,
        seconds: videos * rounds * 1_000 + (videos * (videos - 1)) / 2,
      });
    },
    { timeoutMs: 60_000 },
  );
  const perVideo = await world.rows<{ rounds: number[] }>(
    `SELECT arraySort(groupArray(JSONExtractUInt(body, 'Round'))) AS rounds FROM callbacks FINAL
     GROUP BY subject_id`,
  );
  expect(perVideo).toHaveLength(videos);
  expect(new Set(perVideo.map((row) => row.rounds.join()))).toEqual(new Set(['1,2,3,4,5']));
});
