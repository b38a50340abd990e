/** What `record-config` does: the recording set-up of the file against what the cloud has. */

import type { RecordNotifyConfig, VodCloud } from '../connectors/vod/index.ts';
import { counted } from '../platform/counted.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { applyRecording } from '../services/recording/apply.ts';
import { type Difference, nameOf, type RecordingChange } from '../services/recording/compare.ts';
import {
  applyLiveCallbacks,
  type LiveCallbackChange,
  planLiveCallbacks,
} from '../services/recording/live-callbacks.ts';
import { planRecording, type RecordingPlan } from '../services/recording/plan.ts';
import { retriedCalls } from '../services/recording/retried-calls.ts';
import { RecordingSetupFault } from '../services/recording/wanted.ts';
import { type Configuration, readConfiguration } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';
import { cloudsOf } from './roles/cloud.ts';

const retried = retriedCalls(systemPlatform);

/** Prints what `apply` would change. Returns whether there is anything. */
export const plan = () => withCloud(async (cloud, configuration) => print(await planOf(cloud, configuration)));

/** Prints the difference, then carries it out. `replace`: also what is deleted and added again for it. */
export const apply = (options: { readonly replace: boolean }) =>
  withCloud(async (cloud, configuration) => {
    const planned = await planOf(cloud, configuration);
    if (!print(planned)) return;
    await applyRecording(cloud, planned, retried, ({ what, name }) => console.log(`${what} ${name}`), options);
    await applyLiveCallbacks(cloud, planned.live, retried, ({ what, domainName }) =>
      console.log(`${what} live callback of ${domainName}`),
    );
  });

/** Prints what the cloud has for a domain. */
export const list = (domainName: string) =>
  withCloud(async (cloud) => {
    const { rows, odd } = await cloud.describeLiveRecordVodConfigs({ domainName });
    if (odd.length > 0) console.log(`${counted(odd.length, 'configuration')} can't be read; the others:`);
    for (const config of rows) {
      console.log(nameOf(config));
      for (const [field, value] of Object.entries(config)) {
        if (['domainName', 'appName', 'streamName'].includes(field) || value === null) continue;
        if (Array.isArray(value) && value.length === 0) continue;
        console.log(`    ${field}: ${typeof value === 'object' ? JSON.stringify(value) : value}`);
      }
    }
    const callback = await cloud.describeLiveRecordNotifyConfig({ domainName });
    if (callback === null) return console.log('no live callback');
    console.log('live callback');
    for (const [field, value] of Object.entries({ ...callback, notifyAuthKey: callback.notifyAuthKey && '(a key)' }))
      if (field !== 'domainName' && value !== null) console.log(`    ${field}: ${value}`);
  });

/** Deletes one configuration, named `domain/app/stream`, at the cloud. */
export const remove = (name: string) =>
  withCloud(async (cloud) => {
    const [domainName, appName, streamName] = name.split('/');
    if (!domainName || !appName || !streamName)
      throw new CommandFault(`${name}: given as domain/app/stream`, exitCode.usage);
    await cloud.deleteLiveRecordVodConfig({ domainName, appName, streamName: streamName === '*' ? null : streamName });
    console.log(`deleted ${name}`);
  });

async function withCloud<T>(run: (cloud: VodCloud, configuration: Configuration) => Promise<T>): Promise<T> {
  const configuration = readConfiguration();
  const clouds = cloudsOf(configuration.settings);
  try {
    return await run(clouds.of(null), configuration);
  } catch (error) {
    if (error instanceof RecordingSetupFault) throw new CommandFault(error.message, exitCode.configuration, error);
    throw error;
  } finally {
    clouds.close();
  }
}

type Plan = RecordingPlan & { readonly live: readonly LiveCallbackChange[] };

async function planOf(cloud: VodCloud, { recording, settings, callbacks }: Configuration): Promise<Plan> {
  const planned = await planRecording(cloud, recording, settings.VOD_CALLBACK_KEYS?.split(',')[0] ?? null, retried);
  const endpoints = callbacks.endpoints.filter(({ kind }) => kind === 'live');
  const keysOf = (url: string) => endpoints.find((one) => one.url === url)?.keys ?? [];
  const domains = recording.configs.map(({ domainName }) => domainName);
  return { ...planned, live: await planLiveCallbacks(cloud, recording.liveCallbacks, domains, keysOf, retried) };
}

const signs: Readonly<Record<Exclude<RecordingChange['kind'], 'keep' | 'unmanaged' | 'unclear'>, string>> = {
  add: '+',
  update: '~',
  replace: '-/+',
};

function print({ changes, callback, live }: Plan): boolean {
  let count = 0;
  for (const change of changes) {
    if (change.kind === 'unmanaged')
      console.log(`? ${nameOf(change.existing)}: at the cloud, not in the file; left alone`);
    else if (change.kind === 'unclear')
      console.log(`? ${nameOf(change.wanted)}: may be among those of its domain that can't be read; left alone`);
    else if (change.kind === 'keep') console.log(`  ${nameOf(change.wanted)}: as wanted`);
    else {
      count += 1;
      console.log(`${signs[change.kind]} ${nameOf(change.wanted)}`);
      if (change.kind !== 'add') printDifferences(change.differences);
      if (change.kind === 'replace')
        console.log(
          `    no update changes that: deleted and added again by "apply --replace"; a recording in progress may be cut`,
        );
    }
    if ('kept' in change) for (const line of change.kept) console.log(`    ${line}`);
  }
  for (const { field, from, to } of callback?.differences ?? []) {
    count += 1;
    console.log(`~ callback ${field}: ${from} → ${to}`);
  }
  count += live.filter(printLive).length;
  console.log(count === 0 ? 'nothing to change' : counted(count, 'change'));
  return count > 0;
}

function printDifferences(differences: readonly Difference[]): void {
  for (const { field, from, to } of differences) console.log(`    ${field}: ${from} → ${to}`);
}

function addressesOf({ notifyUrl, onDemandUrl }: RecordNotifyConfig): string {
  const asks = onDemandUrl === null ? '' : `, asks ${onDemandUrl} whether to record`;
  return `goes to ${notifyUrl ?? 'no address'}${asks}`;
}

/** Returns whether it is a change. */
function printLive(change: LiveCallbackChange): boolean {
  if (change.kind === 'keep') console.log(`  live callback of ${change.domainName}: as wanted`);
  else if (change.kind === 'unmanaged')
    console.log(
      `? live callback of ${change.existing.domainName}: ${addressesOf(change.existing)}, not in the file; left alone`,
    );
  else if (change.kind === 'delete')
    console.log(`- live callback of ${change.existing.domainName}: ${addressesOf(change.existing)}`);
  else {
    const { domainName, notifyUrl } = change.wanted;
    console.log(`${signs[change.kind]} live callback of ${domainName}${change.kind === 'add' ? `: ${notifyUrl}` : ''}`);
    if (change.kind === 'update') printDifferences(change.differences);
  }
  return change.kind !== 'keep' && change.kind !== 'unmanaged';
}
