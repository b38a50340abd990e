import { expect, test } from 'vitest';
import { TopicReader } from '../../../connectors/kafka/index.ts';
import { Abandoned } from '../../../platform/abandoned.ts';
import { at, away, finished, record, refused, ScriptedConsumer, steppedClock, topic } from './scripted-consumer.ts';

function reader(...attempts: (Error | ((client: ScriptedConsumer) => void))[]) {
  const clock = steppedClock();
  const stopping = new AbortController();
  const clients: ScriptedConsumer[] = [];
  const told: (string | null)[] = [];
  const options = {
    async connect(onEnd: ScriptedConsumer['onEnd']) {
      const attempt = attempts.shift();
      if (attempt instanceof Error) throw attempt;
      const client = new ScriptedConsumer(clock);
      client.onEnd = onEnd;
      attempt?.(client);
      clients.push(client);
      return client;
    },
    clock,
    signal: stopping.signal,
    onWaitingFor: (what: string | null) => told.push(what),
  };
  return { options, reading: new TopicReader(options), clients, told, stopping, clock };
}

const end = (client: ScriptedConsumer, partition: number, offset: number) => () => {
  client.onEnd({ ...at(partition), offset });
  return [];
};

test('reads to the ends, then on; an end lies behind the last record where markers follow it', async () => {
  const { reading, told } = reader((client) => {
    client.turns.push([record(0, 3), record(1, 8)], end(client, 1, 11), end(client, 0, 4), [record(0, 4)]);
  });
  await reading.assign([
    { ...at(0), offset: 3 },
    { ...at(1), offset: -2 },
  ]);
  expect(await reading.poll(10, 100)).toHaveLength(2);
  expect([reading.coveredTo(at(0)), reading.coveredTo(at(1))]).toEqual([4, 9]);
  await reading.poll(10, 100);
  expect(reading.coveredTo(at(1))).toBe(11);
  expect(reading.caughtUp).toBe(false);
  await reading.poll(10, 100);
  expect(reading.caughtUp).toBe(true);
  expect(await reading.poll(10, 100)).toHaveLength(1);
  expect(reading.coveredTo(at(0))).toBe(5);
  expect(told).toEqual(['Kafka', null]);
});

// A reader whose client had been given up ended its role; another client can read on where this one was.
test('reads on with another client where one is finished, from where it was', async () => {
  const { reading, clients, told } = reader(
    (client) => client.turns.push([record(0, 0), record(0, 1)], finished),
    away,
    (client) => client.turns.push([record(0, 2)]),
  );
  await reading.assign([{ ...at(0), offset: -2 }]);
  await reading.poll(10, 100);
  expect(await reading.poll(10, 100)).toEqual([]);
  expect(clients[0]?.closed).toBe(true);
  expect(await reading.poll(10, 100)).toEqual([]);
  expect(told.at(-1)).toBe('Kafka (all brokers are down)');
  expect(await reading.poll(10, 100)).toEqual([record(0, 2)]);
  expect(clients[1]?.assigned).toEqual([[{ ...at(0), offset: 2 }]]);
  expect(told.at(-1)).toBeNull();
});

test('an end that a client met before it was finished counts no more: the records before it may be lost with it', async () => {
  const { reading, clients } = reader(
    (client) =>
      client.turns.push([record(0, 0)], () => {
        client.onEnd({ ...at(0), offset: 9 });
        throw finished;
      }),
    () => {},
  );
  await reading.assign([{ ...at(0), offset: 0 }]);
  await reading.poll(10, 100);
  await reading.poll(10, 100);
  await reading.poll(10, 100);
  expect([reading.coveredTo(at(0)), reading.caughtUp]).toEqual([1, false]);
  clients[0]?.onEnd({ ...at(0), offset: 9 });
  expect(reading.caughtUp).toBe(false);
  clients[1]?.onEnd({ ...at(0), offset: 9 });
  expect([reading.coveredTo(at(0)), reading.caughtUp]).toEqual([9, true]);
});

test('a refusal is thrown', async () => {
  const { reading } = reader(refused);
  await expect(reading.poll(10, 100)).rejects.toBe(refused);
});

