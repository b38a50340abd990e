import { type Clock, systemClock } from '../../platform/host/index.ts';
import { type Analysis, analysis } from './analysis.ts';
import type { CredentialsProvider } from './credentials.ts';
import { type Media, media } from './media.ts';
import { type Notification, notification } from './notification.ts';
import { type Production, production } from './production.ts';
import { type RecordNotification, recordNotification } from './record-notification.ts';
import { type Recording, recording } from './recording.ts';
import { type CallObserver, type OddRowsObserver, rpcClient } from './rpc.ts';
import { type Transcoding, transcoding } from './transcoding.ts';

/** ApsaraVideo VOD and Live of one region and one account. Every method throws `CloudFault` and nothing else. */
export type VodCloud = Transcoding &
  Media &
  Production &
  Analysis &
  Notification &
  RecordNotification &
  Recording & {
    /** Closes the connections, once the calls under way have ended. */
    close(): void;
  };

export type CloudOptions = {
  /** `https://vod.<region>.aliyuncs.com`, or an emulator's. */
  readonly vodEndpoint: string;
  /** `https://live.aliyuncs.com`, or an emulator's. */
  readonly liveEndpoint: string;
  readonly credentials: CredentialsProvider;
  /**
   * For connecting and for the answer, milliseconds. Default 10,000: shorter makes more calls ambiguous, longer keeps
   * slots of the runner busy while the cloud hangs.
   */
  readonly timeoutMs?: number;
  /** Called after every call, for metrics. */
  readonly onCall?: CallObserver;
  /** Called where rows of a list could not be read, for metrics and the log. */
  readonly onOddRows?: OddRowsObserver;
  /** Times the calls; default the system's. */
  readonly clock?: Pick<Clock, 'monotonicMs'>;
};

/** The cloud behind typed methods; no retries in here, since what to do after a fault is the caller's business. */
export function cloudClient(options: CloudOptions): VodCloud {
  const shared = {
    credentials: options.credentials,
    timeoutMs: options.timeoutMs ?? 10_000,
    clock: options.clock ?? systemClock,
    ...(options.onCall ? { onCall: options.onCall } : {}),
    ...(options.onOddRows ? { onOddRows: options.onOddRows } : {}),
  };
  const vod = rpcClient({ ...shared, endpoint: options.vodEndpoint, apiVersion: '2017-03-21' });
  const live = rpcClient({ ...shared, endpoint: options.liveEndpoint, apiVersion: '2016-11-01' });
  return {
    ...transcoding(vod),
    ...media(vod),
    ...production(vod),
    ...analysis(vod),
    ...notification(vod),
    ...recording(live),
    ...recordNotification(live),
    close() {
      vod.close();
      live.close();
    },
  };
}
