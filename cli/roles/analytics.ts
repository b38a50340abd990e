import { join } from 'node:path';
import { type ClickhouseSettings, connectClickhouse, latencyReport } from '../../connectors/clickhouse/index.ts';
import { embeddedAccess } from '../../local/index.ts';
import { withoutSlashes } from '../../schemas/base-url.ts';
import type { clickhouseSettings } from '../../schemas/role-settings.ts';
import type { Settings } from '../../schemas/settings.ts';
import type { ReadLatency } from '../../services/console/index.ts';
import { clickhouseUrlOf } from '../endpoints.ts';

type ClickhouseUser = Pick<Settings, (typeof clickhouseSettings)[number] | 'LIVE2VOD_HOME'>;

/** The embedded ClickHouse's data and key. */
export const embeddedClickhouseFolder = (settings: Pick<Settings, 'LIVE2VOD_HOME'>): string =>
  join(settings.LIVE2VOD_HOME, 'clickhouse');

/** How to reach ClickHouse by the settings: their server as they say, or the embedded role with its folder's key. */
export function clickhouseSettingsOf(settings: ClickhouseUser): ClickhouseSettings {
  const [url, database] = [clickhouseUrlOf(settings), settings.CLICKHOUSE_DATABASE];
  if (settings.CLICKHOUSE_URL === undefined)
    return { ...embeddedAccess(embeddedClickhouseFolder(settings), url), database };
  return {
    // What stands behind its slash the client takes for a database.
    url: withoutSlashes(url),
    database,
    ...(settings.CLICKHOUSE_USER === undefined ? {} : { user: settings.CLICKHOUSE_USER }),
    ...(settings.CLICKHOUSE_PASSWORD === undefined ? {} : { password: settings.CLICKHOUSE_PASSWORD }),
  };
}

/** Reads the latency of every stage for the console. */
export function latencyReader(settings: ClickhouseUser): ReadLatency {
  const client = connectClickhouse({ ...clickhouseSettingsOf(settings), requestTimeoutMs: 10_000 });
  return async (filter) => ({ stages: await latencyReport(client, filter) });
}
