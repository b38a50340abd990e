import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { XMLParser } from 'fast-xml-parser';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { demoPolicies } from '../../cli/demo/configuration.ts';
import { type RoleName, roleNames } from '../../cli/roles/context.ts';
import { readPolicies } from '../../schemas/policies.ts';
import { roleSettings } from '../../schemas/role-settings.ts';
import { readSettings, settingTable } from '../../schemas/settings.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

type Service = {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly configs?: readonly { readonly source: string; readonly target: string }[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, null>>;
  readonly configs: Readonly<Record<string, { readonly file: string }>>;
};

const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const ours = Object.entries(compose.services).filter(([, service]) => service.image === 'live2vod');

test('every role runs, but the embedded ClickHouse, for which there is a server', () => {
  const roles = ours.flatMap(([, { command }]) => (command?.[0] === 'run' ? [command[1]] : []));
  expect(new Set(roles)).toEqual(new Set(roleNames.filter((role) => role !== 'clickhouse')));
});

/** The values of `make-env.sh` and of the emulator's file, as `--env-file` twice gives them. */
const values: Readonly<Record<string, string | undefined>> = {
  ...parseEnv(madeEnv()),
  ...parseEnv(read('deploy/emulator.env')),
};

function madeEnv(): string {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-env-'));
  const file = join(folder, '.env');
  try {
    execFileSync('sh', [join(root, 'deploy/make-env.sh'), file], { stdio: 'ignore' });
    return readFileSync(file, 'utf8');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the roles are given settings that exist, with values that are accepted', () => {
  for (const [name, { environment = {} }] of ours) {
    const settings = Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [key, interpolate(String(value), values)]),
    );
    for (const key of Object.keys(settings)) expect(settingTable, `${name}: ${key}`).toHaveProperty(key);
    expect(() => readSettings(settings), name).not.toThrow();
  }
});

const secrets = Object.entries(settingTable).flatMap(([name, setting]) => ('secret' in setting ? [name] : []));
const roleOf = ({ command }: Service) => (command?.[0] === 'run' ? (command[1] as RoleName) : null);

// Every service was once given every secret.
test('each role is given what the table of roles says, all of its secrets, and no other setting', () => {
  for (const [name, service] of ours) {
    const role = roleOf(service);
    if (role === null) continue;
    const given = Object.keys(service.environment ?? {});
    const wanted: readonly string[] = roleSettings[role];
    expect(
      given.filter((key) => !wanted.includes(key)),
      name,
    ).toEqual([]);
    // The broker of this file asks for no login.
    const needed = wanted.filter((key) => secrets.includes(key) && key !== 'KAFKA_SASL_PASSWORD');
    expect(
      needed.filter((key) => !given.includes(key)),
      name,
    ).toEqual([]);
    for (const key of ['VOD_REGION', 'VOD_STORAGE_LOCATION', 'VOD_ENDPOINT', 'CLICKHOUSE_URL', 'SCHEMA_REGISTRY_URL'])
      if (wanted.includes(key)) expect(given, name).toContain(key);
  }
  // Of the others only the emulator, which stands for the cloud, knows the cloud's side of the keys.
  const other = ours.filter(([, service]) => roleOf(service) === null);
  for (const [name, { environment = {} }] of other)
    if (name !== 'emulator')
      expect(
        Object.keys(environment).filter((key) => secrets.includes(key)),
        name,
      ).toEqual([]);
});

// The ClickHouse password was "live2vod" wherever nobody had set one, and Grafana let anybody in.
test('no password, token or key has a default, and each is of one purpose', () => {
  const isSecret = (name: string) => /PASSWORD|TOKEN|SECRET|KEYS?$|KEY_ID/.test(name);
  const used = new Map<string, Set<string>>();
  for (const [service, { environment = {} }] of Object.entries(compose.services))
    for (const [name, value] of Object.entries(environment)) {
      if (!isSecret(name)) continue;
      const found = /^\$\{(\w+):([?-])(.*)\}$/.exec(String(value));
      // Unset it is empty, which opens nothing, or compose says what is missing.
      expect(found, `${service}: ${name}`).not.toBeNull();
      if (found?.[2] === '-') expect(found[3], `${service}: ${name}`).toBe('');
      else expect(found?.[3]?.length, `${service}: ${name}`).toBeGreaterThan(10);
      const source = found?.[1] ?? '';
      used.set(source, (used.get(source) ?? new Set()).add(service));
    }
  expect(used.get('CLICKHOUSE_WRITER_PASSWORD')).toEqual(new Set(['clickhouse', 'sink']));
  expect(used.get('CLICKHOUSE_READER_PASSWORD')).toEqual(new Set(['clickhouse', 'console']));
  expect(used.get('CLICKHOUSE_GRAFANA_PASSWORD')).toEqual(new Set(['clickhouse', 'grafana']));
  expect(compose.services.grafana?.environment?.GF_AUTH_ANONYMOUS_ENABLED).toBe('false');
  for (const value of Object.values(compose.services.clickhouse?.environment ?? {}))
    expect(() => interpolate(String(value), {})).toThrow(/make-env/);
});

