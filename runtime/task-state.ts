import type { Transitions } from './state-machine.ts';

/**
 * The life of a task, one assigned partition.
 *
 * | state | meaning |
 * |---|---|
 * | `restoring` | its partition is paused; the store is opened and brought up to the changelog's end |
 * | `blocked` | restoring, behind a hanging transaction: one that its producer never ends |
 * | `restored` | the store is complete; the next round of the loop seeks and resumes the partition |
 * | `working` | its records are processed |
 * | `paused` | its next record needs a schema that can't be fetched now; its timers still fire |
 * | `closing` | the last write to the store is awaited, then the store is closed |
 * | `closed` | it is gone; opening its partition again makes a new task |
 */
export type TaskState = 'restoring' | 'blocked' | 'restored' | 'working' | 'paused' | 'closing' | 'closed';

export const taskTransitions: Transitions<TaskState> = {
  restoring: ['blocked', 'restored', 'closing'],
  blocked: ['restoring', 'closing'],
  restored: ['working', 'closing'],
  working: ['paused', 'closing'],
  paused: ['working', 'closing'],
  closing: ['closed'],
  closed: [],
};

/** States that a task may be seen in, in the order of its life. */
export const taskStates = Object.keys(taskTransitions).filter((state) => state !== 'closed') as readonly TaskState[];

/** Whether a task in this state takes part in batches. */
export const takesPart = (state: TaskState): boolean => state === 'working' || state === 'paused';
