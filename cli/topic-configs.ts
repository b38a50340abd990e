/** How the topics at the broker are configured. Asked by kafkajs: the pipeline's own client has no such request. */
import { readFile } from 'node:fs/promises';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { kafkaSettings } from '../schemas/role-settings.ts';
import type { Settings } from '../schemas/settings.ts';
import { brokersOf } from './endpoints.ts';

/** Values by topic, then by key. */
export type TopicConfigs = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** What it takes to ask: any role that talks to Kafka has them. */
export type ConfigReaderSettings = Pick<Settings, (typeof kafkaSettings)[number] | 'LIVE2VOD_INSTANCE'>;

const timeoutMs = 15_000;

/** Reads these keys of these topics. @throws what kafkajs says, also where the cluster doesn't let us ask */
export async function readTopicConfigs(
  settings: ConfigReaderSettings,
  topics: readonly string[],
  keys: readonly string[],
): Promise<TopicConfigs> {
  // Loaded when they are needed: every command imports this file.
  const { quietKafkajs } = await import('../client/index.ts');
  quietKafkajs();
  const { default: kafkajs } = await import('kafkajs');
  const kafka = new kafkajs.Kafka({
    ...(await kafkajsConfigOf(settings)),
    clientId: `live2vod-topics-${settings.LIVE2VOD_INSTANCE}`,
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: timeoutMs,
    requestTimeout: timeoutMs,
    retry: { retries: 2 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: topics.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name, configNames: [...keys] })),
    });
    return new Map(
      resources.map(({ resourceName, configEntries }) => [
        resourceName,
        new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
      ]),
    );
  } finally {
    await admin.disconnect().catch(() => {});
  }
}

async function kafkajsConfigOf(settings: ConfigReaderSettings): Promise<Pick<KafkaConfig, 'brokers' | 'ssl' | 'sasl'>> {
  const { KAFKA_SECURITY_PROTOCOL: protocol, KAFKA_SSL_CA_FILE, KAFKA_SSL_CERT_FILE, KAFKA_SSL_KEY_FILE } = settings;
  const pem = async (file: string | undefined) => (file === undefined ? undefined : await readFile(file, 'utf8'));
  const [ca, cert, key] = await Promise.all([KAFKA_SSL_CA_FILE, KAFKA_SSL_CERT_FILE, KAFKA_SSL_KEY_FILE].map(pem));
  const files = { ...(ca && { ca: [ca] }), ...(cert && { cert }), ...(key && { key }) };
  return {
    brokers: brokersOf(settings)
      .split(',')
      .map((broker) => broker.trim()),
    ...(protocol.endsWith('ssl') ? { ssl: Object.keys(files).length > 0 ? files : true } : {}),
    ...(protocol.startsWith('sasl') ? { sasl: saslOf(settings) } : {}),
  };
}

function saslOf(settings: ConfigReaderSettings): SASLOptions {
  const account = { username: settings.KAFKA_SASL_USERNAME ?? '', password: settings.KAFKA_SASL_PASSWORD ?? '' };
  switch (settings.KAFKA_SASL_MECHANISM) {
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', ...account };
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', ...account };
    default:
      return { mechanism: 'plain', ...account };
  }
}
