import { expect, test } from 'vitest';
import { StallWatch, type Watched } from '../../../connectors/kafka/stall-watch.ts';
import { systemClock } from '../../../platform/host/index.ts';

type Log = { low: number; high: number } | 'away';
type Task = { readonly partition: number } & { -readonly [K in keyof Watched]: Watched[K] };

/** Looks once a second for `seconds`; gives the partitions that were found and how often the cluster was asked. */
async function watch(
  tasks: readonly Task[],
  log: (partition: number) => Log,
  seconds: number,
  each: (second: number) => void = () => {},
) {
  const asked: number[] = [];
  const found: number[] = [];
  const stalls = new StallWatch<Task>(async ({ partition }) => {
    asked.push(partition);
    const answer = log(partition);
    if (answer === 'away') throw new Error('away');
    return answer.high;
  });
  for (let second = 0; second <= seconds; second++) {
    each(second);
    found.push(...stalls.look(tasks, second * 1_000).map(({ partition }) => partition));
    // The answer comes.
    await systemClock.sleep(0);
  }
  return { asked, found };
}

const task = (partition: number, position: number, endSeenAt = -1): Task => ({ partition, position, endSeenAt });

// An error that comes behind a record is deleted by the native binding, and librdkafka tells it once: a partition whose
// position was outside of its log got no records any more, stayed ready, and nobody was told what was lost.
test.each<[string, Task, Log]>([
  ['before the log', task(1, 10), { low: 50, high: 90 }],
  ['beyond the log', task(1, 100), { low: 50, high: 90 }],
  ['in the log, before records', task(1, 60), { low: 50, high: 90 }],
  ['at an end that has moved', task(1, 60, 70), { low: 50, high: 90 }],
])('a partition that stands still %s is found while its neighbour works', async (_where, still, log) => {
  const busy = task(0, 0);
  const { found, asked } = await watch(
    [busy, still],
    () => log,
    33,
    () => {
      busy.position++;
    },
  );
  expect(found).toEqual([1]);
  expect(asked).toEqual([1]);
});

test.each<[string, Task, Log]>([
  ['at the end', task(0, 90), { low: 50, high: 90 }],
  ['in front of markers only', task(0, 88, 90), { low: 50, high: 90 }],
  // The position of a topic that is written in transactions stays before the last marker. Once retention had deleted that,
  // the task was opened again, which reported the marker as lost records.
  ['in front of markers that retention has deleted', task(0, 100, 101), { low: 101, high: 101 }],
  ['while Kafka is away', task(0, 60), 'away'],
])('a partition %s is asked about and left alone', async (_where, idle, log) => {
  const { found, asked } = await watch([idle], () => log, 65);
  expect(asked).toEqual([0, 0]);
  expect(found).toEqual([]);
});

// The position moves with the commit, and the question waits behind a fetch: it was answered right behind a record that
// the fetch had brought and this turn was about to process, and the healthy task was opened again.
test('a record that comes while the question is under way is no reason', async () => {
  const quiet = task(0, 60, 60);
  let now = 0;
  let committedAt = 0;
  const { asked, found } = await watch(
    [quiet],
    () => {
      // The next look comes before the commit.
      committedAt = now + 2;
      return { low: 50, high: quiet.position + 1 };
    },
    70,
    (second) => {
      now = second;
      if (second === committedAt) Object.assign(quiet, task(0, quiet.position + 1, quiet.position + 1));
    },
  );
  expect(asked.length).toBeGreaterThan(1);
  expect(found).toEqual([]);
});

test('nobody is asked about a task that moves now and then, nor after the loop itself stood still', async () => {
  const slow = task(0, 60);
  const log = { low: 50, high: 90 };
  const moving = await watch(
    [slow],
    () => log,
    60,
    (second) => {
      if (second % 20 === 0) slow.position++;
    },
  );
  expect(moving.asked).toEqual([]);
  let asked = 0;
  const answer = async () => {
    asked += 1;
    return 90;
  };
  const stalls = new StallWatch(answer);
  for (const second of [0, 1, 60, 61]) stalls.look([slow], second * 1_000);
  expect(asked).toBe(0);
});
