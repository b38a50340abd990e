import type { VodCloud } from '../../connectors/vod/index.ts';
import { nameOf, type RecordingPlan } from './plan.ts';
import type { RetriedCall } from './retried-calls.ts';

/** One thing that was done: `added play.example.com/live/*`. */
export type Applied = { readonly what: 'added' | 'updated' | 'callback set'; readonly name: string };

/**
 * Carries out a plan, one change after the other. Live takes a change up when the stream is pushed the next time.
 * A fault stops it; what `onApplied` told until then is done, and planning again shows the rest.
 * @throws CloudFault
 */
export async function applyRecording(
  cloud: Pick<VodCloud, 'addLiveRecordVodConfig' | 'updateLiveRecordVodConfig' | 'setMessageCallback'>,
  plan: RecordingPlan,
  retried: RetriedCall,
  onApplied: (applied: Applied) => void,
): Promise<void> {
  for (const change of plan.changes) {
    if (change.kind === 'add') {
      await retried(() => cloud.addLiveRecordVodConfig(change.wanted));
      onApplied({ what: 'added', name: nameOf(change.wanted) });
    } else if (change.kind === 'update') {
      await retried(() => cloud.updateLiveRecordVodConfig(change.wanted));
      onApplied({ what: 'updated', name: nameOf(change.wanted) });
    }
  }
  const { callback } = plan;
  if (callback && callback.differences.length > 0) {
    await retried(() => cloud.setMessageCallback(callback.wanted));
    onApplied({ what: 'callback set', name: callback.wanted.callbackUrl ?? callback.wanted.mnsQueueName ?? '' });
  }
}
