/**
 * Every setting: its name (environment, or the same key in `live2vod.yaml`), what is accepted, its default.
 * `readSettings` validates them all at once; the first thing that is wrong stops the start with one line.
 */
import { z } from 'zod';
import { brokerAddresses, isAddressRange, isLoopback, listenAddress } from './address.ts';
import { hasControlCharacter } from './bounds.ts';
import { readPerRegion } from './region.ts';
import { isServiceVariable, withoutServiceVariables } from './service-variables.ts';
import { shown } from './shown.ts';

type Setting = {
  readonly doc: string;
  /** What is accepted, in words, for error messages and the documentation. */
  readonly accepts: string;
  readonly schema: z.ZodType;
  readonly secret?: true;
  /** The setting whose value this one takes where it isn't set itself. */
  readonly follows?: string;
};

const optionalText = (accepts = 'text') => ({ accepts, schema: z.string().min(1).optional() });
const port = (value: number, last = 65535) => ({
  accepts: `a port, 1 to ${last} (default ${value})`,
  schema: z.coerce.number().int().min(1).max(last).default(value),
});
/** Where a server listens; LIVE2VOD_BIND, which names a loopback address, says so for all that don't say themselves. */
const bind = {
  accepts: 'an IPv4 or IPv6 address, or localhost (default 127.0.0.1)',
  schema: z
    .string()
    .transform((text, context) => {
      const address = listenAddress(text);
      if (address === null) context.addIssue({ code: 'custom', message: 'no address' });
      return address ?? '';
    })
    .default('127.0.0.1'),
  follows: 'LIVE2VOD_BIND',
} as const;
/** What no header can carry at its ends, or at all, would be a token that never matches. */
const token = {
  accepts: 'printable ASCII, without spaces at its ends',
  schema: z
    .string()
    .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/)
    .optional(),
} as const;
const list = (each: (part: string) => boolean) =>
  z
    .string()
    .refine((text) => text.split(',').every(each))
    .optional();
const perRegion = (value: (text: string) => boolean) =>
  z
    .string()
    .refine((text) => {
      const values = readPerRegion(text);
      return values !== null && [...values.values()].every(value);
    })
    .optional();
