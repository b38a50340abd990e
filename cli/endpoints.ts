/** Where the parts are: what is set, else the embedded part on its local port. */
import type { KafkaSettings } from '../connectors/kafka/index.ts';
import type { Settings } from '../schemas/settings.ts';
import type { TopicId } from '../schemas/topics.ts';
import { topicName } from '../schemas/topics.ts';

export type Endpoints = {
  readonly brokers: string;
  readonly registryUrl: string;
  readonly clickhouseUrl: string;
  readonly callbackUrl: string;
  /** Which parts are ours to start. */
  readonly embedded: { readonly kafka: boolean; readonly registry: boolean; readonly clickhouse: boolean };
};

export function endpointsOf(settings: Settings): Endpoints {
  return {
    brokers: settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`,
    registryUrl: settings.SCHEMA_REGISTRY_URL ?? `http://127.0.0.1:${settings.REGISTRY_PORT}/apis/ccompat/v7`,
    clickhouseUrl: settings.CLICKHOUSE_URL ?? `http://127.0.0.1:${settings.CLICKHOUSE_PORT}`,
    callbackUrl: settings.VOD_CALLBACK_URL ?? `http://127.0.0.1:${settings.INGRESS_PORT}/callbacks/vod`,
    embedded: {
      kafka: settings.KAFKA_BROKERS === undefined,
      registry: settings.SCHEMA_REGISTRY_URL === undefined,
      clickhouse: settings.CLICKHOUSE_URL === undefined,
    },
  };
}

/** The settings of every Kafka client of one role; TLS and SASL become librdkafka's keys. */
export function kafkaSettingsOf(settings: Settings, role: string): KafkaSettings {
  const secured = settings.KAFKA_SECURITY_PROTOCOL !== 'plaintext';
  const sasl = settings.KAFKA_SECURITY_PROTOCOL.startsWith('sasl');
  const keys: Record<string, string | undefined> = {
    'security.protocol': secured ? settings.KAFKA_SECURITY_PROTOCOL : undefined,
    'sasl.mechanisms': sasl ? settings.KAFKA_SASL_MECHANISM : undefined,
    'sasl.username': sasl ? settings.KAFKA_SASL_USERNAME : undefined,
    'sasl.password': sasl ? settings.KAFKA_SASL_PASSWORD : undefined,
    'ssl.ca.location': settings.KAFKA_SSL_CA_FILE,
    'ssl.certificate.location': settings.KAFKA_SSL_CERT_FILE,
    'ssl.key.location': settings.KAFKA_SSL_KEY_FILE,
  };
  const librdkafka = Object.fromEntries(
    Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  return {
    brokers: endpointsOf(settings).brokers,
    clientId: `live2vod-${role}-${settings.LIVE2VOD_INSTANCE}`,
    librdkafka,
  };
}

/** The name at the broker of a topic. */
export const topicNamer = (settings: Settings) => (id: TopicId) => topicName(settings.LIVE2VOD_TOPIC_PREFIX, id);
