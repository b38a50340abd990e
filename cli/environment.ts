/**
 * The one place that reads the process's environment: settings from it and from the file that `LIVE2VOD_CONFIG` names
 * (the environment wins), and the policies of that file.
 */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { contradictions, type PolicyBook, policyBook, readPolicies, unworkable } from '../processors/policy/index.ts';
import type { PolicyRule } from '../schemas/policies.ts';
import {
  environmentOf,
  type RoleName,
  type SettingsOf,
  settingsOf,
  toolEnvironmentOf,
} from '../schemas/role-settings.ts';
import { ignoredVariables, readSettings, SettingFault, type Settings } from '../schemas/settings.ts';
import { type CallbackSources, readSources } from '../schemas/sources.ts';
import { type RecordingSetup, readRecordingSetup } from '../services/recording/wanted.ts';
import { type ConfigurationFile, readConfigurationFile } from './configuration-file.ts';
import { CommandFault, exitCode } from './exit.ts';
import { defaultInstance } from './instance.ts';
import { recordedOf } from './recorded.ts';

export type Configuration = {
  readonly settings: Settings;
  readonly policies: PolicyBook;
  /** Further callback URLs and queues (`callbacks:` of the file). */
  readonly callbacks: CallbackSources;
  /** Regions that callbacks come from, the home region first. */
  readonly regions: readonly string[];
  /** What the cloud is to record (`recording:` of the file). */
  readonly recording: RecordingSetup;
  /** The configuration file, null when there is none. */
  readonly file: string | null;
};

const noFile: ConfigurationFile = {
  settings: {},
  policies: undefined,
  recording: undefined,
  callbacks: undefined,
  place: { name: 'live2vod.yaml', lineOf: () => null },
  explain: ({ path, problem }) => `${path}: ${problem}`,
};

/** Reads and checks everything; `overrides` win over the environment (command line options). */
export function readConfiguration(overrides: Readonly<Record<string, string | undefined>> = {}): Configuration {
  const environment = { ...process.env, ...overrides };
  tellIgnored(environment);
  const file = configurationFile(environment.LIVE2VOD_CONFIG);
  const content = file === null ? noFile : readConfigurationFile(file);
  try {
    const checked = readSettings(environment, content.settings, content.place);
    const paths = expandedPaths(checked);
    const home = resolve(paths.LIVE2VOD_HOME ?? checked.LIVE2VOD_HOME);
    const named = environment.LIVE2VOD_INSTANCE || content.settings.LIVE2VOD_INSTANCE;
    const instance = named ? checked.LIVE2VOD_INSTANCE : defaultInstance(home);
    const policies = accepted<Good<typeof readPolicies>>(readPolicies(content.policies), file, content);
    const recording = accepted<Good<typeof readRecordingSetup>>(readRecordingSetup(content.recording), file, content);
    const callbacks = accepted<Good<typeof readSources>>(readSources(content.callbacks), file, content);
    return {
      settings: { ...checked, ...paths, LIVE2VOD_HOME: home, LIVE2VOD_INSTANCE: instance },
      policies: checkedPolicies(policies.rules, recording.setup, file, content),
      recording: recording.setup,
      callbacks: callbacks.sources,
      regions: regionsOf(checked.VOD_REGION, callbacks.sources),
      file,
    };
  } catch (error) {
    if (error instanceof SettingFault) throw new CommandFault(error.message, exitCode.configuration, error);
    throw error;
  }
}

function regionsOf(home: string, { endpoints, queues }: CallbackSources): readonly string[] {
  return [...new Set([home, ...[...endpoints, ...queues].map(({ region }) => region)])];
}

/** What a reader of a part gives where it accepts it. */
type Good<Read extends (value: unknown) => { readonly ok: boolean }> = Extract<ReturnType<Read>, { readonly ok: true }>;
type Refusal = { readonly ok: false; readonly problems: readonly { path: string; problem: string }[] };

