import { connectClickhouse } from '../../connectors/clickhouse/index.ts';
import { Admin } from '../../connectors/kafka/index.ts';
import { kafkaSettingsOf } from '../endpoints.ts';
import type { Configuration } from '../environment.ts';
import { clickhouseSettingsOf } from '../roles/analytics.ts';
import type { DemoNames } from './names.ts';

/**
 * Takes away what a stopped demo has left under names of its own on brokers and a ClickHouse that serve others too: its
 * topics (with them go its groups) and its database. What is embedded is made anew by the next demo.
 */
export async function cleanUp({ settings }: Configuration, { ownTopics, ownDatabase }: DemoNames): Promise<void> {
  if (ownTopics) {
    const admin = await Admin.connect(kafkaSettingsOf(settings, 'demo'));
    try {
      const ours = (await admin.listTopics()).filter((name) => name.startsWith(settings.LIVE2VOD_TOPIC_PREFIX));
      for (const name of ours) await admin.deleteTopic(name);
    } finally {
      admin.close();
    }
  }
  if (ownDatabase) {
    // No database is current: the client's own need not be there.
    const client = connectClickhouse({ ...clickhouseSettingsOf(settings), database: 'default' });
    try {
      await client.command({ query: `DROP DATABASE IF EXISTS ${settings.CLICKHOUSE_DATABASE}` });
    } finally {
      await client.close();
    }
  }
}
