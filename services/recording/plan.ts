import type { MessageCallback, RecordConfig, VodCloud } from '../../connectors/vod/index.ts';
import { mergedCallback } from './callback.ts';
import type { RetriedCall } from './retried-calls.ts';
import { type RecordingSetup, RecordingSetupFault } from './wanted.ts';

/** One field that would change, in words that may be shown: never a key. */
export type Difference = { readonly field: string; readonly from: string; readonly to: string };

export type RecordingChange =
  | { readonly kind: 'add'; readonly wanted: RecordConfig }
  | { readonly kind: 'update'; readonly wanted: RecordConfig; readonly differences: readonly Difference[] }
  | { readonly kind: 'keep'; readonly wanted: RecordConfig }
  /** At the cloud and not in the file: left alone, since streams may depend on it. Delete it by name. */
  | { readonly kind: 'unmanaged'; readonly existing: RecordConfig };

export type RecordingPlan = {
  readonly changes: readonly RecordingChange[];
  /** Null where the file says nothing about callbacks. */
  readonly callback: { readonly wanted: MessageCallback; readonly differences: readonly Difference[] } | null;
};

/**
 * The difference between the file and what the cloud has. Only asks; changes nothing.
 * @param authKey the callback key that signs, or null where none is configured
 * @throws CloudFault
 * @throws RecordingSetupFault where the cloud would refuse a part of it, or a part would undo what the file can't say
 */
export async function planRecording(
  cloud: Pick<VodCloud, 'describeLiveRecordVodConfigs' | 'getMessageCallback'>,
  setup: RecordingSetup,
  authKey: string | null,
  retried: RetriedCall,
): Promise<RecordingPlan> {
  const existing: RecordConfig[] = [];
  for (const domainName of new Set(setup.configs.map((one) => one.domainName))) {
    existing.push(...(await retried(() => cloud.describeLiveRecordVodConfigs({ domainName }))));
  }
  const changes = compareConfigs(setup.configs, existing);
  if (setup.callback === null) return { changes, callback: null };
  const present = await retried(() => cloud.getMessageCallback());
  const wanted = mergedCallback(present, setup.callback, authKey);
  return { changes, callback: { wanted, differences: callbackDifferences(present, wanted) } };
}

/** Pure: what to do to get from `existing` to `wanted`. @throws RecordingSetupFault as `planRecording` */
export function compareConfigs(
  wanted: readonly RecordConfig[],
  existing: readonly RecordConfig[],
): readonly RecordingChange[] {
  const present = new Map(existing.map((one) => [nameOf(one), one]));
  const changes = wanted.map((config): RecordingChange => {
    const found = present.get(nameOf(config));
    present.delete(nameOf(config));
    if (!found) return { kind: 'add', wanted: config };
    const differences = configDifferences(found, config);
    if (differences.length === 0) return { kind: 'keep', wanted: config };
    return { kind: 'update', wanted: updated(found, config), differences };
  });
  return [...changes, ...[...present.values()].map((one): RecordingChange => ({ kind: 'unmanaged', existing: one }))];
}

/**
 * What an update, which overwrites everything, is to be given: what the file doesn't name stays as it is.
 * @throws RecordingSetupFault where there is something that we couldn't give again
 */
function updated(existing: RecordConfig, wanted: RecordConfig): RecordConfig {
  const { recordFormats, recordContent } = existing;
  const own =
    recordFormats.length > 0 ? 'RecordFormat' : /transcode/i.test(recordContent ?? '') ? 'RecordContent' : null;
  if (own !== null) {
    throw new RecordingSetupFault(
      `${nameOf(wanted)}: at the cloud it has a ${own} of its own, which an update from the file would undo: take it out of recording.configs, or delete it at the cloud first`,
    );
  }
  return { ...wanted, storageLocation: wanted.storageLocation ?? existing.storageLocation, spaceId: existing.spaceId };
}

/** `domain/app/stream`; `*` for all streams. */
export function nameOf(config: Pick<RecordConfig, 'domainName' | 'appName' | 'streamName'>): string {
  return `${config.domainName}/${config.appName}/${config.streamName ?? '*'}`;
}

/** What the service assumes where a configuration says nothing (cloud facts 4). */
const serviceDefaults = { cycleSeconds: 3600, disconnectDelaySeconds: 180, onDemand: 0 } as const;

const compared = [
  'cycleSeconds',
  'disconnectDelaySeconds',
  'transcodeGroupId',
  'autoCompose',
  'composeTranscodeGroupId',
  'storageLocation',
  'onDemand',
] as const satisfies readonly (keyof RecordConfig)[];

function configDifferences(existing: RecordConfig, wanted: RecordConfig): readonly Difference[] {
  return compared.flatMap((field) => {
    // A bucket that the file doesn't name, and the compose group of a configuration that doesn't compose, don't matter.
    if (field === 'storageLocation' && wanted.storageLocation === null) return [];
    if (field === 'composeTranscodeGroupId' && !wanted.autoCompose) return [];
    const assumed = field in serviceDefaults ? serviceDefaults[field as keyof typeof serviceDefaults] : null;
    const from = existing[field] ?? assumed;
    const to = wanted[field] ?? assumed;
    return from === to ? [] : [{ field, from: shown(from), to: shown(to) }];
  });
}

function callbackDifferences(existing: MessageCallback | null, wanted: MessageCallback): readonly Difference[] {
  const events = (list: readonly string[] | undefined) => [...(list ?? [])].sort(byText).join(',') || null;
  const rows: readonly (readonly [string, string | null, string | null])[] = [
    ['callbackType', existing?.callbackType ?? null, wanted.callbackType],
    ['callbackUrl', existing?.callbackUrl ?? null, wanted.callbackUrl],
    ['mnsEndpoint', existing?.mnsEndpoint ?? null, wanted.mnsEndpoint],
    ['mnsQueueName', existing?.mnsQueueName ?? null, wanted.mnsQueueName],
    ['eventTypes', events(existing?.eventTypes), events(wanted.eventTypes)],
    ['authSwitch', existing?.authSwitch ?? null, wanted.authSwitch],
  ];
  const differences = rows.flatMap(([field, from, to]) =>
    from === to ? [] : [{ field, from: shown(from), to: shown(to) }],
  );
  if ((existing?.authKey ?? null) === wanted.authKey) return differences;
  const key = { field: 'authKey', from: existing?.authKey ? '(a key)' : '-', to: '(another key)' };
  return [...differences, key];
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function shown(value: string | number | boolean | null): string {
  return value === null ? '-' : String(value);
}
