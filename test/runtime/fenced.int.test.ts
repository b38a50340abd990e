import { Registry } from 'prom-client';
import { afterEach, expect, inject, test } from 'vitest';
import { Consumer, type KafkaFault } from '../../connectors/kafka/index.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import { createLogger, metricsOf } from '../../platform/telemetry/index.ts';
import { type JobRunnerOptions, runJobRunner } from '../../services/jobs/index.ts';
import { eventually } from '../support/eventually.ts';
import { counting, jsonCodecs } from './counting.ts';
import { countingTopics } from './counting-topics.ts';
import { startProcessor, temporaryFolder } from './running.ts';

const { brokers } = inject('stack');
const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

const named = /another process .*LIVE2VOD_INSTANCE.*Set another LIVE2VOD_INSTANCE/s;

/** Polls until the consumer can't go on; gives why. */
async function lifeOf(consumer: Consumer, records: { n: number }): Promise<unknown> {
  try {
    for (;;) records.n += (await consumer.poll(10, 50)).length;
  } catch (error) {
    return error;
  }
}

// The native binding drops a fatal error that comes behind a record in the same call, and nothing else told: a sink that
// another one had fenced stood still for good, ready and live, with 540,000 records before it.
test('of two consumers of one name the one that is out says so, why, and what to do', async () => {
  const topics = await countingTopics(brokers, 2);
  cleanUp.push(() => topics.close());
  const join = async () => {
    const consumer = await Consumer.connect(topics.kafka, { groupId: `${topics.prefix}g`, groupInstanceId: 'same' });
    cleanUp.push(() => consumer.close());
    consumer.subscribe([topics.topics('callbacks')]);
    return consumer;
  };
  // There is always something to read, so that the error has records before it.
  let feeding = true;
  const feed = (async () => {
    for (let n = 0; feeding; n++) await topics.send(`k${n % 5}`, n);
  })();
  cleanUp.push(async () => {
    feeding = false;
    await feed;
  });
  const read = [{ n: 0 }, { n: 0 }] as const;
  let fault: unknown;
  void lifeOf(await join(), read[0]).then((why) => {
    fault = why;
  });
  await eventually(() => read[0].n > 0, { timeoutMs: 20_000 });
  void lifeOf(await join(), read[1]);
  await eventually(() => fault !== undefined, { timeoutMs: 30_000 });
  expect(fault).toMatchObject({ code: 'ERR_FENCED_INSTANCE_ID', fatal: true });
  expect((fault as KafkaFault).message).toMatch(named);
  const before = read[1].n;
  await eventually(() => read[1].n > before, { timeoutMs: 20_000 });
});

test('of two job runners of one name, too', async () => {
  const topics = await countingTopics(brokers, 1);
  cleanUp.push(() => topics.close());
  await topics.admin.ensureTopics([{ name: topics.topics('compose-jobs'), partitions: 1 }]);
  const run = () => {
    const stop = new AbortController();
    const ended = runJobRunner({
      kafka: topics.kafka,
      topics: topics.topics,
      groupId: `${topics.prefix}jobs`,
      instance: 'same',
      // There are no jobs.
      codecs: {} as JobRunnerOptions['codecs'],
      cloudOf: () => ({}) as ReturnType<JobRunnerOptions['cloudOf']>,
      platform: systemPlatform,
      log: createLogger('fenced-test', 'silent'),
      metrics: metricsOf(new Registry()),
      signal: stop.signal,
    }).then(
      () => null,
      (error: unknown) => error,
    );
    cleanUp.push(async () => {
      stop.abort();
      await ended;
    });
    return ended;
  };
  const first = run();
  // Members of a group are known to it a moment later; the first of the two runs until the second one joins.
  const second = run();
  const fault = await Promise.race([first, second]);
  expect((fault as KafkaFault).message).toMatch(named);
});

test('a processor of the same name joins anew some times, then stops and names the setting', async () => {
  const topics = await countingTopics(brokers, 2);
  cleanUp.push(() => topics.close());
  const start = async () => {
    const { folder, remove } = await temporaryFolder();
    cleanUp.push(remove);
    const running = startProcessor({
      topology: counting,
      topics: topics.topics,
      kafka: topics.kafka,
      instance: 'same',
      stateFolder: folder,
      codecs: jsonCodecs,
    });
    cleanUp.push(() => running.stop());
    return running.ended.then(
      () => null,
      (error: unknown) => error,
    );
  };
  const fault = await Promise.race([start(), start()]);
  expect(fault).toMatchObject({ code: 'INSTANCE_FENCED' });
  expect((fault as Error).message).toContain('LIVE2VOD_INSTANCE');
});
