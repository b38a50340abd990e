import { readFileSync } from 'node:fs';
import type { ProducerGlobalConfig } from '@confluentinc/kafka-javascript';
import { KafkaFault } from './fault.ts';
import type { Pulses } from './pulses.ts';

/** How to reach a cluster. The same settings serve every client of a process. */
export type KafkaSettings = {
  /** `host:port`, comma separated. */
  readonly brokers: string;
  /** Shows up in the broker's logs and quotas. */
  readonly clientId: string;
  /** Beaten by every consumer when it is polled. */
  readonly pulses?: Pulses;
  /**
   * librdkafka configuration keys that are added last, e.g. `security.protocol`, `sasl.mechanism`, `ssl.ca.location`.
   * A key that a guarantee rests on (idempotence, isolation, assignment strategy, …) can't be changed here.
   */
  readonly librdkafka?: Readonly<Record<string, string | number | boolean>>;
};

/** How long a group waits for a member's heartbeat by default. */
export const defaultSessionTimeoutMs = 10_000;
/** How long a transaction may be open by default. */
export const defaultTransactionTimeoutMs = 10_000;

/** Keys behind the guarantees: refused in `KafkaSettings.librdkafka`. */
const reserved = new Set([
  'acks',
  'auto.offset.reset',
  'enable.auto.commit',
  'enable.auto.offset.store',
  'enable.idempotence',
  'enable.partition.eof',
  'group.id',
  'group.instance.id',
  'isolation.level',
  'partition.assignment.strategy',
  'partitioner',
  'request.required.acks',
  'transactional.id',
]);

/** Files of PEM, and the settings that name them: librdkafka says only that something is wrong with some file. */
const pemFiles = {
  'ssl.ca.location': 'KAFKA_SSL_CA_FILE',
  'ssl.certificate.location': 'KAFKA_SSL_CERT_FILE',
  'ssl.key.location': 'KAFKA_SSL_KEY_FILE',
} as const;

/**
 * The librdkafka configuration of one client: what all clients share, then the settings' own keys, then `own`.
 * Throws a `TypeError` naming the key when the settings try to change a reserved one, a `KafkaFault`
 * (`KAFKA_FILE_UNREADABLE`) where a certificate or key isn't there or isn't PEM.
 */
export function clientConfig<C extends object>(settings: KafkaSettings, own: C): C {
  for (const key of Object.keys(settings.librdkafka ?? {})) {
    if (reserved.has(key)) throw new TypeError(`Kafka setting ${key} is fixed by live2vod: remove it`);
  }
  for (const [key, setting] of Object.entries(pemFiles)) requirePem(settings.librdkafka?.[key], setting);
  return {
    'bootstrap.servers': settings.brokers,
    'client.id': settings.clientId,
    // Requests are small and waited for: Nagle's algorithm would add its delay to each of them.
    'socket.nagle.disable': true,
    'socket.keepalive.enable': true,
    'reconnect.backoff.ms': 50,
    'reconnect.backoff.max.ms': 2_000,
    'topic.metadata.refresh.interval.ms': 60_000,
    // How soon a client that has lost sight of all brokers is noticed: `ClientDiagnostics`.
    'statistics.interval.ms': 10_000,
    'allow.auto.create.topics': false,
    // Log lines are turned into the cause of a fault instead of being printed.
    log_level: 4,
    ...settings.librdkafka,
    ...own,
  };
}

/** Keys of every producer. Java's default partitioner for keyed records: any other producer may write the topics too. */
export const producerKeys = {
  partitioner: 'murmur2_random',
} as const satisfies Partial<ProducerGlobalConfig> & { partitioner: string };

function requirePem(file: string | number | boolean | undefined, setting: string): void {
  if (typeof file !== 'string') return;
  let wrong = 'holds no PEM block';
  let cause: unknown;
  try {
    if (readFileSync(file, 'latin1').includes('-----BEGIN ')) return;
  } catch (error) {
    cause = error;
    wrong = `can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`;
  }
  throw new KafkaFault(`${setting}: ${file} ${wrong}; name a PEM file`, {
    code: 'KAFKA_FILE_UNREADABLE',
    denied: true,
    cause,
  });
}
