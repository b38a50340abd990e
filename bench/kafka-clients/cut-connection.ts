/**
 * Does kafkajs's idempotent producer keep what it acknowledged when a connection is cut? Sends four records at a time; in every
 * second round the connection is cut after the broker got the requests and before its answers arrive. Counts, with an
 * independent reader, which acknowledged records are in the topic, and how often.
 *
 *   KAFKA_BROKERS=127.0.0.1:9092 node bench/kafka-clients/cut-connection.ts
 */
import { randomUUID } from 'node:crypto';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';
import { Consumer } from '../../connectors/kafka/index.ts';
import { brokers, makeTopic, print, settings } from './clients.ts';

const rounds = 10;
const atOnce = 4;
const topic = `cut-${randomUUID()}`;

/** Relays to the broker; while `deaf`, answers are swallowed. */
function startProxy(): Promise<{ port: number; deaf(yes: boolean): void; cut(): void; close(): void }> {
  const [host = '', port = ''] = (brokers.split(',')[0] ?? '').split(':');
  const pairs = new Set<[net.Socket, net.Socket]>();
  let deaf = false;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), host);
    const pair: [net.Socket, net.Socket] = [client, upstream];
    pairs.add(pair);
    client.on('data', (data) => upstream.write(data));
    upstream.on('data', (data) => deaf || client.write(data));
    for (const socket of pair) {
      socket.on('error', () => {});
      socket.on('close', () => {
        pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as net.AddressInfo).port,
        deaf: (yes) => {
          deaf = yes;
        },
        cut: () => {
          for (const pair of pairs) for (const socket of pair) socket.destroy();
        },
        close: () => server.close(),
      }),
    );
  });
}

const proxy = await startProxy();
type Send = (value: string) => Promise<void>;

async function kafkajsSend(): Promise<Send> {
  const producer = new kafkajs.Kafka({
    brokers: brokers.split(','),
    logLevel: kafkajs.logLevel.NOTHING,
    socketFactory: ({ onConnect }) => net.connect(proxy.port, '127.0.0.1', onConnect),
    retry: { retries: 20, initialRetryTime: 50, maxRetryTime: 500 },
  }).producer({ idempotent: true });
  await producer.connect();
  return async (value) => {
    await producer.send({ topic, acks: -1, messages: [{ value, partition: 0 }] });
  };
}

await makeTopic(topic);
const send = await kafkajsSend();
await send('warm-up');
const acknowledged: string[] = [];
for (let round = 0; round < rounds; round += 1) {
  const cutting = round % 2 === 1;
  if (cutting) proxy.deaf(true);
  const sends = Array.from({ length: atOnce }, async (_, index) => {
    const value = `${round}-${index}`;
    await send(value).then(
      () => acknowledged.push(value),
      () => {},
    );
  });
  if (cutting) {
    await sleep(150);
    proxy.cut();
    proxy.deaf(false);
  }
  await Promise.all(sends);
}

const consumer = await Consumer.connect(settings);
consumer.assign([{ topic, partition: 0, offset: -2 }]);
const found = new Map<string, number>();
for (let quiet = 0; quiet < 10; quiet += 1) {
  for (const { value } of await consumer.poll(500, 300)) {
    quiet = 0;
    found.set(String(value), (found.get(String(value)) ?? 0) + 1);
  }
}
await consumer.close();
const lost = acknowledged.filter((value) => !found.has(value)).length;
const twice = [...found.values()].filter((count) => count > 1).length;
print({
  client: 'kafkajs 2.2.4',
  sent: rounds * atOnce,
  acknowledged: acknowledged.length,
  lost,
  twice,
  verdict: lost + twice === 0 ? 'correct' : 'WRONG',
});
proxy.close();
process.exit(0);