test('made passwords are long, all different, and only their owner may read the file, which is never written over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'live2vod-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, '.env');
  const make = () => execFileSync('sh', [join(root, 'deploy/make-env.sh'), file], { stdio: 'ignore' });
  make();
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const before = readFileSync(file, 'utf8');
  const made = Object.values(parseEnv(before));
  expect(new Set(made).size).toBe(6);
  for (const value of made) expect(value).toMatch(/^[0-9a-f]{48}$/);
  make();
  expect(readFileSync(file, 'utf8')).toBe(before);
});

type ClickhouseUser = { password: { from_env: string }; profile: string; quota: string; grants: { query: string } };

test("ClickHouse's users may do what each is there for: one writes, two read within bounds", () => {
  const parser = new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '' });
  const { clickhouse } = parser.parse(read('deploy/clickhouse/users.xml')) as {
    clickhouse: {
      users: Record<string, ClickhouseUser>;
      profiles: Record<string, Record<string, unknown> & { constraints: Record<string, unknown> }>;
      quotas: Record<string, { interval: Record<string, number> }>;
    };
  };
  const { users, profiles, quotas } = clickhouse;
  expect(Object.entries(users).map(([name, user]) => [name, user.password.from_env, user.grants.query])).toEqual([
    ['live2vod_writer', 'CLICKHOUSE_WRITER_PASSWORD', 'GRANT ALL ON live2vod.*'],
    ['live2vod_reader', 'CLICKHOUSE_READER_PASSWORD', 'GRANT SELECT ON live2vod.*'],
    ['live2vod_grafana', 'CLICKHOUSE_GRAFANA_PASSWORD', 'GRANT SELECT ON live2vod.*'],
  ]);
  for (const name of ['live2vod_reader', 'live2vod_grafana']) {
    const { profile = '', quota = '' } = users[name] ?? {};
    const { readonly: level, constraints, ...bounds } = profiles[profile] ?? { constraints: {} };
    expect(level, name).toBe(2);
    expect(Object.keys(bounds)).toEqual(
      expect.arrayContaining(['max_execution_time', 'max_memory_usage', 'max_result_rows']),
    );
    // A bound that a query could lift by its own settings would be none.
    expect(Object.keys(constraints).toSorted((a, b) => a.localeCompare(b))).toEqual(
      Object.keys(bounds).toSorted((a, b) => a.localeCompare(b)),
    );
    expect(quotas[quota]?.interval).toMatchObject({ duration: 60, execution_time: expect.any(Number) });
  }
  expect(compose.services.clickhouse?.environment).toEqual({
    ...Object.fromEntries(
      Object.values(users).map(({ password: { from_env } }) => [from_env, expect.stringContaining(`\${${from_env}:?`)]),
    ),
  });
  expect(compose.services.sink?.environment?.CLICKHOUSE_USER).toBe('live2vod_writer');
  expect(compose.services.console?.environment?.CLICKHOUSE_USER).toBe('live2vod_reader');
  expect(read('deploy/grafana/datasources/live2vod.yml')).toContain('username: live2vod_grafana');
});

