/**
 * Which settings each role is given: what it uses, and nothing else, so that a role that is taken over gives away no
 * more than it holds. A role that reads a setting which its list lacks doesn't compile; `up` starts its roles by this
 * table, and a test holds docker-compose.yml against it.
 */
import { withoutServiceVariables } from './service-variables.ts';
import { type SettingName, type Settings, settingTable } from './settings.ts';

/** What every role uses. */
const process = [
  'LIVE2VOD_HOME',
  'LIVE2VOD_INSTANCE',
  'LIVE2VOD_TOPIC_PREFIX',
  'LIVE2VOD_BIND',
  'LOG_LEVEL',
  'METRICS_BIND',
  'METRICS_PORT',
] as const;

export const kafkaSettings = [
  'KAFKA_BROKERS',
  'KAFKA_PORT',
  'KAFKA_SECURITY_PROTOCOL',
  'KAFKA_SASL_MECHANISM',
  'KAFKA_SASL_USERNAME',
  'KAFKA_SASL_PASSWORD',
  'KAFKA_SSL_CA_FILE',
  'KAFKA_SSL_CERT_FILE',
  'KAFKA_SSL_KEY_FILE',
] as const;

export const registrySettings = ['SCHEMA_REGISTRY_URL', 'REGISTRY_PORT'] as const;

export const clickhouseSettings = [
  'CLICKHOUSE_URL',
  'CLICKHOUSE_USER',
  'CLICKHOUSE_PASSWORD',
  'CLICKHOUSE_DATABASE',
  'CLICKHOUSE_PORT',
] as const;

export const credentialSettings = [
  'ALIBABA_CLOUD_ACCESS_KEY_ID',
  'ALIBABA_CLOUD_ACCESS_KEY_SECRET',
  'ALIBABA_CLOUD_SECURITY_TOKEN',
] as const;

export const cloudSettings = [
  'VOD_REGION',
  'VOD_ENDPOINT',
  'VOD_REGION_ENDPOINTS',
  'LIVE_ENDPOINT',
  ...credentialSettings,
] as const;

export const tracingSettings = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'OTEL_TRACES_SAMPLER_ARG'] as const;

export const roleSettings = {
  ingress: [
    ...process,
    ...kafkaSettings,
    ...tracingSettings,
    'INGRESS_BIND',
    'INGRESS_PORT',
    'INGRESS_REUSE_PORT',
    'INGRESS_SPOOL_MB',
    'INGRESS_LAME_DUCK_SECONDS',
    'INGRESS_PROCESSES',
    'VOD_CALLBACK_URL',
    'VOD_CALLBACK_KEYS',
    'VOD_CALLBACK_AUTH',
    'VOD_REGION',
  ],
  processor: [
    ...process,
    ...kafkaSettings,
    ...registrySettings,
    ...tracingSettings,
    'KAFKA_SESSION_TIMEOUT_MS',
    'TIMER_HOLD_SECONDS',
    'PROCESSOR_PROCESSES',
    'LIVE2VOD_PARTITIONS',
  ],
  jobs: [
    ...process,
    ...kafkaSettings,
    ...registrySettings,
    ...cloudSettings,
    ...tracingSettings,
    'VOD_STORAGE_LOCATION',
    'VOD_REGION_STORAGE_LOCATIONS',
    'VOD_SUBMISSIONS_PER_SECOND',
    'COMPOSE_SEARCH_SECONDS',
  ],
  sink: [
    ...process,
    ...kafkaSettings,
    ...registrySettings,
    ...clickhouseSettings,
    'SINK_PROCESSES',
    'LIVE2VOD_PARTITIONS',
  ],
  console: [
    ...process,
    ...kafkaSettings,
    ...registrySettings,
    ...clickhouseSettings,
    'CONSOLE_BIND',
    'CONSOLE_PORT',
    'CONSOLE_TOKEN',
    'CONSOLE_READ_TOKEN',
    'CONSOLE_HOSTS',
    'CONSOLE_READERS_PER_ADDRESS',
    'CONSOLE_TRUSTED_PROXIES',
    'CONSOLE_PLAY_SECONDS',
    'CONSOLE_PLAYS_PER_SECOND',
    ...cloudSettings,
  ],
  reconciler: [...process, ...kafkaSettings, ...registrySettings, ...cloudSettings, 'RECONCILER_LOOKBACK_HOURS'],
  clickhouse: [...process, 'CLICKHOUSE_PORT'],
  mns: [...process, ...kafkaSettings, ...credentialSettings, ...tracingSettings],
} as const satisfies Record<string, readonly SettingName[]>;

