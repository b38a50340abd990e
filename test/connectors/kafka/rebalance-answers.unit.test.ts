import kafka from '@confluentinc/kafka-javascript';
import { afterEach, expect, test, vi } from 'vitest';
import { Consumer } from '../../../connectors/kafka/index.ts';

afterEach(() => void vi.restoreAllMocks());

const { ERR__ASSIGN_PARTITIONS, ERR__CONFLICT } = kafka.CODES.ERRORS;
const at = { topic: 'callbacks', partition: 0 };

/** Left out of the client's types. */
type Assigning = { incrementalAssign(partitions: readonly object[]): void };
type Tell = (error: { code: number }, partitions: object[]) => void;

/** A member whose native client answers as told; gives what it was answered, and a way to tell it what the group says. */
async function member(conflicts: boolean) {
  const answers: number[] = [];
  const native = kafka.KafkaConsumer.prototype;
  vi.spyOn(native, 'connect').mockImplementation(function (this: kafka.KafkaConsumer, _options, done) {
    Object.assign(this, { _isConnected: true });
    done?.(null as never, {} as never);
    return this;
  });
  const closed = vi
    .spyOn(native, 'disconnect')
    .mockImplementation(((done: (error: null) => void) => done(null)) as never);
  vi.spyOn(native as unknown as Assigning, 'incrementalAssign').mockImplementation(((partitions: object[]) => {
    if (conflicts && partitions.length > 0) throw Object.assign(new Error('conflict'), { code: ERR__CONFLICT });
    answers.push(partitions.length);
  }) as never);
  const consumer = await Consumer.connect(
    { brokers: 'none:1', clientId: 'test' },
    { groupId: 'g', manualRebalance: true },
  );
  const { rebalance_cb: tell } = (consumer.native as unknown as { globalConfig: { rebalance_cb: Tell } }).globalConfig;
  return { consumer, answers, closed, assign: () => tell({ code: ERR__ASSIGN_PARTITIONS }, [at]) };
}

// Without an answer the native client waits for it in its close, for ever.
test('what the group said and nobody has answered is answered in closing', async () => {
  const { consumer, answers, closed, assign } = await member(false);
  assign();
  expect(answers).toEqual([]);
  await consumer.close();
  expect(answers).toEqual([1]);
  expect(closed).toHaveBeenCalledTimes(1);
});

test('what was answered is not answered again', async () => {
  const { consumer, answers, assign } = await member(false);
  assign();
  consumer.answerRebalance('assign', [at]);
  await consumer.close();
  expect(answers).toEqual([1]);
});

// After a freeze the group was said to give a partition that the client had already. The processor ended as a defect, and
// its consumer, unanswered, held the process until it was killed.
test('a rebalance that the client contradicts makes it useless, and it can be closed', async () => {
  const { consumer, answers, closed, assign } = await member(true);
  assign();
  expect(() => consumer.answerRebalance('assign', [at])).toThrow(
    expect.objectContaining({ code: 'KAFKA_ASSIGNMENT_LOST', fatal: true }),
  );
  await consumer.close();
  expect(answers).toEqual([0]);
  expect(closed).toHaveBeenCalledTimes(1);
});
