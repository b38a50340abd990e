import { Abandoned } from '../../platform/abandoned.ts';
import type { Clock } from '../../platform/host/index.ts';
import { Semaphore } from '../../platform/semaphore.ts';
import { CloudFault, type FaultAnswer } from './fault.ts';
import { adaptivePace, type Pace, type PaceLimits } from './pace.ts';

/** The rate, and the bound on concurrent calls, that one account's calls of one kind share. */
export type CallLimiter = {
  /**
   * Calls when it is this caller's turn. A fault is an answer here, since the caller must choose by it.
   * @throws Abandoned when `signal` aborted before the call was made
   */
  call<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T | { readonly kind: 'fault'; readonly fault: FaultAnswer }>;
  readonly pace: Pace;
};

/** @param onFault called with every fault, for the log */
export function callLimiter(
  limits: PaceLimits & { readonly atOnce: number },
  clock: Clock,
  onFault: (fault: CloudFault) => void = () => {},
): CallLimiter {
  const pace = adaptivePace(limits, clock);
  const slots = new Semaphore(limits.atOnce);
  return {
    pace,
    call: (signal, work) =>
      slots.run(async () => {
        if (!(await pace.acquire(signal))) throw new Abandoned();
        try {
          return await work();
        } catch (error) {
          if (!(error instanceof CloudFault)) throw error;
          onFault(error);
          if (error.kind === 'throttled') pace.throttled();
          const { kind, code, detail: message, accountWide } = error;
          return { kind: 'fault', fault: { kind, code, message, accountWide } };
        }
      }),
  };
}