const url = (accepts: string) => ({
  accepts: `${accepts}, without spaces and quotation marks`,
  // What ends a URL within a text would end it too soon where its password is taken out of a message.
  schema: z
    .url({ protocol: /^https?$/ })
    .regex(/^[^\s"`<>\\]+$/)
    .optional(),
});
const file = { accepts: 'a PEM file; ~/ is the home folder', schema: z.string().min(1).optional() };
/** Processes of one role under one supervisor. More than there is work for only take memory. */
const mostProcesses = 64;
const processes = {
  accepts: `auto | 1 to ${mostProcesses} (default 1)`,
  schema: z.union([z.literal('auto'), z.coerce.number().int().min(1).max(mostProcesses)]).default(1),
} as const;
const choice = <const T extends readonly [string, ...string[]]>(values: T, fallback: T[number]) => ({
  accepts: `${values.join(' | ')} (default ${fallback})`,
  schema: z.enum(values).default(fallback as never),
});

export const settingTable = {
  LIVE2VOD_HOME: {
    doc: 'Folder of jars, data and state.',
    accepts: 'a folder, without control characters; ~/ is the home folder (default .live2vod)',
    schema: z
      .string()
      .min(1)
      .refine((path) => !hasControlCharacter(path))
      .default('.live2vod'),
  },
  LIVE2VOD_TOPIC_PREFIX: {
    doc: 'Put before every topic, group and transactional id.',
    accepts: 'letters, digits, dot, dash, underscore (default live2vod.)',
    schema: z
      .string()
      .regex(/^[A-Za-z0-9._-]{0,100}$/)
      .default('live2vod.'),
  },
  LIVE2VOD_INSTANCE: {
    doc: 'Name of this instance of a role: names its state folder, group member and transactional id. Two of one role need two names: on one host, set it for the second.',
    accepts:
      "letters, digits, dash, underscore; no end of `_p` and a number, as further processes have (default: the host's name)",
    schema: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,100}$/)
      // `cli/instance.ts` puts the host's name here.
      .default('0'),
  },
  LIVE2VOD_PARTITIONS: {
    doc: 'Partitions of the topics that are created.',
    accepts: '1 to 1000 (default 6)',
    schema: z.coerce.number().int().min(1).max(1000).default(6),
  },
  LIVE2VOD_REPLICATION: {
    doc: 'Replication factor of the topics that are created.',
    accepts: '1 to 15 (default 1)',
    schema: z.coerce.number().int().min(1).max(15).default(1),
  },
  LIVE2VOD_BIND: {
    doc: 'Loopback address of every server that has no setting of its own for it, or where that is unset. The embedded Kafka, registry and ClickHouse stay on 127.0.0.1.',
    accepts:
      'a loopback address (default 127.0.0.1); INGRESS_BIND, CONSOLE_BIND and METRICS_BIND open a server to other machines, each its own',
    schema: z
      .string()
      .transform((text, context) => {
        const address = listenAddress(text);
        if (address === null || !isLoopback(address)) context.addIssue({ code: 'custom', message: 'no loopback' });
        return address ?? '';
      })
      .default('127.0.0.1'),
  },
  LOG_LEVEL: {
    doc: 'Least severe level that is logged.',
    ...choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info'),
  },
  KAFKA_BROKERS: {
    doc: 'Brokers to use; unset: the embedded broker.',
    accepts: 'host:port, comma separated; an IPv6 address in brackets',
    schema: z
      .string()
      .refine((text) => brokerAddresses(text) !== null)
      .optional(),
  },
  KAFKA_SESSION_TIMEOUT_MS: {
    doc: 'A processor that the group does not hear of for so long loses its partitions to the others. Shorter takes over sooner, longer forgives pauses; the broker bounds it (`group.min.session.timeout.ms`).',
    accepts: '500 to 300000 (default 10000)',
    schema: z.coerce.number().int().min(500).max(300_000).default(10_000),
  },
  KAFKA_SECURITY_PROTOCOL: {
    doc: 'How clients connect to the brokers.',
    ...choice(['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl'], 'plaintext'),
  },
  KAFKA_SASL_MECHANISM: {
    doc: 'With a sasl protocol.',
    ...choice(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], 'PLAIN'),
  },
  KAFKA_SASL_USERNAME: { doc: 'With a sasl protocol.', ...optionalText() },
  KAFKA_SASL_PASSWORD: { doc: 'With a sasl protocol.', ...optionalText(), secret: true },
  KAFKA_SSL_CA_FILE: { doc: 'Certificates of the authorities to trust.', ...file },
  KAFKA_SSL_CERT_FILE: { doc: 'Client certificate.', ...file },
  KAFKA_SSL_KEY_FILE: { doc: 'Key of the client certificate.', ...file },
  SCHEMA_REGISTRY_URL: {
    doc: 'Base of the Confluent API, path included; unset: the embedded registry.',
    ...url('an http(s) URL'),
  },
  CLICKHOUSE_URL: { doc: 'ClickHouse server; unset: the embedded one.', ...url('an http(s) URL') },
  CLICKHOUSE_USER: { doc: 'User at that server.', ...optionalText() },
  CLICKHOUSE_PASSWORD: { doc: 'Password at that server.', ...optionalText(), secret: true },
  CLICKHOUSE_DATABASE: {
    doc: 'Database of the tables.',
    accepts: 'a name (default live2vod)',
    schema: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,60}$/)
      .default('live2vod'),
  },
  INGRESS_BIND: {
    doc: 'Address that callbacks are taken on. What is served there needs a signature, but for the plain health.',
    ...bind,
  },
  INGRESS_PORT: { doc: 'Where callbacks arrive.', ...port(8081) },
  INGRESS_REUSE_PORT: {
    doc: 'Lets a new ingress listen on the port before the old one stops, for a deploy without a gap (Linux).',
    ...choice(['off', 'on'], 'off'),
  },
  INGRESS_SPOOL_MB: {
    doc: 'Room on disk for callbacks while Kafka is away, in MiB; when it is used up callbacks are refused.',
    accepts: '1 to 1000000 (default 256)',
    schema: z.coerce.number().int().min(1).max(1_000_000).default(256),
  },
  INGRESS_LAME_DUCK_SECONDS: {
    doc: 'How long the ingress goes on serving after SIGTERM while it says that it is not ready. Under `up`, which kills a role after 20 s, at most 6.',
    accepts: '0 to 600 (default 5)',
    schema: z.coerce.number().int().min(0).max(600).default(5),
  },
  INGRESS_PROCESSES: {
    doc: 'Processes of `run ingress`, which share its port (Linux), each with a spool and rate limits of its own. `auto`: one per core.',
    ...processes,
  },
  PROCESSOR_PROCESSES: {
    doc: 'Processes of `run processor`, each a member of the group with stores of its own. `auto`: one per core, at most LIVE2VOD_PARTITIONS. They share out the partitions, so more of them than partitions do nothing.',
    ...processes,
  },
  SINK_PROCESSES: {
    doc: 'Processes of `run sink`, each a member of the group. `auto`: as PROCESSOR_PROCESSES.',
    ...processes,
  },
  TIMER_HOLD_SECONDS: {
    doc: 'How long no session ends by time after the processor started, after Kafka was away, and after a callback that had waited in a spool meanwhile: what the ingresses kept has to come first. 0: a session may end before them.',
    accepts: '0 to 3600 (default 30)',
    schema: z.coerce.number().int().min(0).max(3600).default(30),
  },
  CONSOLE_BIND: {
    doc: 'Address that page and query API are served on. Not a loopback address: only with CONSOLE_READ_TOKEN or CONSOLE_TOKEN.',
    ...bind,
  },
  CONSOLE_PORT: { doc: 'Page and query API.', ...port(8080) },
  KAFKA_PORT: {
    doc: 'Embedded broker (its controller listens on the next port).',
    ...port(9092, 65534),
    accepts: 'a port, 1 to 65534, as its controller listens on the next one (default 9092)',
  },
  REGISTRY_PORT: { doc: 'Embedded schema registry.', ...port(8085) },
  CLICKHOUSE_PORT: { doc: 'Embedded ClickHouse.', ...port(8123) },
  EMULATOR_PORT: { doc: 'Emulated cloud.', ...port(8090) },
  METRICS_BIND: {
    doc: 'Address that metrics, and health with its details, are served on, to whoever reaches it.',
    ...bind,
  },
  METRICS_PORT: {
    doc: 'Where a role serves /metrics, /healthz and /readyz with details. Under `up` each role has its own, counted from it (docs/metrics.md).',
    accepts: 'a port, 1 to 65500; unset: 9464 and up, each where it is free',
    schema: z.coerce.number().int().min(1).max(65500).optional(),
  },
  VOD_CALLBACK_URL: {
    doc: 'The callback URL as configured at the cloud: it is what is signed.',
    ...url('an http(s) URL'),
  },
  VOD_CALLBACK_KEYS: {
    doc: 'Callback keys, all accepted (rotation).',
    accepts: 'keys, comma separated without spaces, at most 32 characters each',
    schema: z
      .string()
      .regex(/^[^,\s]{1,32}(,[^,\s]{1,32})*$/)
      .optional(),
    secret: true,
  },
  VOD_CALLBACK_AUTH: { doc: 'Whether the signature of a callback is checked.', ...choice(['on', 'off'], 'on') },
  VOD_REGION: {
    doc: 'Home region: of callbacks whose endpoint or queue names no other, and of videos that no callback told of.',
    accepts: 'a region id (default cn-shanghai)',
    schema: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default('cn-shanghai'),
  },
  VOD_ENDPOINT: { doc: 'VOD API of the home region; unset: the public one.', ...url('an http(s) URL') },
  VOD_REGION_ENDPOINTS: {
    doc: 'VOD API of other regions, where it is not the public one (https://vod.REGION.aliyuncs.com).',
    accepts: 'region=URL, comma separated',
    schema: perRegion((value) => url('').schema.safeParse(value).success),
  },
  LIVE_ENDPOINT: { doc: 'Live API; unset: the public one.', ...url('an http(s) URL') },
  ALIBABA_CLOUD_ACCESS_KEY_ID: { doc: 'Credentials of the cloud APIs.', ...optionalText(), secret: true },
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: { doc: 'Credentials of the cloud APIs.', ...optionalText(), secret: true },
  ALIBABA_CLOUD_SECURITY_TOKEN: { doc: 'Token of temporary credentials.', ...optionalText(), secret: true },
  VOD_STORAGE_LOCATION: {
    doc: 'Bucket that composed videos of the home region go to (`compose: pipeline`); the cloud requires one outside Shanghai.',
    ...optionalText('a storage location of the VOD account'),
  },
  VOD_REGION_STORAGE_LOCATIONS: {
    doc: 'The same for other regions.',
    accepts: 'region=storage location, comma separated',
    schema: perRegion(() => true),
  },
  VOD_SUBMISSIONS_PER_SECOND: {
    doc: "Jobs that one `jobs` role starts a second at most. The limit is the account's (30 as documented) and the roles don't know of one another: with several give each its part.",
    accepts: 'a number from 0.1 to 1000 (default 25)',
    schema: z.coerce.number().min(0.1).max(1000).default(25),
  },
  COMPOSE_SEARCH_SECONDS: {
    doc: "How long the cloud's media library is searched for the product of a composition that may have been ordered already, before it is ordered anew or left to a person. Shorter than the library needs to list a product: composed twice.",
    accepts: '1 to 3600 (default 120)',
    schema: z.coerce.number().int().min(1).max(3600).default(120),
  },
  RECONCILER_LOOKBACK_HOURS: {
    doc: 'How far back the reconciler lists recordings. Raise it once after the pipeline was away for longer; a sweep then takes longer too.',
    accepts: '1 to 8760 (default 24)',
    schema: z.coerce.number().int().min(1).max(8760).default(24),
  },
  OTEL_EXPORTER_OTLP_ENDPOINT: {
    doc: 'Collector that traces go to, by OTLP over HTTP; unset: no tracing.',
    ...url('an http(s) URL'),
  },
  OTEL_TRACES_SAMPLER_ARG: {
    doc: 'Part of the callbacks that are traced.',
    accepts: 'a number from 0 to 1 (default 1)',
    schema: z.coerce.number().min(0).max(1).default(1),
  },
  CONSOLE_TOKEN: {
    doc: 'Bearer token for whatever changes something at the console, which reads with it too; unset: nothing can be changed there.',
    ...token,
    secret: true,
  },
  CONSOLE_READ_TOKEN: {
    doc: 'Bearer token for reading at the console; unset: on a loopback address reading needs none, elsewhere CONSOLE_TOKEN.',
    ...token,
    secret: true,
  },
  CONSOLE_HOSTS: {
    doc: 'Names under which the console is reached besides loopback names and its own address: others are refused, as they may be a foreign page.',
    accepts: 'host names without port, comma separated',
    schema: list((name) => /^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252})$/.test(name) || listenAddress(name) !== null),
  },
  CONSOLE_READERS_PER_ADDRESS: {
    doc: 'Readers of live events that one address may have, of 500 in all. Behind a proxy all come from its address: see CONSOLE_TRUSTED_PROXIES.',
    accepts: '1 to 500 (default 20)',
    schema: z.coerce.number().int().min(1).max(500).default(20),
  },
  CONSOLE_PLAY_SECONDS: {
    doc: 'For how long the play addresses are good that the console gives; it acts where URL signing is on at the cloud. Shorter: a long video has to be asked for again while it is watched.',
    accepts: '60 to 129600 (default 3600)',
    schema: z.coerce.number().int().min(60).max(129_600).default(3600),
  },
  CONSOLE_PLAYS_PER_SECOND: {
    doc: "How often a second one console asks the cloud for play addresses at most. The limit is the account's (300 as documented), which your own players share.",
    accepts: 'a number from 0.1 to 1000 (default 10)',
    schema: z.coerce.number().min(0.1).max(1000).default(10),
  },
  CONSOLE_TRUSTED_PROXIES: {
    doc: 'Proxies whose `X-Forwarded-For` the console believes; unset: none.',
    accepts: 'addresses and ranges (10.0.0.0/8), comma separated',
    schema: list(isAddressRange),
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof settingTable;
export type Settings = { readonly [K in SettingName]: z.output<(typeof settingTable)[K]['schema']> };

/** A setting that stops the start: names the key and what is accepted, never a secret's value. */
export class SettingFault extends Error {
  readonly code = 'BAD_SETTING';
  readonly setting: string;

  constructor(setting: string, message: string) {
    super(message);
    this.name = 'SettingFault';
    this.setting = setting;
  }
}

/** Where a value of the file stands, for messages: the file's name, and the line of a setting where it is known. */
export type FilePlace = { readonly name: string; readonly lineOf: (setting: string) => number | null };

const nowhereKnown: FilePlace = { name: 'live2vod.yaml', lineOf: () => null };

/**
 * Settings from the environment and the `live2vod.yaml` object (without `policies`); the environment wins, an empty
 * value counts as unset in both. Variables of services and container links count as not there.
 * @throws SettingFault one line naming the key, what is wrong and what is accepted
 */
export function readSettings(
  variables: Readonly<Record<string, string | undefined>>,
  file: Readonly<Record<string, unknown>> = {},
  place: FilePlace = nowhereKnown,
): Settings {
  const environment = withoutServiceVariables(variables);
  const known = Object.keys(settingTable) as SettingName[];
  const inFile = (key: string) => {
    const line = place.lineOf(key);
    return line === null ? place.name : `${place.name}:${line}`;
  };
  for (const key of Object.keys(file)) {
    if (!known.includes(key as SettingName)) {
      throw new SettingFault(
        key,
        `${inFile(key)}: unknown key ${key}; accepted are policies, recording, callbacks and ${known.join(', ')}`,
      );
    }
  }
  for (const key of Object.keys(environment)) {
    if (key.startsWith('LIVE2VOD_') && !known.includes(key as SettingName) && !otherVariables.has(key)) {
      throw new SettingFault(
        key,
        `environment: unknown setting ${key}; accepted are ${known.filter((name) => name.startsWith('LIVE2VOD_')).join(', ')}`,
      );
    }
  }
  const values: Record<string, unknown> = {};
  for (const name of known) {
    const setting: Setting = settingTable[name];
    const fromEnvironment = environment[name] || undefined;
    const fromFile = file[name] === '' ? undefined : file[name];
    const given = fromEnvironment ?? fromFile ?? (setting.follows === undefined ? undefined : values[setting.follows]);
    const parsed = setting.schema.safeParse(
      typeof given === 'number' || typeof given === 'boolean' ? String(given) : (given ?? undefined),
    );
    if (!parsed.success) {
      const where = fromEnvironment === undefined ? inFile(name) : 'environment';
      throw new SettingFault(
        name,
        `${where}: ${name}: ${shownValue(setting, given)} is not accepted; accepted: ${setting.accepts}`,
      );
    }
    values[name] = parsed.data;
  }
  return values as Settings;
}

/** A text with what may be a password before a host, or a secret in a query, isn't shown where it can't be read as a URL. */
function shownValue(setting: Setting, given: unknown): string {
  const text = typeof given === 'string' ? shown(given) : JSON.stringify(given);
  return setting.secret || /[@?#]/.test(text) ? 'the given value' : JSON.stringify(given);
}

/** Variables of an environment that look like settings and are of a service or a container link: they are ignored. */
export function ignoredVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.keys(environment).filter(
    (name) => (name in settingTable || name.startsWith('LIVE2VOD_')) && isServiceVariable(name, environment),
  );
}

/** Variables with our prefix that aren't settings of the pipeline. */
const otherVariables = new Set([
  'LIVE2VOD_CONFIG',
  'LIVE2VOD_TEST_STACK',
  'LIVE2VOD_PROPERTY_RUNS',
  'LIVE2VOD_PROPERTY_SEED',
  'LIVE2VOD_CHAOS_SECONDS',
  'LIVE2VOD_CHAOS_SEEDS',
]);