export type RoleName = keyof typeof roleSettings;

/** What any role may look at, whichever it is. */
export type AnyRoleSettings = Pick<Settings, (typeof process)[number]> &
  Partial<Pick<Settings, (typeof tracingSettings)[number]>>;

/** The settings that a role is given. */
export type SettingsOf<R extends RoleName> = AnyRoleSettings & Pick<Settings, (typeof roleSettings)[R][number]>;

/** Of all settings those that the role is given. */
export function settingsOf<R extends RoleName>(role: R, settings: Settings): SettingsOf<R> {
  const names: readonly SettingName[] = roleSettings[role];
  return Object.fromEntries(names.map((name) => [name, settings[name]])) as SettingsOf<R>;
}

/** What every Node process of ours may need of its machine. Nothing here is secret. */
const machineVariables = [
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'LANG',
  'LANGUAGE',
  'TZ',
  'TMPDIR',
  'LD_LIBRARY_PATH',
  'LD_PRELOAD',
  'GLIBC_TUNABLES',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'NODE_ENV',
  'NODE_OPTIONS',
  'NODE_EXTRA_CA_CERTS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_USE_ENV_PROXY',
  'NODE_USE_SYSTEM_CA',
  'NODE_V8_COVERAGE',
  'UV_THREADPOOL_SIZE',
  'LIVE2VOD_CONFIG',
];
const machinePrefixes = ['LC_', 'MALLOC_'];

/** A proxy's URL may hold a password, so only roles that speak HTTP to others get it. */
const proxyVariables = ['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'];

/** What the cloud's own credential chain and the trace exporter read besides our settings; both may be secret. */
const chainPrefix = 'ALIBABA_CLOUD_';
const exporterPrefix = 'OTEL_';

/** Of an environment what the role is given: its settings, and what its libraries read. */
export function environmentOf(
  role: RoleName,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const names: readonly string[] = roleSettings[role];
  const calls = ['SCHEMA_REGISTRY_URL', 'CLICKHOUSE_URL', 'ALIBABA_CLOUD_ACCESS_KEY_ID', tracingSettings[0]];
  const speaksHttp = calls.some((name) => names.includes(name));
  const wanted = (name: string) => {
    if (name in settingTable) return names.includes(name);
    if (name.startsWith(chainPrefix)) return names.includes('ALIBABA_CLOUD_ACCESS_KEY_ID');
    if (name.startsWith(exporterPrefix)) return names.includes(tracingSettings[0]);
    if (proxyVariables.includes(name.toLowerCase())) return speaksHttp;
    return machineVariables.includes(name) || machinePrefixes.some((prefix) => name.startsWith(prefix));
  };
  return onlyGiven(environment, wanted);
}

/**
 * Of an environment what a tool of this repository gets (linter, compiler, tests): everything but the pipeline's
 * settings and credentials, which none of them uses.
 */
export function toolEnvironmentOf(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept = ['LIVE2VOD_HOME', 'LOG_LEVEL'];
  return onlyGiven(
    environment,
    (name) =>
      kept.includes(name) || !(name in settingTable || name.startsWith(chainPrefix) || name.startsWith(exporterPrefix)),
  );
}

function onlyGiven(
  environment: Readonly<Record<string, string | undefined>>,
  wanted: (name: string) => boolean,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(withoutServiceVariables(environment)).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0]),
    ),
  );
}
