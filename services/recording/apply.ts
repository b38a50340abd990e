import type { VodCloud } from '../../connectors/vod/index.ts';
import { nameOf } from './compare.ts';
import type { RecordingPlan } from './plan.ts';
import { type ReplacingCloud, replaceConfig } from './replace.ts';
import type { RetriedCall } from './retried-calls.ts';
import { RecordingSetupFault } from './wanted.ts';

/** One thing that was done: `added play.example.com/live/*`. */
export type Applied = { readonly what: 'added' | 'updated' | 'replaced' | 'callback set'; readonly name: string };

export type ApplyOptions = {
  /** Delete and add again what can't be updated; a recording in progress may be cut. */
  readonly replace: boolean;
};

/**
 * Carries out a plan, one change after the other. Live takes a change up when the stream is pushed the next time.
 * A fault stops it; what `onApplied` told until then is done, and planning again shows the rest.
 * @throws CloudFault
 * @throws RecordingSetupFault where something is to be replaced and that isn't allowed: nothing was done; or where replacing failed
 */
export async function applyRecording(
  cloud: ReplacingCloud & Pick<VodCloud, 'updateLiveRecordVodConfig' | 'setMessageCallback'>,
  plan: RecordingPlan,
  retried: RetriedCall,
  onApplied: (applied: Applied) => void,
  { replace }: ApplyOptions = { replace: false },
): Promise<void> {
  const replaced = plan.changes.flatMap((change) => (change.kind === 'replace' ? [nameOf(change.wanted)] : []));
  if (replaced.length > 0 && !replace)
    throw new RecordingSetupFault(
      `${replaced.join(', ')}: can't be updated, only deleted and added again, and a recording in progress may be cut. Nothing was changed: do it with "live2vod record-config apply --replace" when that is no harm`,
    );
  for (const change of plan.changes) {
    if (change.kind === 'keep' || change.kind === 'unmanaged' || change.kind === 'unclear') continue;
    const name = nameOf(change.wanted);
    if (change.kind === 'add') {
      await retried(() => cloud.addLiveRecordVodConfig(change.wanted));
      onApplied({ what: 'added', name });
    } else if (change.kind === 'update') {
      await retried(() => cloud.updateLiveRecordVodConfig(change.wanted));
      onApplied({ what: 'updated', name });
    } else {
      await replaceConfig(cloud, change.existing, change.wanted, retried);
      onApplied({ what: 'replaced', name });
    }
  }
  const { callback } = plan;
  if (callback && callback.differences.length > 0) {
    await retried(() => cloud.setMessageCallback(callback.wanted));
    // A queue beside which the cloud keeps the address of before.
    const { callbackType, callbackUrl, mnsQueueName } = callback.wanted;
    onApplied({ what: 'callback set', name: (callbackType === 'MNS' ? mnsQueueName : callbackUrl) ?? '' });
  }
}
