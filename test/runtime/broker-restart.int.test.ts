import { join, resolve } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Admin } from '../../connectors/kafka/index.ts';
import { ensureJars, freePorts, startBroker } from '../../local/index.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from './running.ts';

const cleanUp: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

// A restarted broker leads its partitions under a new epoch. The admin client went on asking under the old one, for up to
// 15 minutes: no task could be opened, no checkpoint written, no session closed.
test('after its broker restarted an admin client learns offsets again by itself', async () => {
  const { folder, remove } = await temporaryFolder();
  cleanUp.push(remove);
  const jars = await ensureJars({ folder: join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars') });
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const options = { jars: jars.kafka, folder: join(folder, 'broker'), port, controllerPort };
  let broker = await startBroker(options);
  cleanUp.push(() => broker.kill9());
  const admin = await Admin.connect({ brokers: broker.brokers, clientId: 'restart-test' });
  cleanUp.push(() => admin.close());
  await admin.ensureTopics([{ name: 'callbacks', partitions: 2 }]);
  const at = [0, 1].map((partition) => ({ topic: 'callbacks', partition }));
  const nothing = at.map((one) => ({ ...one, offset: 0 }));
  // A partition has a leader a moment after its topic exists.
  expect(await eventually(() => admin.endOffsets(at, 'read_committed'))).toEqual(nothing);

  await broker.kill9();
  broker = await broker.restart();
  const ends = await eventually(() => admin.endOffsets(at, 'read_committed'), { timeoutMs: 20_000, intervalMs: 200 });
  expect(ends).toEqual(nothing);
});
