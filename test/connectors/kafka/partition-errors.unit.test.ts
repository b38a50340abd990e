import kafka from '@confluentinc/kafka-javascript';
import { afterEach, expect, test, vi } from 'vitest';
import { Admin, Consumer } from '../../../connectors/kafka/index.ts';

afterEach(() => void vi.restoreAllMocks());

const settings = { brokers: 'none:1', clientId: 'test' };
const at = [{ topic: 'callbacks', partition: 0 }];

type Done = (error: unknown, answer?: unknown) => void;

/** A consumer whose native client answers as told, without a cluster. */
async function consumerThat(answers: { committed?: unknown[]; offsetsForTimes?: unknown[] }): Promise<Consumer> {
  const native = kafka.KafkaConsumer.prototype;
  vi.spyOn(native, 'connect').mockImplementation(function (this: kafka.KafkaConsumer, _options, done) {
    done?.(null as never, {} as never);
    return this;
  });
  for (const call of ['committed', 'offsetsForTimes'] as const) {
    vi.spyOn(native, call).mockImplementation(((...args: unknown[]) =>
      (args.at(-1) as Done)(null, answers[call])) as never);
  }
  return await Consumer.connect(settings);
}

/** Makes the next admin client one that connects at once and answers as told. */
function adminThat(answers: { listOffsets(at: unknown, options: unknown, done: Done): void }): void {
  vi.spyOn(kafka.Producer.prototype, 'connect').mockImplementation(function (this: kafka.Producer, _options, done) {
    done?.(null as never, {} as never);
    return this;
  });
  vi.spyOn(kafka.Producer.prototype, 'setPollInBackground').mockImplementation((() => {}) as never);
  vi.spyOn(kafka.AdminClient, 'createFrom').mockReturnValue(answers as unknown as kafka.IAdminClient);
}

// The binding puts what went wrong with a partition among the answers. Read as an answer, it said that the group had
// committed nothing, and a task began at the log's start again.
test.each(['committed', 'offsetsForTimes'] as const)('%s: an error of one partition is no answer', async (call) => {
  const ask = async (error: string) => {
    const consumer = await consumerThat({ [call]: [{ ...at[0], offset: 7 }, new Error(error)] });
    return call === 'committed' ? consumer.committed(at, 1_000) : consumer.offsetsForTime(at, 0, 1_000);
  };
  await expect(ask('Broker: Not coordinator')).rejects.toMatchObject({ retryable: true, denied: false });
  await expect(ask('Broker: Topic authorization failed')).rejects.toMatchObject({ retryable: false, denied: true });
});

test('a topic whose offsets are refused is refused, not asked for ever', async () => {
  const answer = (code: number) => [{ ...at[0], offset: -1, error: { code, message: 'no' } }];
  let code = kafka.CODES.ERRORS.ERR_TOPIC_AUTHORIZATION_FAILED;
  adminThat({
    listOffsets: (_at: unknown, _options: unknown, done: Done) => done(null, answer(code)),
  });
  const admin = await Admin.connect(settings);
  await expect(admin.endOffsets(at, 'read_committed')).rejects.toMatchObject({ denied: true });
  code = kafka.CODES.ERRORS.ERR_NOT_LEADER_FOR_PARTITION;
  await expect(admin.endOffsets(at, 'read_committed')).rejects.toMatchObject({ retryable: true, denied: false });
});

// While a broker came back from a kill, librdkafka gave -1001 ("no offset") for the end of a changelog, without an error. A
// task took that for an empty changelog, restored nothing, and its next states overwrote what was there.
test('an end or a beginning that is no offset is no answer', async () => {
  let offset = -1_001;
  let others: unknown[] = [];
  adminThat({
    listOffsets: (_at: unknown, _options: unknown, done: Done) => done(null, [...others, { ...at[0], offset }]),
  });
  const admin = await Admin.connect(settings);
  await expect(admin.endOffsets(at, 'read_uncommitted')).rejects.toMatchObject({ retryable: true });
  await expect(admin.beginningOffsets(at)).rejects.toMatchObject({ retryable: true });
  offset = 8;
  others = [{ topic: 'callbacks', partition: 1, offset: 5 }];
  expect(await admin.endOffsets(at, 'read_uncommitted')).toEqual([{ ...at[0], offset: 8 }]);
  const both = [...at, { topic: 'callbacks', partition: 2 }];
  await expect(admin.endOffsets(both, 'read_uncommitted')).rejects.toMatchObject({ retryable: true });

  const consumer = await consumerThat({});
  const watermarks = vi.spyOn(kafka.KafkaConsumer.prototype, 'queryWatermarkOffsets');
  watermarks.mockImplementation(((...args: unknown[]) =>
    (args.at(-1) as Done)(null, { lowOffset: 0, highOffset: -1_001 })) as never);
  await expect(consumer.watermarks('callbacks', 0, 1_000)).rejects.toMatchObject({ retryable: true });
});
