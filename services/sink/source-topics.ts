import type { ClickHouseClient } from '../../connectors/clickhouse/index.ts';
import { ClickhouseFault } from '../../connectors/clickhouse/index.ts';
import { Admin, KafkaFault, type KafkaSettings } from '../../connectors/kafka/index.ts';
import { type SinkTopic, sinkTopics } from './rows-of.ts';

/** By topic Kafka's own id, which no other topic has, of whatever cluster or name. */
export type TopicIdentities = ReadonlyMap<SinkTopic, { readonly name: string; readonly topicId: string }>;

/** @throws KafkaFault; `KAFKA_NO_TOPIC` (retryable) where one doesn't exist yet */
export async function readIdentities(kafka: KafkaSettings, name: (id: SinkTopic) => string): Promise<TopicIdentities> {
  const admin = await Admin.connect(kafka);
  try {
    const described = new Map((await admin.describe(sinkTopics.map(name))).map((topic) => [topic.name, topic]));
    return new Map(
      sinkTopics.map((id) => {
        const topic = described.get(name(id));
        if (topic) return [id, { name: topic.name, topicId: topic.topicId }];
        throw new KafkaFault(`topic ${name(id)} does not exist: create it with "live2vod topics apply"`, {
          code: 'KAFKA_NO_TOPIC',
          retryable: true,
        });
      }),
    );
  } finally {
    admin.close();
  }
}

/**
 * Claims a database for these topics, once and for all. Rows take their versions, and callbacks their keys, from offsets,
 * which begin anew in every topic: the rows of a second one would replace rows of the first, or vanish behind them.
 * @throws ClickhouseFault `OTHER_TOPICS` where the database holds rows of others
 */
export async function claimDatabase(
  client: ClickHouseClient,
  database: string,
  topics: TopicIdentities,
): Promise<void> {
  const result = await client.query({
    query: 'SELECT topic, name, topic_id FROM source_topics FINAL',
    format: 'JSONEachRow',
  });
  const claimed = new Map(
    (await result.json<{ topic: string; name: string; topic_id: string }>()).map((row) => [row.topic, row]),
  );
  for (const [topic, { name, topicId }] of topics) {
    const known = claimed.get(topic);
    if (known === undefined || known.topic_id === topicId) continue;
    throw new ClickhouseFault(
      'OTHER_TOPICS',
      `the database ${database} holds the rows of topic ${known.name} (id ${known.topic_id}), not of ${name} (id ${topicId}), ` +
        'which is of another cluster, another prefix, or was made anew: choose another CLICKHOUSE_DATABASE, or drop this one',
    );
  }
  const values = [...topics]
    .filter(([topic]) => !claimed.has(topic))
    .map(([topic, { name, topicId }]) => ({ topic, name, topic_id: topicId }));
  if (values.length > 0) await client.insert({ table: 'source_topics', values, format: 'JSONEachRow' });
}
