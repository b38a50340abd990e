import { type ClickhouseSettings, connectClickhouse, latencyReport } from '../../connectors/clickhouse/index.ts';
import type { ReadLatency } from '../../connectors/console/index.ts';
import type { clickhouseSettings } from '../../schemas/role-settings.ts';
import type { Settings } from '../../schemas/settings.ts';
import { clickhouseUrlOf } from '../endpoints.ts';

type ClickhouseUser = Pick<Settings, (typeof clickhouseSettings)[number]>;

/** How to reach ClickHouse by the settings: their server, or the embedded role. */
export function clickhouseSettingsOf(settings: ClickhouseUser): ClickhouseSettings {
  return {
    // What stands behind its slash the client takes for a database.
    url: clickhouseUrlOf(settings).replace(/\/+$/, ''),
    database: settings.CLICKHOUSE_DATABASE,
    ...(settings.CLICKHOUSE_USER === undefined ? {} : { user: settings.CLICKHOUSE_USER }),
    ...(settings.CLICKHOUSE_PASSWORD === undefined ? {} : { password: settings.CLICKHOUSE_PASSWORD }),
  };
}

/** Reads the latency of every stage for the console. */
export function latencyReader(settings: ClickhouseUser): ReadLatency {
  const client = connectClickhouse({ ...clickhouseSettingsOf(settings), requestTimeoutMs: 10_000 });
  return async (filter) => ({ stages: await latencyReport(client, filter) });
}
