/** The clients behind one small face, so that a reproduction is the same steps for each. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { quietKafkajs } from '../../client/index.ts';
import { Admin, Consumer, TransactionalProducer } from '../../connectors/kafka/index.ts';

quietKafkajs();

export const brokers = process.env.KAFKA_BROKERS ?? '127.0.0.1:9092';

export type Transactional = {
  begin(): Promise<void>;
  send(topic: string, value: string): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
  close(): Promise<void>;
};

export type ClientUnderTest = {
  readonly name: string;
  transactional(id: string): Promise<Transactional>;
  /** Values of partition 0 from the beginning, until `atLeast` were seen and nothing has come for 3 s. */
  readCommitted(topic: string, atLeast: number): Promise<string[]>;
};

export const settings = { brokers, clientId: 'reproduction' };
export const print = (result: object) => console.log(JSON.stringify(result));

export async function makeTopic(name: string): Promise<void> {
  const admin = await Admin.connect(settings);
  await admin.ensureTopics([{ name, partitions: 1, replicationFactor: 1 }]);
  admin.close();
}

/** Collects until nothing has come for a while. */
async function settled(values: string[], atLeast: number): Promise<string[]> {
  let quietMs = 0;
  let before = -1;
  for (let waitedMs = 0; waitedMs < 30_000 && (values.length < atLeast || quietMs < 3_000); waitedMs += 100) {
    await sleep(100);
    quietMs = values.length === before ? quietMs + 100 : 0;
    before = values.length;
  }
  return values;
}

const kafkajsClient: ClientUnderTest = {
  name: 'kafkajs 2.2.4',
  async transactional(id) {
    const producer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).producer({
      transactionalId: id,
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    let open: kafkajs.Transaction | null = null;
    const current = () => open ?? Promise.reject(new Error('no transaction'));
    return {
      async begin() {
        open = await producer.transaction();
      },
      async send(topic, value) {
        await (await current()).send({ topic, messages: [{ value, partition: 0 }] });
      },
      async commit() {
        await (await current()).commit();
      },
      async abort() {
        await (await current()).abort();
      },
      close: () => producer.disconnect(),
    };
  },
  async readCommitted(topic, atLeast) {
    const consumer = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING }).consumer({
      groupId: randomUUID(),
      readUncommitted: false,
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    const values: string[] = [];
    await consumer.run({
      eachMessage: async ({ message }) => {
        values.push(String(message.value));
      },
    });
    const seen = await settled(values, atLeast);
    await consumer.disconnect();
    return seen;
  },
};

const confluent: ClientUnderTest = {
  name: '@confluentinc/kafka-javascript 1.10.1',
  async transactional(id) {
    const producer = await TransactionalProducer.connect(settings, { transactionalId: id });
    return {
      begin: async () => {
        await producer.begin();
      },
      send: async (topic, value) => {
        producer.write({ topic, partition: 0, key: null, value: Buffer.from(value) });
        await producer.drain(10_000);
      },
      commit: async () => {
        await producer.commit();
      },
      abort: async () => {
        await producer.abort();
      },
      close: () => producer.close(),
    };
  },
  async readCommitted(topic, atLeast) {
    const consumer = await Consumer.connect(settings);
    consumer.assign([{ topic, partition: 0, offset: -2 }]);
    const values: string[] = [];
    const done = new AbortController();
    const reading = (async () => {
      while (!done.signal.aborted)
        for (const record of await consumer.poll(100, 200)) values.push(String(record.value));
    })();
    const seen = await settled(values, atLeast);
    done.abort();
    await reading;
    await consumer.close();
    return seen;
  },
};

/** What we use of @platformatic/kafka, which isn't a dependency: `npm install --no-save @platformatic/kafka@2.12.1` first. */
type Platformatic = {
  Consumer: new (
    options: object,
  ) => {
    consume(options: object): Promise<AsyncIterable<{ value: string }> & { close(): Promise<void> }>;
    close(force: boolean): Promise<void>;
  };
  stringDeserializers: object;
  FetchIsolationLevels: { READ_COMMITTED: number };
};

/** Reads only; the records are written by the client that we use. */
const platformatic: ClientUnderTest = {
  name: '@platformatic/kafka 2.12.1 reading',
  transactional: (id) => confluent.transactional(id),
  async readCommitted(topic, atLeast) {
    const name = '@platformatic/kafka';
    const { Consumer: Reader, stringDeserializers, FetchIsolationLevels } = (await import(name)) as Platformatic;
    const consumer = new Reader({
      groupId: randomUUID(),
      clientId: 'reproduction',
      bootstrapBrokers: brokers.split(','),
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({
      topics: [topic],
      mode: 'earliest',
      isolationLevel: FetchIsolationLevels.READ_COMMITTED,
    });
    const values: string[] = [];
    const reading = (async () => {
      for await (const { value } of stream) values.push(value);
    })().catch(() => {});
    const seen = await settled(values, atLeast);
    await stream.close();
    await consumer.close(true);
    await reading;
    return seen;
  },
};

/** The client that a command line names. */
export function clients(name: string | undefined): ClientUnderTest {
  if (name === 'platformatic') return platformatic;
  if (name === 'kafkajs') return kafkajsClient;
  if (name === 'confluent') return confluent;
  throw new Error('name a client: kafkajs, confluent or platformatic');
}
