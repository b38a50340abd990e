/** What the demo sets: a home of its own, names of topics and database, the emulated cloud, one policy per practice and story. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Practice, profiles, templateGroupIds } from '../../emulator/index.ts';
import { holdFolder, stackStatus } from '../../local/index.ts';
import { isLoopback, urlAt } from '../../schemas/address.ts';
import type { PoliciesInput } from '../../schemas/policies.ts';
import type { Settings } from '../../schemas/settings.ts';
import { CommandFault, exitCode } from '../exit.ts';
import { readTokensOf } from '../roles/console-tokens.ts';
import { type DemoNames, demoNames } from './names.ts';
import { abroad } from './stories.ts';
import { storyPolicies } from './story-policies.ts';

export type DemoSetUp = {
  /** Settings of this process and of every role. */
  readonly overrides: Readonly<Record<string, string>>;
  readonly callbackUrl: string;
  readonly regionCallbackUrls: Readonly<Record<string, string>>;
  readonly callbackKey: string;
  readonly accessKey: { readonly accessKeyId: string; readonly accessKeySecret: string };
  readonly names: DemoNames;
  /** Lets another demo have the folder. */
  readonly release: () => Promise<void>;
};

/** Where the emulated cloud stores what isn't stored abroad. */
const homeRegion = 'cn-shanghai';
/** Longer than what is played in one go. */
export const patienceSeconds = 43_200;

/**
 * Takes the demo's folder, makes it anew and writes its policies there.
 * @throws StackError HOME_IN_USE where another demo has it, CommandFault where a stack runs on it; it is as it was then
 */
export async function setUpDemo(settings: Settings): Promise<DemoSetUp> {
  readTokensOf(settings);
  const home = join(settings.LIVE2VOD_HOME, 'demo');
  const release = await holdFolder(join(home, 'claim'));
  const { state } = await stackStatus({ home });
  if (state === 'owned' || state === 'detached')
    throw new CommandFault(`a stack runs on ${home}: stop it, or set LIVE2VOD_HOME to another`, exitCode.unavailable);
  for (const part of ['kafka', 'registry', 'clickhouse', 'state', 'spool', 'logs'])
    rmSync(join(home, part), { recursive: true, force: true });
  mkdirSync(home, { recursive: true });
  const run = randomBytes(4).toString('hex');
  const names = await demoNames(settings, run);
  const ingress = urlAt(settings.INGRESS_BIND, settings.INGRESS_PORT);
  const callbackUrl = `${ingress}/callbacks/vod`;
  const callbackKey = randomBytes(15).toString('base64url');
  const abroadUrl = ingress + abroad.path;
  const file = join(home, 'live2vod.yaml');
  const policies = [...demoPolicies(), ...storyPolicies(patienceSeconds)];
  const endpoints = [{ ...abroad, url: abroadUrl, keys: [callbackKey] }];
  writeFileSync(file, stringify({ policies, callbacks: { endpoints } }), { mode: 0o600 });
  const accessKey = { accessKeyId: `demo-${run}`, accessKeySecret: randomBytes(20).toString('base64url') };
  const cloud = `http://127.0.0.1:${settings.EMULATOR_PORT}`;
  return {
    callbackUrl,
    regionCallbackUrls: { [abroad.region]: abroadUrl },
    callbackKey,
    accessKey,
    names,
    release,
    overrides: {
      // Of the user's file the demo takes the settings, but neither its policies nor the queues it reads.
      ...asEnvironment(settings),
      LIVE2VOD_HOME: home,
      LIVE2VOD_CONFIG: file,
      LIVE2VOD_TOPIC_PREFIX: names.topicPrefix,
      CLICKHOUSE_DATABASE: names.database,
      VOD_CALLBACK_URL: callbackUrl,
      VOD_CALLBACK_KEYS: callbackKey,
      VOD_REGION: homeRegion,
      VOD_ENDPOINT: cloud,
      LIVE_ENDPOINT: cloud,
      ALIBABA_CLOUD_ACCESS_KEY_ID: accessKey.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: accessKey.accessKeySecret,
      // One in the environment belongs to other keys.
      ALIBABA_CLOUD_SECURITY_TOKEN: '',
      // Its Kafka is never away.
      TIMER_HOLD_SECONDS: '0',
      // A runner that has just started may have had a predecessor. The emulated library lists a product at once.
      COMPOSE_SEARCH_SECONDS: '3',
      // A token that everybody knows is none where others reach the console.
      ...(isLoopback(settings.CONSOLE_BIND) ? { CONSOLE_TOKEN: settings.CONSOLE_TOKEN ?? 'demo' } : {}),
    },
  };
}

function asEnvironment(settings: Settings): Record<string, string> {
  const given = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

/** The four practices as four policies; in 2 and 3b the pipeline starts what a person would start by hand. */
export function demoPolicies(): NonNullable<PoliciesInput> {
  const byHand = { transcode: 'pipeline' as const, templateGroupId: templateGroupIds.byHand };
  const rule = (practice: Practice, more: Omit<NonNullable<PoliciesInput>[number], 'match' | 'recording'>) => {
    const { domainName, appName, cycleSeconds, disconnectDelaySeconds } = profiles[practice];
    return {
      match: { domain: domainName, app: appName },
      recording: { cycleSeconds, disconnectDelaySeconds },
      ...more,
    };
  };
  return [
    rule('1', { composed: { compose: 'none' } }),
    rule('2', { segments: byHand, composed: { compose: 'none' } }),
    rule('3a', { composed: { compose: 'cloud', transcode: 'cloud' } }),
    rule('3b', { composed: { compose: 'cloud', ...byHand } }),
  ];
}
