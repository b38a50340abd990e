import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { ensureJars, freePorts, stackStatus } from '../../local/index.ts';
import { type RoleName, roleSettings } from '../../schemas/role-settings.ts';
import { settingTable } from '../../schemas/settings.ts';
import { eventually } from '../support/eventually.ts';
import { command } from './command.ts';

const secretSettings = Object.entries(settingTable).flatMap(([name, setting]) => ('secret' in setting ? [name] : []));
/** Bundling the page, two Java processes of up to 60 s each and nine roles: on a busy machine one after the other. */
const patient = { timeoutMs: 240_000 };
const withinMs = 300_000;

/** A home of its own with the stack's jars, every secret with a value that is nowhere else, ports of its own. */
async function place() {
  const home = mkdtempSync(join(tmpdir(), 'live2vod-secrets-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  const jars = join(resolve(process.env.LIVE2VOD_HOME ?? '.live2vod'), 'jars');
  await ensureJars({ folder: jars });
  symlinkSync(jars, join(home, 'jars'));
  const [kafka = 0, registry = 0, ingress = 0, page = 0, clickhouse = 0] = await freePorts(5);
  const unique = (name: string) => [name, `S${randomBytes(12).toString('hex')}`] as const;
  const secrets = Object.fromEntries(
    [...secretSettings, 'OTEL_EXPORTER_OTLP_HEADERS', 'AWS_SECRET_ACCESS_KEY', 'NPM_TOKEN'].map(unique),
  );
  const config = join(home, 'live2vod.yaml');
  const queue = { accountId: '1', queue: 'vod', region: 'cn-shanghai', endpoint: 'http://127.0.0.1:9' };
  writeFileSync(config, stringify({ callbacks: { queues: [queue] } }));
  const settings = {
    ...{ LIVE2VOD_HOME: home, LIVE2VOD_CONFIG: config, LIVE2VOD_PARTITIONS: '1', LOG_LEVEL: 'silent' },
    ...{ KAFKA_BROKERS: '', SCHEMA_REGISTRY_URL: '', KAFKA_PORT: String(kafka), REGISTRY_PORT: String(registry) },
    ...{ INGRESS_PORT: String(ingress), CONSOLE_PORT: String(page), CLICKHOUSE_PORT: String(clickhouse) },
    ...{ VOD_CALLBACK_URL: 'https://ingress.example.com/callbacks/vod', INGRESS_LAME_DUCK_SECONDS: '0' },
    ...{ VOD_ENDPOINT: 'http://127.0.0.1:9', LIVE_ENDPOINT: 'http://127.0.0.1:9' },
  };
  return { home, config, secrets, environment: { ...settings, ...secrets } };
}

type Process = { readonly pid: number; readonly args: string; readonly environment: string };

function processes(): (Process & { readonly parent: number })[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const parent = Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${name}/status`, 'utf8'))?.[1]);
        const args = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim();
        return [{ pid: Number(name), parent, args, environment: readFileSync(`/proc/${name}/environ`, 'utf8') }];
      } catch {
        return []; // It has ended, or is another user's.
      }
    });
}

/** Whatever `pid` has started, and what that has started. */
function descendants(pid: number): Process[] {
  const all = processes();
  const below = (parent: number): Process[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid);
}

const roleOf = ({ args }: Process) => / run (\w+)$/.exec(args)?.[1] as RoleName | undefined;
const isJava = ({ args }: Process) => /^\S*java /.test(args);

/** Names of the secrets whose values a process was given. */
const held = ({ environment }: Process, secrets: Readonly<Record<string, string>>) =>
  Object.keys(secrets).filter((name) => environment.includes(secrets[name] ?? ''));

/** What below `home` has a mode for others than its user; the jars, which all tests share and which hold nothing of ours, are left out. */
function openToOthers(home: string): string[] {
  const entries = readdirSync(home, { withFileTypes: true, recursive: true });
  const paths = [home, ...entries.filter((one) => !one.isSymbolicLink()).map((one) => join(one.parentPath, one.name))];
  const modes = paths.map((path) => ({ path, mode: statSync(path, { throwIfNoEntry: false })?.mode ?? 0 }));
  const ofJars = (path: string) => /\/(jars|agent)\//.test(path);
  return modes.filter(({ path, mode }) => !ofJars(path) && (mode & 0o077) !== 0).map(({ path }) => path);
}

// Every child, the two Java processes included, once inherited the whole environment of the command that started it.
test('a secret of up is in the environment of the roles that use it, of no other process, and on no command line', {
  timeout: withinMs,
}, async () => {
  const { home, config, secrets, environment } = await place();
  const up = command(['up'], environment);
  const roles = Object.keys(roleSettings);
  const found = () => {
    const all = descendants(up.pid);
    expect(new Set(all.flatMap((one) => roleOf(one) ?? [])), up.text()).toEqual(new Set(roles));
    expect(all.filter(isJava).length).toBeGreaterThanOrEqual(2);
    expect(all.filter((one) => roleOf(one) !== undefined && one.environment === '')).toEqual([]);
    return all;
  };
  // Looked at once: a process that becomes another one (a shell its Node) has no command line and no environment for a moment.
  const all = await Promise.race([eventually(found, patient), up.status.then(() => expect.fail(up.text()))]);
  const traced = ['ingress', 'processor', 'jobs', 'mns'];
  for (const one of all) {
    const role = roleOf(one);
    const names: readonly string[] = role === undefined ? [] : roleSettings[role];
    const wanted = secretSettings.filter((name) => names.includes(name));
    if (role !== undefined && traced.includes(role)) wanted.push('OTEL_EXPORTER_OTLP_HEADERS');
    expect(new Set(held(one, secrets)), one.args).toEqual(new Set(wanted));
    for (const value of Object.values(secrets)) expect(one.args).not.toContain(value);
  }
  expect(openToOthers(home)).toEqual([config]);
  up.kill('SIGTERM');
  expect(await up.status, up.text()).toBe(0);
});

test('what stack start leaves running holds no secret', { timeout: withinMs }, async () => {
  const { home, config, secrets, environment } = await place();
  const stop = () => command(['stack', 'stop'], environment).status;
  onTestFinished(async () => {
    await stop();
  });
  const start = command(['stack', 'start'], environment);
  expect(await start.status, start.text()).toBe(0);
  expect(openToOthers(home)).toEqual([config]);
  const { parts } = await stackStatus({ home });
  const pids = parts.map(({ identity }) => identity.pid);
  const left = processes().filter(({ pid }) => pids.includes(pid));
  expect(left).toHaveLength(2);
  for (const one of left) expect(held(one, secrets), one.args).toEqual([]);
});
