import { randomUUID } from 'node:crypto';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startSupervisor } from '../../cli/supervisor.ts';
import { IdempotentProducer } from '../../connectors/kafka/index.ts';
import { systemClock } from '../../platform/host/index.ts';
import { eventually } from '../support/eventually.ts';
import { command, ownSettings } from './command.ts';

const stack = inject('stack');

// Too many failed records ended the processor with the code of "something isn't there": it was started again, allowed as
// many more, and at a record a second the whole topic became dead letters.
test('a processor that fails on too many records stays down, and says so', async () => {
  const prefix = `test-${randomUUID()}.`;
  const environment = {
    ...(await ownSettings(stack)),
    ...{ LIVE2VOD_TOPIC_PREFIX: prefix, LIVE2VOD_PARTITIONS: '1', LOG_LEVEL: 'silent' },
  };
  const topics = command(['topics', 'apply'], environment);
  expect(await topics.status, topics.text()).toBe(0);
  const producer = await IdempotentProducer.connect(
    { brokers: stack.brokers, clientId: 'failure-limit-test' },
    { deliveryTimeoutMs: 60_000 },
  );
  onTestFinished(() => producer.close());
  // A state that nobody can read makes each callback of its video fail.
  await producer.send({ topic: `${prefix}video-state`, key: 'v', value: Buffer.from('no Avro') });
  const callback = Buffer.from(JSON.stringify({ EventType: 'FileUploadComplete', VideoId: 'v' }));
  for (let n = 0; n < 30; n++) await producer.send({ topic: `${prefix}callbacks`, key: 'v', value: callback });

  const said: string[] = [];
  const supervisor = startSupervisor({
    ...{ roles: [{ role: 'processor', environment }], logFolder: null, clock: systemClock },
    say: (line) => said.push(line),
  });
  onTestFinished(() => supervisor.stop());
  await eventually(() => said.length > 0, { timeoutMs: 60_000 });
  expect(said).toEqual([expect.stringMatching(/^processor stays down: .*state-unreadable/)]);
  expect(supervisor.waitingFor()).toBe('processor: a person, see its log');
  expect(supervisor.pids().size).toBe(0);
});
