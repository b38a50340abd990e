import { Admin } from '../../connectors/kafka/index.ts';
import type { Settings } from '../../schemas/settings.ts';
import { type TopicId, topics } from '../../schemas/topics.ts';
import { endpointsOf, kafkaSettingsOf, topicNamer } from '../endpoints.ts';
import { planTopics } from '../topic-plan.ts';

export type DemoNames = {
  readonly topicPrefix: string;
  readonly database: string;
  /** Made for this run alone, so the demo deletes them at its end. */
  readonly ownTopics: boolean;
  readonly ownDatabase: boolean;
};

/**
 * What the demo's topics and database are called. The topics have their usual names, so that a consumer of
 * `live2vod.video-state` sees the demo's videos; but where one of these holds records already or was made otherwise than
 * a pipeline needs it, on brokers that are not the demo's, all have names of this run. A ClickHouse that isn't the demo's gets a database of this run.
 */
export async function demoNames(settings: Settings, run: string): Promise<DemoNames> {
  const { embedded } = endpointsOf(settings);
  const ownTopics = !embedded.kafka && (await inUse(settings));
  const ownDatabase = !embedded.clickhouse;
  return {
    topicPrefix: ownTopics ? `live2vod-demo-${run}.` : settings.LIVE2VOD_TOPIC_PREFIX,
    database: ownDatabase ? `live2vod_demo_${run}` : settings.CLICKHOUSE_DATABASE,
    ownTopics,
    ownDatabase,
  };
}

/** Whether the usual topics hold records, or are not to be used: a consumer that came first made them, where brokers do so. */
async function inUse(settings: Settings): Promise<boolean> {
  const admin = await Admin.connect(kafkaSettingsOf(settings, 'demo'));
  try {
    const present = await admin.describe((Object.keys(topics) as TopicId[]).map(topicNamer(settings)));
    const at = present.flatMap(({ name, partitions }) =>
      Array.from({ length: partitions }, (_, partition) => ({ topic: name, partition })),
    );
    const ends = at.length === 0 ? [] : await admin.endOffsets(at, 'read_uncommitted');
    if (ends.some(({ offset }) => offset > 0)) return true;
    return (await planTopics(admin, settings)).refused.length > 0;
  } finally {
    admin.close();
  }
}
