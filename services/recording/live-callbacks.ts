import type { RecordNotifyConfig, VodCloud } from '../../connectors/vod/index.ts';
import { type Difference, shown } from './compare.ts';
import type { RetriedCall } from './retried-calls.ts';
import { RecordingSetupFault, type WantedLiveCallback } from './wanted.ts';

/** What is to be done about Live's own record callbacks of one domain. */
export type LiveCallbackChange =
  | { readonly kind: 'add'; readonly wanted: RecordNotifyConfig }
  | { readonly kind: 'update'; readonly wanted: RecordNotifyConfig; readonly differences: readonly Difference[] }
  | { readonly kind: 'keep'; readonly domainName: string }
  /** Asked for in the file, by `url: none`. */
  | { readonly kind: 'delete'; readonly existing: RecordNotifyConfig }
  /** At the cloud and not in the file: left alone, since somebody may depend on it. */
  | { readonly kind: 'unmanaged'; readonly existing: RecordNotifyConfig };

/** Keys of the callback URLs that an ingress serves for Live, the one that signs first; none for another URL. */
export type LiveKeys = (url: string) => readonly string[];

/**
 * The difference between the file and what the cloud has; asks nothing where the file says nothing of it. Changes nothing.
 * @param recorded further domains of the file, to tell what they have
 * @throws CloudFault
 * @throws RecordingSetupFault where nobody knows the key, or the cloud would refuse it
 */
export async function planLiveCallbacks(
  cloud: Pick<VodCloud, 'describeLiveRecordNotifyConfig'>,
  wanted: readonly WantedLiveCallback[],
  recorded: readonly string[],
  keysOf: LiveKeys,
  retried: RetriedCall,
): Promise<readonly LiveCallbackChange[]> {
  if (wanted.length === 0) return [];
  const ofDomain = new Map(wanted.map((one) => [one.domain, one]));
  const changes: LiveCallbackChange[] = [];
  for (const domainName of new Set([...ofDomain.keys(), ...recorded])) {
    const existing = await retried(() => cloud.describeLiveRecordNotifyConfig({ domainName }));
    changes.push(...changeOf(ofDomain.get(domainName) ?? null, existing, domainName, keysOf));
  }
  return changes;
}

function changeOf(
  wanted: WantedLiveCallback | null,
  existing: RecordNotifyConfig | null,
  domainName: string,
  keysOf: LiveKeys,
): readonly LiveCallbackChange[] {
  if (wanted === null) return existing === null ? [] : [{ kind: 'unmanaged', existing }];
  if (wanted.url === 'none') return [existing === null ? { kind: 'keep', domainName } : { kind: 'delete', existing }];
  const whole = wholeOf(wanted, wanted.url, existing, keysOf(wanted.url)[0] ?? null);
  if (existing === null) return [{ kind: 'add', wanted: whole }];
  const differences = differencesOf(existing, whole);
  return [differences.length === 0 ? { kind: 'keep', domainName } : { kind: 'update', wanted: whole, differences }];
}

/** What the file says; and what it says nothing of, as the cloud has it: a key that isn't known here, an on-demand address. */
function wholeOf(
  { domain, status, onDemandUrl }: WantedLiveCallback,
  notifyUrl: string,
  existing: RecordNotifyConfig | null,
  ours: string | null,
): RecordNotifyConfig {
  const notifyAuthKey = ours ?? existing?.notifyAuthKey ?? null;
  if (notifyAuthKey === null)
    throw new RecordingSetupFault(
      `recording.liveCallbacks of ${domain}: no endpoint of kind live has the url ${notifyUrl}, so there is no key to sign with: name it under callbacks.endpoints with its keys`,
    );
  if (notifyAuthKey === ours && ours !== existing?.notifyAuthKey && !acceptedKey.test(ours))
    throw new RecordingSetupFault(
      `recording.liveCallbacks of ${domain}: the first of the keys of ${notifyUrl} under callbacks.endpoints is one that the cloud refuses: set one of 16 to 32 letters and digits`,
    );
  return {
    ...{ domainName: domain, notifyUrl, needStatusNotify: status, notifyReqAuth: true, notifyAuthKey },
    onDemandUrl: onDemandUrl ?? existing?.onDemandUrl ?? null,
  };
}

/** Cloud facts 4.11. */
const acceptedKey = /^[A-Za-z0-9]{16,32}$/;

function differencesOf(existing: RecordNotifyConfig, wanted: RecordNotifyConfig): readonly Difference[] {
  const fields = ['notifyUrl', 'onDemandUrl', 'needStatusNotify', 'notifyReqAuth'] as const;
  const differences = fields.flatMap((field) =>
    existing[field] === wanted[field] ? [] : [{ field, from: shown(existing[field]), to: shown(wanted[field]) }],
  );
  if (existing.notifyAuthKey === wanted.notifyAuthKey) return differences;
  const key = { field: 'notifyAuthKey', from: existing.notifyAuthKey === null ? '-' : '(a key)', to: '(another key)' };
  return [...differences, key];
}

/** Carries a plan out, one domain after the other. A fault stops it; planning again shows the rest. @throws CloudFault */
export async function applyLiveCallbacks(
  cloud: Pick<VodCloud, 'addLiveRecordNotifyConfig' | 'updateLiveRecordNotifyConfig' | 'deleteLiveRecordNotifyConfig'>,
  changes: readonly LiveCallbackChange[],
  retried: RetriedCall,
  onApplied: (applied: { readonly what: 'added' | 'updated' | 'deleted'; readonly domainName: string }) => void,
): Promise<void> {
  for (const change of changes) {
    if (change.kind === 'add') {
      await retried(() => cloud.addLiveRecordNotifyConfig(change.wanted));
      onApplied({ what: 'added', domainName: change.wanted.domainName });
    } else if (change.kind === 'update') {
      await retried(() => cloud.updateLiveRecordNotifyConfig(change.wanted));
      onApplied({ what: 'updated', domainName: change.wanted.domainName });
    } else if (change.kind === 'delete') {
      await retried(() => cloud.deleteLiveRecordNotifyConfig(change.existing));
      onApplied({ what: 'deleted', domainName: change.existing.domainName });
    }
  }
}
