import { type CallLimiter, type CloudFault, callLimiter } from '../../connectors/vod/index.ts';
import type { Clock } from '../../platform/host/index.ts';

/** One account, one limit of each: all jobs share them. */
export type CallRates = {
  readonly submitting: CallLimiter;
  readonly asking: CallLimiter;
  /** ListJobInfo and GetJobDetail, which the cloud allows far fewer of: their throttling must not slow other questions. */
  readonly askingOfSteps: CallLimiter;
};

export type CallRatesOptions = {
  readonly submissionsPerSecond?: number;
  readonly questionsPerSecond?: number;
  readonly callsAtOnce?: number;
};

/** Below the 15 that each of the two has (cloud facts 3.3.16). */
const stepQuestionsPerSecond = 12;

/** @param onFault called with every fault, for the log */
export function callRates(options: CallRatesOptions, clock: Clock, onFault?: (fault: CloudFault) => void): CallRates {
  const atOnce = options.callsAtOnce ?? 16;
  const questions = options.questionsPerSecond ?? 50;
  const limited = (perSecond: number) => callLimiter({ perSecond, atOnce }, clock, onFault);
  return {
    submitting: limited(options.submissionsPerSecond ?? 25),
    asking: limited(questions),
    askingOfSteps: limited(Math.min(questions, stepQuestionsPerSecond)),
  };
}
