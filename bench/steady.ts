/** Sends callbacks, each a new event, at a steady rate. */
import type { IdempotentProducer } from '../connectors/kafka/index.ts';
import { systemClock } from '../platform/host/index.ts';
import { nextCallback, type PreparedStates } from './states.ts';

export type SteadyOptions = {
  readonly producer: IdempotentProducer;
  readonly prepared: PreparedStates;
  readonly topic: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Called when the broker has acknowledged a callback: its key, and when, on the monotonic clock. */
  readonly onAcknowledged?: (key: string, atMs: number) => void;
};

const tickMs = 4;

/** Resolves with the number of callbacks once all are acknowledged. `prepared.sent` says where to go on. */
export async function sendSteadily(o: SteadyOptions): Promise<number> {
  const beganMs = systemClock.monotonicMs();
  const total = Math.round(o.perSecond * o.seconds);
  let unanswered = 0;
  let failed: unknown;
  let sent = 0;
  while (sent < total && failed === undefined) {
    const due = Math.min(total, Math.floor(((systemClock.monotonicMs() - beganMs) / 1000) * o.perSecond));
    for (; sent < due; sent += 1) {
      const record = nextCallback(o.prepared, o.topic, o.prepared.sent + sent);
      if (record === null) throw new Error('all prepared callbacks have been sent: delete the prepared states');
      unanswered += 1;
      o.producer.send(record).then(
        () => {
          unanswered -= 1;
          o.onAcknowledged?.(record.key ?? '', systemClock.monotonicMs());
        },
        (error: unknown) => {
          failed ??= error;
        },
      );
    }
    await systemClock.sleep(tickMs);
  }
  while (unanswered > 0 && failed === undefined) await systemClock.sleep(tickMs);
  if (failed !== undefined) throw failed;
  return total;
}
