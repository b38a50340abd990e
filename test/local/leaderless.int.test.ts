import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Admin, TransactionalProducer } from '../../connectors/kafka/index.ts';
import { ensureJars, freePorts, startBroker } from '../../local/index.ts';
import { temporaryFolder } from '../runtime/running.ts';
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

  await broker.kill9();
  broker = await broker.restart();

  // The record and the marker that takes it back. A slow machine may end a transaction before the kill, too late for the
  // coordinator to note that it is complete: then the marker is written once more after the restart.
  await eventually(
    async () => {
      const decided = (await admin.endOffsets(partitions, 'read_committed')).map(({ offset }) => offset);
      const written = (await admin.endOffsets(partitions, 'read_uncommitted')).map(({ offset }) => offset);
      expect(decided).toEqual(written);
      expect(Math.min(...decided)).toBeGreaterThanOrEqual(2);
    },
    { timeoutMs: 30_000, intervalMs: 250 },
  );
});
