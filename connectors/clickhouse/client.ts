import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';

export type { ClickHouseClient };

/** How to reach ClickHouse: a server or the embedded role, both by HTTP. */
export type ClickhouseSettings = {
  /** `http(s)://host:port`; CLICKHOUSE_URL. */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** Database of the tables; CLICKHOUSE_DATABASE. */
  readonly database: string;
  /** Worth it on a slow network only. Default false. */
  readonly compress?: boolean;
  /** Default 30,000. */
  readonly requestTimeoutMs?: number;
};

/** A client of the tables' database. Nothing is asked of the server yet. */
export function connectClickhouse(settings: ClickhouseSettings): ClickHouseClient {
  const compress = settings.compress ?? false;
  return createClient({
    url: settings.url,
    ...(settings.user === undefined ? {} : { username: settings.user }),
    ...(settings.password === undefined ? {} : { password: settings.password }),
    database: settings.database,
    application: 'live2vod',
    request_timeout: settings.requestTimeoutMs ?? 30_000,
    compression: { request: compress, response: compress },
    // Failures are thrown, and logged where they are caught.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: true, idle_socket_ttl: 2_500 },
  });
}
