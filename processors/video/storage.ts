/** How a media is stored (cloud facts 1.7): what its events come to, in their order. */
import type { StorageFact, VideoState } from '../../schemas/generated/VideoState.ts';
import { failed, succeeded } from '../callback/index.ts';
import { type Event, timeOf } from './events.ts';

type Storage = NonNullable<VideoState['storage']>;

const untold: Storage = {
  storageClass: null,
  scope: null,
  changedTime: null,
  restoredTime: null,
  restoredUntil: null,
  errorCode: null,
  errorMessage: null,
};

/** After one more event. Another class ends a restore; what failed left both as they were, and says why. */
export function storageAfter(before: VideoState['storage'], event: Event, told: StorageFact): VideoState['storage'] {
  const { entry, fact } = event;
  const storage = before ?? untold;
  if (failed(entry)) return { ...storage, errorCode: entry.errorCode, errorMessage: fact.errorMessage };
  if (!succeeded(entry)) return before;
  const { storageClass, scope, restoredUntil } = told;
  if (!told.restored) return { ...untold, storageClass, scope, changedTime: timeOf(event) };
  return { ...storage, restoredTime: timeOf(event), restoredUntil, errorCode: null, errorMessage: null };
}
