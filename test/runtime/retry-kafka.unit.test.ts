import { expect, test } from 'vitest';
import { KafkaFault } from '../../connectors/kafka/index.ts';
import { Fault } from '../../platform/faults.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import { ProcessorFault } from '../../runtime/index.ts';
import { retryKafka } from '../../runtime/retry-kafka.ts';

const clock = { ...systemPlatform, sleep: async () => {} };
const tries = async (errors: Error[]) => {
  let count = 0;
  const call = async () => {
    count += 1;
    const error = errors.shift();
    if (error) throw error;
    return 'done';
  };
  const outcome = await retryKafka(call, { clock, signal: new AbortController().signal }).catch(String);
  return { count, outcome };
};

test('a retryable fault of Kafka is retried until the call succeeds', async () => {
  const away = () => new KafkaFault('away', { code: 'ERR__TRANSPORT', retryable: true });
  expect(await tries([away(), away()])).toEqual({ count: 3, outcome: 'done' });
});

// A topic that was missing was looked for without end: its fault is retryable by another process, not by the same call.
test.each([
  ['a topic that is missing', new ProcessorFault('TOPIC_MISSING', 'no such topic')],
  ['a registry that is away', new Fault('away', { code: 'REGISTRY_UNREACHABLE', retryable: true })],
  ['a fault of Kafka that stays', new KafkaFault('refused', { code: 'ERR_X' })],
])('%s is not retried', async (_what, error) => {
  expect(await tries([error])).toEqual({ count: 1, outcome: String(error) });
});
