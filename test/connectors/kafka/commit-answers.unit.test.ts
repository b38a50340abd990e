import kafka from '@confluentinc/kafka-javascript';
import { afterEach, expect, test, vi } from 'vitest';
import { Consumer } from '../../../connectors/kafka/index.ts';

afterEach(() => void vi.restoreAllMocks());

const { ERR_REBALANCE_IN_PROGRESS } = kafka.CODES.ERRORS;
const at = { topic: 'callbacks', partition: 0, offset: 7 };

type Tell = (error: number | undefined, offsets: readonly object[]) => void;

/** A member whose commits go nowhere: the group tells what it has only when `answer` is called. */
async function member() {
  const native = kafka.KafkaConsumer.prototype;
  vi.spyOn(native, 'connect').mockImplementation(function (this: kafka.KafkaConsumer, _options, done) {
    Object.assign(this, { _isConnected: true });
    done?.(null as never, {} as never);
    return this;
  });
  vi.spyOn(native, 'disconnect').mockImplementation(((done: (error: null) => void) => done(null)) as never);
  vi.spyOn(native, 'commit').mockReturnThis();
  const asked: ((error: null, offsets: readonly object[]) => void)[] = [];
  vi.spyOn(native, 'committed').mockImplementation(function (this: kafka.KafkaConsumer, ...call: unknown[]) {
    asked.push(call.at(-1) as (typeof asked)[number]);
    return this;
  });
  const consumer = await Consumer.connect({ brokers: 'none:1', clientId: 'test' }, { groupId: 'g' });
  const { offset_commit_cb: tell } = (consumer.native as unknown as { globalConfig: { offset_commit_cb: Tell } })
    .globalConfig;
  const answer = (offset: number) => {
    for (const done of asked.splice(0)) done(null, [{ ...at, offset }]);
  };
  return { consumer, tell, answer };
}

// A commit in the middle of a rebalance was waited for ten seconds, and all commits behind it with it: a second sink of a
// group stored rows meanwhile, and committed none.
test('a commit that the group refuses is known as soon as the client tells of it', async () => {
  const { consumer, tell, answer } = await member();
  const committing = consumer.commit([at]);
  tell(ERR_REBALANCE_IN_PROGRESS, [at]);
  await expect(committing).rejects.toMatchObject({ code: 'ERR_REBALANCE_IN_PROGRESS', retryable: true });
  answer(0);
  await consumer.close();
});

test('what is told of other offsets, or is no refusal, leaves a commit to be asked for', async () => {
  const { consumer, tell, answer } = await member();
  const committing = consumer.commit([at]);
  tell(ERR_REBALANCE_IN_PROGRESS, [{ ...at, offset: 6 }]);
  tell(ERR_REBALANCE_IN_PROGRESS, [{ ...at, partition: 1 }]);
  tell(undefined, [at]);
  answer(7);
  await committing;
  await consumer.close();
});
