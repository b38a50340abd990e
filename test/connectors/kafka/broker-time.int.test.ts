import { randomUUID } from 'node:crypto';
import { expect, inject, test } from 'vitest';
import { Admin, askBrokerTime } from '../../../connectors/kafka/index.ts';
import { systemClock } from '../../../platform/host/index.ts';

test('a broker tells its time, again and again, whatever this host believes it to be', async () => {
  const kafka = { brokers: inject('stack').brokers, clientId: 'broker-time-test' };
  const topic = `test-${randomUUID()}.callbacks`;
  const admin = await Admin.connect(kafka);
  await admin.ensureTopics([{ name: topic, partitions: 1 }]);
  admin.close();
  const group = `test-${randomUUID()}.clock`;
  for (let time = 0; time < 3; time += 1) {
    const reading = await askBrokerTime(kafka, { group, topic, clock: systemClock });
    if (reading === null) throw new Error('the broker did not tell its time');
    expect(reading.answeredAtMs - reading.askedAtMs).toBeLessThan(5_000);
    // Of this host, as it happens: the broker's clock is ours.
    const agoMs = systemClock.monotonicMs() - reading.answeredAtMs;
    expect(Math.abs(reading.theirMs + agoMs - Date.now())).toBeLessThan(10_000);
  }
});