test('a broker that is gone is noticed though there is nothing to read', async () => {
  const { reading, clients, told } = reader(() => {});
  await reading.assign([{ ...at(0), offset: 0 }]);
  const poll = async (times: number) => {
    for (let n = 0; n < times; n++) await reading.poll(10, 100);
  };
  await poll(1);
  expect(told.at(-1)).toBeNull();
  for (const client of clients) client.trouble = away;
  await poll(100);
  expect(told.at(-1)).toBe('Kafka');
  for (const client of clients) client.trouble = null;
  await poll(100);
  expect(told.at(-1)).toBeNull();
});

test('a question is asked until it is answered, or the reader is told to stop', async () => {
  const { reading, told, stopping } = reader(away, away);
  expect(await reading.ask((client) => client.partitionsOf(topic))).toBe(1);
  expect(told).toEqual(['Kafka', 'Kafka (all brokers are down)', null]);
  stopping.abort();
  await expect(reading.ask((client) => client.partitionsOf(topic))).rejects.toBeInstanceOf(Abandoned);
});

test('a caller that can not wait is told', async () => {
  const { options } = reader(away);
  await expect(TopicReader.connect(options)).rejects.toBe(away);
  const { reading } = reader((client) => {
    client.trouble = away;
  });
  await expect(reading.askOnce((client) => client.partitionsOf(topic))).rejects.toBe(away);
  expect(reading.waitingFor).toBe('Kafka');
});

async function all(reading: TopicReader, ...args: Parameters<TopicReader['ranges']>) {
  const offsets: string[] = [];
  for await (const records of reading.ranges(...args))
    for (const { partition, offset } of records) offsets.push(`${partition}:${offset}`);
  return offsets;
}

test('ranges end at their ends, whatever comes behind them; markers at an end are no records', async () => {
  const { reading } = reader((client) => {
    client.turns.push([record(0, 0), record(0, 1), record(0, 2)], [record(1, 5), record(0, 3)], end(client, 1, 9));
  });
  const ranges = [
    { ...at(0), from: 0, to: 2 },
    { ...at(1), from: 4, to: 9 },
    { ...at(2), from: 6, to: 6 },
  ];
  expect(await all(reading, ranges)).toEqual(['0:0', '0:1', '1:5']);
});

// An end that was met in one pass was told a moment later, in the next: it cut that one short.
test('an end that is told late does not end the next ranges', async () => {
  const { reading, clients, clock } = reader((client) => client.turns.push([record(0, 5)]));
  expect(await all(reading, [{ ...at(0), from: 5, to: 6 }])).toEqual(['0:5']);
  const [client] = clients;
  const sleep = clock.sleep;
  clock.sleep = async (ms) => {
    client?.onEnd({ ...at(0), offset: 6 });
    clock.sleep = sleep;
    await sleep(ms);
  };
  client?.turns.push([], [record(0, 3)], [record(0, 4)]);
  expect(await all(reading, [{ ...at(0), from: 3, to: 5 }])).toEqual(['0:3', '0:4']);
});

// A scan whose broker had gone waited for ever, and with it the command or request that wanted it.
test('ranges of which nothing comes end with a fault, however slow their reader is', async () => {
  const { reading, clock } = reader((client) => client.turns.push([record(0, 0)], [record(0, 1)], away));
  const seen: number[] = [];
  const read = async () => {
    for await (const records of reading.ranges([{ ...at(0), from: 0, to: 9 }], { silenceMs: 5_000 })) {
      seen.push(...records.map(({ offset }) => offset));
      if (records.length > 0) await clock.sleep(60_000);
    }
  };
  await expect(read()).rejects.toMatchObject({
    code: 'KAFKA_NO_ANSWER',
    retryable: true,
    message: expect.stringContaining(`${topic}/0`),
  });
  expect(seen).toEqual([0, 1]);
});

test('ranges end with the reason of their signal', async () => {
  const { reading } = reader();
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(all(reading, [{ ...at(0), from: 0, to: 9 }], { signal })).rejects.toThrow('enough');
});
