import type { VodCloud } from '../../connectors/vod/index.ts';
import type { Patiently } from './patience.ts';
import { nameOf, type RecordingPlan } from './plan.ts';

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
  patiently: Patiently,
  onApplied: (applied: Applied) => void,
): Promise<void> {
  for (const change of plan.changes) {
    if (change.kind === 'add') {
      await patiently(() => cloud.addLiveRecordVodConfig(change.wanted));
      onApplied({ what: 'added', name: nameOf(change.wanted) });
    } else if (change.kind === 'update') {
      await patiently(() => cloud.updateLiveRecordVodConfig(change.wanted));
      onApplied({ what: 'updated', name: nameOf(change.wanted) });
    }
  }
  const { callback } = plan;
  if (callback && callback.differences.length > 0) {
    await patiently(() => cloud.setMessageCallback(callback.wanted));
    onApplied({ what: 'callback set', name: callback.wanted.callbackUrl ?? callback.wanted.mnsQueueName ?? '' });
  }
}