test('images are named by exact versions, and pinned by digest with what the registries say', () => {
  const others = Object.values(compose.services).filter(({ image }) => image !== 'live2vod');
  const images = [...others.map(({ image }) => image), /^ARG NODE_IMAGE=(.+)$/m.exec(read('Dockerfile'))?.[1] ?? ''];
  for (const image of images) expect(image).toMatch(/:v?\d+\.\d+\.\d+/);
  expect(read('Dockerfile').match(/^FROM .*$/gm)).toEqual([
    expect.stringMatching(/^FROM \$\{NODE_IMAGE\} AS build$/),
    expect.stringMatching(/^FROM \$\{NODE_IMAGE\}$/),
  ]);

  const folder = mkdtempSync(join(tmpdir(), 'live2vod-pin-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const file of ['docker-compose.yml', 'Dockerfile', 'deploy/pin-images.sh'])
    cpSync(join(root, file), join(folder, file), { recursive: true });
  const docker = (digest: string) =>
    writeFileSync(
      join(folder, 'docker'),
      `#!/bin/sh\n[ "$1 $2 $3" = 'buildx imagetools inspect' ] && echo '${digest}'\n`,
      {
        mode: 0o755,
      },
    );
  const pin = (...args: string[]) =>
    spawnSync('sh', [join(folder, 'deploy/pin-images.sh'), ...args], {
      env: { PATH: `${folder}:${process.env.PATH}` },
      encoding: 'utf8',
    }).status;
  const digest = `sha256:${'a'.repeat(64)}`;
  docker(digest);
  expect(pin()).toBe(0);
  const { services } = parse(readFileSync(join(folder, 'deploy/images.lock.yml'), 'utf8')) as Compose;
  expect(Object.keys(services)).toEqual(Object.keys(compose.services));
  for (const [name, service] of Object.entries(services)) {
    const image = compose.services[name]?.image ?? '';
    if (image === 'live2vod')
      expect(service, name).toEqual({ build: { args: { NODE_IMAGE: `${images.at(-1)}@${digest}` } } });
    else expect(service, name).toEqual({ image: `${image}@${digest}` });
  }
  expect(pin('--check')).toBe(0);
  docker(`sha256:${'b'.repeat(64)}`);
  expect(pin('--check')).toBe(1);
  docker('no such manifest');
  expect(pin()).toBe(1);
  expect(readFileSync(join(folder, 'deploy/images.lock.yml'), 'utf8')).toContain(digest);
});

test('only the callback port is published to other machines, and in the emulated set-up not even that', () => {
  const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => [name, interpolate(port, {})] as const),
  );
  for (const [name, port] of published)
    if (name === 'ingress') expect(port).toBe('8081:8081');
    else expect(port, name).toMatch(/^127\.0\.0\.1:/);
  expect(interpolate(compose.services.ingress?.ports?.[0] ?? '', values)).toBe('127.0.0.1:8081:8081');
  expect(compose.services.registry?.ports).toBeUndefined();
});

test("the emulator's file sets nothing that compose doesn't pass on", () => {
  const passedOn = read('docker-compose.yml').matchAll(/\$\{(\w+)/g);
  const names = new Set(Array.from(passedOn, (match) => match[1]));
  for (const key of Object.keys(values)) expect(names).toContain(key);
});

test("the roles get policies from the host: none by default, with the emulator the demo's", () => {
  // The working folder of the image, where the command looks for its file.
  for (const [name, { configs }] of ours)
    expect(configs, name).toEqual([{ source: 'live2vod', target: '/app/live2vod.yaml' }]);
  const file = (values: Readonly<Record<string, string | undefined>>) =>
    parse(read(interpolate(compose.configs.live2vod?.file ?? '', values))) as { policies: unknown };
  expect(readPolicies(file({}).policies)).toEqual({ ok: true, rules: [] });
  expect(file(parseEnv(read('deploy/emulator.env')))).toEqual({ policies: demoPolicies() });
});

test('what services name is there: volumes, files, other services', () => {
  for (const [name, { volumes = [], depends_on = {} }] of Object.entries(compose.services)) {
    for (const volume of volumes) {
      const source = volume.split(':')[0] ?? '';
      if (source.startsWith('./')) expect(existsSync(join(root, source)), `${name}: ${source}`).toBe(true);
      else expect(compose.volumes, name).toHaveProperty(source);
    }
    for (const other of Object.keys(depends_on)) expect(compose.services, name).toHaveProperty(other);
  }
});

test('Prometheus scrapes every role at the port where it serves metrics', () => {
  const { scrape_configs } = parse(read('deploy/prometheus.yml')) as {
    scrape_configs: { static_configs: { targets: string[] }[] }[];
  };
  const targets = scrape_configs.flatMap((job) => job.static_configs.flatMap((config) => config.targets));
  const expected = roleNames.filter((role) => role !== 'clickhouse').map((role) => `${role}:9100`);
  expect(new Set(targets)).toEqual(new Set(expected));
});

/** Compose's `${NAME}`, `${NAME:-default}` and `${NAME:?message}`. */
function interpolate(text: string, values: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_all, name: string, kind?: string, rest?: string) => {
    const value = values[name];
    if (value) return value;
    if (kind === '?') throw new Error(`${name} is needed: ${rest}`);
    return rest ?? '';
  });
}
