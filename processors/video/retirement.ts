/** States don't stay for ever: after the retention period they retire, after another one they are forgotten. */
import type { JobState, VideoState } from '../../schemas/generated/VideoState.ts';
import type { Policy } from '../policy/index.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

const openStates: readonly JobState[] = ['AWAITING_APPROVAL', 'PLANNED', 'SUBMITTED', 'ACKNOWLEDGED', 'IN_DOUBT'];

/**
 * When the next step of a state's retirement is due, epoch milliseconds: the retention period after its last event was
 * received, twice that while a job is open or the video isn't at rest; once it retired, the retention period after that
 * or after the last late event. On the full hour after that: a timer that moved with every event would cost more than the
 * event.
 */
export function retirementDueAtMs(state: VideoState, policy: Policy): number {
  const retentionMs = policy.retentionDays * dayMs;
  const last = lastReceivedAtMs(state);
  if (state.retired) return fullHourAfter(Math.max(state.retiredAt ?? 0, last) + retentionMs);
  return fullHourAfter(last + (isAtRest(state) ? retentionMs : 2 * retentionMs));
}

const fullHourAfter = (ms: number): number => Math.ceil(ms / hourMs) * hourMs;

/** Whether nothing more is expected of the video. */
function isAtRest(state: VideoState): boolean {
  if (state.jobs.some((job) => openStates.includes(job.state))) return false;
  return state.status !== 'ANNOUNCED' && state.status !== 'TRANSCODING';
}

/** Of events whose records told no time of receipt, as a stranger's may, the time at which they happened. */
function lastReceivedAtMs(state: VideoState): number {
  let last = 0;
  for (const { receivedAt, eventTime } of state.timeline)
    last = Math.max(last, receivedAt === 0 ? eventTime : receivedAt);
  return last;
}
