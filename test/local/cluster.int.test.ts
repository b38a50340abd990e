import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Admin, IdempotentProducer } from '../../connectors/kafka/index.ts';
import { type Broker, ensureJars, freePorts, startCluster } from '../../local/index.ts';
import { temporaryFolder } from '../runtime/running.ts';
import { eventually } from '../support/eventually.ts';

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

test('three brokers acknowledge records while one of them is gone, and take it back', async () => {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const ports = await freePorts(6);
  const nodes = [0, 1, 2].map((n) => ({ port: ports[2 * n] ?? 0, controllerPort: ports[2 * n + 1] ?? 0 }));
  const cluster = await startCluster({ jars: jars.kafka, folder, nodes, heapMb: 256 });
  cleanUp.push(() => cluster.stop());
  const kafka = { brokers: cluster.brokers, clientId: 'cluster-test' };
  const admin = await Admin.connect(kafka);
  cleanUp.push(() => admin.close());
  await admin.ensureTopics([{ name: 'callbacks', partitions: 3 }]);
  expect(await admin.describe(['callbacks'])).toMatchObject([{ partitions: 3, replicationFactor: 3 }]);
  const producer = await IdempotentProducer.connect(kafka, { deliveryTimeoutMs: 60_000 });
  cleanUp.push(() => producer.close());
  const send = () =>
    Promise.all(
      [0, 1, 2].map((partition) =>
        producer.send({ topic: 'callbacks', partition, key: null, value: Buffer.from('v') }),
      ),
    );
  const places = (offset: number) => [0, 1, 2].map((partition) => ({ partition, offset }));
  expect(await send()).toEqual(places(0));

  const lost = cluster.nodes[1] as Broker;
  await lost.kill9();
  expect(await send()).toEqual(places(1));

  await lost.restart();
  expect(await send()).toEqual(places(2));
  const partitions = [0, 1, 2].map((partition) => ({ topic: 'callbacks', partition }));
  const ends = await eventually(() => admin.endOffsets(partitions, 'read_committed'), { timeoutMs: 20_000 });
  expect(ends.map(({ offset }) => offset)).toEqual([3, 3, 3]);
});
