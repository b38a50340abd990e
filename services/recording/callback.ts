import type { MessageCallback } from '../../connectors/vod/index.ts';
import { RecordingSetupFault, type WantedCallback } from './wanted.ts';

/**
 * What SetMessageCallback is to be given. It overwrites everything (cloud facts 3.3), so that what the file doesn't
 * name is kept as the cloud has it: events that other users of the account need stay, as does a key we don't know.
 * @throws RecordingSetupFault where callbacks are to be signed and no key is set that the cloud would take
 */
export function mergedCallback(
  existing: MessageCallback | null,
  wanted: WantedCallback,
  authKey: string | null,
): MessageCallback {
  if (wanted.auth) demandKey(authKey, existing?.authKey ?? null);
  const had = existing?.eventTypes ?? [];
  const all = had.includes('ALL') || wanted.events.includes('ALL');
  return {
    callbackType: wanted.mns ? 'MNS' : 'HTTP',
    callbackUrl: wanted.url ?? existing?.callbackUrl ?? null,
    eventTypes: all ? ['ALL'] : [...new Set([...had, ...wanted.events])],
    authSwitch: wanted.auth ? 'on' : 'off',
    authKey: wanted.auth ? (authKey ?? existing?.authKey ?? null) : (existing?.authKey ?? null),
    mnsEndpoint: wanted.mns?.endpoint ?? existing?.mnsEndpoint ?? null,
    mnsQueueName: wanted.mns?.queue ?? existing?.mnsQueueName ?? null,
  };
}

/** Up to 32 characters, upper and lower case and digits mixed (cloud facts 2). */
const acceptedKey = /^(?=.*[A-Z])(?=.*[a-z])(?=.*\d).{1,32}$/;

function demandKey(ours: string | null, theirs: string | null): void {
  if (ours === null && theirs !== null) return;
  if (ours !== null && (ours === theirs || acceptedKey.test(ours))) return;
  const what = ours === null ? 'is not set' : 'has a first key that the cloud refuses';
  throw new RecordingSetupFault(
    `VOD_CALLBACK_KEYS ${what}, and recording.callback wants callbacks signed: set a key of at most 32 characters with upper case, lower case and digits, or recording.callback.auth: false`,
  );
}
