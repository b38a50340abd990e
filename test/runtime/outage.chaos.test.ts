import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { ensureJars, freePorts, startBroker } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { counting, jsonCodecs } from './counting.ts';
import { allProcessed, byConsole, expectExactCounts, feeder } from './counting-oracle.ts';
import { countingTopics } from './counting-topics.ts';
import { ready, startProcessor, temporaryFolder } from './running.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

test('while the broker is gone or frozen a processor waits; then it goes on and no count is wrong', async () => {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  let broker = await startBroker({ jars: jars.kafka, folder: join(folder, 'broker'), port, controllerPort });
  cleanUp.push(() => broker.kill9());
  // Nothing of it is deleted afterwards: the broker goes as a whole, and may be away by then.
  const topics = await countingTopics(broker.brokers, 3);
  const load = feeder(topics, 30);

  const running = startProcessor({
    topology: counting,
    topics: topics.topics,
    kafka: topics.kafka,
    instance: 'a',
    stateFolder: join(folder, 'state'),
    codecs: jsonCodecs,
    transactionTimeoutMs: 5_000,
  });
  cleanUp.push(() => running.stop());
  await load.feed(500);
  await allProcessed(topics, 3);

  for (const outage of ['killed', 'frozen'] as const) {
    const feeding = load.feed(2_000);
    const before = running.called('onTransaction').length;
    await eventually(() => running.called('onTransaction').length > before + 1);
    if (outage === 'killed') await broker.kill9();
    else broker.freeze();
    await eventually(() => !running.status.ready, { timeoutMs: 40_000 });
    expect(running.status.live(20_000)).toBe(true);
    if (outage === 'killed') broker = await broker.restart();
    else broker.thaw();
    await feeding;
    await allProcessed(topics, 3, 60_000);
    await ready(running);
  }

  await running.stop();
  await running.ended;
  await expectExactCounts(byConsole(broker.brokers), topics, load.sent, 30);
});
