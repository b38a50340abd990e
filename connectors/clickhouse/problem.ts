import { ClickHouseError } from '@clickhouse/client';

/** What a failure at ClickHouse is. */
export type Problem = {
  /**
   * `away`: it is not there, starting, stopping, full or busy: the same call succeeds later. `person`: credentials, a
   * right, a table or a server's setting; a person must mend it. `rows`: what was sent is refused, and would be again.
   */
  readonly kind: 'away' | 'person' | 'rows';
  /** One line for logs and readiness, without rows or secrets. */
  readonly text: string;
};

/**
 * Codes of ClickHouse for what passes by itself. Whatever is in none of these lists is said of the rows: an insert that
 * is refused is halved until the row is found, and a batch that nothing is wrong with is never waited for.
 */
const away = new Set([
  74, // CANNOT_READ_FROM_FILE_DESCRIPTOR
  75, // CANNOT_WRITE_TO_FILE_DESCRIPTOR
  76, // CANNOT_OPEN_FILE
  77, // CANNOT_CLOSE_FILE
  86, // RECEIVED_ERROR_FROM_REMOTE_IO_SERVER
  87, // CANNOT_SEEK_THROUGH_FILE
  88, // CANNOT_TRUNCATE_FILE
  95, // CANNOT_READ_FROM_SOCKET
  96, // CANNOT_WRITE_TO_SOCKET
  159, // TIMEOUT_EXCEEDED
  160, // TOO_SLOW
  172, // CANNOT_CREATE_DIRECTORY
  173, // CANNOT_ALLOCATE_MEMORY
  198, // DNS_ERROR
  201, // QUOTA_EXCEEDED
  202, // TOO_MANY_SIMULTANEOUS_QUERIES
  203, // NO_FREE_CONNECTION
  204, // CANNOT_FSYNC
  209, // SOCKET_TIMEOUT
  210, // NETWORK_ERROR
  214, // CANNOT_STATVFS
  216, // QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING
  225, // NO_ZOOKEEPER
  236, // ABORTED
  241, // MEMORY_LIMIT_EXCEEDED
  242, // TABLE_IS_READ_ONLY
  243, // NOT_ENOUGH_SPACE
  244, // UNEXPECTED_ZOOKEEPER_ERROR
  254, // NO_ACTIVE_REPLICAS
  265, // NO_AVAILABLE_REPLICA
  279, // ALL_CONNECTION_TRIES_FAILED
  285, // TOO_FEW_LIVE_REPLICAS
  286, // UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE
  289, // REPLICA_IS_NOT_IN_QUORUM
  294, // CANNOT_WRITE_TO_FILE
  297, // SHARD_HAS_NO_CONNECTIONS
  319, // UNKNOWN_STATUS_OF_INSERT
  341, // UNFINISHED
  364, // RECEIVED_ERROR_TOO_MANY_REQUESTS
  369, // ALL_REPLICAS_ARE_STALE
  373, // SESSION_IS_LOCKED
  384, // PART_IS_TEMPORARILY_LOCKED
  394, // QUERY_WAS_CANCELLED
  410, // EXTERNAL_SERVER_IS_NOT_RESPONDING
  411, // PTHREAD_ERROR
  416, // REPLICA_STATUS_CHANGED
  425, // SYSTEM_ERROR
  439, // CANNOT_SCHEDULE_TASK
  473, // DEADLOCK_AVOIDED
  499, // S3_ERROR
  500, // AZURE_BLOB_STORAGE_ERROR
  519, // NO_REMOTE_SHARD_AVAILABLE
  529, // NOT_A_LEADER
  574, // DISTRIBUTED_TOO_MANY_PENDING_BYTES
  586, // CANNOT_CREATE_FILE
  641, // CANNOT_APPEND_TO_FILE
  667, // NOT_INITIALIZED
  677, // THREAD_WAS_CANCELED
  693, // AWS_ERROR
  696, // ASYNC_LOAD_CANCELED
  700, // USER_SESSION_LIMIT_EXCEEDED
  710, // FAULT_INJECTED
  722, // ASYNC_LOAD_WAIT_FAILED
  733, // TABLE_IS_BEING_RESTARTED
  734, // CANNOT_WRITE_AFTER_BUFFER_CANCELED
  735, // QUERY_WAS_CANCELLED_BY_CLIENT
  745, // SERVER_OVERLOADED
  749, // TCP_CONNECTION_LIMIT_REACHED
  762, // HTTP_CONNECTION_LIMIT_REACHED
  776, // RESOURCE_LIMIT_EXCEEDED
  777, // MEMORY_RESERVATION_KILLED
  778, // MEMORY_RESERVATION_FAILED
  900, // DISTRIBUTED_CACHE_ERROR
  901, // CANNOT_USE_DISTRIBUTED_CACHE
  903, // DISTRIBUTED_CACHE_REGISTRY_SHUTDOWN
  904, // TOO_MANY_UNAVAILABLE_SHARDS
  999, // KEEPER_EXCEPTION
  1000, // POCO_EXCEPTION
  1001, // STD_EXCEPTION
  1002, // UNKNOWN_EXCEPTION
]);

