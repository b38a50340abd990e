import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { demoPolicies } from '../../cli/demo/configuration.ts';
import { roleNames } from '../../cli/roles/context.ts';
import { readPolicies } from '../../schemas/policies.ts';
import { readSettings, settingTable } from '../../schemas/settings.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

type Service = {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string | number>>;
  readonly volumes?: readonly string[];
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

test('the roles are given settings that exist, with values that are accepted', () => {
  const emulator = parseEnv(read('deploy/emulator.env'));
  for (const [name, { environment = {} }] of ours) {
    const settings = Object.fromEntries(
      Object.entries(environment).map(([key, value]) => [key, interpolate(String(value), emulator)]),
    );
    for (const key of Object.keys(settings)) expect(settingTable, `${name}: ${key}`).toHaveProperty(key);
    expect(() => readSettings(settings), name).not.toThrow();
  }
});

test("the emulator's file sets nothing that compose doesn't pass on", () => {
  const passedOn = read('docker-compose.yml').matchAll(/\$\{(\w+)/g);
  const names = new Set(Array.from(passedOn, (match) => match[1]));
  for (const key of Object.keys(parseEnv(read('deploy/emulator.env')))) expect(names).toContain(key);
});

test('the roles get the credentials of the cloud as they are set, and what composing needs', () => {
  const names = ['ALIBABA_CLOUD_SECURITY_TOKEN', 'VOD_STORAGE_LOCATION'];
  for (const [name, { environment = {} }] of ours)
    for (const key of names) expect(environment[key], name).toBe(`\${${key}:-}`);
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
  const own: Readonly<Record<string, number>> = { ingress: 8081, console: 8080 };
  const expected = roleNames.filter((role) => role !== 'clickhouse').map((role) => `${role}:${own[role] ?? 9100}`);
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
