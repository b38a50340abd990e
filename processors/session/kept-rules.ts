/** What a session keeps, whatever the policy says later: all by which it closed, and before that what its push goes by. */
import type { EmittedSession, KeptRules } from '../../schemas/generated/StreamState.ts';
import type { SessionRules } from './rules.ts';

export type Kept = Pick<EmittedSession, 'startTime' | 'compose' | 'rules'>;

/**
 * The rules of a span of time: those by which the first session in it closed, else the policy's. How long a cycle and the
 * delay are takes effect with the next push only (cloud facts 4.1): a session that is open has them as they were when it
 * was first heard of.
 */
export function rulesIn(said: readonly Kept[], startMs: number, endMs: number, rules: SessionRules): KeptRules {
  return firstIn(said, startMs, endMs, (one) => one.rules && rulesOfOne(one, one.rules, rules)) ?? rules;
}

/** Who composes is decided when a session first closes. */
function rulesOfOne({ compose }: Kept, kept: KeptRules, rules: SessionRules): KeptRules {
  if (compose !== null) return kept;
  return { ...rules, cycleMs: kept.cycleMs, disconnectDelayMs: kept.disconnectDelayMs };
}

/** Of the sessions that start within the span, by start, the first that has an answer. */
export function firstIn<T>(
  said: readonly Kept[],
  startMs: number,
  endMs: number,
  answer: (one: Kept) => T | null,
): T | null {
  for (let index = firstFrom(said, startMs); index < said.length; index += 1) {
    const one = said[index];
    if (!one || one.startTime > endMs) return null;
    const found = answer(one);
    if (found !== null) return found;
  }
  return null;
}

/** Binary search: the first that starts then or later. */
function firstFrom(said: readonly Kept[], startMs: number): number {
  let low = 0;
  let high = said.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((said[middle]?.startTime ?? 0) < startMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