/** A part of the file; one line with every mistake otherwise: where, what, what is accepted. */
function accepted<T extends { readonly ok: true }>(
  result: T | Refusal,
  file: string | null,
  { explain }: ConfigurationFile,
): T {
  if (result.ok) return result;
  const text = result.problems.map(explain).join('; ');
  throw new CommandFault(`${file ?? 'live2vod.yaml'}: ${text}`, exitCode.configuration);
}

/** The rules, filled in from what the cloud is told to record; one that says otherwise, or can never work, is refused. */
function checkedPolicies(
  rules: readonly PolicyRule[],
  recording: RecordingSetup,
  file: string | null,
  content: ConfigurationFile,
): PolicyBook {
  const recorded = recordedOf(recording);
  const told = contradictions(rules, recorded);
  // What contradicts isn't worth a second line.
  const problems = told.length > 0 ? told : unworkable(rules, recorded);
  accepted(problems.length > 0 ? { ok: false, problems } : { ok: true }, file, content);
  return policyBook(rules, recorded);
}

const pathSettings = ['LIVE2VOD_HOME', 'KAFKA_SSL_CA_FILE', 'KAFKA_SSL_CERT_FILE', 'KAFKA_SSL_KEY_FILE'] as const;

/** `~` is written out: a shell does so only for what stands unquoted after a `=`, and nothing does it for a file. */
function expandedPaths(settings: Settings): Partial<Pick<Settings, (typeof pathSettings)[number]>> {
  const expanded: Partial<Record<(typeof pathSettings)[number], string>> = {};
  for (const name of pathSettings) {
    const path = settings[name];
    if (path === undefined || !path.startsWith('~')) continue;
    if (path !== '~' && !path.startsWith('~/'))
      throw new SettingFault(name, `${name}: ${path} is not accepted; only ~ and ~/… stand for a home folder`);
    expanded[name] = join(homedir(), path.slice(1));
  }
  return expanded;
}

let toldIgnored = false;

/** Once in a process: what is set there, and by whom, doesn't change. */
function tellIgnored(environment: Readonly<Record<string, string | undefined>>): void {
  const names = toldIgnored ? [] : ignoredVariables(environment);
  toldIgnored = true;
  if (names.length === 0) return;
  console.error(`live2vod: ignored, as variables of Kubernetes services or container links: ${names.join(', ')}`);
}

/** The environment of a role that this process starts: what the role is given of ours, `overrides` included. */
export function roleEnvironment(
  role: RoleName,
  overrides: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv {
  return { UV_THREADPOOL_SIZE: '16', ...environmentOf(role, { ...process.env, ...overrides }) };
}

/** The environment of a tool that this process starts, which has no use for settings. */
export function toolEnvironment(overrides: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { UV_THREADPOOL_SIZE: '16', ...toolEnvironmentOf(process.env), ...overrides };
}

/** What a role is given of the configuration: its settings, and of callback URLs and queues those that it serves. */
export type RoleConfiguration<R extends RoleName> = Omit<Configuration, 'settings'> & {
  readonly settings: SettingsOf<R>;
};

export function configurationOf<R extends RoleName>(role: R, configuration: Configuration): RoleConfiguration<R> {
  const { endpoints, queues } = configuration.callbacks;
  return {
    ...configuration,
    settings: settingsOf(role, configuration.settings),
    callbacks: { endpoints: role === 'ingress' ? endpoints : [], queues: role === 'mns' ? queues : [] },
  };
}

function configurationFile(named: string | undefined): string | null {
  if (named) {
    if (!existsSync(named))
      throw new CommandFault(`LIVE2VOD_CONFIG: there is no file ${named}`, exitCode.configuration);
    return named;
  }
  return existsSync('live2vod.yaml') ? 'live2vod.yaml' : null;
}

/** From now on this process and its children keep temporary files there. Gives what takes that back. */
export function keepTemporaryFilesIn(folder: string): () => void {
  const { TMPDIR: before } = process.env;
  process.env.TMPDIR = folder;
  return () => {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  };
}
