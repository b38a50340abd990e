/** What ClickHouse holds of what was published. */
import { connectClickhouse } from '../connectors/clickhouse/index.ts';
import type { SpawnedClickhouse } from '../local/index.ts';
import { systemClock } from '../platform/host/index.ts';
import type { Published } from './outage-load.ts';

/** What ClickHouse holds in the end. */
export type Held = Published & {
  /** Distinct events among the callbacks; each was published once. */
  readonly distinct: number;
};

const patienceSeconds = 300;

/** Seconds until it holds the first `sent` callbacks, which it tells from later ones by when they were sent. */
export async function catchUp(role: SpawnedClickhouse, sent: number): Promise<number | null> {
  const [sentByMs, beganMs] = [systemClock.now(), systemClock.monotonicMs()];
  const query = `SELECT count() AS callbacks FROM callbacks FINAL WHERE received_at <= fromUnixTimestamp64Milli(${sentByMs}, 'UTC')`;
  const done = await within(async () => (await ask<'callbacks'>(role, query)).callbacks >= sent);
  return done ? (systemClock.monotonicMs() - beganMs) / 1_000 : null;
}

/** What it holds once that no longer differs, or after some minutes. */
export async function heldInTheEnd(role: SpawnedClickhouse, published: Published): Promise<Held> {
  const read = async (): Promise<Held> => ({
    ...(await ask<'callbacks' | 'distinct'>(
      role,
      'SELECT count() AS callbacks, uniqExact(event_id) AS distinct FROM callbacks FINAL',
    )),
    ...(await ask<'videos' | 'revisions'>(
      role,
      'SELECT count() AS videos, sum(revision) AS revisions FROM video_state FINAL',
    )),
  });
  await within(async () => {
    const { callbacks, videos, revisions } = await read();
    return callbacks >= published.callbacks && videos >= published.videos && revisions >= published.revisions;
  });
  return read();
}

async function within(condition: () => Promise<boolean>): Promise<boolean> {
  const deadlineMs = systemClock.monotonicMs() + patienceSeconds * 1_000;
  for (;;) {
    if (await condition()) return true;
    if (systemClock.monotonicMs() > deadlineMs) return false;
    await systemClock.sleep(250);
  }
}

async function ask<N extends string>(role: SpawnedClickhouse, query: string): Promise<Readonly<Record<N, number>>> {
  const client = connectClickhouse({ ...role.access, database: 'live2vod', requestTimeoutMs: 60_000 });
  try {
    const clickhouse_settings = { output_format_json_quote_64bit_integers: 0 } as const;
    const [row] = await (await client.query({ query, format: 'JSONEachRow', clickhouse_settings })).json<
      Record<N, number>
    >();
    if (!row) throw new Error('a count is one row');
    return row;
  } finally {
    await client.close();
  }
}
