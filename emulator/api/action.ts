import type { Clock } from '../clock.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { RecordNotifications } from '../delivery/record-notifications.ts';
import type { Subscriptions } from '../delivery/subscription.ts';
import type { Knobs } from '../knobs.ts';
import type { Journal } from '../ledger/index.ts';
import type { RecordConfigs } from './live/record-configs.ts';
import type { Recorder } from './live/recorder.ts';
import type { Params } from './params.ts';

/** What an action works with. */
export type ActionContext = {
  readonly cloud: Cloud;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly knobs: () => Knobs;
  readonly subscriptions: Subscriptions;
  readonly recordNotifications: RecordNotifications;
  readonly recordConfigs: RecordConfigs;
  readonly recorder: Recorder;
  /** What the addresses of GetPlayInfo begin with. */
  readonly playUrl: () => string;
  /** Of what region this endpoint answers; null: of all. */
  readonly region: string | null;
};

/** One operation: gives the fields of the answer besides RequestId, or throws an ApiFault. */
export type Action = (params: Params, context: ActionContext) => Readonly<Record<string, unknown>>;
