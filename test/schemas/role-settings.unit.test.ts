import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  environmentOf,
  type RoleName,
  roleSettings,
  settingsOf,
  toolEnvironmentOf,
} from '../../schemas/role-settings.ts';
import { readSettings, settingTable } from '../../schemas/settings.ts';

const roles = Object.keys(roleSettings) as RoleName[];
const secrets = Object.entries(settingTable).flatMap(([name, setting]) => ('secret' in setting ? [name] : []));
const holdersOf = (name: string) => roles.filter((role) => (roleSettings[role] as readonly string[]).includes(name));

const users = {
  kafka: ['ingress', 'processor', 'jobs', 'sink', 'console', 'reconciler', 'mns'],
  cloud: ['jobs', 'console', 'reconciler', 'mns'],
  clickhouse: ['sink', 'console'],
};

/** Written down once more, by hand: the table is what is judged. */
const holders: Readonly<Record<string, readonly string[]>> = {
  KAFKA_SASL_PASSWORD: users.kafka,
  CLICKHOUSE_PASSWORD: users.clickhouse,
  VOD_CALLBACK_KEYS: ['ingress'],
  ALIBABA_CLOUD_ACCESS_KEY_ID: users.cloud,
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: users.cloud,
  ALIBABA_CLOUD_SECURITY_TOKEN: users.cloud,
  CONSOLE_TOKEN: ['console'],
  CONSOLE_READ_TOKEN: ['console'],
};

// Every child once inherited the whole environment of the command that started it, and held the whole file.
describe('a role is given what it uses', () => {
  test.each(secrets)('%s goes to whoever uses it, and to nobody else', (name) => {
    expect(new Set(holdersOf(name))).toEqual(new Set(holders[name]));
  });

  test('in its environment, whatever else stands there', () => {
    const foreign = { AWS_SECRET_ACCESS_KEY: 'x', NPM_TOKEN: 'x', NODE_AUTH_TOKEN: 'x', LIVE2VOD_TEST_STACK: 'x' };
    const given = { ...Object.fromEntries(Object.keys(settingTable).map((name) => [name, 'x'])), ...foreign };
    for (const role of roles)
      expect(new Set(Object.keys(environmentOf(role, given))), role).toEqual(new Set(roleSettings[role]));
  });

  test('and what its libraries read: the credential chain, the exporter, proxies, and the machine', () => {
    const given = {
      ...{ ALIBABA_CLOUD_ROLE_ARN: 'x', ALIBABA_CLOUD_OIDC_TOKEN_FILE: 'x', ALIBABA_CLOUD_CREDENTIALS_URI: 'x' },
      ...{ OTEL_EXPORTER_OTLP_HEADERS: 'x', OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x' },
      ...{ HTTPS_PROXY: 'http://user:x@proxy', https_proxy: 'http://user:x@proxy' },
      ...{ PATH: '/bin', HOME: '/', LANG: 'C', LC_ALL: 'C', TZ: 'UTC', NODE_OPTIONS: '--max-old-space-size=256' },
    };
    const holding = (name: string) => new Set(roles.filter((role) => name in environmentOf(role, given)));
    expect(holding('ALIBABA_CLOUD_ROLE_ARN')).toEqual(new Set(users.cloud));
    expect(holding('ALIBABA_CLOUD_CREDENTIALS_URI')).toEqual(new Set(users.cloud));
    expect(holding('OTEL_EXPORTER_OTLP_HEADERS')).toEqual(new Set(['ingress', 'jobs', 'mns', 'processor']));
    expect(holding('OTEL_EXPORTER_OTLP_TRACES_HEADERS')).toEqual(new Set(['ingress', 'jobs', 'mns', 'processor']));
    expect(holding('https_proxy').has('clickhouse')).toBe(false);
    for (const name of ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'NODE_OPTIONS'])
      expect(holding(name)).toEqual(new Set(roles));
  });

  test('in its memory, also of a file that names all', () => {
    const file = { CONSOLE_TOKEN: 'token', VOD_CALLBACK_KEYS: 'keys', CLICKHOUSE_PASSWORD: 'password' };
    const settings = readSettings({}, file);
    expect(JSON.stringify(settingsOf('processor', settings))).not.toMatch(/token|keys|password/);
    expect(settingsOf('console', settings)).toMatchObject({ CONSOLE_TOKEN: 'token', CLICKHOUSE_PASSWORD: 'password' });
    expect(settingsOf('console', settings)).not.toHaveProperty('VOD_CALLBACK_KEYS');
  });
});

test('linter, compiler and tests get no setting of the pipeline and no credential', () => {
  const given = { PATH: '/bin', LIVE2VOD_HOME: '/tmp', MAVEN_OPTS: 'x', OTEL_EXPORTER_OTLP_HEADERS: 'secret' };
  const secret = Object.fromEntries([...secrets, 'ALIBABA_CLOUD_ROLE_ARN'].map((name) => [name, 'secret']));
  expect(toolEnvironmentOf({ ...given, ...secret })).toEqual({
    PATH: '/bin',
    LIVE2VOD_HOME: '/tmp',
    MAVEN_OPTS: 'x',
  });
});

test('the installers that the wrapper runs get no secret: their prefixes are all left out there', () => {
  const wrapper = readFileSync(join(import.meta.dirname, '../../live2vod'), 'utf8');
  const prefixes = /\(\(([A-Z_|]+)\)_/.exec(wrapper)?.[1]?.split('|') ?? [];
  for (const name of [...secrets, 'OTEL_EXPORTER_OTLP_HEADERS'])
    expect(
      prefixes.some((prefix) => name.startsWith(`${prefix}_`)),
      name,
    ).toBe(true);
});
