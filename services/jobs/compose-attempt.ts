/**
 * The decisions of one composition, or of a step that costs money, as a pure state machine: given what the cloud answered, what
 * comes next.
 *
 * None of these calls is idempotent. Whenever one may have worked without our knowing, the machine searches for its
 * product: the composed video, by the token in its title, or the job of the step. A call that timed out is
 * never repeated: if its product doesn't show within the settle time, a person decides.
 */

import type { FaultAnswer } from '../../connectors/vod/index.ts';
import { type Backoff, backoffMs } from '../../platform/retry.ts';

export type ComposeCall = { readonly kind: 'produce' } | { readonly kind: 'search' };

export type ComposeAnswer =
  | { readonly kind: 'produced'; readonly productId: string }
  /** What there is of the kind, oldest first. */
  | { readonly kind: 'searched'; readonly productIds: readonly string[] }
  /** The call was not made: this process slept for so long since the decision that another may have replaced it. */
  | { readonly kind: 'stale' }
  | { readonly kind: 'fault'; readonly fault: FaultAnswer };

export type ComposeEnding =
  | { readonly outcome: 'acknowledged'; readonly productId: string }
  | { readonly outcome: 'failed' | 'in-doubt'; readonly code: string; readonly message: string };

export type ComposeAttempt = {
  readonly call: ComposeCall;
  /** Calls that produce, the one in `call` included. */
  readonly productions: number;
  /** The fault of the production that is searched for; null where there is none, or another runner made it. */
  readonly doubt: FaultAnswer | null;
  readonly searchingSinceMs: number | null;
  readonly laggingSinceMs: number | null;
  readonly faults: number;
  readonly searches: number;
};

export type ComposeStep =
  | { readonly do: 'call'; readonly attempt: ComposeAttempt; readonly afterMs: number }
  | { readonly do: 'end'; readonly ending: ComposeEnding; readonly productions: number };

export type ComposeRules = {
  readonly backoff: Backoff;
  readonly searchBackoff: Backoff;
  /**
   * A product that didn't show up in the search for so long doesn't exist. Longer than a call may take plus the time
   * that the cloud's search index needs.
   */
  readonly settleMs: number;
  /** How long the segments may stay in a wrong status. */
  readonly longestLagMs: number;
  /** After this time since it was planned a job isn't repeated any more, once it has met `triesBeforeGivingUp` faults. */
  readonly giveUpAfterMs: number;
  /** Faults in a row that even an old job may meet. */
  readonly triesBeforeGivingUp: number;
  /** A call that is made so much later than it was due is stale. */
  readonly staleAfterMs: number;
};

export const defaultComposeRules: ComposeRules = {
  backoff: { firstMs: 1_000, longestMs: 60_000 },
  searchBackoff: { firstMs: 2_000, longestMs: 30_000 },
  settleMs: 120_000,
  longestLagMs: 60 * 60_000,
  giveUpAfterMs: 24 * 60 * 60_000,
  triesBeforeGivingUp: 8,
  staleAfterMs: 30_000,
};

/** @param mayHaveStarted a predecessor may have made the call already */
export function beginCompose(mayHaveStarted: boolean, nowMs: number): ComposeStep {
  const fresh: ComposeAttempt = {
    call: { kind: 'search' },
    productions: 0,
    doubt: null,
    searchingSinceMs: null,
    laggingSinceMs: null,
    faults: 0,
    searches: 0,
  };
  return mayHaveStarted ? search(fresh, null, nowMs, 0) : produce(fresh, 0);
}

/** What to do after `answer` to `attempt.call`. */
export function continueCompose(
  plan: { readonly plannedAt: number },
  attempt: ComposeAttempt,
  answer: ComposeAnswer,
  rules: ComposeRules,
  nowMs: number,
  random: () => number,
): ComposeStep {
  switch (answer.kind) {
    case 'produced':
      return end(attempt, { outcome: 'acknowledged', productId: answer.productId });
    case 'stale':
      return search({ ...attempt, productions: attempt.productions - 1 }, null, nowMs, 0);
    case 'searched': {
      const [productId] = answer.productIds;
      if (productId !== undefined) return end(attempt, { outcome: 'acknowledged', productId });
      return afterEmptySearch(attempt, rules, nowMs, random);
    }
    case 'fault': {
      const old = nowMs - plan.plannedAt >= rules.giveUpAfterMs;
      const late = old && attempt.faults + 1 >= rules.triesBeforeGivingUp;
      return attempt.call.kind === 'produce'
        ? afterRefusedProduction(attempt, answer.fault, rules, late, nowMs, random)
        : afterFailedSearch(attempt, answer.fault, rules, late, random);
    }
  }
}

function afterEmptySearch(
  attempt: ComposeAttempt,
  rules: ComposeRules,
  nowMs: number,
  random: () => number,
): ComposeStep {
  const settled = nowMs - (attempt.searchingSinceMs ?? nowMs) >= rules.settleMs;
  const searched = { ...attempt, searches: attempt.searches + 1, faults: 0 };
  if (!settled) {
    return { do: 'call', attempt: searched, afterMs: backoffMs(rules.searchBackoff, searched.searches, random) };
  }
  return attempt.doubt === null ? produce(searched, 0) : end(attempt, failure('in-doubt', attempt.doubt));
}

function afterRefusedProduction(
  attempt: ComposeAttempt,
  fault: FaultAnswer,
  rules: ComposeRules,
  late: boolean,
  nowMs: number,
  random: () => number,
): ComposeStep {
  const faulty = { ...attempt, faults: attempt.faults + 1 };
  const wait = backoffMs(rules.backoff, faulty.faults, random);
  switch (fault.kind) {
    case 'ambiguous':
    case 'already-submitted':
      return search(faulty, fault, nowMs, wait);
    case 'terminal':
      return end(attempt, failure('failed', fault));
    case 'lagging': {
      const since = attempt.laggingSinceMs ?? nowMs;
      if (late || nowMs - since >= rules.longestLagMs) return end(attempt, failure('failed', fault));
      return produce({ ...faulty, laggingSinceMs: since }, wait);
    }
    case 'retryable':
    case 'throttled':
      return late ? end(attempt, failure('failed', fault)) : produce(faulty, wait);
  }
}

/** Without an answer to the search nothing is known, so nothing may be started. */
function afterFailedSearch(
  attempt: ComposeAttempt,
  fault: FaultAnswer,
  rules: ComposeRules,
  late: boolean,
  random: () => number,
): ComposeStep {
  if (late || fault.kind === 'terminal') return end(attempt, failure('in-doubt', attempt.doubt ?? fault));
  const faulty = { ...attempt, faults: attempt.faults + 1 };
  return { do: 'call', attempt: faulty, afterMs: backoffMs(rules.backoff, faulty.faults, random) };
}

function produce(attempt: ComposeAttempt, afterMs: number): ComposeStep {
  const call = { kind: 'produce' } as const;
  return { do: 'call', attempt: { ...attempt, call, productions: attempt.productions + 1 }, afterMs };
}

function search(attempt: ComposeAttempt, doubt: FaultAnswer | null, nowMs: number, afterMs: number): ComposeStep {
  const call = { kind: 'search' } as const;
  return { do: 'call', attempt: { ...attempt, call, doubt, searchingSinceMs: nowMs, searches: 0 }, afterMs };
}

function end(attempt: ComposeAttempt, ending: ComposeEnding): ComposeStep {
  return { do: 'end', ending, productions: attempt.productions };
}

function failure(outcome: 'failed' | 'in-doubt', fault: FaultAnswer): ComposeEnding {
  return { outcome, code: fault.code, message: fault.message };
}
