/** What `record-config` does: the recording set-up of the file against what the cloud has. */

import type { VodCloud } from '../connectors/vod/index.ts';
import { systemPlatform } from '../platform/host/index.ts';
import { applyRecording } from '../services/recording/apply.ts';
import { nameOf, planRecording, type RecordingPlan } from '../services/recording/plan.ts';
import { retriedCalls } from '../services/recording/retried-calls.ts';
import { RecordingSetupFault } from '../services/recording/wanted.ts';
import { type Configuration, readConfiguration } from './environment.ts';
import { CommandFault, exitCode } from './exit.ts';
import { cloudsOf } from './roles/cloud.ts';

const retried = retriedCalls(systemPlatform);

/** Prints what `apply` would change. Returns whether there is anything. */
export const plan = () => withCloud(async (cloud, configuration) => print(await planOf(cloud, configuration)));

/** Prints the difference, then carries it out. */
export const apply = () =>
  withCloud(async (cloud, configuration) => {
    const planned = await planOf(cloud, configuration);
    if (!print(planned)) return;
    await applyRecording(cloud, planned, retried, ({ what, name }) => console.log(`${what} ${name}`));
  });

/** Prints what the cloud has for a domain. */
export const list = (domainName: string) =>
  withCloud(async (cloud) => {
    for (const config of await cloud.describeLiveRecordVodConfigs({ domainName })) {
      const compose = config.autoCompose ? config.composeTranscodeGroupId : 'off';
      console.log(
        `${nameOf(config)}: cycle ${config.cycleSeconds ?? 'default'} s, template group ${config.transcodeGroupId ?? '–'}, compose ${compose}`,
      );
    }
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

const planOf = (cloud: VodCloud, { recording, settings }: Configuration) =>
  planRecording(cloud, recording, settings.VOD_CALLBACK_KEYS?.split(',')[0] ?? null, retried);

function print({ changes, callback }: RecordingPlan): boolean {
  let count = 0;
  for (const change of changes) {
    if (change.kind === 'unmanaged')
      console.log(`? ${nameOf(change.existing)}: at the cloud, not in the file; left alone`);
    else if (change.kind === 'keep') console.log(`  ${nameOf(change.wanted)}: as wanted`);
    else {
      count += 1;
      console.log(`${change.kind === 'add' ? '+' : '~'} ${nameOf(change.wanted)}`);
      if (change.kind === 'update')
        for (const { field, from, to } of change.differences) console.log(`    ${field}: ${from} → ${to}`);
    }
  }
  for (const { field, from, to } of callback?.differences ?? []) {
    count += 1;
    console.log(`~ callback ${field}: ${from} → ${to}`);
  }
  console.log(count === 0 ? 'nothing to change' : `${count} changes`);
  return count > 0;
}
