import kafka, { type LibrdKafkaError } from '@confluentinc/kafka-javascript';
import { Fault, type FaultOptions } from '../../platform/faults.ts';

const codeNames = new Map(Object.entries(kafka.CODES.ERRORS).map(([name, code]) => [code, name]));
const codes: Readonly<Record<string, number>> = kafka.CODES.ERRORS;

/** They pass by themselves: the broker is away, busy, or electing a leader or coordinator. */
const retryableCodes = new Set(
  [
    'ERR__TRANSPORT',
    'ERR__RESOLVE',
    'ERR__MSG_TIMED_OUT',
    'ERR__ALL_BROKERS_DOWN',
    'ERR__TIMED_OUT',
    'ERR__TIMED_OUT_QUEUE',
    'ERR__QUEUE_FULL',
    'ERR__WAIT_COORD',
    'ERR__IN_PROGRESS',
    'ERR__PREV_IN_PROGRESS',
    'ERR__WAIT_CACHE',
    'ERR__INTR',
    'ERR__RETRY',
    'ERR__ASSIGNMENT_LOST',
    'ERR__MAX_POLL_EXCEEDED',
    'ERR_LEADER_NOT_AVAILABLE',
    'ERR_NOT_LEADER_FOR_PARTITION',
    'ERR_REQUEST_TIMED_OUT',
    'ERR_BROKER_NOT_AVAILABLE',
    'ERR_REPLICA_NOT_AVAILABLE',
    'ERR_NETWORK_EXCEPTION',
    'ERR_COORDINATOR_LOAD_IN_PROGRESS',
    'ERR_COORDINATOR_NOT_AVAILABLE',
    'ERR_NOT_COORDINATOR',
    'ERR_NOT_ENOUGH_REPLICAS',
    'ERR_NOT_ENOUGH_REPLICAS_AFTER_APPEND',
    'ERR_NOT_CONTROLLER',
    'ERR_REBALANCE_IN_PROGRESS',
    'ERR_ILLEGAL_GENERATION',
    'ERR_UNKNOWN_MEMBER_ID',
    'ERR_KAFKA_STORAGE_ERROR',
    'ERR_CONCURRENT_TRANSACTIONS',
    'ERR_UNSTABLE_OFFSET_COMMIT',
    'ERR_THROTTLING_QUOTA_EXCEEDED',
    'ERR_FETCH_SESSION_ID_NOT_FOUND',
    'ERR_UNKNOWN_TOPIC_OR_PART',
    'ERR__UNKNOWN_TOPIC',
    'ERR__UNKNOWN_PARTITION',
  ].map((name) => codes[name]),
);

/** No client with these credentials or this certificate will ever get in. */
const deniedCodes = new Set(
  [
    'ERR__AUTHENTICATION',
    'ERR__SSL',
    'ERR_SASL_AUTHENTICATION_FAILED',
    'ERR_UNSUPPORTED_SASL_MECHANISM',
    'ERR_TOPIC_AUTHORIZATION_FAILED',
    'ERR_GROUP_AUTHORIZATION_FAILED',
    'ERR_CLUSTER_AUTHORIZATION_FAILED',
    'ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  ].map((name) => codes[name]),
);

/**
 * What went wrong at Kafka, in the three words that decide what to do next:
 * - `retryable`: the same call may succeed later, nothing has to be rebuilt;
 * - `abortable`: the open transaction must be aborted, then the work can be done again;
 * - `fatal`: this client can't be used any more, only a new one can go on.
 *
 * `code` is librdkafka's name (`ERR__TIMED_OUT`) or one of ours (`KAFKA_IN_FLIGHT_LIMIT`). Never holds a secret or a payload.
 */
export class KafkaFault extends Fault {
  override readonly name = 'KafkaFault';
  readonly abortable: boolean;
  readonly fatal: boolean;

  constructor(
    message: string,
    {
      abortable = false,
      fatal = false,
      ...o
    }: FaultOptions & { readonly abortable?: boolean; readonly fatal?: boolean },
  ) {
    super(message, o);
    this.abortable = abortable;
    this.fatal = fatal;
  }
}

/** Turns whatever the native client threw into a `KafkaFault`; `doing` says what was tried, e.g. `commit a transaction`. */
export function kafkaFault(doing: string, error: unknown, detail?: string): KafkaFault {
  if (error instanceof KafkaFault) return error;
  const native: Partial<LibrdKafkaError> = error instanceof Object ? error : {};
  const number = typeof native.code === 'number' ? native.code : undefined;
  const code = (number === undefined ? undefined : codeNames.get(number)) ?? 'KAFKA_UNKNOWN';
  const fatal = native.isFatal === true || number === codes.ERR__FATAL || number === codes.ERR__FENCED;
  const abortable = !fatal && native.isTxnRequiresAbort === true;
  const denied = number !== undefined && deniedCodes.has(number);
  const retryable =
    !fatal && !abortable && (native.isRetriable === true || (number !== undefined && retryableCodes.has(number)));
  const text = native.message ?? String(error);
  return new KafkaFault(`cannot ${doing}: ${text} (${code})${detail ? `; last client log: ${detail}` : ''}`, {
    code,
    retryable,
    abortable,
    fatal,
    denied,
    cause: error,
  });
}

/** True where `fault` has the librdkafka code `name`. */
export const hasCode = (fault: unknown, ...names: readonly string[]): fault is KafkaFault =>
  fault instanceof KafkaFault && names.includes(fault.code);