/** Credentials, rights, tables, databases and settings: nothing that another row would change. */
const person: Readonly<Record<number, string>> = {
  10: "a column is missing: the table is not this release's",
  16: "a column is missing: the table is not this release's",
  46: 'a function is missing: the server is too old',
  47: "a column is missing: the table is not this release's",
  48: 'the server lacks something that this release needs',
  60: 'a table is missing',
  62: "the server doesn't understand the statement",
  63: 'a function is missing: the server is too old',
  73: 'the server lacks a format',
  81: 'the database is missing',
  115: 'the server lacks a setting',
  164: 'the user or the server may only read',
  180: "the user's profile is missing",
  192: 'credentials are wrong',
  193: 'credentials are wrong',
  194: 'credentials are missing',
  195: "the user may not come from this host's address",
  218: 'a table was dropped',
  291: 'the user may not use the database',
  392: 'the server forbids this kind of statement',
  446: 'the server forbids a function',
  452: "the user's profile forbids a setting",
  472: "the user's profile forbids a setting",
  478: 'a storage policy is missing',
  479: 'a disk is missing',
  497: 'a right is missing',
  511: 'a role is missing',
  512: 'a role is not granted',
  516: 'credentials are wrong',
  620: 'the server forbids this kind of statement',
  720: "the user's time is over",
  774: 'a table may only be read',
};

/** Of these a wrong setting of ours is the likeliest cause. */
const denied = new Set([164, 192, 193, 194, 195, 291, 392, 452, 472, 497, 511, 512, 516, 720]);

/** ClickHouse knows us not, or doesn't let us do our work. */
export const isClickhouseDenial = (error: unknown): boolean =>
  error instanceof ClickHouseError && denied.has(Number(error.code));

/** Code 252 is said of two things: of a table that merges too slowly, and of a batch that touches too many months. */
const tooManyPartsOfTable = (error: ClickHouseError) =>
  Number(error.code) === 252 && !/too many partitions/i.test(error.message);

/** Null for what isn't a failure of a call to ClickHouse, e.g. a defect of ours. */
export function problemOf(error: unknown): Problem | null {
  if (!(error instanceof Error)) return null;
  if (!(error instanceof ClickHouseError))
    return awayByNetwork(error) ? { kind: 'away', text: oneLine(error.message) } : null;
  const code = Number(error.code);
  const words = `${error.type === undefined || error.type === '' ? '' : `${error.type} `}(code ${error.code}): ${oneLine(error.message)}`;
  const needed = person[code];
  if (needed !== undefined) return { kind: 'person', text: `${needed}, ${words}` };
  if (away.has(code) || tooManyPartsOfTable(error)) return { kind: 'away', text: words };
  return { kind: 'rows', text: words };
}

/** The client's own failures: connections, time-outs, an answer that isn't ClickHouse's (a proxy's 502 or 503). */
function awayByNetwork(error: Error): boolean {
  return !(error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError);
}

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300);
