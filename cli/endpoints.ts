/** Where the parts are: what is set, else the embedded part on its local port. */
import type { KafkaSettings } from '../connectors/kafka/index.ts';
import type { kafkaSettings } from '../schemas/role-settings.ts';
import type { Settings } from '../schemas/settings.ts';
import type { CallbackSources } from '../schemas/sources.ts';
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

export const brokersOf = (settings: Pick<Settings, 'KAFKA_BROKERS' | 'KAFKA_PORT'>): string =>
  settings.KAFKA_BROKERS ?? `127.0.0.1:${settings.KAFKA_PORT}`;

export const registryUrlOf = (settings: Pick<Settings, 'SCHEMA_REGISTRY_URL' | 'REGISTRY_PORT'>): string =>
  settings.SCHEMA_REGISTRY_URL ?? `http://127.0.0.1:${settings.REGISTRY_PORT}/apis/ccompat/v7`;

export const clickhouseUrlOf = (settings: Pick<Settings, 'CLICKHOUSE_URL' | 'CLICKHOUSE_PORT'>): string =>
  settings.CLICKHOUSE_URL ?? `http://127.0.0.1:${settings.CLICKHOUSE_PORT}`;

export const callbackUrlOf = (settings: Pick<Settings, 'VOD_CALLBACK_URL' | 'INGRESS_PORT'>): string =>
  settings.VOD_CALLBACK_URL ?? `http://127.0.0.1:${settings.INGRESS_PORT}/callbacks/vod`;

/** Where a queue of the file is read: what it says, else the public endpoint of its account and region. */
export const queueEndpointOf = ({ accountId, region, endpoint }: CallbackSources['queues'][number]): string =>
  endpoint ?? `https://${accountId}.mns.${region}.aliyuncs.com`;

export function endpointsOf(settings: Settings): Endpoints {
  return {
    brokers: brokersOf(settings),
    registryUrl: registryUrlOf(settings),
    clickhouseUrl: clickhouseUrlOf(settings),
    callbackUrl: callbackUrlOf(settings),
    embedded: {
      kafka: settings.KAFKA_BROKERS === undefined,
      registry: settings.SCHEMA_REGISTRY_URL === undefined,
      clickhouse: settings.CLICKHOUSE_URL === undefined,
    },
  };
}

/** The settings of every Kafka client of one role; TLS and SASL become librdkafka's keys. */
export function kafkaSettingsOf(
  settings: Pick<Settings, (typeof kafkaSettings)[number] | 'LIVE2VOD_INSTANCE'>,
  role: string,
): KafkaSettings {
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
    brokers: brokersOf(settings),
    clientId: `live2vod-${role}-${settings.LIVE2VOD_INSTANCE}`,
    librdkafka,
  };
}

/** The name at the broker of a topic. */
export const topicNamer = (settings: Pick<Settings, 'LIVE2VOD_TOPIC_PREFIX'>) => (id: TopicId) =>
  topicName(settings.LIVE2VOD_TOPIC_PREFIX, id);
