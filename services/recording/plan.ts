import type { MessageCallback, RecordConfig, VodCloud } from '../../connectors/vod/index.ts';
import { mergedCallback } from './callback.ts';
import { compareConfigs, type Difference, type RecordingChange, shown } from './compare.ts';
import type { RetriedCall } from './retried-calls.ts';
import type { RecordingSetup } from './wanted.ts';

export type RecordingPlan = {
  readonly changes: readonly RecordingChange[];
  /** Null where the file says nothing about callbacks. */
  readonly callback: { readonly wanted: MessageCallback; readonly differences: readonly Difference[] } | null;
};

/**
 * The difference between the file and what the cloud has. Only asks; changes nothing.
 * @param authKey the callback key that signs, or null where none is configured
 * @throws CloudFault
 * @throws RecordingSetupFault where the cloud would refuse a part of it
 */
export async function planRecording(
  cloud: Pick<VodCloud, 'describeLiveRecordVodConfigs' | 'getMessageCallback'>,
  setup: RecordingSetup,
  authKey: string | null,
  retried: RetriedCall,
): Promise<RecordingPlan> {
  const existing: RecordConfig[] = [];
  const unread = new Set<string>();
  for (const domainName of new Set(setup.configs.map((one) => one.domainName))) {
    const { rows, odd } = await retried(() => cloud.describeLiveRecordVodConfigs({ domainName }));
    existing.push(...rows);
    if (odd.length > 0) unread.add(domainName);
  }
  const changes = compareConfigs(setup.configs, existing, unread);
  if (setup.callback === null) return { changes, callback: null };
  const present = await retried(() => cloud.getMessageCallback());
  const wanted = mergedCallback(present, setup.callback, authKey);
  return { changes, callback: { wanted, differences: callbackDifferences(present, wanted) } };
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
