import kafka from '@confluentinc/kafka-javascript';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Admin, Consumer, IdempotentProducer, TransactionalProducer } from '../../connectors/kafka/index.ts';
import { systemPlatform } from '../../platform/host/index.ts';
import { ProducerLost, transact } from '../../runtime/transaction.ts';

const settings = { brokers: 'none:1', clientId: 'test' };
const at = { topic: 'callbacks', partition: 0, offset: 0 };

/** Native functions that take a callback, by client. */
const native = {
  producer: [
    'beginTransaction',
    'sendOffsetsToTransaction',
    'commitTransaction',
    'abortTransaction',
    'initTransactions',
    'flush',
    'disconnect',
  ],
  consumer: ['consume', 'seek', 'committed', 'queryWatermarkOffsets', 'getMetadata', 'offsetsForTimes', 'disconnect'],
  admin: ['listTopics', 'createTopic', 'deleteTopic', 'createPartitions', 'describeTopics', 'listOffsets'],
} as const;

/** Why the process ended itself. */
const killed = vi.fn();
/** Functions that return; all others don't. */
let returning: string[];

const connected = function (this: kafka.Producer, _options: unknown, done?: (error: unknown, value: unknown) => void) {
  if (returning.includes('connect')) {
    Object.assign(this, { _isConnected: true });
    done?.(null, {});
  }
  return this;
};

/** Calls back with nothing where it returns at all. */
const standIn = (name: string, answer: unknown) =>
  ((...args: unknown[]) => {
    if (returning.includes(name)) (args.at(-1) as (error: unknown, value: unknown) => void)(null, answer);
  }) as never;

beforeEach(() => {
  vi.useFakeTimers();
  killed.mockClear();
  returning = ['connect', 'initTransactions'];
  vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    killed(pid, signal);
    return true;
  });
  const { Producer, KafkaConsumer, AdminClient } = kafka;
  vi.spyOn(Producer.prototype, 'connect').mockImplementation(connected as never);
  vi.spyOn(KafkaConsumer.prototype, 'connect').mockImplementation(connected as never);
  vi.spyOn(Producer.prototype, 'setPollInBackground').mockImplementation((() => {}) as never);
  for (const name of native.producer) vi.spyOn(Producer.prototype, name).mockImplementation(standIn(name, null));
  for (const name of native.consumer) vi.spyOn(KafkaConsumer.prototype, name).mockImplementation(standIn(name, []));
  vi.spyOn(KafkaConsumer.prototype, 'commit').mockImplementation((() => {}) as never);
  const admin = Object.fromEntries(native.admin.map((name) => [name, standIn(name, [])]));
  vi.spyOn(AdminClient, 'createFrom').mockReturnValue(admin as unknown as kafka.IAdminClient);
});

