import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Admin, TransactionalProducer } from '../../connectors/kafka/index.ts';
import { ensureJars, freePorts, startBroker } from '../../local/index.ts';
import { temporaryFolder } from '../connectors/kafka/running.ts';
import { eventually } from '../support/eventually.ts';

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

// A broker that starts after a kill loads its transaction coordinator at once, then loses the leadership of everything
// until its old session is over. Kafka 4.3.1 took partitions without a leader for deleted ones: transactions that timed
// out meanwhile were completed without their markers, and committed readers waited at them for ever.
test('transactions that end while a restarted broker leads nothing yet leave nothing open', async () => {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  let broker = await startBroker({ jars: jars.kafka, folder: join(folder, 'broker'), port, controllerPort });
  cleanUp.push(() => broker.kill9());
  const kafka = { brokers: broker.brokers, clientId: 'leaderless-test' };
  const admin = await Admin.connect(kafka);
  cleanUp.push(() => admin.close());
  const partitions = [0, 1, 2, 3].map((partition) => ({ topic: 'callbacks', partition }));
  await admin.ensureTopics([{ name: 'callbacks', partitions: partitions.length }]);

  // Open for longer than the kill takes; over before the restarted broker leads again.
  const producers = await Promise.all(
    partitions.map(({ partition }) =>
      TransactionalProducer.connect(kafka, { transactionalId: `t-${partition}`, transactionTimeoutMs: 2_000 }),
    ),
  );
  cleanUp.push(() => Promise.all(producers.map((producer) => producer.close())));
  await Promise.all(
    producers.map(async (producer, index) => {
      await producer.begin();
      producer.write({ topic: 'callbacks', partition: index, key: 'k', value: Buffer.from('v') });
      await producer.drain(5_000);
    }),
  );
  const open = await eventually(() => admin.endOffsets(partitions, 'read_committed'));
  expect(open.map(({ offset }) => offset)).toEqual([0, 0, 0, 0]);

  await broker.kill9();
  broker = await broker.restart();

  // The record and the marker that takes it back.
  const decided = await eventually(
    async () => {
      const ends = await admin.endOffsets(partitions, 'read_committed');
      expect(ends.map(({ offset }) => offset)).toEqual([2, 2, 2, 2]);
      return ends;
    },
    { timeoutMs: 30_000, intervalMs: 250 },
  );
  expect(await admin.endOffsets(partitions, 'read_uncommitted')).toEqual(decided);
});
