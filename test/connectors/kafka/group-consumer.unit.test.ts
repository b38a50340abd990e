import { expect, test } from 'vitest';
import { GroupConsumer, KafkaFault, type TopicPartitionOffset } from '../../../connectors/kafka/index.ts';
import { createLogger } from '../../../platform/telemetry/index.ts';
import { at, away, finished, record, refused, ScriptedConsumer, steppedClock, topic } from './scripted-consumer.ts';

/** A member of a group whose clients come one after the other; an error is a try to connect that fails. */
function member(...attempts: (Error | ((client: ScriptedConsumer) => void))[]) {
  const clock = steppedClock();
  const stopping = new AbortController();
  const clients: ScriptedConsumer[] = [];
  const told: (string | null)[] = [];
  const consumer = new GroupConsumer({
    async connect(onRebalance) {
      const attempt = attempts.shift();
      if (attempt instanceof Error) throw attempt;
      const client = new ScriptedConsumer(clock);
      client.onRebalance = onRebalance;
      attempt?.(client);
      clients.push(client);
      return client;
    },
    topics: [topic],
    clock,
    log: createLogger('test', 'silent'),
    signal: stopping.signal,
    onWaitingFor: (what) => told.push(what),
  });
  const poll = async (times: number) => {
    for (let n = 0; n < times; n++) await consumer.poll(10, 250);
  };
  const client = () => {
    const [first] = clients;
    if (!first) throw new Error('no client has connected');
    return first;
  };
  return { consumer, client, clients, told, poll, stopping, clock };
}

const rebalancing = new KafkaFault('rebalancing', { code: 'ERR_REBALANCE_IN_PROGRESS', retryable: true });

const joins = (client: ScriptedConsumer) => {
  client.turns.push(() => {
    client.onRebalance({ kind: 'assign', partitions: [at(0), at(1)] });
    return [];
  });
};

// A role said that it was ready before it had met Kafka, and ended when it hadn't met it within 30 s.
test('a broker that is absent at first is waited for, and the role is not ready before it has its place in the group', async () => {
  const { consumer, clients, told, poll, client } = member(away, away, () => {});
  expect(consumer.waitingFor).toBe('Kafka');
  await poll(2);
  expect(clients).toHaveLength(0);
  expect(told).toEqual(['Kafka', 'Kafka (all brokers are down)']);
  await poll(1);
  expect(consumer.waitingFor).toBe('its place in the group');
  joins(client());
  await poll(1);
  expect(told.at(-1)).toBeNull();
  expect(consumer.owned).toEqual([at(0), at(1)]);
});

test('a member without a partition is ready too: it stands by', async () => {
  const { told, poll, client } = member();
  await poll(1);
  client().onRebalance({ kind: 'assign', partitions: [] });
  await poll(1);
  expect(told.at(-1)).toBeNull();
});

test.each([
  ['a refusal', refused, []],
  ['a refusal at a poll', null, [refused]],
  ['a client that is finished', null, [finished]],
])('%s ends it', async (_what, connecting, turns) => {
  const { consumer } = member(connecting ?? ((client) => client.turns.push(...turns)));
  await expect(consumer.poll(10, 250)).rejects.toBe(connecting ?? turns[0]);
});

test('a poll that fails for now gives no records, says so, and is done again', async () => {
  const { consumer, told, poll } = member((client) => {
    joins(client);
    client.turns.push(away, [record(0, 0)]);
  });
  await poll(1);
  expect(await consumer.poll(10, 250)).toEqual([]);
  expect(told.at(-1)).toBe('Kafka (all brokers are down)');
  expect(await consumer.poll(10, 250)).toHaveLength(1);
  expect(told.at(-1)).toBeNull();
});

// Nobody writes at night: /readyz answered 200 for as long as the broker was gone.
test('a broker that is gone is noticed though there is nothing to read, and one that is back too', async () => {
  const { told, poll, client } = member(joins);
  await poll(2);
  expect(told.at(-1)).toBeNull();
  client().trouble = away;
  await poll(40);
  expect(told.at(-1)).toBe('Kafka');
  client().trouble = null;
  await poll(40);
  expect(told.at(-1)).toBeNull();
  expect(client().asked).toBeGreaterThan(2);
});