afterEach(async () => {
  // What still hangs is given up, so that the next test begins with nothing under way.
  await vi.advanceTimersByTimeAsync(120_000);
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** What the call comes to within `ms`. */
async function within(ms: number, call: () => Promise<unknown>): Promise<unknown> {
  let outcome: unknown = 'nothing';
  call().then(
    (value) => {
      outcome = value;
    },
    (error: unknown) => {
      outcome = error;
    },
  );
  await vi.advanceTimersByTimeAsync(ms);
  return outcome;
}

const transactional = () =>
  TransactionalProducer.connect(settings, { transactionalId: 't', transactionTimeoutMs: 5_000 });
const consumer = () => Consumer.connect(settings, { groupId: 'g' });

const hung = { name: 'KafkaFault', code: 'KAFKA_CALL_HUNG', fatal: true };
const unanswered = { name: 'KafkaFault', code: 'KAFKA_NO_ANSWER', retryable: true };

// librdkafka's send_offsets_to_transaction waited for ever for a coordinator whose handle was gone, whatever its time-out:
// the loop stood still, its partitions stayed ready, and SIGTERM wasn't obeyed.
describe('a native call that never returns is given up after its own time and a margin', () => {
  test.each<[string, (producer: TransactionalProducer) => Promise<unknown>]>([
    ['begin', (producer) => producer.begin()],
    ['sendOffsets', (producer) => producer.sendOffsets([at], { native: {} } as Consumer)],
    ['commit', (producer) => producer.commit()],
    ['abort', (producer) => producer.abort()],
    ['drain', (producer) => producer.drain(2_500)],
  ])('transactional producer: %s', async (_name, call) => {
    const producer = await transactional();
    expect(await within(6_000, () => call(producer))).toBe('nothing');
    expect(await within(10_000, () => call(producer))).toMatchObject(hung);
  });

  test.each<[string, (one: Consumer) => Promise<unknown>, object]>([
    ['poll', (one) => one.poll(10, 100), hung],
    ['seek', (one) => one.seek(at, 3), hung],
    ['committed', (one) => one.committed([at], 5_000), unanswered],
    ['commit', (one) => one.commit([at]), unanswered],
    ['watermarks', (one) => one.watermarks('callbacks', 0, 5_000), unanswered],
    ['offsetsForTime', (one) => one.offsetsForTime([at], 0, 5_000), unanswered],
    ['partitionsOf', (one) => one.partitionsOf('callbacks', 5_000), unanswered],
  ])('consumer: %s', async (_name, call, fault) => {
    const one = await consumer();
    expect(await within(4_000, () => call(one))).toBe('nothing');
    const another = await consumer();
    expect(await within(20_000, () => call(another))).toMatchObject(fault);
  });

  test.each<[string, (admin: Admin) => Promise<unknown>, object]>([
    ['listTopics', (admin) => admin.listTopics(), unanswered],
    ['describe', (admin) => admin.describe(['callbacks']), unanswered],
    ['endOffsets', (admin) => admin.endOffsets([at], 'read_committed'), unanswered],
    ['beginningOffsets', (admin) => admin.beginningOffsets([at]), unanswered],
    ['createPartitions', (admin) => admin.createPartitions('callbacks', 3), hung],
    ['deleteTopic', (admin) => admin.deleteTopic('callbacks'), hung],
  ])('admin: %s', async (_name, call, fault) => {
    const admin = await Admin.connect(settings);
    expect(await within(22_000, () => call(admin))).toMatchObject(fault);
  });

  test('idempotent producer: a flush, and a record whose delivery is never reported', async () => {
    vi.spyOn(kafka.Producer.prototype, 'produce').mockReturnValue(true);
    const producer = await IdempotentProducer.connect(settings, { deliveryTimeoutMs: 10_000 });
    const record = { topic: 'callbacks', key: 'k', value: Buffer.from('v') };
    expect(await within(17_000, () => producer.send(record))).toMatchObject(hung);
    expect(producer.inFlightBytes).toBe(0);
    expect(await within(17_000, () => producer.flush(10_000))).toMatchObject(hung);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['transactional producer', transactional],
    ['idempotent producer', () => IdempotentProducer.connect(settings)],
    ['consumer', consumer],
    ['admin', () => Admin.connect(settings)],
  ])('%s: connect', async (_name, connect) => {
    returning = [];
    expect(await within(60_000, connect)).toMatchObject(unanswered);
  });

  test('the start of transactions', async () => {
    returning = ['connect', 'flush', 'disconnect'];
    expect(await within(20_000, transactional)).toMatchObject({ code: 'KAFKA_CALL_HUNG' });
  });
});

test('a transaction whose offsets hang is over after its time and a margin, and is not aborted in a client that hangs', async () => {
  returning.push('beginTransaction', 'flush');
  vi.spyOn(kafka.Producer.prototype, 'produce').mockReturnValue(true);
  const producer = await transactional();
  const run = () =>
    transact(producer, { native: {} } as Consumer, [], [at], async () => {}, {
      clock: systemPlatform,
      signal: new AbortController().signal,
      budgetMs: 8_000,
    });
  const outcome = await within(12_000, run);
  expect(outcome).toBeInstanceOf(ProducerLost);
  expect(outcome).toMatchObject({ cause: hung });
  expect(kafka.Producer.prototype.abortTransaction).not.toHaveBeenCalled();
});

describe('closing ends', () => {
  test.each<[string, () => Promise<{ close(): Promise<void> }>]>([
    ['transactional producer', transactional],
    ['idempotent producer', () => IdempotentProducer.connect(settings)],
    ['consumer', consumer],
  ])('though the %s does not', async (_name, connect) => {
    returning.push('connect');
    const client = await connect();
    expect(await within(22_000, () => client.close())).toBeUndefined();
  });

  // The native side isn't guarded against its own end: it would free what the hung call still uses.
  test('and a client that a call hangs in is not closed under it', async () => {
    const producer = await transactional();
    const committing = producer.commit().catch(() => {});
    expect(await within(6_000, () => producer.close())).toBeUndefined();
    await vi.advanceTimersByTimeAsync(60_000);
    await committing;
    expect(kafka.Producer.prototype.disconnect).not.toHaveBeenCalled();
  });
});

// Each question that is out holds one of the few threads that the whole process has.
test('a question is not asked again while the last one is late', async () => {
  const one = await consumer();
  for (let times = 0; times < 5; times++) {
    expect(await within(12_000, () => one.watermarks('callbacks', 0, 5_000))).toMatchObject(unanswered);
  }
  expect(kafka.KafkaConsumer.prototype.queryWatermarkOffsets).toHaveBeenCalledTimes(1);
});
