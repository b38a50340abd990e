import { COMPATIBILITY, SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import avsc from 'avsc';
import { systemClock, systemPlatform } from '../../platform/host/index.ts';
import { retryWhileUnavailable } from '../../platform/retry.ts';
import { type AvroSchemaName, avroSchema } from '../../schemas/avro.ts';
import type { Coding } from '../../schemas/avro-coding.ts';
import { baseUrl } from '../../schemas/base-url.ts';
import { codings } from '../../schemas/generated/codings.ts';
import { type TopicId, topicName, topics } from '../../schemas/topics.ts';
import { avroCodec, type Codec } from './codec.ts';
import { RegistryFault } from './fault.ts';
import { writerSchemas } from './writer-schemas.ts';

export type RegistryOptions = {
  /** Base of the Confluent API, path included (setting SCHEMA_REGISTRY_URL). */
  readonly url: string;
  /** Topic prefix; subjects are `<prefix><topic>-value` (the registry's TopicNameStrategy). */
  readonly prefix: string;
  readonly clientId?: string;
};

export type Registry = {
  /**
   * Registers the schema of the topic's contract (or finds it registered) and gives its codec.
   * @throws RegistryFault `REGISTRY_AWAY` (retryable) or `SCHEMA_REFUSED` when it breaks the topic's compatibility.
   */
  codec<T>(topic: TopicId): Promise<Codec<T>>;
  /** The id under which the topic's contract is registered. */
  register(topic: TopicId): Promise<number>;
  /** Whether the contract could be registered; null where nothing is registered for the topic yet. Changes nothing. */
  compatible(topic: TopicId): Promise<boolean | null>;
};

const backoff = { firstMs: 200, longestMs: 200 };
const maxTries = 40;

/** Another process is registering the subject for the first time: it has not set its mode yet, or was quicker. */
const isBeingRegistered = (cause: unknown): boolean => /!= NONE\)|already exists/.test(String(cause));

/** A connection to the schema registry; nothing is asked of it before the first codec. */
export function connectRegistry(options: RegistryOptions): Registry {
  const base = baseUrl(options.url);
  const client = new SchemaRegistry({
    host: base.url,
    clientId: options.clientId ?? 'live2vod',
    ...(base.login && { auth: base.login }),
  });

  async function register(topic: TopicId): Promise<number> {
    const contract = topics[topic];
    if (contract.value === 'bytes' || contract.compatibility === null) {
      throw new RegistryFault('NO_SCHEMA', `topic ${topic} holds raw bytes, it has no schema`);
    }
    const subject = `${topicName(options.prefix, topic)}-value`;
    const compatibility = COMPATIBILITY[contract.compatibility];
    const mode = contract.compatibility;
    const schema = avroSchema(contract.value) as never;
    const ask = async () => (await client.register(schema, { subject, compatibility })).id;
    const askInMode = async (tries: number) => {
      try {
        return await ask();
      } catch (cause) {
        if (tries > 1 || !isFormerMode(cause)) throw cause;
        await setMode(subject, mode);
        return await ask();
      }
    };
    try {
      const isRetryable = isBeingRegistered;
      return await retryWhileUnavailable(askInMode, { platform: systemPlatform, backoff, maxTries, isRetryable });
    } catch (cause) {
      throw cause instanceof RegistryFault ? cause : registerFault(subject, options.url, cause);
    }
  }

  /** A subject that an older release registered has the mode of then, which asked for less. */
  async function setMode(subject: string, compatibility: string): Promise<void> {
    const url = `${base.url}/config/${encodeURIComponent(subject)}`;
    const response = await systemPlatform
      .fetch(url, {
        method: 'PUT',
        headers: { ...base.headers, 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ compatibility }),
      })
      .catch((cause: unknown) => {
        throw registerFault(subject, options.url, cause);
      });
    if (!response.ok) throw registerFault(subject, options.url, new Error(`it answers ${response.status}`));
  }

  async function compatible(topic: TopicId): Promise<boolean | null> {
    const subject = `${topicName(options.prefix, topic)}-value`;
    const contract = topics[topic];
    if (contract.value === 'bytes')
      throw new RegistryFault('NO_SCHEMA', `topic ${topic} holds raw bytes, it has no schema`);
    const url = `${base.url}/compatibility/subjects/${encodeURIComponent(subject)}/versions`;
    const response = await systemPlatform
      .fetch(url, {
        method: 'POST',
        headers: { ...base.headers, 'content-type': 'application/vnd.schemaregistry.v1+json' },
        body: JSON.stringify({ schema: JSON.stringify(avroSchema(contract.value)) }),
      })
      .catch((cause: unknown) => {
        throw registerFault(subject, options.url, cause);
      });
    if (response.status === 404) return null;
    if (!response.ok) throw registerFault(subject, options.url, new Error(`it answers ${response.status}`));
    return ((await response.json()) as { is_compatible: boolean }).is_compatible;
  }

  return {
    register,
    compatible,
    async codec<T>(topic: TopicId): Promise<Codec<T>> {
      const id = await register(topic);
      const name = topics[topic].value as AvroSchemaName;
      const type = avsc.Type.forSchema(avroSchema(name) as avsc.Schema);
      const subject = `${topicName(options.prefix, topic)}-value`;
      return avroCodec<T>(
        subject,
        id,
        type,
        writerSchemas(options.url),
        systemClock,
        codings[name] as unknown as Coding<T>,
      );
    },
  };
}

const isFormerMode = (cause: unknown): boolean =>
  /Compatibility does not match the configuration \(FULL_TRANSITIVE != BACKWARD_TRANSITIVE\)/.test(String(cause));

function registerFault(subject: string, url: string, cause: unknown): RegistryFault {
  const status = typeof cause === 'object' && cause !== null && 'status' in cause ? Number(cause.status) : 0;
  if (status === 409 || status === 422) {
    return new RegistryFault(
      'SCHEMA_REFUSED',
      `the registry refuses the schema of ${subject} (${status}): it breaks the compatibility with registered versions; see ./live2vod schemas check`,
      { cause },
    );
  }
  const why = cause instanceof Error ? cause.message : String(cause);
  if (/Compatibility does not match/.test(why)) {
    return new RegistryFault(
      'COMPATIBILITY_MISMATCH',
      `subject ${subject} has another compatibility mode than its contract: ${why}`,
      { cause },
    );
  }
  return new RegistryFault(
    'REGISTRY_AWAY',
    `the schema registry at ${new URL(url).origin} (SCHEMA_REGISTRY_URL) doesn't answer for ${subject}: ${why.slice(0, 200)}`,
    {
      cause,
      retryable: true,
    },
  );
}
