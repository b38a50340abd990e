import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { body } from './fixtures.ts';
import { type SinkWorld, sinkWorld } from './world.ts';

let ours: SinkWorld;
let others: SinkWorld;
beforeAll(async () => {
  ours = await sinkWorld(inject('stack'));
  others = await sinkWorld(inject('stack'));
});
afterAll(async () => {
  await ours.close();
  await others.close();
});

// A row's version is its record's offset, and a callback's key its partition and offset. Topics of another prefix, another
// cluster or another life begin at 0 again: their rows replace foreign ones, and older rows win against newer ones.
it('refuses a database that holds the rows of other topics, and says what to change', async () => {
  const publish = ({ producer, topics }: SinkWorld, id: string) =>
    producer.send({
      topic: topics('callbacks'),
      key: id,
      value: body({ VideoId: id }),
      headers: { source: 'http', 'received-at': '1772359212345' },
      partition: 0,
    });
  await publish(ours, 'ours');
  await publish(others, 'other');
  const first = ours.startSink();
  await eventually(async () => expect(await ours.count('callbacks FINAL')).toBe(1));
  await first.end();

  const { access } = ours.role();
  const second = others.startSink({ maxWaitMs: 10 }, { access });
  await eventually(() =>
    expect(second.lag()).rejects.toMatchObject({
      code: 'OTHER_TOPICS',
      message: expect.stringMatching(/live2vod holds .* choose another CLICKHOUSE_DATABASE/),
    }),
  );
  expect(await ours.rows('SELECT subject_id FROM callbacks FINAL')).toEqual([{ subject_id: 'ours' }]);

  // Another database is theirs, and ours is still ours.
  const third = others.startSink({ maxWaitMs: 10 }, { access, database: 'others' });
  const again = ours.startSink();
  await publish(ours, 'ours-again');
  await eventually(async () => expect(await ours.count('others.callbacks FINAL')).toBe(1));
  await eventually(async () => expect(await ours.count('callbacks FINAL')).toBe(2));
  await third.end();
  await again.end();
});
