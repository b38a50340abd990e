/**
 * The one place that reads the process's environment: settings from it and from the file that `LIVE2VOD_CONFIG` names
 * (the environment wins), and the policies of that file.
 */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { type RecordingSetup, readRecordingSetup } from '../connectors/vod/recording-setup/wanted.ts';
import { contradictions, type PolicyBook, policyBook, readPolicies } from '../processors/policy/index.ts';
import {
  environmentOf,
  type RoleName,
  type SettingsOf,
  settingsOf,
  toolEnvironmentOf,
} from '../schemas/role-settings.ts';
import { readSettings, SettingFault, type Settings } from '../schemas/settings.ts';
import { type CallbackSources, readSources } from '../schemas/sources.ts';
import { CommandFault, exitCode } from './exit.ts';
import { defaultInstance } from './instance.ts';
import { recordedOf } from './recorded.ts';

export type Configuration = {
  readonly settings: Settings;
  readonly policies: PolicyBook;
  /** Further callback URLs and queues (`callbacks:` of the file). */
  readonly callbacks: CallbackSources;
  /** What the cloud is to record (`recording:` of the file). */
  readonly recording: RecordingSetup;
  /** The configuration file, null when there is none. */
  readonly file: string | null;
};

/** Reads and checks everything; `overrides` win over the environment (command line options). */
export function readConfiguration(overrides: Readonly<Record<string, string | undefined>> = {}): Configuration {
  const environment = { ...process.env, ...overrides };
  const file = configurationFile(environment.LIVE2VOD_CONFIG);
  const content = file === null ? {} : readYaml(file);
  const { policies: rules, recording, callbacks, ...settings } = content;
  try {
    const checked = readSettings(environment, settings);
    const setup = checkedRecording(file, recording);
    const home = resolve(checked.LIVE2VOD_HOME);
    const named = environment.LIVE2VOD_INSTANCE || settings.LIVE2VOD_INSTANCE;
    const instance = named ? checked.LIVE2VOD_INSTANCE : defaultInstance(home);
    return {
      settings: { ...checked, LIVE2VOD_HOME: home, LIVE2VOD_INSTANCE: instance },
      policies: checkedPolicies(file, rules, setup),
      recording: setup,
      callbacks: checkedSources(file, callbacks),
      file,
    };
  } catch (error) {
    if (error instanceof SettingFault) throw new CommandFault(error.message, exitCode.configuration, error);
    throw error;
  }
}

/** The rules, filled in from what the cloud is told to record; one that says otherwise is refused. */
function checkedPolicies(file: string | null, value: unknown, recording: RecordingSetup): PolicyBook {
  const result = readPolicies(value);
  if (!result.ok) throw problemsOf(file, result.problems);
  const recorded = recordedOf(recording);
  const problems = contradictions(result.rules, recorded);
  if (problems.length > 0) throw problemsOf(file, problems);
  return policyBook(result.rules, recorded);
}

function checkedRecording(file: string | null, value: unknown): RecordingSetup {
  const result = readRecordingSetup(value);
  if (result.ok) return result.setup;
  throw problemsOf(file, result.problems);
}

function checkedSources(file: string | null, value: unknown): CallbackSources {
  const result = readSources(value);
  if (result.ok) return result.sources;
  throw problemsOf(file, result.problems);
}

/** One line with every mistake: where, what, what is accepted. */
function problemsOf(file: string | null, problems: readonly { path: string; problem: string }[]): CommandFault {
  const text = problems.map(({ path, problem }) => `${path}: ${problem}`).join('; ');
  return new CommandFault(`${file ?? 'live2vod.yaml'}: ${text}`, exitCode.configuration);
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

function readYaml(file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new CommandFault(`${file}: no valid YAML: ${why}`, exitCode.configuration, cause);
  }
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new CommandFault(
      `${file}: at the top a map is accepted: settings by name, and policies`,
      exitCode.configuration,
    );
  }
  return content as Record<string, unknown>;
}
