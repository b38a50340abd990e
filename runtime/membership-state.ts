import type { Transitions } from './state-machine.ts';

/**
 * The life of a processor as one member of its consumer group. After `closed` the processor may join again, as a new
 * member with new clients: another life.
 *
 * | state | meaning |
 * |---|---|
 * | `joining` | clients connect, the group has not answered yet |
 * | `joined` | a member without partitions |
 * | `restoring` | some of its tasks don't work yet |
 * | `working` | all of its tasks work |
 * | `revoking` | the group takes partitions away: their tasks are closed, then the group gets its answer |
 * | `leaving` | the loop has ended; tasks and clients are closed |
 * | `closed` | nothing of it is left |
 */
export type MembershipState = 'joining' | 'joined' | 'restoring' | 'working' | 'revoking' | 'leaving' | 'closed';

export const membershipTransitions: Transitions<MembershipState> = {
  joining: ['joined', 'revoking', 'leaving'],
  joined: ['restoring', 'revoking', 'leaving'],
  restoring: ['working', 'revoking', 'leaving'],
  working: ['restoring', 'revoking', 'leaving'],
  revoking: ['joined', 'restoring', 'working', 'leaving'],
  leaving: ['closed'],
  closed: [],
};

export const membershipStates = Object.keys(membershipTransitions) as readonly MembershipState[];

/** Whether the group counts this process among its members. */
export const isMember = (state: MembershipState): boolean =>
  state === 'joined' || state === 'restoring' || state === 'working' || state === 'revoking';
