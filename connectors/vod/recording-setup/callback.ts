import type { MessageCallback } from '../cloud/notification.ts';
import type { WantedCallback } from './wanted.ts';

/**
 * What SetMessageCallback is to be given. It overwrites everything (reference §3.3), so that whatever the file doesn't
 * speak of is taken over from what the cloud has: events that somebody else needs stay, as does a key we don't know.
 */
export function mergedCallback(
  existing: MessageCallback | null,
  wanted: WantedCallback,
  authKey: string | null,
): MessageCallback {
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