test('one question at a time, and none while records come', async () => {
  const { client, poll } = member(joins);
  await poll(1);
  client().turns.push(...Array.from({ length: 100 }, (_, offset) => [record(0, offset)]));
  await poll(100);
  expect(client().asked).toBe(0);
});

test('rights that are taken away while there is nothing to read end it', async () => {
  const { consumer, poll, client } = member(joins);
  await poll(1);
  client().trouble = refused;
  await expect(poll(40)).rejects.toBe(refused);
  await consumer.close();
  expect(client().closed).toBe(true);
});

test('a paused partition stays so until it is taken away; all of them rest together, later ones too', async () => {
  const { consumer, client, poll } = member(joins);
  await poll(1);
  const { paused } = client();
  consumer.setPaused(at(0), true);
  consumer.setPaused(at(7), true);
  expect([...paused]).toEqual(['0']);
  consumer.setAllPaused(true);
  expect([...paused]).toEqual(['0', '1']);
  client().onRebalance({ kind: 'assign', partitions: [at(2)] });
  expect([...paused]).toEqual(['0', '1', '2']);
  consumer.setAllPaused(false);
  expect([...paused]).toEqual(['0']);
  client().onRebalance({ kind: 'revoke', partitions: [at(0)], lost: false });
  client().onRebalance({ kind: 'assign', partitions: [at(0)] });
  consumer.setPaused(at(0), false);
  consumer.setPaused(at(0), true);
  expect([...paused]).toEqual(['0']);
});

test('commits what is still its own; what the group does not take now is committed later', async () => {
  const { consumer, client, poll } = member(joins);
  await poll(1);
  const offsets = [
    { ...at(0), offset: 5 },
    { ...at(9), offset: 7 },
  ];
  expect(await consumer.commit(offsets)).toBe(true);
  expect(client().committedOffsets).toEqual([{ ...at(0), offset: 5 }]);
  client().trouble = away;
  expect(await consumer.commit(offsets)).toBe(false);
  client().trouble = refused;
  await expect(consumer.commit(offsets)).rejects.toBe(refused);
});

// A group takes no commits while it gives its partitions out anew.
test('a commit in the middle of a rebalance is done again after it, without what another member has then', async () => {
  const { consumer, client, poll } = member(joins);
  await poll(1);
  const asked: TopicPartitionOffset[][] = [];
  client().commit = async (offsets) => {
    asked.push([...offsets]);
    if (asked.length > 1) return;
    client().onRebalance({ kind: 'revoke', partitions: [at(1)], lost: false });
    throw rebalancing;
  };
  const offsets = [
    { ...at(0), offset: 5 },
    { ...at(1), offset: 6 },
  ];
  expect(await consumer.commit(offsets)).toBe(true);
  expect(asked).toEqual([offsets, [{ ...at(0), offset: 5 }]]);
});

test('a rebalance that does not end is not waited for, by one that stops not at all', async () => {
  const { consumer, client, poll, stopping, clock } = member(joins);
  await poll(1);
  let asked = 0;
  client().commit = async () => {
    asked += 1;
    throw rebalancing;
  };
  const beganMs = clock.monotonicMs();
  expect(await consumer.commit([{ ...at(0), offset: 5 }])).toBe(false);
  expect(clock.monotonicMs() - beganMs).toBe(10_000);
  stopping.abort();
  asked = 0;
  expect(await consumer.commit([{ ...at(0), offset: 5 }])).toBe(false);
  expect(asked).toBe(1);
});

test('a member whose group gave its partitions to others is not ready until it has a place again', async () => {
  const { client, poll, told } = member(joins);
  await poll(1);
  client().onRebalance({ kind: 'revoke', partitions: [at(0), at(1)], lost: true });
  await poll(1);
  expect(told.at(-1)).toBe('its place in the group');
  joins(client());
  await poll(1);
  expect(told.at(-1)).toBeNull();
});

test('nothing is asked of a client that is not there', async () => {
  const { consumer } = member();
  consumer.setAllPaused(true);
  await expect(consumer.watermarks(topic, 0, 1)).rejects.toMatchObject({ code: 'KAFKA_AWAY', retryable: true });
  expect(await consumer.commit([{ ...at(0), offset: 1 }])).toBe(true);
  await consumer.close();
});
