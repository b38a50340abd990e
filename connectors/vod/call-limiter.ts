import { Abandoned } from '../../platform/abandoned.ts';
import type { Clock } from '../../platform/host/index.ts';
import { Semaphore } from '../../platform/semaphore.ts';
import { CloudFault, type FaultAnswer } from './fault.ts';
import { adaptivePace, type Pace, type PaceLimits } from './pace.ts';

/** The rate, and the bound on concurrent calls, that one account's calls of one kind share. */
export type CallLimiter = {
  /**
   * Calls when it is this caller's turn. A fault is an answer here, since the caller must choose by it.
   * @param right what the call needs of the account. What was refused to the account a moment ago is refused without a call,
   * since all calls that need it would end the same way and take their turns from others; one asks again now and then.
   * @throws Abandoned when `signal` aborted before the call was made
   */
  call<T>(
    signal: AbortSignal,
    work: () => Promise<T>,
    right?: string,
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
  const refusals = new Map<string, { readonly fault: FaultAnswer; askAtMs: number }>();

  /** Null where it may be asked: then this caller does, and others wait for what it hears. */
  function refusalOf(right: string): FaultAnswer | null {
    const refusal = refusals.get(right);
    const nowMs = clock.monotonicMs();
    if (refusal === undefined) return null;
    if (nowMs < refusal.askAtMs) return refusal.fault;
    refusal.askAtMs = nowMs + askAgainMs;
    return null;
  }

  function judged(error: CloudFault): FaultAnswer {
    onFault(error);
    if (error.kind === 'throttled') pace.throttled();
    const { kind, code, detail: message, accountWide } = error;
    return { kind, code, message, accountWide };
  }

  return {
    pace,
    call: (signal, work, right) =>
      slots.run(async () => {
        const refused = right === undefined ? null : refusalOf(right);
        if (refused !== null) return { kind: 'fault', fault: refused };
        if (!(await pace.acquire(signal))) throw new Abandoned();
        try {
          const answer = await work();
          if (right !== undefined) refusals.delete(right);
          return answer;
        } catch (error) {
          if (!(error instanceof CloudFault)) throw error;
          const fault = judged(error);
          if (right !== undefined && fault.accountWide)
            refusals.set(right, { fault, askAtMs: clock.monotonicMs() + askAgainMs });
          return { kind: 'fault', fault };
        }
      }),
  };
}

/** Of a right that is refused. */
const askAgainMs = 30_000;
