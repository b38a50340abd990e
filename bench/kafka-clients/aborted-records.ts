/**
 * Does a read_committed consumer return records of aborted transactions? Two transactional producers write to one
 * partition; one's transaction lies within the other's, as happens whenever several processors share an output.
 *
 *   KAFKA_BROKERS=127.0.0.1:9092 node bench/kafka-clients/aborted-records.ts kafkajs|confluent|platformatic
 */
import { randomUUID } from 'node:crypto';
import { brokers, clients, makeTopic, print, type Transactional } from './clients.ts';

const topic = `aborted-${randomUUID()}`;
const client = clients(process.argv[2]);
const rounds = 50;

await makeTopic(topic);
const [a, b] = [await client.transactional(`${topic}-a`), await client.transactional(`${topic}-b`)];
let committed = 0;
for (let round = 0; round < rounds; round += 1) {
  const outcome = round % 2 === 0 ? 'aborted' : 'committed';
  const end = (producer: Transactional) => (outcome === 'aborted' ? producer.abort() : producer.commit());
  await a.begin();
  await a.send(topic, `a-${round}-${outcome}`);
  await b.begin();
  await b.send(topic, `b-${round}-${outcome}`);
  await end(b);
  await end(a);
  if (outcome === 'committed') committed += 2;
}
await Promise.all([a.close(), b.close()]);

const seen = await client.readCommitted(topic, committed);
const leaked = seen.filter((value) => value.endsWith('-aborted')).length;
print({
  client: client.name,
  brokers,
  expected: committed,
  seen: seen.length,
  leaked,
  verdict: leaked === 0 && seen.length === committed ? 'correct' : 'WRONG',
});
process.exit(0);
