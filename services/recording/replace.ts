import { allReadable, CloudFault, type RecordConfig, type VodCloud } from '../../connectors/vod/index.ts';
import { nameOf } from './compare.ts';
import type { RetriedCall } from './retried-calls.ts';
import { RecordingSetupFault } from './wanted.ts';

export type ReplacingCloud = Pick<
  VodCloud,
  'describeLiveRecordVodConfigs' | 'addLiveRecordVodConfig' | 'deleteLiveRecordVodConfig'
>;

/** A call whose answer was lost is looked into, and made again, so often. */
const mostRounds = 3;

/**
 * Deletes a configuration and adds it anew: the only way to change what an update doesn't take (cloud facts 4.10). Where
 * the cloud refuses the new one the former is put back, so that the stream isn't left without any.
 * @throws RecordingSetupFault: what was refused, what the cloud has now, what to do
 * @throws CloudFault from deleting: nothing was changed
 */
export async function replaceConfig(
  cloud: ReplacingCloud,
  existing: RecordConfig,
  wanted: RecordConfig,
  retried: RetriedCall,
): Promise<void> {
  const name = nameOf(wanted);
  await surely(cloud, retried, existing, 'absent', () => cloud.deleteLiveRecordVodConfig(existing));
  try {
    await surely(cloud, retried, wanted, 'present', () => cloud.addLiveRecordVodConfig(wanted));
  } catch (refusal) {
    try {
      await surely(cloud, retried, existing, 'present', () => cloud.addLiveRecordVodConfig(existing));
    } catch (fault) {
      throw new RecordingSetupFault(await withoutFormer(cloud, existing, refusal, fault, retried), { cause: refusal });
    }
    throw new RecordingSetupFault(
      `${name}: the cloud refused the new configuration (${said(refusal)}); the former is back as it was. Mend it in recording.configs and apply again`,
      { cause: refusal },
    );
  }
}

/** What to say where neither the new one nor the former could be added. */
async function withoutFormer(
  cloud: ReplacingCloud,
  existing: RecordConfig,
  refusal: unknown,
  fault: unknown,
  retried: RetriedCall,
): Promise<string> {
  const name = nameOf(existing);
  const why = `it was deleted to be added anew, which failed (${said(refusal)}), and so did putting it back (${said(fault)})`;
  const was = `it was ${JSON.stringify(existing)}`;
  const there = await isThere(cloud, existing, retried).catch(() => null);
  if (there === true)
    return `${name}: ${why}; somebody else has added one meanwhile: look at it, and plan again; ${was}`;
  const state =
    there === null ? 'may be without a configuration at the cloud' : 'is without a configuration at the cloud';
  return `${name} ${state} and NOT recorded: ${why}. Run "live2vod record-config apply" again, or add it by hand; ${was}`;
}

async function isThere(
  cloud: ReplacingCloud,
  config: Pick<RecordConfig, 'domainName' | 'appName' | 'streamName'>,
  retried: RetriedCall,
): Promise<boolean> {
  const { domainName } = config;
  const { rows, odd } = await retried(() => cloud.describeLiveRecordVodConfigs({ domainName }));
  if (rows.some((one) => nameOf(one) === nameOf(config))) return true;
  allReadable('DescribeLiveRecordVodConfigs', odd);
  return false;
}

/** Makes a change until the configuration is known to be there, or not to be: a lost answer says nothing. */
async function surely(
  cloud: ReplacingCloud,
  retried: RetriedCall,
  config: RecordConfig,
  goal: 'present' | 'absent',
  change: () => Promise<void>,
): Promise<void> {
  for (let round = 1; ; round++) {
    try {
      return await retried(change);
    } catch (fault) {
      if (!(fault instanceof CloudFault) || fault.kind !== 'ambiguous' || round === mostRounds) throw fault;
    }
    if ((await isThere(cloud, config, retried)) === (goal === 'present')) return;
  }
}

const said = (fault: unknown): string => (fault instanceof Error ? fault.message : String(fault));
