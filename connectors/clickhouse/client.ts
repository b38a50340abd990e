import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';

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
    // Failures are thrown, and logged by whoever catches them.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { enabled: true, idle_socket_ttl: 2_500 },
  });
}

/**
 * Whether the same call may succeed later: ClickHouse is away, restarting, full or busy. A refusal of what was sent
 * (a value that doesn't parse, an unknown column) isn't: it would be refused again.
 */
export function isRetryable(error: unknown): boolean {
  if (!(error instanceof ClickHouseError)) return true;
  return !refusals.has(Number(error.code));
}

/** ClickHouse's codes for "these rows will never fit". Whatever isn't known to be one is tried again. */
const refusals = new Set([
  6, // CANNOT_PARSE_TEXT
  10, // NOT_FOUND_COLUMN_IN_BLOCK
  16, // NO_SUCH_COLUMN_IN_TABLE
  25, // CANNOT_PARSE_ESCAPE_SEQUENCE
  26, // CANNOT_PARSE_QUOTED_STRING
  27, // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  33, // CANNOT_READ_ALL_DATA
  38, // CANNOT_PARSE_DATE
  41, // CANNOT_PARSE_DATETIME
  53, // TYPE_MISMATCH
  69, // ARGUMENT_OUT_OF_BOUND
  70, // CANNOT_CONVERT_TYPE
  72, // CANNOT_PARSE_NUMBER
  117, // INCORRECT_DATA
  130, // CANNOT_READ_ARRAY_FROM_TEXT
  131, // TOO_LARGE_STRING_SIZE
  190, // SIZES_OF_ARRAYS_DONT_MATCH
  321, // VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE
  349, // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  441, // INVALID_SETTING / format schema errors of older releases
  469, // VIOLATED_CONSTRAINT
  676, // CANNOT_PARSE_IPV4
]);

/** Wrong credentials, missing rights, or SQL that this server doesn't understand: a person must change something. */
export function isOurFault(error: ClickHouseError): boolean {
  return [62, 192, 193, 194, 497, 516].includes(Number(error.code));
}
