import type { ClickHouseClient } from '../../connectors/clickhouse/index.ts';
import type { GroupConsumer } from '../../connectors/kafka/index.ts';
import type { Metrics } from '../../platform/telemetry/index.ts';

/** Silence after which an unfinished video counts as stuck, seconds. */
const silenceSeconds = 3_600;

/** What a video can wait for, as the view `waiting_videos` says it. */
export const waitingFor = ['source', 'audit', 'review', 'approval', 'submission', 'operator', 'transcode'] as const;

/** Sets `live2vod_stuck_videos` from what ClickHouse holds. */
export async function measureStuck(client: ClickHouseClient, metrics: Metrics, nowMs: number): Promise<void> {
  const result = await client.query({
    query: `SELECT waiting_for, toUInt32(count()) AS videos FROM waiting_videos
      WHERE since < fromUnixTimestamp64Milli({before:Int64}, 'UTC') GROUP BY waiting_for`,
    query_params: { before: Math.floor(nowMs - silenceSeconds * 1000) },
    format: 'JSONEachRow',
  });
  const rows = await result.json<{ waiting_for: string; videos: number }>();
  const counts = new Map(rows.map((row) => [row.waiting_for, row.videos]));
  for (const what of waitingFor) {
    metrics.set('live2vod_stuck_videos', { waiting_for: what }, counts.get(what) ?? 0);
  }
}

/** Sets `live2vod_sink_lag_records`: what the group hasn't committed of the partitions that this sink owns. */
export async function measureLag(
  consumer: Pick<GroupConsumer, 'owned' | 'committed' | 'watermarks'>,
  topicIds: ReadonlyMap<string, string>,
  metrics: Metrics,
): Promise<void> {
  const committed = await consumer.committed(consumer.owned, 5_000);
  for (const { topic, partition, offset } of committed) {
    const { low, high } = await consumer.watermarks(topic, partition, 5_000);
    const labels = { topic: topicIds.get(topic) ?? topic, partition: String(partition) };
    metrics.set('live2vod_sink_lag_records', labels, Math.max(0, high - (offset ?? low)));
  }
}
