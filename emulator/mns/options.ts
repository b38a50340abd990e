import type { AccessKey } from '../api/gate.ts';
import type { Clock } from '../clock.ts';
import type { Queues } from './queues.ts';

export type MnsOptions = {
  readonly queues: Queues;
  readonly clock: Clock;
  readonly keys: () => readonly AccessKey[];
  /** Long polls that a queue holds at once; null for any number. */
  readonly longPolls: () => number | null;
};
